"""An operator's day in a real browser, over a site that is really crawled: an emptied field, pausing, quarantine, a crash."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from flows import job
from flows.chosen import Wanted, choose
from flows.rooms import Rooms
from flows.steps.reading import versions
from flows.steps.taking import crawl_source, take_in
from review.operate.bell import FRESH
from strazha.clock import now
from strazha.evidence.landing import Landing
from strazha.ledger import open_ledger
from strazha.ledger.records import Role
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.browsing import Watched, serving, signed_in
from tests.review.conftest import House
from tests.review.operate.plant import SIZE, Site, defined, site
from tools.invented import Filled

expect.set_options(timeout=60_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Site, str]]:
    """A house over a crawled site: one run behind it, one of its adverts set aside while it was screened."""
    home = tmp_path_factory.mktemp("works")
    with ExitStack() as stack:
        running = stack.enter_context(site())
        settings = Settings(home=home / "home", sources=(defined(home / "sources", running.port),), encoder="off")
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        for role in Role:
            ledger.add_user(role.value, "correct horse battery", role)
        rooms = Rooms(settings, Landing(settings.landing_url), ledger, index)
        sources = choose(settings, Wanted(("small-ads",)))
        at = now()
        report = ledger.start_run(job.new_run_id(at), ["small-ads"], at)
        crawl_source(rooms, report.run_id, sources[0])
        take_in(rooms, report.run_id, "small-ads", at)
        broken = next(ledger.scan_adverts())
        version = f"{broken.content_hash[:16]}+{versions().key}"
        detail = {"source": "small-ads", "error": "ValueError: no reader could make sense of it, near 07700 900123"}
        ledger.mark_done("quarantine", broken.advert_id, version, report.run_id, now(), detail)
        assert job.run(rooms, sources).run_id == report.run_id
        yield House(settings, ledger, index, Filled({}, {}), now, stack), running, broken.advert_id  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def address(works: Any) -> Iterator[str]:
    with serving(works[0]) as found:
        yield found


@pytest.fixture
def people(works: Any, browser: Browser, address: str) -> Iterator[Any]:
    with ExitStack() as stack:

        def page_of(name: str, **options: Any) -> Watched:
            return stack.enter_context(signed_in(works[0], browser, address, name, **options))

        yield page_of


def test_an_advert_in_quarantine_is_tried_again(works: Any, people: Any) -> None:
    house, _, broken = works
    seen = people("operator")
    page = seen.page
    seen.go("/quarantine")
    row = page.get_by_role("row", name=re.compile(broken[:12]))
    expect(row).to_contain_text("no reader could make sense of it")
    assert "900123" not in page.content()
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("They are being screened again.")
    end = time.monotonic() + 90
    while house.ledger.asked(going=True) and time.monotonic() < end:
        time.sleep(0.2)
    (asked,) = house.ledger.asked(limit=1)
    assert (asked.kind, asked.state, asked.problem) == ("rescreen", "ended", "")
    assert house.ledger.screening_refs([broken])[broken].run_id == asked.run_id
    assert house.index.advert(broken) is not None
    seen.go("/quarantine")
    expect(page.locator("#adv-h + .empty")).to_be_visible()
    expect(page.locator("#ret-h")).to_contain_text("1")
    seen.clean()


def test_an_emptied_field_is_noticed_run_by_hand_and_noted(works: Any, people: Any) -> None:
    house, running, _ = works
    running.places = False
    seen = people("operator")
    page = seen.page
    seen.go("/sources")
    row = page.get_by_role("row", name=re.compile("Small ads of the valley"))
    expect(row).to_contain_text("*/30 * * * *")
    expect(row).to_contain_text("2036-12-31")
    row.get_by_role("link", name="Small ads of the valley").click()
    expect(page.locator("#fill-h + p")).to_contain_text("There is no past to compare with yet.")
    page.get_by_label("Reason (may stay empty)").first.fill("The list looks odd")
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url(re.compile("/asked/"))
    # While it goes on nobody starts a second one.
    assert house.client(Role.OPERATOR).post("/sources/small-ads/run").status_code == 409
    expect(page.locator("#asked")).to_contain_text("ended", timeout=90_000)
    page.get_by_role("link", name=re.compile(r"^\d{8}T")).click()
    expect(page.locator(".log")).to_contain_text(f"pages, {SIZE} adverts; ended: finished")
    expect(page.locator(".log .l-warning")).to_contain_text("field place is empty: 100% before, 0% now")
    # The count in the header is some seconds old at most.
    for _ in range(20):
        if page.locator(".ringing").count():
            break
        page.wait_for_timeout(FRESH * 1000 / 10)
        page.reload()
    expect(page.locator(".ringing")).to_contain_text("1 alarm")
    page.locator(".ringing").click()
    expect(page.locator(".ring")).to_contain_text(f"The field place has gone empty: none of {SIZE} adverts has it")
    page.locator(".ring").get_by_role("link", name="small-ads").click()
    expect(page.get_by_role("row", name=re.compile("^place"))).to_contain_text("gone empty")
    expect(page.locator(".chart canvas")).to_have_count(1)
    seen.go("/alarms")
    page.get_by_label("Note (kept with your name)").fill("Selector to be mended")
    page.get_by_role("button", name="Take note").click()
    expect(page.locator(".ringing")).to_have_count(0)
    expect(page.locator("#noted-h")).to_be_visible()
    expect(page.locator(".ring")).to_contain_text("Selector to be mended")
    done = house.actions("small-ads")
    assert ("operator", "run asked for", "small-ads") in done
    assert any(action == "alarm noted" for _, action, _ in house.actions())
    seen.clean()


def test_a_source_is_paused_and_the_schedule_keeps_to_it(works: Any, people: Any) -> None:
    house, *_ = works
    seen = people("operator")
    page = seen.page
    seen.go("/sources/small-ads")
    page.get_by_label("Why it is to be paused").fill("The site is being rebuilt")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#facts-h + dl")).to_contain_text("The site is being rebuilt")
    assert house.ledger.paused()["small-ads"].done_by == "operator"
    seen.go("/sources")
    expect(page.get_by_role("row", name=re.compile("Small ads of the valley"))).to_contain_text("paused")
    seen.go("/sources/small-ads")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert house.ledger.paused() == {}
    changes = [action for _, action, _ in house.actions("small-ads") if action in {"source resumed", "source paused"}]
    assert changes[:2] == ["source resumed", "source paused"]
    seen.clean()


def test_a_site_out_of_reach_is_told(works: Any, people: Any) -> None:
    house, running, _ = works
    folder = house.settings.sources[0]
    port = running.port
    defined(folder, 9)  # the discard port, on which nobody listens
    seen = people("operator")
    page = seen.page
    try:
        seen.go("/sources/small-ads")
        page.get_by_role("button", name="Run now").click()
        expect(page.locator("#asked")).to_contain_text("failed", timeout=90_000)
        expect(page.locator("#asked [role=alert]")).to_contain_text("no page could be fetched")
    finally:
        defined(folder, port)
    seen.clean()


def test_those_who_oversee_look_and_start_nothing(people: Any) -> None:
    seen = people("lead")
    seen.go("/sources/small-ads")
    expect(seen.page.locator("#work")).to_contain_text("Runs are started and paused by operators.")
    expect(seen.page.locator("#work button")).to_have_count(0)
    analyst = people("analyst")
    analyst.go("/sources")
    expect(analyst.page.locator("h1")).to_contain_text("Your account does not reach this page.")
