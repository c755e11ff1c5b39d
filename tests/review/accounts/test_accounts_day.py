"""Accounts in a real browser: a reason by keyboard; an administrator's day; signing in with a code and without its device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from flows.steps import catalogue
from strazha.evidence.landing import Landing
from strazha.ledger import open_ledger
from strazha.ledger.records import Role
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.browsing import Watched, serving, signed_in
from tests.review.conftest import Clock, House
from tools.invented import fill

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A house shared by the journeys of this module."""
    settings = Settings(home=tmp_path_factory.mktemp("accounts"))
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        for role in Role:
            ledger.add_user(role.value, PASSWORD, role)
        filled = fill(ledger, index, catalogue(), landing=Landing(settings.landing_url))
        yield House(settings, ledger, index, filled, Clock(), stack)


@pytest.fixture(scope="module")
def address(home: Any) -> Iterator[str]:
    with serving(home) as found:
        yield found


@pytest.fixture
def people(home: Any, browser: Browser, address: str) -> Iterator[Any]:
    """Opens pages for people by name."""
    with ExitStack() as stack:

        def page_of(name: str, **options: Any) -> Watched:
            return stack.enter_context(signed_in(home, browser, address, name, **options))

        yield page_of


def test_a_reason_is_given_by_keyboard_and_then_holds(home: Any, people: Any) -> None:
    seen = people("analyst", reasoned=False)
    page, keys = seen.page, seen.page.keyboard
    seen.go(f"/adverts/{home.advert('Rotterdam')}")
    page.locator(".why-asked").wait_for()
    keys.press("c")
    expect(page.get_by_label("deciding on this item")).to_be_focused()
    keys.press("3")
    keys.press("Enter")
    expect(page.locator(".cap-body")).to_contain_text("0176 04069001")
    seen.go(f"/adverts/{home.advert('Берачи на ягоди')}")
    expect(page.locator("form.uncover")).to_contain_text("protecting or reaching a possible victim")
    keys.press("c")
    expect(page.get_by_text("Contacts are uncovered")).to_be_visible()
    codes = [e.detail["reason"] for e in home.ledger.audit_entries(50) if e.action == "contacts uncovered"]
    assert codes == ["victim", "victim"]
    seen.clean()
