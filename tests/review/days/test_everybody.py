"""Days at the pages in a real browser: what happens when things break, what auditors do, and who uses no mouse."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from strazha.ledger import open_ledger
from strazha.ledger.records import Role
from strazha.model import Outcome
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.conftest import Clock, House
from tests.review.days.conftest import focus, undecided

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_a_session_ended_elsewhere_is_over_here(house: Any, people: Any) -> None:
    here, there = people("analyst"), people("analyst", locale="bg-BG")
    here.go("/queue")
    there.go("/account")
    rows = there.page.locator("section[aria-labelledby=ses-h] tbody tr")
    others = rows.filter(has_not=there.page.locator(".tag.mine"))
    while left := others.count():
        others.first.get_by_role("button").click()
        expect(others).to_have_count(left - 1)
    # A click that would only replace a part of the page leads to the sign-in as a whole, and back to the same place.
    here.page.get_by_label("transport").click()
    here.page.wait_for_url(re.compile(r"/login\?next="))
    expect(here.page.get_by_label("Password")).to_be_visible()
    there.go("/queue")
    expect(there.page.get_by_role("heading", level=1)).to_have_text("Опашка")
    there.clean()


def test_the_page_kept_by_the_browser_shows_nothing_after_signing_out(house: Any, people: Any) -> None:
    seen = people("analyst")
    seen.go(f"/adverts/{undecided(house)[0]}")
    seen.page.get_by_role("button", name="Sign out").click()
    seen.page.wait_for_url(re.compile("/login"))
    seen.page.go_back()
    expect(seen.page.get_by_label("Password")).to_be_visible()


def test_while_the_index_is_away_pages_say_so_and_come_back(house: Any, people: Any) -> None:
    seen = people("analyst")
    seen.go("/queue")
    path = house.settings.index_file
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        # As while somebody builds the index anew.
        other.execute("ALTER TABLE meta RENAME TO meta_away")
        try:
            answer = seen.page.goto(f"{seen.address}/queue")
            assert answer.status == 503
            expect(seen.page.locator("main")).to_contain_text("The index or the ledger cannot be reached.")
            expect(seen.page.locator("main")).to_contain_text("Try again in a minute")
            seen.go("/account")
            expect(seen.page.get_by_role("heading", level=1)).to_have_text("My account")
        finally:
            other.execute("ALTER TABLE meta_away RENAME TO meta")
    seen.go("/queue")
    expect(seen.page.locator(".row").first).to_be_visible()
    assert [one for one in seen.complaints if "503" not in one] == []


def test_two_decide_at_once_and_the_second_keeps_their_words(house: Any, people: Any) -> None:
    one = undecided(house, 2)[1]
    first, second = people("analyst"), people("investigator")
    for seen in (first, second):
        seen.go(f"/adverts/{one}")
    first.page.get_by_label("Monitor").check()
    first.page.get_by_label("Reason in your words").fill("Wait and see")
    first.page.get_by_role("button", name="Record decision").click()
    expect(first.page.get_by_role("status").first).to_contain_text("Recorded")
    second.page.get_by_label("Insufficient").check()
    second.page.get_by_label("Reason in your words").fill("One line of text is too little")
    second.page.get_by_role("button", name="Record decision").click()
    expect(second.page.locator("#decision").get_by_role("alert")).to_be_visible()
    expect(second.page.locator("#reason")).to_have_value("One line of text is too little")
    expect(second.page.locator(".decisions")).to_contain_text("Wait and see")
    assert len(house.ledger.decisions("advert", one)) == 1
    second.page.get_by_role("button", name="Record as a correction").click()
    expect(second.page.get_by_role("status").first).to_contain_text("Recorded")
    assert house.index.advert(one).decision is Outcome.INSUFFICIENT
    first.clean()


def test_a_capture_is_read_back_in_place(house: Any, people: Any) -> None:
    seen = people("auditor")
    page = seen.page
    seen.go(f"/adverts/{house.advert('Rotterdam')}")
    page.evaluate("window.same = true")
    link = page.get_by_role("link", name="Read the page back and check its SHA-256")
    link.click()
    expect(page.locator("#proof .notice")).to_be_visible()
    expect(page.locator("#said")).not_to_be_empty()
    assert page.evaluate("window.same") is True
    assert "Read the page back" in focus(page)
    seen.clean()


def test_an_auditor_reads_everything_and_changes_nothing(house: Any, people: Any) -> None:
    seen = people("auditor")
    page = seen.page
    one = house.advert("Rotterdam")
    seen.go(f"/adverts/{one}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Warehouse staff")
    for name in ("Record decision", "Record and go on", "Take", "Hand over", "Record the correction"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    seen.go(f"/clusters/{house.filled.of('salon').id}")
    for name in ("Confirm", "Cut", "Never", "Merge", "Split off the chosen adverts"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    menu = page.get_by_role("navigation", name="Main")
    menu.get_by_text("Oversight").click()
    menu.get_by_role("link", name="Audit").click()
    page.wait_for_url(re.compile("/audit"))
    expect(page.locator("tbody tr", has_text="advert read").first).to_contain_text("auditor")
    expect(page.get_by_role("alert")).to_have_count(0)
    seen.clean()


def test_an_auditor_sees_that_the_log_was_changed_behind_its_back(house: Any, people: Any, tmp_path: Any) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(house.settings.home, copy)
    settings = Settings(home=copy)
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        own = House(settings, ledger, index, house.filled, Clock(), stack)
        client = own.client(Role.AUDITOR)
        client.get(f"/adverts/{house.advert('Rotterdam')}")
        assert "The chain is broken" not in client.get("/audit").text
        with closing(sqlite3.connect(next(copy.glob("ledger*.sqlite")))) as other:
            for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                other.execute(f"DROP TRIGGER {name}")
            other.execute("UPDATE audit_log SET who = 'nobody' WHERE number = 1")
            other.commit()
        assert "The chain is broken at entry 1" in client.get("/audit").text


def test_the_first_tab_skips_to_the_content(house: Any, people: Any) -> None:
    seen = people("analyst")
    page, keys = seen.page, seen.page.keyboard
    seen.go("/queue")
    keys.press("Tab")
    assert "To the content" in focus(page)
    keys.press("Enter")
    assert focus(page).startswith("MAIN#main")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    seen.clean()


def test_the_menu_is_used_by_keyboard(house: Any, people: Any) -> None:
    seen = people("lead")
    page, keys = seen.page, seen.page.keyboard
    seen.go("/queue")
    group = page.locator(".menu summary", has_text="Oversight")
    group.focus()
    keys.press("Enter")
    expect(page.get_by_role("link", name="Double reviews")).to_be_visible()
    keys.press("Tab")
    assert page.evaluate("document.activeElement.closest('.group[open]') !== null")
    keys.press("Escape")
    expect(page.get_by_role("link", name="Double reviews")).not_to_be_visible()
    assert "Oversight" in focus(page)
    keys.press("Enter")
    # Leaving the group closes it; it covers nothing any more.
    page.locator(".row-link").first.focus()
    expect(page.get_by_role("link", name="Double reviews")).not_to_be_visible()
    group.click()
    page.get_by_role("link", name="Double reviews").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".menu summary.here")).to_have_text("Oversight")
    seen.clean()


def test_a_screen_reader_is_told_what_changed_and_keeps_its_place(house: Any, people: Any) -> None:
    seen = people("analyst")
    page = seen.page
    seen.go("/queue")
    expect(page.locator("#said")).to_be_empty()
    page.get_by_label("transport").focus()
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_contain_text(re.compile("1 (cluster|single advert)"))
    assert page.evaluate("document.activeElement.value") == "transport"
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_contain_text("3 clusters")
    # The list of keys is a dialog with a name; closed, it gives the keyboard back to what opened it.
    opener = page.get_by_role("button", name="Keys")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    assert "Keys" in focus(page)
    seen.clean()


def test_the_sign_in_says_what_is_wrong_and_keeps_the_name(house: Any, browser: Browser, address: str) -> None:
    context = browser.new_context(locale="bg-BG")
    page = context.new_page()
    page.goto(f"{address}/login?next=/search")
    page.get_by_label("Име").fill("auditor")
    page.get_by_label("Парола").fill("a wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Име")).to_have_value("auditor")
    expect(page.get_by_label("Парола")).to_have_value("")
    page.get_by_label("Парола").fill("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/search"))
    assert house.clock() - house.ledger.audit_entries(1)[0].at < timedelta(hours=1)
    context.close()


def test_search_from_the_queue_by_keyboard_to_an_advert_and_back(house: Any, people: Any) -> None:
    seen = people("investigator")
    page, keys = seen.page, seen.page.keyboard
    seen.go("/queue")
    keys.press("/")
    page.wait_for_url(re.compile("/search"))
    keys.press("/")
    keys.type("massage")
    keys.press("Enter")
    page.wait_for_url(re.compile("q=massage"))
    keys.press("j")
    expect(page.locator(".row-link:focus")).to_be_visible()
    keys.press("Enter")
    page.wait_for_url(re.compile("/(adverts|clusters)/"))
    page.go_back()
    expect(page.locator("#q")).to_have_value("massage")
    seen.clean()


def test_contacts_are_uncovered_for_a_reason_and_an_auditor_reads_it(house: Any, people: Any) -> None:
    one = house.advert("Rotterdam")
    seen = people("investigator", reasoned=False)
    page = seen.page
    seen.go(f"/adverts/{one}")
    expect(page.locator("main")).not_to_contain_text("04069001")
    page.keyboard.press("c")
    page.get_by_label("work on an open case").check()
    page.get_by_role("textbox", name="In words").fill("file 17 of 2026")
    page.locator(".whys-form").get_by_role("button", name="Uncover 1 contact").click()
    expect(page.locator(".cap-body")).to_contain_text("0176 04069001")
    expect(page.locator("main")).to_contain_text("This was written to the audit log with your name.")
    # The next page covers them again.
    seen.go(f"/adverts/{one}")
    expect(page.locator("main")).not_to_contain_text("04069001")
    auditor = people("auditor")
    auditor.go("/audit")
    entry = auditor.page.locator("tbody tr", has_text="contacts uncovered").first
    expect(entry).to_contain_text("investigator")
    expect(entry).to_contain_text("file 17 of 2026")
    auditor.clean()
    seen.clean()
