"""The main job as a Prefect flow: every crawl, batch and write a task, seen on its pages, tried again where that can help.

``run_monitored`` runs it here and now; ``flows/serving.py`` serves it on a schedule. Import this module only after
``flows.prefect_setup.prepare`` (``server`` does it): Prefect reads its environment when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed
from prefect.tasks import exponential_backoff

from crawlers.engine import CrawlFailedError
from flows import job
from flows.chosen import Wanted, choose
from flows.holding import BusyError
from flows.rooms import Rooms, open_rooms
from flows.steps import SourceUnreachableError
from flows.summary import markdown
from strazha.errors import StoreUnavailableError, StrazhaError
from strazha.model import RunReport, Source
from strazha.settings import Settings, settings

Result = TypeVar("Result")

#: Errors that may be over a minute later. A missing legal basis, a broken definition or a full disk are not among them.
PASSING = (SourceUnreachableError, CrawlFailedError, StoreUnavailableError)
RETRIES = 3

#: What an embedding program (the command line) wants to be told, beside Prefect's parameters, which must be plain JSON.
_TELL: ContextVar[job.Tell] = ContextVar("tell", default=job.silent)
_SETTINGS: ContextVar[Settings | None] = ContextVar("settings", default=None)


class RunIncompleteError(StrazhaError):
    """A run went through, but a source could not be reached or may not be crawled."""


@flow(name="monitor", flow_run_name="monitor-{sources}", persist_result=False, validate_parameters=True)
def monitor(
    sources: list[str], definitions: list[str] | None = None, folders: list[str] | None = None, retry_delay: float = 15.0,
    *, scheduled: bool = False,
) -> Any:  # fmt: skip
    """Crawl, take in, screen, link and index the sources named.

    ``definitions`` are files and ``folders`` folders with source definitions beside the packaged ones; ``retry_delay`` is the
    pause in seconds before the first retry, doubled with each. Gives the run's id. A run that finds its source busy ends as
    "Skipped": the other run does its work. So does a ``scheduled`` one of a source that an operator has paused.
    """
    own = _SETTINGS.get() or settings()
    files, places = tuple(Path(path) for path in definitions or ()), tuple(Path(path) for path in folders or ())
    chosen = choose(own, Wanted(tuple(sources), files, places))
    with open_rooms(own) as rooms:
        resting = rooms.ledger.paused(sources) if scheduled else {}
        chosen = [source for source in chosen if source.id not in resting]
        if not chosen:
            said = "; ".join(f"{one.source_id} is paused by {one.done_by}" for one in resting.values())
            return Completed(name="Skipped", message=said)
        try:
            report = _run(rooms, chosen, retry_delay)
        except BusyError as error:
            return Completed(name="Skipped", message=str(error))
    create_markdown_artifact(key=f"run-{report.run_id.lower()}", markdown=markdown(report), description="Run summary")
    if report.state == "failed":
        raise RunIncompleteError("; ".join(report.errors), place=report.run_id)
    return report.run_id


def run_monitored(own: Settings, wanted: Wanted, *, tell: job.Tell = job.silent) -> str:
    """Run the flow in this process (call it within ``flows.prefect_setup.server``) and give the run's id.

    Raises what the run raised; BusyError where another run holds a source. A run in which a source could not be crawled
    gives its id all the same: its report says so.
    """
    told, held = _TELL.set(tell), _SETTINGS.set(own)
    try:
        state: Any = monitor(**wanted.parameters(), return_state=True)
    finally:
        _TELL.reset(told)
        _SETTINGS.reset(held)
        _drain()
    if state.name == "Skipped":
        raise BusyError(state.message or "another run works on this source", remedy="wait until it ends")
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, RunIncompleteError):
        return outcome.place
    if isinstance(outcome, BaseException):
        raise outcome
    return str(outcome)


def _run(rooms: Rooms, sources: Sequence[Source], retry_delay: float) -> RunReport:
    def as_task(name: str, work: Callable[[], Result], /) -> Result:
        # Not cached and not persisted: what a task gives lies in landing area and ledger already.
        unit: Any = task(
            name=name.split(maxsplit=1)[0],
            task_run_name=name,
            retries=RETRIES,
            retry_delay_seconds=exponential_backoff(backoff_factor=retry_delay),
            retry_jitter_factor=0.2,
            retry_condition_fn=_may_pass,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(work)
        given: Result = unit()
        return given

    return job.run(rooms, sources, call=as_task, tell=_TELL.get())


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:
    return isinstance(state.result(raise_on_failure=False), PASSING)


def _drain() -> None:
    """Hand Prefect's last logs and events to the server before it stops; Prefect would try for a minute after that."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=10)
    EventsWorker.drain_all(timeout=10)
