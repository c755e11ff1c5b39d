"""The main job: crawl, take in, screen, link, index. One order of steps and one set of books, with Prefect or without.

A run that was stopped anywhere is taken up again by the next call over the same sources. One that is older than a day, or was
over other sources, is brought to an end first without crawling again, so that nothing captured is ever left lying.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from flows import steps
from flows.crawling import Outcome, crawl_all
from flows.filling import source_filling
from flows.holding import BusyError, hold_linking, hold_sources
from flows.rooms import Rooms
from flows.run_log import RunLog
from flows.troubles import explained
from strazha.clock import now
from strazha.errors import BadInputError, LegalBasisError, StrazhaError
from strazha.model import CrawlReport, RunReport, Source, StepReport

Result = TypeVar("Result")
#: Told while the job goes on: the step, what is done of it, and how much there is (0 where nobody knows).
Tell = Callable[[str, int, int], None]

#: A crawl that stopped longer ago is not continued: the site has moved on, and half a crawl of yesterday is not today's.
RESUME_WITHIN = timedelta(hours=24)
#: End of the ids of runs that only screen again.
_AGAIN = "-again"
_CRAWLED = re.compile(r"^\d{8}T\d{6}Z-[0-9a-f]{4}$")


class Caller(Protocol):
    """How a unit of work is called: at once, or as a Prefect task with retries."""

    def __call__(self, name: str, work: Callable[[], Result], /) -> Result:
        """Do the work and give what it gives."""


def at_once(name: str, work: Callable[[], Result], /) -> Result:
    """Call it, once."""
    return work()


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def new_run_id(at: datetime) -> str:
    """A run's id: sorts by time, and two runs of one second differ (``20261121T101500Z-ab12``)."""
    return f"{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def run(rooms: Rooms, sources: Sequence[Source], *, call: Caller = at_once, tell: Tell = silent) -> RunReport:
    """Run the main job over the sources, or take up an unfinished run over the same ones.

    A source that cannot be reached or may not be crawled is noted in the report and does not keep the others from running; the
    report's state is then "failed". Raises BusyError where another run holds a source, LegalBasisError where none of the
    sources may be crawled, and other StrazhaErrors where the job cannot go on: it then stands as "interrupted" and the same
    call resumes it.
    """
    ids = [source.id for source in sources]
    with hold_sources(rooms.settings, ids), explained():
        _check_enabled(sources)
        _check_basis(sources)
        open_run = rooms.ledger.open_run(ids)
        if open_run is not None and not _resumable(open_run):
            open_run = None
        _finish_leftovers(rooms, ids, keep=open_run.run_id if open_run else "", call=call, tell=tell)
        at = now()
        report = open_run or rooms.ledger.start_run(new_run_id(at), ids, at)
        return _Run(rooms, report, call, tell).go(sources)


def run_landed(rooms: Rooms, source_id: str, run_id: str, *, call: Caller = at_once, tell: Tell = silent) -> RunReport:
    """Take in, screen, link and index what lies in ``captures/<source_id>/<run_id>`` already, such as an import."""
    with hold_sources(rooms.settings, [source_id]), explained():
        report = rooms.ledger.start_run(run_id, [source_id], now())
        return _Run(rooms, report, call, tell).go(())


def rescreen(rooms: Rooms, sources: Sequence[str] = (), *, call: Caller = at_once, tell: Tell = silent) -> RunReport | None:
    """Screen again, without crawling, what the present pipeline has not screened: of these sources, or of all.

    Only what is due is screened, linked and indexed anew; None where nothing is. A stopped one is continued by the next
    rescreening of its sources, or wound up by the next run of one. Raises BadInputError where a source was never run.
    """
    unknown = [one for one in sources if not rooms.ledger.crawls(one, limit=1)]
    if unknown:
        raise BadInputError("nothing was ever taken in of this source", place=", ".join(unknown), remedy="see: strazha status")
    stopped = [
        one for one in _unfinished(rooms) if screens_again(one.run_id) and (not sources or set(one.sources) & set(sources))
    ]
    held = sorted(_due(rooms, sources).union(*(one.sources for one in stopped)))
    if not held:
        return None
    with hold_sources(rooms.settings, held), explained():
        # Asked again now that nobody else is at work on them.
        open_run = rooms.ledger.open_run(stopped[0].sources) if stopped else None
        if open_run is not None and screens_again(open_run.run_id):
            _finish_leftovers(rooms, held, keep=open_run.run_id, call=call, tell=tell)
            return _Run(rooms, open_run.model_copy(update={"sources": tuple(held)}), call, tell).go(())
        _finish_leftovers(rooms, held, keep="", call=call, tell=tell)
        ids = sorted(_due(rooms, held))
        if not ids:
            return None
        at = now()
        report = rooms.ledger.start_run(f"{new_run_id(at)}{_AGAIN}", ids, at)
        return _Run(rooms, report, call, tell).go(())


