"""Alarms over crawls that go on, that were refused, that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.alarms import alerts, crawl_alerts
from flows.filling import source_filling
from strazha.ledger import open_ledger
from strazha.ledger.operate_records import CrawlLine
from strazha.model import Alarm, CrawlReport
from strazha.settings import Settings

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def line(number: int, state: str = "completed", adverts: int = 30) -> CrawlLine:
    at = AT - timedelta(days=number)
    return CrawlLine(run_id=f"r{number}", state=state, started_at=at, finished_at=at, pages=adverts, adverts=adverts)


def test_what_a_run_finds_after_its_crawl_rings_too(tmp_path: Path) -> None:
    own = Settings(home=tmp_path)
    with open_ledger(own.ledger) as ledger:
        report = ledger.start_run("r1", ["s"], AT)
        ledger.save_crawl(CrawlReport(
            source_id="s", run_id="r1", state="completed", started_at=AT, finished_at=AT + timedelta(minutes=2), adverts=30,
            reason="finished", pages=31,
        ))  # fmt: skip

        def kinds() -> set[str]:
            return {one.kind for one in alerts(own, ledger, {}, AT) if one.source_id}

        # Somebody looks while the run screens what was crawled.
        assert kinds() == set()
        found = Alarm(source_id="s", kind="language", name="bg", before=(270, 300), now=(3, 30), chance=0.0)
        ledger.save_run(report.model_copy(update={"state": "completed", "alarms": (found,)}))
        assert kinds() == {"drift"}


def test_a_refused_crawl_says_nothing_of_the_site() -> None:
    refused = line(0, "refused", adverts=0)
    assert list(crawl_alerts("s", lambda: [refused, line(1), line(2)])) == []
    # Nor does it hide what the crawls before it said.
    assert [one.kind for one in crawl_alerts("s", lambda: [refused, line(1, "failed", 0), line(2)])] == ["failing"]
    assert [one.kind for one in crawl_alerts("s", lambda: [line(0, adverts=0), line(1)])] == ["no_adverts"]


@pytest.mark.parametrize("state", ["completed", "failed"])
def test_an_alarm_goes_on_however_many_crawls_ago_its_cause_began(tmp_path: Path, state: str) -> None:
    """Every crawl for weeks: the field is empty, or nothing comes in at all. The occurrence stays the one that was noted."""
    own = Settings(home=tmp_path)
    with open_ledger(own.ledger) as ledger:

        def crawl(number: int, *, price: float, adverts: int = 40) -> None:
            at = AT + timedelta(minutes=30 * number)
            filled = {"title": 100.0, **({"price": price} if price else {})} if adverts else {}
            ledger.save_crawl(CrawlReport(
                source_id="s", run_id=f"r{number:04}", state=state if not adverts else "completed", started_at=at,
                finished_at=at + timedelta(minutes=2), adverts=adverts, new=4, pages=adverts + 1, filled=filled,
            ))  # fmt: skip

        def found() -> list[tuple[str, str]]:
            return [(one.kind, one.key) for one in alerts(own, ledger, {}, AT) if one.source_id]

        for number in range(12):
            crawl(number, price=90.0)
        for number in range(12, 160):
            crawl(number, price=0.0)
            if number in {14, 90, 100, 105, 115, 159}:
                assert found() == [("field_empty", "field_empty:s:price:r0012")], number
        assert [one.name for one in source_filling(ledger, "s").alarms] == ["price"]
        crawl(160, price=90.0)
        assert found() == []
        kind = "failing" if state == "failed" else "no_adverts"
        for number in range(161, 300):
            crawl(number, price=0.0, adverts=0)
        assert found() == [(kind, f"{kind}:s:r0161")]
