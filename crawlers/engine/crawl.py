"""``crawl``: checks, recovery, the crawl's own process, and a watch over it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from crawlers.engine.order import Order
from crawlers.engine.quota import pages_of_day
from crawlers.engine.recovery import recover
from crawlers.engine.tally import Tally
from crawlers.engine.watch import Progress, Watch
from strazha.clock import now
from strazha.errors import BadInputError, LegalBasisError, StrazhaError
from strazha.evidence.captures import capture_folder
from strazha.evidence.landing import Landing
from strazha.model.advert import Advert
from strazha.model.run import CrawlReport
from strazha.model.source import Source

#: Pages that may hang (each costs a process) before the crawl gives up.
_MAX_POISON = 5
_HUNG_REMEDY = "look at the pages with 'strazha evidence show'; lower limits.body_bytes or correct the definition"


class CrawlFailedError(StrazhaError):
    """The crawl's process ended without a report; what it captured is closed, a further call goes on from there."""


def crawl(
    source: Source,
    landing: Landing,
    run_id: str,
    *,
    time_limit: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    warc_bytes: int = 256 * 1024 * 1024,
) -> CrawlReport:
    """Crawl a source into the landing area and report.

    Calling again with the same ``run_id`` returns the report of a crawl that ended, or goes on with one that was killed or
    shut down: what it left open is closed first, adverts it wrote are not fetched again.

    Raises :class:`BadInputError` for a source that is switched off, :class:`LegalBasisError` without a legal basis in force,
    :class:`CrawlFailedError` where the process fails.
    """
    if not source.enabled:
        raise BadInputError("is switched off", place=f"source {source.id}", remedy="set 'enabled: true' in its definition")
    check_legal_basis(source, now())
    report = read_report(landing, source.id, run_id)
    if report is not None and report.reason != "shutdown":
        return report
    recover(landing, source.id, run_id)
    seconds = min(source.limits.crawl_seconds, time_limit if time_limit is not None else source.limits.crawl_seconds)
    deadline = time.monotonic() + seconds
    poison: list[str] = []
    while True:
        started = now()
        pages_left = source.politeness.pages_per_day - pages_of_day(landing, source.id, started.date())
        if pages_left <= 0:
            return _unstarted(source, landing, run_id, started, "page cap")
        order = Order(
            source=source, landing=_url(landing), run_id=run_id, attempt=_next_attempt(landing, source.id, run_id),
            pages_left=pages_left, seconds_left=max(1.0, deadline - time.monotonic()), poison=tuple(poison),
            warc_bytes=warc_bytes,
        )  # fmt: skip
        with Watch(order, on_progress) as watch:
            watch.run()
            recover(landing, source.id, run_id)
            if watch.outcome == "ended" and watch.code == 0:
                written = read_report(landing, source.id, run_id)
                if written is not None:
                    return written
            if watch.outcome == "overran":
                return _unstarted(source, landing, run_id, started, "time limit")
            if watch.outcome != "hung":
                raise _failed(order, f"the crawl's process {watch.fate()}", "run it again: it goes on where it stopped")
            poison.append(watch.reading)
        if len(poison) > _MAX_POISON:
            raise _failed(order, f"{len(poison)} pages hung while being read, the last was {poison[-1]}", _HUNG_REMEDY)


def _failed(order: Order, problem: str, remedy: str) -> CrawlFailedError:
    return CrawlFailedError(problem, place=f"source {order.source.id}, run {order.run_id}", remedy=remedy)


def check_legal_basis(source: Source, at: datetime) -> None:
    """Raise :class:`LegalBasisError` unless the source has a legal basis in force."""
    place = f"source {source.id}"
    basis = source.legal_basis
    if basis is None:
        raise LegalBasisError(
            "has no legal basis: it must not be crawled", place=place, remedy="add legal_basis to its definition"
        )
    if not basis.in_force(at.date()):
        problem = f"its legal basis ({basis.statute}) is in force from {basis.valid_from} to {basis.valid_until} only"
        raise LegalBasisError(problem, place=place, remedy=f"ask {basis.officer} for a new order, and enter it")


def read_report(landing: Landing, source_id: str, run_id: str) -> CrawlReport | None:
    """The report of a crawl that ended, or None."""
    file = f"{capture_folder(source_id, run_id)}/report.json"
    if not landing.exists(file):
        return None
    with landing.open(file) as handle:
        return CrawlReport.model_validate_json(handle.read())


def _unstarted(source: Source, landing: Landing, run_id: str, at: datetime, reason: str) -> CrawlReport:
    """Write and return the report of a crawl whose own process could not: from the files it left."""
    folder, tally = capture_folder(source.id, run_id), Tally(at)
    for _, line in landing.iter_lines(folder, "adverts"):
        tally.advert(Advert.model_validate_json(line))
    for _ in landing.iter_lines(folder, "captures"):
        tally.pages += 1
    report = tally.report(source.id, run_id, reason=reason)
    landing.replace(f"{capture_folder(source.id, run_id)}/report.json", report.model_dump_json(indent=1).encode())
    return report


def _url(landing: Landing) -> str:
    return str(landing.fs.unstrip_protocol(landing.root))


def _next_attempt(landing: Landing, source_id: str, run_id: str) -> int:
    prefixes = (entry.name.partition("-")[0] for entry in landing.entries(capture_folder(source_id, run_id)))
    return max((int(prefix) for prefix in prefixes if prefix.isdigit()), default=0) + 1