def screens_again(run_id: str) -> bool:
    """Whether it is the id of a rescreening, which crawls nothing."""
    return run_id.endswith(_AGAIN)


class _Run:
    """One run under way: its report grows step by step and is kept in the ledger after each."""

    def __init__(self, rooms: Rooms, report: RunReport, call: Caller, tell: Tell) -> None:
        self.rooms, self.call, self.tell = rooms, call, tell
        self.report = report.model_copy(update={"state": "running", "steps": (), "errors": (), "finished_at": None})
        self.log = RunLog(rooms.ledger, report.run_id)

    def go(self, crawl: Sequence[Source], *, ended: str = "") -> RunReport:
        """Every step; ``crawl`` are the sources to be crawled, ``ended`` the error to note where a run is only wound up."""
        with self.log.listening():
            return self._go(crawl, ended)

    def _go(self, crawl: Sequence[Source], ended: str) -> RunReport:
        whole = False
        try:
            self.log.say(f"run over {', '.join(self.report.sources)}{f': {ended}' if ended else ''}")
            self._keep(errors=(ended,) if ended else ())
            self._crawl(crawl)
            self._take_in()
            self._screen()
            self._compare()
            with hold_linking(self.rooms.settings):
                self._link()
                self._index()
            self._watch()
            self._keep(
                state="failed" if self.report.errors else "completed",
                finished_at=now(),
                bands=self._bands(),
                clusters=self._clusters(),
            )
            self.log.say(f"the run {self.report.state}", "error" if self.report.errors else "info")
            whole = True
        finally:
            if not whole:
                self._note_interruption()
        return self.report

    def _crawl(self, sources: Sequence[Source]) -> None:
        from crawlers.engine import CrawlFailedError, Progress

        pages: dict[str, int] = {}

        def told(source_id: str, count: int) -> None:
            pages[source_id] = count
            self.tell("crawl (pages)", sum(pages.values()), 0)

        def crawl_one(source: Source, progress: Callable[[Progress], None]) -> Outcome:
            work = _bind(steps.crawl_source, self.rooms, self.report.run_id, source, progress)
            try:
                return self.call(f"crawl {source.id}", work)
            except (steps.SourceUnreachableError, CrawlFailedError, LegalBasisError) as error:
                return error

        with self._step("crawl") as step:
            for source, outcome in zip(sources, crawl_all(sources, crawl_one, told), strict=True):
                if isinstance(outcome, CrawlReport):
                    step.add(done=outcome.pages)
                    self.log.say(_crawled(outcome), "warning" if outcome.errors else "info")
                    continue
                self.log.say(str(outcome), "error")
                step.add(failed=1)
                self._keep(errors=(*self.report.errors, str(outcome)))
                self._refuse(source, outcome)

    def _refuse(self, source: Source, error: Exception) -> None:
        if isinstance(error, LegalBasisError):
            refused = CrawlReport(
                source_id=source.id, run_id=self.report.run_id, state="refused", reason=str(error),
                started_at=now(), finished_at=now(),
            )  # fmt: skip
            self.rooms.ledger.save_crawl(refused)

    def _take_in(self) -> None:
        if screens_again(self.report.run_id):
            return
        with self._step("take in") as step:
            crawls = []
            for number, source_id in enumerate(self.report.sources):
                self.tell("take in", number, len(self.report.sources))
                work = _bind(steps.take_in, self.rooms, self.report.run_id, source_id, self.report.started_at)
                crawl = self.call(f"take in {source_id}", work)
                step.add(done=crawl.new + crawl.changed, skipped=crawl.same)
                crawls.append(crawl)
                for field in source_filling(self.rooms.ledger, source_id).alarms:
                    before = f"{field.before.share:.0%} before, {field.now.share:.0%} now"
                    self.log.say(f"{source_id}: field {field.name} is {field.state}: {before}", "warning")
            self._keep(crawls=tuple(crawls))

    def _screen(self) -> None:
        with self._step("screen") as step:
            run_id, total = self.report.run_id, sum(crawl.new + crawl.changed for crawl in self.report.crawls)
            step.add(skipped=self.call("enter closed batches", _bind(steps.enter_closed_batches, self.rooms, run_id)))
            for name, states in steps.due_batches(self.rooms, run_id, self.report.sources):
                self.tell("screen", step.report.done, max(total, len(states)))
                one = self.call(f"screen {name}", _bind(steps.screen_batch, self.rooms, run_id, name, states))
                step.add(done=one.done, failed=one.failed)

    def _compare(self) -> None:
        """Against the crawls before, and against what the former pipeline said."""
        with self._step("compare") as step:
            alarms, rescreened = self.call("compare", _bind(steps.compare, self.rooms, self.report))
            self._keep(alarms=tuple(alarms), rescreened=rescreened)
            step.add(done=rescreened.adverts if rescreened else 0, detail={"alarms": str(len(alarms))})

    def _link(self) -> None:
        run_id = self.report.run_id
        with self._step("link") as step:
            files = steps.unlinked_files(self.rooms, run_id)
            step.add(skipped=len(steps.screened_files(self.rooms, run_id)) - len(files))
            for file in files:  # all of them before the first is linked: see flows/steps/linking.py
                self.call(f"index keys {file}", _bind(steps.index_batch, self.rooms, file))
            self.rooms.index.refresh()
            for number, file in enumerate(files):
                self.tell("link", number, len(files))
                step.add(done=self.call(f"link {file}", _bind(steps.link_batch, self.rooms, run_id, file)).done)
        with self._step("group") as step:
            self.tell("group", 0, 0)
            seeds = steps.run_seeds(self.rooms, run_id)
            grouped = self.call("group", _bind(steps.regroup, self.rooms, run_id, seeds))
            step.add(done=grouped.done, detail=grouped.detail)

    def _index(self) -> None:
        with self._step("index") as step:
            ids = steps.run_seeds(self.rooms, self.report.run_id)
            for source_id in self.report.sources:
                ids.update(state.advert_id for state in self.rooms.ledger.scan_adverts(source_id))
            clusters, others = steps.clusters_around(self.rooms, ids)
            ordered = sorted(ids | others)
            for batch in steps.batches(ordered, self.rooms.settings.batch_size):
                self.tell("index", step.report.done, len(ordered))
                self.call("index adverts", _bind(steps.index_adverts, self.rooms, batch))
                step.add(done=len(batch))
            self.call("index clusters", _bind(steps.index_clusters, self.rooms, clusters))
            self.rooms.index.refresh()
            step.add(detail={"clusters": str(len(clusters))})

    def _watch(self) -> None:
        """Look for the watches that people keep; a run of which nobody wants to hear has no such step."""
        if self.rooms.ledger.watches():
            with self._step("watch") as step:
                found = self.call("watch", lambda: steps.watch(self.rooms, now()))
                step.add(done=found.looked, failed=found.failed + found.refused, detail={"alerts": str(len(found.alerts))})

    def _bands(self) -> dict[str, int]:
        bands: dict[str, int] = {}
        for source_id in self.report.sources:
            ids = (state.advert_id for state in self.rooms.ledger.scan_adverts(source_id) if state.gone_since is None)
            for batch in steps.batches(ids, 1000):
                for ref in self.rooms.ledger.screening_refs(batch).values():
                    bands[ref.band.value] = bands.get(ref.band.value, 0) + 1
        return dict(sorted(bands.items()))

    def _clusters(self) -> int:
        found: set[str] = set()
        for source_id in self.report.sources:
            ids = (state.advert_id for state in self.rooms.ledger.scan_adverts(source_id))
            for batch in steps.batches(ids, 1000):
                found.update(self.rooms.ledger.clusters_of(batch).values())
        return len(found)

    def _keep(self, **changes: object) -> None:
        self.report = self.report.model_copy(update=changes)
        self.rooms.ledger.save_run(self.report)

    @contextmanager
    def _step(self, name: str) -> Iterator[_Counting]:
        self.tell(name, 0, 0)
        counting = _Counting(name)
        yield counting
        ended = counting.ended()
        self._keep(steps=(*self.report.steps, ended))
        counts = f"{ended.done} done, {ended.skipped} done before, {ended.failed} failed, {ended.seconds:.1f} s"
        self.log.say(f"{name}: {counts}", "warning" if ended.failed else "info")

    def _note_interruption(self) -> None:
        error = sys.exc_info()[1]
        self.log.say(f"the run was interrupted: {type(error).__name__}: {error}", "error")
        # Where even this cannot be written, the run stays "running" in the ledger, which is resumed just as well.
        try:
            self._keep(state="interrupted")
        except (SQLAlchemyError, sqlite3.Error, StrazhaError, OSError):
            return


