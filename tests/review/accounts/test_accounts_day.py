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
from strazha.ledger.second_factor import totp
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


def test_an_administrator_makes_an_account_and_closes_one_whose_session_ends(home: Any, browser: Browser, people: Any) -> None:
    admin, working = people("admin"), people("investigator")
    working.go("/queue")
    admin.go("/")
    page = admin.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")
    page.locator("#name").fill("new.colleague")
    page.locator("#role").select_option("operator")
    page.get_by_role("button", name="Make account").click()
    password = page.locator("#once").text_content()
    page.get_by_role("button", name="Close investigator").click()
    expect(page.get_by_role("status")).to_contain_text("sessions are ended")
    working.page.reload()
    expect(working.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    working.page.locator("#name").fill("new.colleague")
    working.page.locator("#password").fill(password or "")
    working.page.get_by_role("button", name="Sign in").click()
    expect(working.page.get_by_text("Choose your own first")).to_be_visible()
    working.page.locator("#pw-now").fill(password or "")
    working.page.locator("#pw-new").fill("several words in a row")
    working.page.locator("#pw-again").fill("several words in a row")
    working.page.get_by_role("button", name="Change password").click()
    working.go("/")
    expect(working.page.get_by_role("heading", level=1)).to_have_text("Runs")
    admin.clean()
    working.clean()


def test_a_second_factor_is_set_up_and_its_device_lost(home: Any, people: Any) -> None:
    seen = people("lead")
    page = seen.page
    seen.go("/account")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    secret = (page.locator("#totp-key").text_content() or "").replace(" ", "")
    page.locator("#code").fill(totp(secret, int(home.clock.at.timestamp()) // 30))
    page.get_by_role("button", name="Turn on").click()
    codes = page.locator(".codes code").all_text_contents()
    assert len(codes) == 10
    page.get_by_role("button", name="Sign out").click()
    page.locator("#name").fill("lead")
    page.locator("#password").fill(PASSWORD)
    page.get_by_text("Device lost?").click()
    page.locator("#recovery").fill(codes[3])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".who")).to_contain_text("lead")
    seen.go("/account")
    expect(page.locator("main")).to_contain_text("9 recovery codes are left.")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    seen.clean()
