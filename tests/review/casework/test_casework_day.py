"""An investigator's day in a real browser: links, time, comparing, cases, notes, an upload, a report; axe over the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
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
from tools.invented import fill, samples

expect.set_options(timeout=20_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A house with each operation three times, shared by the journeys of this module."""
    settings = Settings(home=tmp_path_factory.mktemp("casework"))
    again = [
        replace(one, title=f"{one.title} {turn}", operation=f"{one.operation}{turn}")
        for turn in (2, 3) for one in samples() if one.operation
    ]  # fmt: skip
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        for role in Role:
            ledger.add_user(role.value, "correct horse battery", role)
        filled = fill(ledger, index, catalogue(), [*samples(), *again], Landing(settings.landing_url))
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


def test_choosing_a_line_of_the_graph_shows_why(home: Any, people: Any) -> None:
    seen = people("investigator")
    page = seen.page
    seen.go(f"/clusters/{home.filled.of('salon').id}")
    page.get_by_role("navigation", name="Views of this cluster").get_by_role("link", name="Links").click()
    page.locator("#graph[data-ready]").wait_for()
    box = page.locator("#graph").bounding_box()
    assert box is not None
    spot = page.evaluate(
        "() => { const cy = document.getElementById('graph')._cyreg.cy; const edge = cy.edges()[1];"
        " const at = edge.renderedMidpoint(); return [edge.id(), at.x, at.y]; }"
    )
    page.mouse.click(box["x"] + spot[1], box["y"] + spot[2])
    expect(page.locator("#chosen")).to_contain_text("Both give the telephone")
    expect(page.locator(f"#{spot[0]}")).to_have_class(re.compile(r"\bon\b"))
    # The same by keyboard, from the list, and the word on it in one form.
    page.get_by_role("button", name="Show in the graph: link 1", exact=True).press("Enter")
    expect(page.locator("#edge-1")).to_have_class(re.compile(r"\bon\b"))
    page.get_by_label("Why", exact=True).fill("one voice")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("Your word is in effect")
    said = [link.judgement.value for link in home.ledger.links_of(home.filled.of("salon").cluster.members)]
    assert said.count("confirmed") == 1
    seen.clean()


def test_time_towns_and_the_way_between_them(home: Any, people: Any) -> None:
    seen = people("investigator")
    page = seen.page
    seen.go(f"/times/{home.filled.of('fields').id}")
    expect(page.get_by_role("heading", name="Adverts by day")).to_be_visible()
    assert page.locator("svg.columns rect").count() >= 5
    page.get_by_text("As a table").click()
    expect(page.locator("details[open] table")).to_be_visible()
    moves = page.locator("section[aria-labelledby=moves-h] tbody").first.locator("tr")
    assert moves.count() >= 2
    expect(moves.first).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d"))
    seen.clean()


def test_a_map_follows_the_towns(home: Any, people: Any) -> None:
    seen = people("investigator")
    seen.go(f"/times/{home.filled.of('vans').id}")
    seen.page.locator("#towns[data-ready]").wait_for()
    expect(seen.page.locator("#towns .spot").first).to_be_visible()
    seen.clean()


def test_two_clusters_are_compared_and_merged(home: Any, people: Any) -> None:
    seen = people("investigator")
    page = seen.page
    a, b = home.filled.of("vans2").id, home.filled.of("vans3").id
    seen.go(f"/links/{a}")
    page.get_by_role("link", name="Compare with another cluster").click()
    page.get_by_label("Second: number or address").fill(b)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".pairs li").first).to_contain_text("shared contact")
    expect(page.locator(".chip.shared").first).to_be_visible()
    expect(page.get_by_text("enough to join them").first).to_be_visible()
    page.get_by_label("Why").fill("the same number and firm")
    page.get_by_role("button", name="They are one operation: merge").click()
    expect(page.get_by_role("status")).to_contain_text("Your word is in effect")
    members = (*home.filled.of("vans2").cluster.members, *home.filled.of("vans3").cluster.members)
    assert len(set(home.ledger.clusters_of(members).values())) == 1
    seen.clean()


def test_a_case_is_built_and_others_do_not_see_it(home: Any, people: Any) -> None:
    seen, other = people("investigator"), people("analyst")
    page = seen.page
    seen.go("/cases")
    page.get_by_label("Name", exact=True).fill("Operation Lime")
    page.get_by_label("Your reference number (may stay empty)").fill("R/118")
    page.get_by_role("button", name="Open the case").click()
    case = page.url.removeprefix(seen.address)
    seen.go(f"/history/cluster/{home.filled.of('salon2').id}")
    page.get_by_label("Why").fill("same voice on two numbers")
    page.get_by_role("button", name="Put into the case").click()
    expect(page.get_by_role("heading", name="Operation Lime")).to_be_visible()
    expect(page.locator(".rows .row")).to_have_count(1)
    other.page.goto(other.address + case)
    expect(other.page.get_by_role("heading", level=1)).to_contain_text("nothing here")
    other.go("/cases")
    expect(other.page.locator("main")).not_to_contain_text("Lime")
    page.get_by_label("Let somebody in").select_option("analyst")
    page.locator("#person-why").fill("works on it with me")
    page.get_by_role("button", name="Let in", exact=True).click()
    expect(page.locator("section[aria-labelledby=people-h]")).to_contain_text("analyst")
    other.page.goto(other.address + case)
    expect(other.page.get_by_role("heading", name="Operation Lime")).to_be_visible()
    seen.clean()