class _Counting:
    """Counts of one step while it goes on."""

    def __init__(self, name: str) -> None:
        self.report = StepReport(step=name)
        self._since = time.monotonic()

    def add(self, *, done: int = 0, skipped: int = 0, failed: int = 0, detail: dict[str, str] | None = None) -> None:
        old = self.report
        self.report = old.model_copy(
            update={
                "done": old.done + done,
                "skipped": old.skipped + skipped,
                "failed": old.failed + failed,
                "detail": {**old.detail, **(detail or {})},
            }
        )

    def ended(self) -> StepReport:
        return self.report.model_copy(update={"seconds": round(time.monotonic() - self._since, 3)})


def _resumable(report: RunReport) -> bool:
    # An import that was killed is wound up, never crawled on.
    return _CRAWLED.match(report.run_id) is not None and now() - report.started_at <= RESUME_WITHIN


def _check_enabled(sources: Sequence[Source]) -> None:
    """Refuse before anything starts if a source named is switched off."""
    off = [source.id for source in sources if not source.enabled]
    if off:
        raise BadInputError(
            "is switched off", place=", ".join(off), remedy="leave it out, or set 'enabled: true' in its definition"
        )


def _check_basis(sources: Sequence[Source]) -> None:
    """Refuse before anything starts if none of the sources may be crawled today."""
    today = now().date()
    wrong = [s.id for s in sources if s.legal_basis is None or not s.legal_basis.in_force(today)]
    if sources and len(wrong) == len(sources):
        raise LegalBasisError(
            "no legal basis in force",
            place=", ".join(wrong),
            remedy="enter the order in the definition's legal_basis, or have it renewed; `strazha sources show` prints it",
        )


