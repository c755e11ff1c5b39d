"""A site that nobody here wrote: django-classified from PyPI, 300 adverts, then 10 changed, 10 new, 10 gone."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.targets.django_classified import CHANGED, GONE, NEW, DjangoClassified, definition, expected

pytestmark = [pytest.mark.live, pytest.mark.slow]
RUNS = ("20261121T100000Z-aaaa", "20261121T110000Z-bbbb")


@dataclass
class Crawled:
    landing: Landing
    reports: list[CrawlReport]
    adverts: list[list[Advert]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder: Path = tmp_path_factory.mktemp("django-classified")
    landing = Landing(str(folder / "landing"))
    reports, adverts = [], []
    with DjangoClassified(folder / "site") as site:
        source = Source.model_validate(definition(site.base_url))
        for number, run in enumerate(RUNS):
            if number:
                site.second_state()
            reports.append(crawl(source, landing, run))
            lines = landing.iter_lines(capture_folder(source.id, run), "adverts")
            adverts.append([Advert.model_validate_json(line) for _, line in lines])
    yield Crawled(landing, reports, adverts)


@pytest.mark.parametrize("state", [1, 2])
def test_every_advert_exactly_once_with_the_right_fields(crawled: Crawled, state: int) -> None:
    wanted, found = expected(state), crawled.adverts[state - 1]
    assert len(found) == len({advert.id for advert in found}) == len(wanted) == 300
    by_key = {advert.key: advert for advert in found}
    assert by_key.keys() == wanted.keys()
    wrong = [
        f"{key} {name}: {got!r} instead of {value!r}"
        for key, row in wanted.items()
        for name, value in row.items()
        if (got := _field(by_key[key], name)) != value
    ]
    assert wrong == []


def _field(advert: Advert, name: str) -> object:
    if name == "amount":
        return advert.price.amount if advert.price else None
    if name == "currency":
        return advert.price.currency if advert.price else ""
    return getattr(advert, name)


def test_both_crawls_are_complete_and_every_field_is_filled(crawled: Crawled) -> None:
    for report in crawled.reports:
        assert (report.state, report.reason, report.adverts) == ("completed", "finished", 300)
        assert all(report.filled[name] == 100.0 for name in ("title", "body", "price", "place"))
    assert crawled.reports[0].errors == ()
    # The site's feed is cached: it still names what is gone, which answers 404.
    assert {error.kind for error in crawled.reports[1].errors} <= {"http 404"}


def test_only_what_changed_gets_another_hash(crawled: Crawled) -> None:
    before, after = ({advert.key: advert.content_hash for advert in adverts} for adverts in crawled.adverts)
    assert sorted(after.keys() - before.keys(), key=int) == [str(number) for number in NEW]
    assert sorted(before.keys() - after.keys(), key=int) == [str(number) for number in GONE]
    changed = [key for key in before.keys() & after.keys() if before[key] != after[key]]
    assert sorted(changed, key=int) == [str(number) for number in CHANGED]


def test_every_adverts_page_can_be_read_back(crawled: Crawled) -> None:
    for run, adverts in zip(RUNS, crawled.adverts, strict=True):
        folder = capture_folder("django-classified", run)
        assert crawled.landing.verify(folder) == []
        assert verify_captures(crawled.landing, folder) == []
        for advert in adverts[::10]:
            page = read_capture(crawled.landing, capture_of(crawled.landing, advert))
            assert f"/{advert.key}-".encode() in page or advert.key.encode() in page
