"""The crawl of a site on which nearly everything is hostile or broken (tests/targets/hostile.py says what is right)."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawlers.engine import crawl
from strazha.evidence.captures import capture_folder, capture_of
from strazha.evidence.landing import Landing
from strazha.evidence.verifying import verify_captures
from strazha.evidence.warc import read_capture
from strazha.model.advert import Advert
from strazha.model.run import CrawlReport
from strazha.model.source import Source
from tests.targets.hostile import GOOD_TITLE, HostileServer, Page, definition

pytestmark = [pytest.mark.live, pytest.mark.slow]
RUN = "20261121T100000Z-ab12"
FOLDER = capture_folder("hostile", RUN)


@dataclass
class Outcome:
    server: HostileServer
    landing: Landing
    report: CrawlReport
    seconds: float
    adverts: dict[str, list[Advert]]

    def entries(self, page: Page) -> list[str]:
        """Kinds of the report's entries for a page."""
        ends = (page.path, page.path.partition("?")[0])
        return [error.kind for error in self.report.errors if error.url.endswith(ends) or f"{page.path}?" in error.url]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    landing = Landing(str(tmp_path_factory.mktemp("hostile") / "landing"))
    with HostileServer() as server:
        plain = definition(server)
        # Twice the fixture's time for a page: on a busy machine an honest page of 3 MB may take more than 4 s.
        source = Source.model_validate({**plain, "limits": {**plain["limits"], "page_seconds": 8}})
        started = time.monotonic()
        report = crawl(source, landing, RUN)
        seconds = time.monotonic() - started
    adverts: dict[str, list[Advert]] = defaultdict(list)
    for _, line in landing.iter_lines(FOLDER, "adverts"):
        advert = Advert.model_validate_json(line)
        adverts[advert.key].append(advert)
    return Outcome(server, landing, report, seconds, adverts)


def test_the_run_completes_in_bounded_time(crawled: Outcome) -> None:
    assert crawled.report.state == "completed"
    assert crawled.seconds < 120
    assert len(crawled.server.pages) >= 50


def test_every_page_ends_as_it_should(crawled: Outcome) -> None:
    wrong = []
    for page in crawled.server.pages:
        found, entries = crawled.adverts.get(page.id, []), crawled.entries(page)
        right = {
            "advert": len(found) == 1,
            "error": bool(entries) and not found,
            "either": bool(entries) or len(found) == 1 or page.kind == "start",
            "quiet": True,
            "refused": not found and not crawled.server.hits[page.path],
        }[page.outcome]
        if not right:
            wrong.append(f"{page.outcome} {page.id} ({page.note}): {len(found)} adverts, entries {entries}")
    assert wrong == []


def test_every_entry_of_the_report_is_clear(crawled: Outcome) -> None:
    for error in crawled.report.errors:
        assert error.kind not in {"", "error"}, error
        assert error.url.startswith("http"), error
        assert len(error.detail) <= 300
        assert error.detail.isprintable()


def test_the_neighbour_is_never_reached(crawled: Outcome) -> None:
    assert crawled.server.neighbour_hits == []


def test_traps_are_left_after_a_few_steps(crawled: Outcome) -> None:
    assert crawled.server.hits["/session/"] <= 25
    assert sum(crawled.server.hits.values()) < 2000
    assert {"depth", "paging limit"} <= {error.kind for error in crawled.report.errors}


def test_ordinary_adverts_among_them_are_read_in_full(crawled: Outcome) -> None:
    for page in crawled.server.good:
        (advert,) = crawled.adverts[page.id]
        assert advert.title == GOOD_TITLE + page.id
        assert advert.body
        assert read_capture(crawled.landing, capture_of(crawled.landing, advert))


def test_what_was_read_can_be_stored_anywhere(crawled: Outcome) -> None:
    secret = Path("/etc/hostname").read_text(encoding="utf-8").strip() if Path("/etc/hostname").exists() else ""
    for found in crawled.adverts.values():
        for advert in found:
            text = json.dumps(advert.plain(), ensure_ascii=False)
            text.encode("utf-8")  # no lone surrogates
            assert "\\u0000" not in text
            assert len(advert.body) <= 20_000
            assert not secret or len(secret) < 6 or secret not in text


def test_the_evidence_is_sound(crawled: Outcome) -> None:
    assert crawled.landing.verify(FOLDER) == []
    assert verify_captures(crawled.landing, FOLDER) == []
    assert crawled.landing.parts(FOLDER) == []
