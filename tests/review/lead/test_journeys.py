"""A lead's day in a real browser: reading the dashboard, exporting, printing; both areas' pages before axe-core."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
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
from tools.invented_runs import decide, fill_runs, set_aside, write_definitions

pytestmark = [pytest.mark.browser, pytest.mark.live]
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    home = tmp_path_factory.mktemp("lead")
    settings = Settings(home=home, sources=(write_definitions(home / "sources"),))
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        for role in Role:
            ledger.add_user(role.value, "correct horse battery", role)
        filled, clock = fill(ledger, index, catalogue(), landing=Landing(settings.landing_url)), Clock()
        docs = list(filled.adverts.values())
        fill_runs(ledger, clock())
        decide(ledger, docs, clock())
        set_aside(ledger, docs[:2], clock())
        house = House(settings, ledger, index, filled, clock, stack)
        yield house, stack.enter_context(serving(house))


@pytest.fixture
def people(works: Any, browser: Browser) -> Iterator[Any]:
    with ExitStack() as stack:

        def page_of(name: str, **options: Any) -> Watched:
            return stack.enter_context(signed_in(works[0], browser, works[1], name, **options))

        yield page_of


def test_a_lead_reads_the_dashboard(people: Any) -> None:
    seen = people("lead")
    page = seen.page
    seen.go("/dashboard")
    expect(page.locator("#trend .chart canvas")).to_have_count(1)
    expect(page.locator("#trend table.list")).to_be_visible()
    page.get_by_label("Count by").select_option("indicator")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#hotspots thead")).to_contain_text("Indicator")
    expect(page.locator("#precision tbody tr")).to_have_count(4)
    expect(page.locator("#precision")).to_contain_text("fewer than 20 decisions")
    expect(page.locator("#workload")).to_contain_text("vera.koleva")
    count = int(page.locator("#hotspots tbody tr td").first.inner_text())
    page.locator("#hotspots tbody th a").first.click()
    expect(page.locator("p[data-said]")).to_contain_text(f"{count} advert")
    seen.clean()


def test_a_lead_exports_a_selection(works: Any, people: Any, tmp_path: Path) -> None:
    seen = people("lead")
    page = seen.page
    seen.go("/search?kind=adverts&ad_type=job")
    page.get_by_role("link", name="Export or print").click()
    page.get_by_label("checking colleagues' work").check()
    page.locator("[name=why_words]").fill("for the prosecutor, 12/2026")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV file").click()
    waiting.value.save_as(tmp_path / "out.csv")
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert len(rows) > 5
    assert "888001" not in data.decode().replace(" ", "")
    entry = works[0].ledger.audit_entries(1)[0]
    assert (entry.who, entry.action, entry.detail["words"]) == ("lead", "exported", "for the prosecutor, 12/2026")
    seen.clean()


def test_a_lead_prints_a_report(people: Any) -> None:
    seen = people("lead")
    page = seen.page
    seen.go("/exports?days=30")
    page.get_by_label("work on an open case").check()
    page.get_by_role("button", name="Report to print").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report on trends and work")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).not_to_be_visible()
    expect(page.get_by_role("button", name="Print")).not_to_be_visible()
    expect(page.locator("#trend tbody tr").first).to_be_visible()
    assert len(page.pdf()) > 10_000
    seen.clean()


def test_axe_finds_nothing_serious(people: Any) -> None:
    ways = [
        (
            "operator",
            ("/sources", "/sources/bg-classifieds", "/runs/20261120T090000Z-000d", "/quarantine", "/system", "/alarms"),
        ),
        ("lead", ("/dashboard", "/exports?what=selection&kind=adverts", "/sources/eu-jobs", "/quarantine")),
    ]
    for name, paths in ways:
        for options in (
            {"locale": "en-GB"},
            {"locale": "bg-BG", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
        ):
            seen = people(name, **options, bypass_csp=True)
            for path in paths:
                seen.go(path)
                seen.page.add_script_tag(path=AXE)
                found = seen.page.evaluate("axe.run({resultTypes: ['violations']})")
                bad = [
                    (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300])
                    for one in found["violations"] if one["impact"] in {"serious", "critical"}
                ]  # fmt: skip
                assert bad == [], (path, options)
                assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_wrong_roles_are_refused(works: Any) -> None:
    house, _ = works
    assert house.client(Role.OPERATOR).get("/dashboard").status_code == 403
    assert house.client(Role.ADMIN).get("/exports").status_code == 403
    assert house.client(Role.ANALYST).post("/exports/csv", data={"why": "check"}).status_code == 403
    assert house.client(Role.INVESTIGATOR).get("/quarantine").status_code == 403
    assert house.client(Role.LEAD).post("/sources/uk-services/run").status_code == 403
