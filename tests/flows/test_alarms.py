"""Alarms over crawls that go on, that were refused, that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.alarms import alerts, crawl_alerts
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
    assert list(crawl_alerts("s", [refused, line(1), line(2)])) == []
    # Nor does it hide what the crawls before it said.
    assert [one.kind for one in crawl_alerts("s", [refused, line(1, "failed", 0), line(2)])] == ["failing"]
    assert [one.kind for one in crawl_alerts("s", [line(0, adverts=0), line(1)])] == ["no_adverts"]
