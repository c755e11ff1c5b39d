"""Every source as a Prefect deployment on its cron, served on this machine.

Import only after ``flows.prefect_setup.server`` has set Prefect's environment.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flows.chosen import Wanted
from strazha.model import Source
from strazha.settings import Settings

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

#: A screening process holds about a gigabyte (language models); two cores do no more than two anyway.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Planned:
    """A source and whether it is scheduled; ``refused`` says why not."""

    source: Source
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """How the schedule is served. ``every`` (seconds) replaces each source's cron, for trials and tests."""

    every: float | None = None
    #: Seconds between two looks for due runs.
    poll: float = 10.0
    at_once: int = AT_ONCE


def plan(sources: Sequence[Source], today: date) -> list[Planned]:
    """Which sources are scheduled; those switched off or without a legal basis in force are refused, with the reason."""
    planned = []
    for source in sources:
        basis = source.legal_basis
        if not source.enabled:
            planned.append(Planned(source, "it is switched off in its definition"))
        elif basis is None:
            planned.append(Planned(source, "it has no legal basis"))
        elif not basis.in_force(today):
            planned.append(Planned(source, f"its legal basis holds from {basis.valid_from} to {basis.valid_until}"))
        else:
            planned.append(Planned(source))
    return planned


def serve(
    settings: Settings,
    planned: Sequence[Planned],
    *,
    timing: Timing,
    wanted: Wanted,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve the planned sources until SIGTERM or SIGINT, then let Prefect's runner stop its runs and return.

    ``ready`` is called when every deployment stands. A source paused on Prefect's pages stays paused when served again; of one
    that an operator paused on Strazha's pages the runs are skipped until it is resumed.
    Deployments of sources that are refused now, or are not served any more, are paused so that they wait for nobody.
    """
    _hand_down(settings)
    asyncio.run(_serve(planned, timing, wanted, ready))


async def _serve(planned: Sequence[Planned], timing: Timing, wanted: Wanted, ready: Callable[[], None]) -> None:
    from prefect.runner import Runner

    runner = Runner(
        name="strazha",
        query_seconds=timing.poll,
        # Started this much early; a run that is started already is not stopped by pausing its source.
        prefetch_seconds=min(timing.poll, 10.0),
        limit=timing.at_once,
        # Else every restart of the machine would leave all sources paused.
        pause_on_shutdown=False,
    )
    served = [item.source for item in planned if not item.refused]
    for source in served:
        await runner.aadd_deployment(await _deployment(source, timing, wanted))
    await _pause_others({source.id for source in served})
    ready()
    task = asyncio.ensure_future(runner.start())
    await asyncio.sleep(0)  # lets the runner set its own handlers, which ours replace
    _stop_on_signals(task)
    with suppress(asyncio.CancelledError):
        await task


async def _deployment(source: Source, timing: Timing, wanted: Wanted) -> RunnerDeployment:
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron, Interval
    from prefect.types.entrypoint import EntrypointType

    from flows.monitor import monitor

    schedule = Interval(timedelta(seconds=timing.every)) if timing.every else Cron(source.schedule, timezone=source.time_zone)
    return await monitor.ato_deployment(
        name=source.id,
        schedule=schedule,
        parameters={**replace(wanted, ids=(source.id,)).parameters(), "scheduled": True},
        description=f"{source.name}: crawl, take in, screen, link, index",
        tags=["strazha", source.kind, source.country],
        # A run that is due while the last one still works would find its source held; it is not even started.
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        # By module, not by file: a file's folder would come first on the path of the run.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def _pause_others(served: set[str]) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    async with get_client() as client:
        for deployment in await client.read_deployments(flow_filter=FlowFilter(name=FlowFilterName(any_=["monitor"]))):
            if deployment.name not in served and not deployment.paused:
                await client.pause_deployment(deployment.id)


def _hand_down(settings: Settings) -> None:
    """Give the processes of the runs the settings of this one; the home as an absolute path, wherever they start."""
    os.environ["STRAZHA_HOME"] = str(settings.home.resolve())


def _stop_on_signals(task: asyncio.Task[None]) -> None:
    # Prefect's own handler calls sys.exit inside the loop, over the heads of its runs; ending the task closes in order.
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
