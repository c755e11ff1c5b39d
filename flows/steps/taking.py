"""Crawling a source, and taking in what was captured: from web pages to adverts in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from flows.rooms import Rooms
from strazha.clock import now
from strazha.errors import StrazhaError
from strazha.ledger import SeenAdvert
from strazha.model import Advert, CrawlReport, Source

if TYPE_CHECKING:
    from crawlers.engine import Progress


class SourceUnreachableError(StrazhaError):
    """A crawl brought nothing because the source did not answer; trying again later can help."""


def crawl_source(rooms: Rooms, run_id: str, source: Source, progress: Callable[[Progress], None] | None = None) -> CrawlReport:
    """Crawl a source into the landing area, unless this run has done so already; returns the crawl's report.

    Raises LegalBasisError where the source may not be crawled, CrawlFailedError where its process died, and
    SourceUnreachableError where no page came at all. After the last two, calling again crawls on.
    """
    from crawlers.engine import crawl

    report = crawl(source, rooms.landing, run_id, on_progress=progress)
    if report.pages == 0 and report.reason != "page cap":
        kinds = "; ".join(f"{error.kind} {error.detail}".strip() for error in report.errors[:3])
        # A crawl that ended is not begun again; one that was shut down is, and that is what a site out of reach amounts to.
        report = report.model_copy(update={"state": "failed", "reason": "shutdown"})
        folder = f"captures/{source.id}/{run_id}"
        rooms.landing.replace(f"{folder}/report.json", report.line().encode())
        rooms.ledger.save_crawl(report.model_copy(update={"reason": "no page could be fetched"}))
        raise SourceUnreachableError(
            f"no page could be fetched ({kinds or 'no error was noted'})",
            place=source.id,
            remedy="check the address with `strazha sources test`, and whether the site is up; then run again",
        )
    rooms.ledger.save_crawl(report)
    return report


def take_in(rooms: Rooms, run_id: str, source_id: str, at: datetime) -> CrawlReport:
    """Take a crawl's adverts into the ledger: new, changed, same, gone. Counts are added to the crawl's report.

    ``at`` is the run's moment. Adverts are called gone only after a crawl that saw the whole source, and not if only their
    own page could not be read.
    """
    report = rooms.ledger.crawl(run_id, source_id) or CrawlReport(
        source_id=source_id, run_id=run_id, state="interrupted", started_at=at, reason="cut short"
    )
    complete = report.state == "completed" and report.reason == "finished"
    seen = _seen(rooms, run_id, source_id)
    taken = rooms.ledger.take_in(source_id, run_id, seen, complete=complete, at=at, unread=report.unread)
    counted = report.model_copy(
        update={
            "new": taken.new,
            "changed": taken.changed,
            "same": taken.same,
            "gone": taken.gone,
            "finished_at": report.finished_at or now(),
        }
    )
    rooms.ledger.save_crawl(counted)
    return counted


def _seen(rooms: Rooms, run_id: str, source_id: str) -> Iterator[SeenAdvert]:
    for ref, line in rooms.landing.iter_lines(f"captures/{source_id}/{run_id}", "adverts"):
        advert = Advert.model_validate_json(line)
        yield SeenAdvert(
            advert_id=advert.id,
            content_hash=advert.content_hash,
            url=advert.url,
            captured_at=advert.captured_at,
            file=ref.file,
            offset=ref.offset,
            length=ref.length,
        )
