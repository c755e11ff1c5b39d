"""Watches and alerts on the pages: what may be watched, where alerts may go, who sees which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from flows.rooms import Rooms
from flows.steps import watching
from flows.steps.watching import watch
from review.access import READERS
from strazha.evidence.landing import Landing
from strazha.ledger.records import Role
from strazha.model import Mention
from tests.contracts.backend_documents import advert

LIST = {
    "kind": "list",
    "name": "Numbers",
    "source": '+359 888 00-11 22\n\n@night_market\nred "lantern" street\n+359 888 00-11 22',
}


def rooms_of(house: Any) -> Rooms:
    return Rooms(house.settings, Landing(house.settings.landing_url), house.ledger, house.index)


def found_later(house: Any, number: str = "+359888001122", key: str = "9001") -> None:
    """An advert with a number that comes after the watch began."""
    mention = Mention(
        kind="phone", text="0888 001 122", value=number, field="body", start=5, end=17, extractor="t", confidence=1
    )
    house.index.put_adverts(
        [advert(key, "A further advert", "Call 0888 001 122 today", mentions=[mention], band="high", score=60)]
    )
    watch(rooms_of(house), house.clock())


def test_a_list_is_watched_and_its_alert_read(house: Any, client: TestClient) -> None:
    assert client.post("/watches", data=LIST).status_code == 303
    [one] = house.ledger.watches("analyst")
    assert one.source.splitlines() == ["+359 888 00-11 22", "@night_market", 'red "lantern" street']
    assert [asked.query.text or asked.query.contact for asked in one.asked] == [
        "phone:359888001122", "@night_market", '"red  lantern  street"',
    ]  # fmt: skip
    assert 'Alerts <span class="bell-count">0</span>' in client.get("/queue").text
    found_later(house)
    assert 'Alerts <span class="bell-count some">1</span>' in client.get("/queue").text
    page = client.get("/watches").text
    assert "Numbers: 1 new advert" in page.replace("<bdi>", "").replace("</bdi>", "")
    [alert] = house.ledger.alerts("analyst")
    shown = client.get(f"/watches/alerts/{alert.id}").text
    assert "A further advert" in shown
    assert "0888 001 122" not in shown
    for role in (Role.LEAD, Role.INVESTIGATOR):
        other = house.client(role)
        assert other.get(f"/watches/alerts/{alert.id}").status_code == 404
        assert other.post(f"/watches/alerts/{alert.id}/read").status_code == 404
        assert other.post(f"/watches/{one.id}/end").status_code == 404
        assert "Numbers" not in other.get("/watches").text
    assert client.post(f"/watches/alerts/{alert.id}/read").status_code == 303
    assert house.ledger.unread_alerts("analyst") == 0
    found_later(house, key="9002")
    assert house.ledger.unread_alerts("analyst") == 1
    client.post("/watches/read")
    assert house.ledger.unread_alerts("analyst") == 0
    assert client.post(f"/watches/{one.id}/end").status_code == 303
    found_later(house, key="9003")
    assert len(house.ledger.alerts("analyst")) == 2
    said = {action for _, action, _ in house.actions()}
    assert {"watch begun", "watch ended", "alert read", "alerts read"} <= said


def test_a_search_is_watched_without_what_people_decided(house: Any, client: TestClient) -> None:
    query = "contact=88800&band=high&decision=none&sort=newest&cursor=x"
    assert client.post("/watches", data={"kind": "search", "name": "Numbers", "source": query}).status_code == 303
    [one] = house.ledger.watches("analyst")
    assert one.source == "contact=88800&kind=all&sort=newest&band=high"
    [asked] = one.asked
    assert (asked.kinds, asked.query.filters, asked.query.cursor) == (("advert", "cluster"), {"band": ("high",)}, "")
    # Clusters are neither online nor gone; a search of one kind stays with it.
    for query, kinds in (
        ("q=x&status=live", ("advert",)),
        ("q=x&kind=adverts", ("advert",)),
        ("q=x&kind=clusters", ("cluster",)),
    ):
        client.post("/watches", data={"kind": "search", "name": query, "source": query})
        assert next(held for held in house.ledger.watches("analyst") if held.name == query).asked[0].kinds == kinds


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"name": " "}, "Give the watch a name"), ({"source": " \n"}, "The list is empty"), ({"source": "12 34"}, "too short"),
        ({"source": "ab"}, "too short"), ({"source": "\n".join(f"word{n}" for n in range(201))}, "too long"),
        ({"kind": "search", "source": "sort=newest&decision=none"}, "cannot be watched"),
        ({"mail": "ana@example.org"}, "may not be mailed"), ({"hook": "https://example.org/x"}, "may not be posted"),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_said_and_kept_nowhere(
    house: Any, client: TestClient, form: dict[str, str], problem: str
) -> None:
    answer = client.post("/watches", data=LIST | form)
    assert answer.status_code == 422
    assert problem in answer.text
    assert house.ledger.watches() == []


def test_too_much_is_refused(house: Any, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_SEEN", 3)
    answer = client.post("/watches", data={"kind": "search", "name": "x", "source": "min_score=1"})
    assert (answer.status_code, house.ledger.watches()) == (422, [])
    assert "Narrow it" in answer.text


@pytest.fixture
def allowed(house: Any) -> Iterator[Any]:
    """The same house where an administrator has opened the ways out."""
    house.settings = house.settings.model_copy(
        update={"smtp_host": "127.0.0.1", "mail_domains": ("police.example.org",), "webhook_hosts": ("hooks.example.org",)}
    )
    with ExitStack() as house.stack:
        yield house


def test_ways_out_are_offered_only_where_they_are_open(allowed: Any, house: Any, tmp_path: Path) -> None:
    client = allowed.client()
    page = client.get("/watches").text
    assert "police.example.org" in page
    assert "hooks.example.org" in page
    form = LIST | {"mail": "ana@police.example.org", "hook": "https://hooks.example.org/in", "detail": "items"}
    assert client.post("/watches", data=form).status_code == 303
    [one] = allowed.ledger.watches("analyst")
    assert (one.mail, one.hook, one.detail, len(one.secret)) == (form["mail"], form["hook"], "items", 64)
    # The secret is shown to its owner alone, and never written to the log.
    assert one.secret in client.get("/watches").text
    assert one.secret not in house.client(Role.LEAD).get("/watches").text
    assert one.secret not in str(allowed.ledger.audit_entries(50))
    for wrong in ({"mail": "ana@police.example.org\nBcc: x@y.example"}, {"hook": "https://hooks.example.org@evil.example/"}):
        assert client.post("/watches", data=LIST | wrong).status_code == 422


def test_steps_look_for_those_who_may_read_adverts() -> None:
    assert watching.READERS == READERS


def test_operators_have_no_watches(house: Any) -> None:
    operator = house.client(Role.OPERATOR)
    assert operator.get("/watches").status_code == operator.get("/searches").status_code == 403
    assert operator.post("/watches", data=LIST).status_code == 403
    assert 'class="bell"' not in operator.get("/runs").text


def test_what_was_given_up_is_sent_again_by_the_watchs_owner_alone(house: Any, client: TestClient) -> None:
    failed = house.given_up({"mail": "ana@example.org"})
    (alert,) = house.ledger.alerts("analyst")
    for page in ("/watches", f"/watches/alerts/{alert.id}"):
        assert f"/watches/deliveries/{failed}/retry" in client.get(page).text
    at = f"/watches/deliveries/{failed}/retry"
    assert house.client(Role.INVESTIGATOR).post(at).status_code == 404
    assert client.post("/watches/deliveries/nothing/retry").status_code == 404
    assert client.post(at).status_code == 303
    assert house.ledger.due_deliveries(house.clock())[0].id == failed
    assert ("analyst", "delivery retried", failed) in house.actions()
    assert "Send again" not in client.get("/watches").text
    assert client.post(at).status_code == 404