def _due(rooms: Rooms, sources: Collection[str]) -> set[str]:
    """Of these sources, or of all, those with adverts that the present pipeline has not screened."""
    due = rooms.ledger.due(steps.versions().key)
    return {state.source_id for state in due if not sources or state.source_id in sources}


def _unfinished(rooms: Rooms) -> list[RunReport]:
    """Runs that were stopped, or are under way, newest first."""
    return [report for report in rooms.ledger.runs(limit=200) if report.state in {"running", "interrupted"}]


def _finish_leftovers(rooms: Rooms, sources: Sequence[str], *, keep: str, call: Caller, tell: Tell) -> None:
    """Wind up unfinished runs that touch these sources: what they captured is screened, linked and indexed, then they end."""
    for old in reversed(_unfinished(rooms)):
        if old.run_id == keep or not set(old.sources) & set(sources):
            continue
        try:
            with hold_sources(rooms.settings, sorted(set(old.sources) - set(sources))):
                _Run(rooms, old, call, tell).go((), ended="the run was cut short; its crawl was not continued")
        except BusyError:  # a run over one of its other sources is winding it up just now
            continue


def _crawled(crawl: CrawlReport) -> str:
    """A crawl in one line."""
    errors = f", {sum(error.count for error in crawl.errors)} errors" if crawl.errors else ""
    return f"{crawl.source_id}: {crawl.pages} pages, {crawl.adverts} adverts{errors}; ended: {crawl.reason or crawl.state}"


def _bind(function: Callable[..., Result], *arguments: object) -> Callable[[], Result]:
    return lambda: function(*arguments)
