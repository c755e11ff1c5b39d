"""A site that nobody here wrote: every advert captured exactly once, its fields right; the second crawl's difference exact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.definitions import load_source
from crawlers.engine import crawl
from strazha.clock import now
from strazha.evidence.captures import capture_folder, capture_of
from strazha.evidence.landing import Landing
from strazha.evidence.verifying import verify_captures
from strazha.ledger import SeenAdvert, TakeIn, open_ledger
from strazha.model.advert import Advert, advert_id
from strazha.model.run import CrawlReport
from tests.targets.django_classified import CHANGED, GONE, NEW, DjangoClassified, definition, expected, write_definition

pytestmark = [pytest.mark.live, pytest.mark.slow]
RUNS = ("20261121T100000Z-aa01", "20261121T110000Z-aa02")
SOURCE = "django-classified"


class Crawled:
    """Both states, each crawled once through sitemap, feed and group pages, and taken into a ledger."""

    def __init__(self, site: DjangoClassified, folder: Path) -> None:
        self.landing = Landing(str(folder / "landing"))
        source = load_source(write_definition(site.base_url, folder))
        self.reports: list[CrawlReport] = []
        self.taken: list[TakeIn] = []
        self.gone: set[str] = set()
        with open_ledger(f"sqlite:///{folder}/ledger.sqlite3") as ledger:
            for turn, run in enumerate(RUNS):
                if turn:
                    site.second_state()
                at = now()
                report = crawl(source, self.landing, run)
                self.reports.append(report)
                complete = report.reason == "finished"
                taken = ledger.take_in(SOURCE, run, self._seen(run), complete=complete, at=at, unread=report.unread)
                self.taken.append(taken)
            self.gone = {state.advert_id for state in ledger.scan_adverts(SOURCE) if state.gone_since is not None}

    def adverts(self, turn: int) -> list[Advert]:
        folder = capture_folder(SOURCE, RUNS[turn])
        return [Advert.model_validate_json(line) for _, line in self.landing.iter_lines(folder, "adverts")]

    def _seen(self, run: str) -> Iterator[SeenAdvert]:
        for ref, line in self.landing.iter_lines(capture_folder(SOURCE, run), "adverts"):
            advert = Advert.model_validate_json(line)
            yield SeenAdvert(advert_id=advert.id, content_hash=advert.content_hash, url=advert.url,
                             captured_at=advert.captured_at, file=ref.file, offset=ref.offset, length=ref.length)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DjangoClassified]:
    with DjangoClassified(tmp_path_factory.mktemp("django-classified")) as running:
        yield running


@pytest.fixture(scope="module")
def ways(site: DjangoClassified, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The first state through each way in alone: start address -> keys found."""
    found = {}
    for number, path in enumerate(["/sitemap.xml", "/rss.xml", "/"]):
        folder = tmp_path_factory.mktemp("way")
        changes = {"id": f"way-{number}", "start": [site.base_url + path]}
        if path == "/sitemap.xml":
            listing = definition(site.base_url)["listing"]
            changes["listing"] = {"adverts": listing["adverts"][:1]}
        landing = Landing(str(folder / "landing"))
        crawl(load_source(write_definition(site.base_url, folder, **changes)), landing, RUNS[0])
        lines = landing.iter_lines(capture_folder(f"way-{number}", RUNS[0]), "adverts")
        found[path] = {Advert.model_validate_json(line).key for _, line in lines}
    return found


@pytest.fixture(scope="module")
def crawled(site: DjangoClassified, ways: dict[str, set[str]], tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    # After ``ways``, which want the first state.
    return Crawled(site, tmp_path_factory.mktemp("crawled"))


def test_each_way_in_finds_what_it_names(ways: dict[str, set[str]]) -> None:
    every = set(expected(1))
    assert ways["/sitemap.xml"] == every
    assert ways["/"] == every, "group pages and their paging"
    assert len(ways["/rss.xml"]) == 100, "the feed names the newest hundred"
    assert ways["/rss.xml"] < every


@pytest.mark.parametrize("turn", [0, 1])
def test_every_advert_exactly_once_with_the_right_fields(crawled: Crawled, turn: int) -> None:
    wanted, found = expected(turn + 1), crawled.adverts(turn)
    assert crawled.reports[turn].reason == "finished"
    assert len(found) == len({advert.key for advert in found}) == len(wanted) == 300
    for advert in found:
        assert advert.price is not None
        read = {
            "title": advert.title, "body": advert.body, "amount": advert.price.amount, "currency": advert.price.currency,
            "place": advert.place, "category": advert.category, "contact": advert.contact,
        }  # fmt: skip
        assert read == wanted[advert.key]


def test_the_first_crawl_has_no_errors_and_its_evidence_holds(crawled: Crawled) -> None:
    assert crawled.reports[0].errors == ()
    assert set(crawled.reports[0].filled.values()) == {100.0}
    for run in RUNS:
        assert crawled.landing.verify(capture_folder(SOURCE, run)) == []
        assert verify_captures(crawled.landing, capture_folder(SOURCE, run)) == []
    advert = crawled.adverts(0)[17]
    assert capture_of(crawled.landing, advert).url == advert.url


def test_the_second_crawl_reports_exactly_what_changed(crawled: Crawled) -> None:
    first, second = crawled.taken
    assert (first.new, first.changed, first.same, first.gone) == (300, 0, 0, 0)
    assert (second.new, second.changed, second.same, second.gone) == (10, 10, 280, 10)
    before, after = ({advert.key: advert for advert in crawled.adverts(turn)} for turn in (0, 1))
    assert {int(key) for key in set(after) - set(before)} == set(NEW)
    changed = {int(key) for key in set(before) & set(after) if before[key].content_hash != after[key].content_hash}
    assert changed == set(CHANGED)
    assert crawled.gone == {advert_id(SOURCE, str(key)) for key in GONE}


def test_adverts_that_the_stale_feed_still_names_are_reported_as_not_found(crawled: Crawled) -> None:
    assert {error.kind for error in crawled.reports[1].errors} <= {"http 404"}
    assert crawled.reports[1].unread == ()