def test_a_note_is_written_and_changed(home: Any, people: Any) -> None:
    seen = people("investigator", locale="bg-BG")
    page = seen.page
    advert = home.filled.of("fields").cluster.members[0]
    seen.go(f"/adverts/{advert}")
    page.get_by_role("link", name="Бележки и история").click()
    page.get_by_label("Нова бележка").fill("Чака отговор от платформата")
    page.get_by_role("button", name="Запиши бележката").click()
    note = page.locator(".happenings .h-note")
    expect(note).to_contain_text("Чака отговор от платформата")
    note.locator("summary").click()
    note.get_by_role("textbox").fill("Платформата отговори")
    note.get_by_role("button", name="Запази като следваща версия").click()
    expect(note.locator(".said").first).to_have_text("Платформата отговори")
    expect(note).to_contain_text("версия 2")
    seen.clean()


def test_an_uploaded_file_resembles_a_known_cluster(home: Any, people: Any, tmp_path: Path) -> None:
    seen = people("investigator")
    page = seen.page
    doc = home.filled.adverts[home.filled.of("fields").cluster.members[0]]
    (tmp_path / "seized.txt").write_text(f"{doc.advert.title}\n{doc.advert.body}", encoding="utf-8")
    (tmp_path / "seized.bin").write_bytes(b"\0\1\2")
    seen.go("/paste")
    page.get_by_label("Or a file").set_input_files(tmp_path / "seized.bin")
    page.get_by_role("button", name="Screen the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Files of this kind are not read")
    page.get_by_label("Or a file").set_input_files(tmp_path / "seized.txt")
    page.get_by_role("button", name="Screen the file").click()
    alike = page.locator("section[aria-labelledby=alike-h]")
    expect(alike).to_contain_text("enough to join them", timeout=90_000)
    alike.locator('a[href^="/clusters/"]').first.click()
    expect(page.get_by_role("navigation", name="Views of this cluster")).to_be_visible()
    # The refused file is answered with status 422, which a console notes; nothing else may be there.
    assert [text for text in seen.complaints if "422" not in text] == []


def test_a_report_is_printed_with_digests_and_covered_contacts(home: Any, people: Any) -> None:
    seen = people("investigator")
    page = seen.page
    case = home.ledger.open_case("Operation Lemon", "R/9", "investigator", home.clock())
    seen.go(f"/cases/{case.id}")
    page.get_by_text("Put something in").click()
    page.get_by_label("Number or address of an advert or cluster").fill(home.filled.of("salon3").id)
    page.locator("#in-why").fill("same voice")
    page.get_by_role("button", name="Put into the case").click()
    page.locator("#report-why").fill("for the prosecutor")
    page.get_by_role("button", name="Make the printable report").click()
    expect(page.locator(".report h1")).to_have_text("Operation Lemon")
    doc = home.filled.adverts[home.filled.of("salon3").cluster.members[0]]
    expect(page.locator(".report")).to_contain_text(doc.advert.content_hash)
    assert not re.search(r"7700 ?900 ?\d{2}", page.locator(".report").inner_text())
    page.emulate_media(media="print")
    expect(page.locator("header.top")).not_to_be_visible()
    expect(page.locator(".no-print")).not_to_be_visible()
    assert len(page.pdf()) > 10_000
    page.emulate_media(media="screen")
    page.go_back()
    page.locator("#bundle-why").fill("for the court")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Make the evidence bundle").click()
    assert fetched.value.suggested_filename == f"case-{case.id}.zip"
    seen.clean()


@pytest.mark.parametrize(("locale", "width"), [("en-GB", 1280), ("bg-BG", 390)])
def test_nothing_sticks_out_and_axe_finds_nothing_serious(home: Any, people: Any, locale: str, width: int) -> None:
    seen = people("lead", locale=locale, viewport={"width": width, "height": 844})
    page = seen.page
    salon, fields = home.filled.of("salon").id, home.filled.of("fields").id
    case = home.ledger.open_case("Operation Orange", "R/7", "lead", home.clock())
    home.ledger.add_note("cluster", salon, "a note", "lead", home.clock())
    for path in (
        f"/clusters/{salon}", f"/links/{salon}", f"/times/{salon}", f"/text/{fields}", f"/facts/{salon}", "/hubs",
        f"/history/cluster/{salon}", f"/compare?a={salon}&b={fields}", "/cases", f"/cases/{case.id}", "/paste",
    ):  # fmt: skip
        seen.go(path)
        page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations"
                              ".filter(one => ['serious', 'critical'].includes(one.impact))"
                              ".map(one => one.id + ': ' + one.nodes[0].html))")  # fmt: skip
        assert found == [], path
    assert seen.complaints == []
