"""A home filled with invented adverts, through the real ledger and the real index, and people signed in to look at it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from flows.steps import catalogue
from review.app import create_app
from review.services import Services, flows_screen
from strazha.evidence.landing import Landing
from strazha.ledger import Ledger, open_ledger
from strazha.ledger.records import Role
from strazha.ledger.watch_records import Asked, Watch
from strazha.settings import Settings
from strazha.store import open_index
from strazha.store.base import AdIndex
from strazha.store.query import Query
from tests.review.browsing import chromium, give_reason
from tools.invented import Filled, fill

PASSWORD = "correct horse battery"
HOST = "http://127.0.0.1:8000"
#: What a browser sends with a form of this site.
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": HOST}


@dataclass
class Clock:
    """A clock that tests set."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@dataclass
class House:
    """A filled home with its application, and the ways into it."""

    settings: Settings
    ledger: Ledger
    index: AdIndex
    filled: Filled
    clock: Clock
    stack: ExitStack

    def client(self, role: Role | None = Role.ANALYST, *, reasoned: bool = True) -> TestClient:
        """A browser's stand-in, signed in as somebody of that role; ``None`` as nobody.

        ``reasoned``: they have said already, for this session, why they look at what is covered.
        """
        app = create_app(self.settings, index=self.index, ledger=self.ledger, clock=self.clock)
        made = self.stack.enter_context(
            TestClient(app, base_url=HOST, headers=OWN, follow_redirects=False, raise_server_exceptions=False)
        )
        if role is not None:
            # Straight from the ledger: hashing a password takes longer than any page, and test_access signs in by form.
            token = self.ledger.open_session(role.value, self.clock(), timedelta(hours=10))
            if reasoned:
                give_reason(self, token, role.value)
            made.cookies.set("strazha", token, domain="127.0.0.1")
        return made

    @property
    def services(self) -> Services:
        """The parts of the application, as a request gets them."""
        return Services(self.settings, self.index, self.ledger, catalogue, flows_screen, self.clock)

    def advert(self, words: str) -> str:
        """The id of the advert whose title holds the words."""
        return next(doc.id for doc in self.filled.adverts.values() if words in doc.advert.title)

    def actions(self, subject: str = "") -> list[tuple[str, str, str]]:
        """The audit log, newest first, as who, did, what."""
        return [(e.who, e.action, e.subject) for e in self.ledger.audit_entries(500) if not subject or e.subject == subject]

    def given_up(self, targets: dict[Any, str]) -> str:
        """An alert of the analyst's whose delivery was given up; the delivery's id."""
        at, asked = self.clock(), (Asked(kinds=("advert",), query=Query(text="x")),)
        made = Watch(id="w1", owner="analyst", name="Berries", kind="list", source="x", created_at=at, asked=asked)
        self.ledger.record_look(self.ledger.add_watch(made), {("advert", self.advert("Rotterdam")): ""}, at, targets=targets)
        one = next(one for one in self.ledger.due_deliveries(self.clock()) if one.target in targets.values())
        self.ledger.claim_delivery(one, at)
        self.ledger.failed_delivery(one, "ConnectError", at + timedelta(days=20))
        return one.id


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Filled]:
    """A filled home, made once and copied for each test."""
    home = tmp_path_factory.mktemp("review")
    settings = Settings(home=home)
    with open_ledger(settings.ledger) as ledger, open_index(settings) as index:
        for role in Role:
            ledger.add_user(role.value, PASSWORD, role)
        filled = fill(ledger, index, catalogue(), landing=Landing(settings.landing_url))
    return home, filled


@pytest.fixture
def house(template: tuple[Path, Filled], tmp_path: Path) -> Iterator[House]:
    """A house of its own for one test."""
    shutil.copytree(template[0], tmp_path / "review")
    settings = Settings(home=tmp_path / "review")
    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(settings.ledger))
        index = stack.enter_context(open_index(settings))
        yield House(settings, ledger, index, template[1], Clock(), stack)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all modules: each page has a context of its own (``tests.review.browsing.signed_in``)."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def client(house: House) -> TestClient:
    """Signed in as an analyst."""
    return house.client()


@pytest.fixture
def form_of() -> Callable[[str], dict[str, str]]:
    """Reads the hidden fields of the decision form from a page."""

    def read(page: str) -> dict[str, str]:
        part = page[page.index('id="decision"') :]
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', part))

    return read
