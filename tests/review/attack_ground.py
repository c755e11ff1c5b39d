"""The ground on which the attacks of test_attack_list.py are made, and how one is written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import text

from review.deciding import Item
from review.train.answering import cases_of
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from strazha.ledger.watch_records import Watch
from strazha.ledger.work_records import Correction
from tests.review.conftest import PASSWORD, House

V1 = "/api/v1"
#: Tables whose rows are what people did. Sign-ins, the last use of a token, and the audit log grow by reading.
TABLES = (
    "decisions", "withdrawn_decisions", "holdings", "holding_events", "corrections", "double_reviews", "review_opinions",
    "saved_views", "link_judgements", "saved_searches", "watches", "watch_deliveries", "cases",
    "case_items", "case_events", "notes", "source_switches", "asked_runs", "alarm_words", "quarantine_words",
    "training_answers",
)  # fmt: skip


class Ground:
    """A house with somebody's work in it, and the ways in: clients by role, callers of the API by role, nobody."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._clients: dict[Any, TestClient] = {}
        self.advert = house.advert("Rotterdam")
        self.cluster = house.filled.of("vans").id
        ledger, at = house.ledger, house.clock
        doc = house.index.advert(self.advert)
        assert doc is not None
        self.seen = Item("advert", doc).seen
        lead = self.client(Role.LEAD)
        made = self.caller(Role.LEAD).post(
            f"{V1}/items/advert/{self.advert}/decisions", json={"outcome": "monitor", "reason": "lead's", "seen": self.seen}
        )
        self.decision = made.json()["decision"]["id"]
        ledger.save_view("lead", "private view of the lead", "kind=all&f=1", at())
        self.view = ledger.saved_views("lead")[0].id
        self.case = ledger.open_case("private case of the lead", "", "lead", at()).id
        self.search = ledger.save_search("lead", "private search of the lead", "contact=888001", at()).id
        self.watch = ledger.add_watch(
            Watch(
                id="w" * 16, owner="lead", name="private watch of the lead", kind="list", source="0888 001 001", asked=(),
                created_at=at(),
            )
        ).id  # fmt: skip
        self.note = ledger.add_note("case", self.case, "private note of the lead", "lead", at()).id
        self.exercise = next(iter(cases_of(house.services)))
        sent = {"seen": [], "outcome": "spam"}
        self.answer = self.caller(Role.LEAD).post(f"{V1}/training/cases/{self.exercise}/answers", json=sent).json()["id"]
        ledger.add_correction(
            Correction(
                id="c" * 24, advert_id=self.advert, content_hash=doc.advert.content_hash, about="hit", action="add",
                label="vague_job", field="body", start=0, end=4, text=doc.advert.body[:4], made_by="lead", made_at=at(),
            )
        )  # fmt: skip
        lead.post(f"/take/cluster/{self.cluster}")
        self.reviewed = house.filled.of("salon").id
        self.review = ledger.open_review("cluster", self.reviewed, "lead", at()).id
        seen = self.caller(Role.INVESTIGATOR).get(f"{V1}/items/cluster/{self.reviewed}").json()["seen"]
        opinion = {"outcome": "refer", "reason": "opinion of the investigator", "seen": seen}
        self.caller(Role.INVESTIGATOR).post(f"{V1}/reviews/{self.review}/opinion", json=opinion)
        self.session = ledger.open_sessions("lead", at())[0].id
        self.token = next(one.id for one in ledger.tokens("lead"))
        self.waiting = ledger.allow_token("lead", "waits", scope=TokenScope.FULL, days=9, made_by="operator", at=at()).id
        self._forgotten: set[str] = set()
        self.secrets = (
            "opinion of the investigator", "private view of the lead", "private search of the lead",
            "private note of the lead", "private watch of the lead", "private case of the lead", PASSWORD,
        )  # fmt: skip

    def client(self, role: Role | None) -> TestClient:
        """A browser's stand-in, signed in as somebody of that role."""
        if role is None:
            return self.house.client(None)
        if role not in self._clients:
            self._clients[role] = self.house.client(role)
        return self._clients[role]

    def caller(self, role: Role, scope: TokenScope = TokenScope.FULL) -> TestClient:
        """A program with a token."""
        if (role, scope) not in self._clients:
            _, secret = self.house.ledger.add_token(
                role.value, scope.value, scope=scope, days=9, made_by="admin", at=self.house.clock()
            )
            made = self.house.client(None)
            made.headers.update({"Authorization": f"Bearer {secret}"})
            for name in ("origin", "sec-fetch-site"):
                made.headers.pop(name)
            self._clients[role, scope] = made
        return self._clients[role, scope]

    def bare(self, role: Role | None = Role.ANALYST) -> TestClient:
        """Signed in, without the headers a browser sends from a page of this site."""
        made = self.house.client(role)
        for name in ("origin", "sec-fetch-site"):
            made.headers.pop(name)
        return made

    def forget(self, decision: str) -> None:
        """Leave a decision that an attack was let make out of what is compared."""
        self._forgotten.add(decision)

    def contents(self) -> dict[str, Any]:
        """What people have done, and who may do what."""
        found = contents(self.house)
        found["decisions"] = [row for row in found["decisions"] if not any(one in row for one in self._forgotten)]
        return found

    @property
    def analyst(self) -> TestClient:
        """An analyst at the pages."""
        return self.client(Role.ANALYST)

    @property
    def program(self) -> TestClient:
        """An analyst's program."""
        return self.caller(Role.ANALYST)

    @property
    def nobody(self) -> TestClient:
        """Somebody without an account."""
        return self.house.client(None)

    @property
    def decide(self) -> dict[str, str]:
        """A decision form that would do, were it allowed."""
        return {"outcome": "refer", "reason": "forged", "seen": self.seen, "corrects": self.decision}


def contents(house: House) -> dict[str, Any]:
    """What people have done, and who may do what."""
    found: dict[str, Any] = {"index": house.index.count()}
    with house.ledger._db.read() as connection:
        for table in TABLES:
            found[table] = sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}")).all()))
        users = text("SELECT name, role, disabled_at, password_hash FROM users WHERE name != 'guessed'")
        found["users"] = connection.execute(users).all()
        # The ground's own callers get theirs when first asked for.
        tokens = text("SELECT id, owner, collected_at FROM api_tokens WHERE made_by != 'admin' OR revoked_at IS NOT NULL")
        found["tokens"] = connection.execute(tokens).all()
    found["lead's sessions"] = {one.id for one in house.ledger.open_sessions("lead", house.clock())}
    return found


@dataclass(frozen=True)
class Attack:
    """One attack: its class, its name, what is sent, and the statuses that are a refusal or a harmless answer."""

    kind: str
    name: str
    send: Callable[[Ground], Sequence[Any]]
    expected: frozenset[int] = field(default=frozenset())


class Attacks(list[Attack]):
    """A list of attacks, written down one by one or several of a class at once."""

    def add(self, kind: str, name: str, *expected: int) -> Callable[[Callable[[Ground], Sequence[Any]]], None]:
        """An attack of several requests."""

        def put(send: Callable[[Ground], Sequence[Any]]) -> None:
            self.append(Attack(kind, name, send, frozenset(expected)))

        return put

    def every(self, kind: str, sends: dict[str, Callable[[Ground], Any]], *expected: int) -> None:
        """Several of one class, each a single request."""
        for name, send in sends.items():
            self.append(Attack(kind, name, _one(send), frozenset(expected)))


def _one(send: Callable[[Ground], Any]) -> Callable[[Ground], list[Any]]:
    return lambda ground: [send(ground)]
