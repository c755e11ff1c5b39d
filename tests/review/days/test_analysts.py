"""Days at the pages in a real browser: what analysts do besides triage."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from review.access import PUBLIC, roles_of
from review.app import create_app
from strazha.ledger.records import Role
from strazha.model import Outcome
from tests.review.browsing import signed_in
from tests.review.days.conftest import undecided
from tests.review.test_access import OPEN, endpoints, filled
from tests.review.test_corrections import new_version

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_a_decision_is_undone_from_the_page_that_came_next(house: Any, people: Any) -> None:
    (one,) = undecided(house)
    seen = people("analyst")
    page = seen.page
    seen.go(f"/adverts/{one}")
    page.get_by_label("Spam or scam").check()
    page.get_by_label("Reason in your words").fill("A prize draw")
    page.get_by_role("button", name="Record and go on").click()
    expect(page.get_by_role("status").first).to_contain_text("Recorded:")
    assert house.index.advert(one).decision is Outcome.SPAM
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(f"/adverts/{one}"))
    expect(page.locator("#decision")).to_contain_text("taken back by")
    assert house.index.advert(one).decision is None
    seen.clean()


def test_a_hit_is_said_to_be_none_and_stays_beside_the_machines(house: Any, people: Any) -> None:
    one = house.advert("Rotterdam")
    seen = people("analyst")
    page = seen.page
    seen.go(f"/adverts/{one}")
    score = page.locator("#sum-h .band-score").inner_text()
    note = page.locator(".note", has_text="Placement costs 300 euro")
    note.locator("summary").click()
    note.get_by_role("link", name="Correct").click()
    expect(page.locator("#fix-finding option:checked")).to_contain_text("Placement costs")
    page.locator("#fix-note").fill("The fee is for a uniform")
    page.get_by_role("button", name="Record the correction").click()
    expect(page.locator("#fixes")).to_contain_text("no such thing")
    expect(page.locator(".cap-body mark.off").first).to_be_visible()
    # What the machine found and the score stay; the person's word stands beside them.
    expect(page.locator("#sum-h .band-score")).to_have_text(score)
    expect(page.locator(".note .fix")).to_contain_text("analyst")
    page.locator("#fixes").get_by_role("button", name="Take back").click()
    expect(page.locator(".cap-body mark.off")).to_have_count(0)
    seen.clean()


def test_versions_are_compared_and_contacts_stay_covered(house: Any, people: Any) -> None:
    one = house.advert("Берачи на ягоди")
    body = house.index.advert(one).advert.body
    new_version(house, one, body=f"{body} Вече има места и в Бремен.")
    seen = people("investigator")
    seen.go(f"/adverts/{one}")
    seen.page.get_by_role("link", name="Compare versions word by word").click()
    expect(seen.page.locator(".cap-body ins").first).to_contain_text("Вече")
    assert not re.search(r"0888 00", seen.page.locator("main").inner_text())
    seen.clean()


def test_similar_adverts_lead_from_one_to_the_next(house: Any, people: Any) -> None:
    seen = people("analyst")
    seen.go(f"/clusters/{house.filled.of('salon').id}")
    seen.page.locator("#mem-h ~ .rows .row-link").first.click()
    similar = seen.page.locator(".similar a").first
    title = similar.inner_text()
    similar.click()
    expect(seen.page.get_by_role("heading", level=1)).to_contain_text(title.rstrip("…")[:40])
    seen.page.locator(".crumbs a").last.click()
    seen.page.wait_for_url(re.compile("/(clusters/|queue)"))
    seen.clean()


def test_the_language_is_switched_without_losing_the_place(house: Any, people: Any) -> None:
    seen = people("analyst")
    page = seen.page
    seen.go("/search?q=Leeds&ad_type=adult")
    page.get_by_role("button", name="BG").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Търсене")
    assert "q=Leeds" in page.url
    assert "ad_type=adult" in page.url
    assert page.locator("html").get_attribute("lang") == "bg"
    expect(page.locator("#q")).to_have_value("Leeds")
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    seen.clean()


def test_triage_on_a_phone(house: Any, people: Any) -> None:
    seen = people("analyst", **PHONE)
    page = seen.page
    seen.go("/account")
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).not_to_be_visible()
    page.get_by_role("button", name="Menu").tap()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="Queue").tap()
    for _ in range(3):
        page.locator(".row-link").first.tap()
        page.get_by_role("link", name="Decide").tap()
        page.get_by_label("Not relevant").tap()
        page.locator('.grounds[data-of="not_relevant"] label').first.tap()
        page.get_by_role("button", name="Record and go on").tap()
        expect(page.get_by_role("status").first).to_contain_text("Recorded:")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        # Everything was for trying: taken back, so that the next journey finds it.
        page.get_by_role("button", name="Undo").tap()
        expect(page.locator("#decision")).to_contain_text("taken back by")
        seen.go("/queue?f=1&decision=none")
    seen.clean()


def test_triage_without_scripts(house: Any, people: Any) -> None:
    seen = people("investigator", java_script_enabled=False)
    page = seen.page
    seen.go("/queue?f=1&decision=none&kind=adverts")
    page.locator(".row-link").first.click()
    decided = []
    for _ in range(3):
        decided.append(page.url.rpartition("/")[2].partition("?")[0])
        page.locator("#out-not_relevant").check()
        page.locator('input[name="ground"][value^="not_relevant"]').first.check()
        page.get_by_role("button", name="Record and go on").click()
        expect(page.locator(".done")).to_be_visible()
    assert len(set(decided)) == 3
    assert all(house.index.advert(one).decision is Outcome.NOT_RELEVANT for one in decided)
    # The folded menu needs no script either.
    page.locator(".menu summary").first.click()
    expect(page.locator(".menu .group[open] a").first).to_be_visible()
    seen.clean()


def test_nobody_gets_past_their_role_by_any_address(house: Any, browser: Browser, address: str) -> None:
    """Every route with every role from a browser's own request: refused where the route does not name the role."""
    app = create_app(house.settings, index=house.index, ledger=house.ledger, clock=house.clock)
    routes = [one for one in endpoints(app) if one[1] not in OPEN and roles_of(one[2]) != PUBLIC]
    wrong, refused = [], 0
    for role in Role:
        with signed_in(house, browser, address, role.value) as seen:
            # A form sent from a page of another site is refused before anybody's role is looked at.
            own = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
            for method, path, endpoint in routes:
                roles = roles_of(endpoint) or frozenset()
                if role in roles:
                    continue
                answer = seen.page.request.fetch(
                    address + filled(path, house), method=method, headers=own, max_redirects=0, fail_on_status_code=False
                )
                refused += 1
                if answer.status != 403:
                    wrong.append(f"{role.value} {method} {path}: {answer.status}")
            seen.go("/reviews")
            if role not in {Role.LEAD, Role.ADMIN}:
                expect(seen.page.locator("main")).to_contain_text("Your account does not reach this page.")
    assert wrong == []
    assert refused > 60
