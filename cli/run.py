"""``strazha run``: crawl, screen, link and index one or several sources, and say in plain words what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.tables import moved_line

if TYPE_CHECKING:
    from rich.console import Console

    from flows.chosen import Wanted
    from strazha.model import CrawlReport, RunReport
    from strazha.settings import Settings

#: Adverts whose band moved that are listed.
MOVED = 10
COUNTS = ("pages", "adverts", "new", "changed", "same", "gone", "errors")

Tell = Callable[[str, int, int], None]


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--definition", "definitions", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Source definition file; without SOURCE, its source is run.")  # fmt: skip
@click.option("--sources", "folders", multiple=True, type=click.Path(exists=True, path_type=Path),
              help="Folder with source definitions, beside the packaged ones.")  # fmt: skip
@click.option("--no-prefect", is_flag=True, help="Run without Prefect: starts 10 s sooner, but nothing is tried again.")
def command(sources: tuple[str, ...], definitions: tuple[Path, ...], folders: tuple[Path, ...], no_prefect: bool) -> None:
    """Crawl each SOURCE, screen what is new or changed, link it, and put it into the index for review.

    A run that was stopped, even with kill -9, is resumed by giving the same command again. Exit codes: 0 everything went
    through; 1 something did not (the summary says what); 2 wrong input; 3 no legal basis; 5 another run is at work.
    """
    from rich.console import Console

    from flows.chosen import Wanted
    from strazha.errors import BadInputError
    from strazha.settings import settings

    if not sources and not definitions:
        raise BadInputError("no source is named", remedy="`strazha sources list` shows them; or use --definition FILE")
    own, wanted, console = settings(), Wanted(sources, definitions, folders), Console(stderr=True)
    with progress(console) as tell:
        report = _run_plainly(own, wanted, tell) if no_prefect else _run_with_prefect(own, wanted, tell)
    show_report(report, Console())
    if report.state != "completed":
        only_refused = all(crawl.state == "refused" for crawl in report.crawls if crawl.state != "completed")
        sys.exit(3 if only_refused else 1)


def _run_plainly(own: Settings, wanted: Wanted, tell: Tell) -> RunReport:
    from flows.chosen import choose
    from flows.job import run
    from flows.rooms import open_rooms

    chosen = choose(own, wanted)
    with open_rooms(own) as rooms:
        return run(rooms, chosen, tell=tell)


def _run_with_prefect(own: Settings, wanted: Wanted, tell: Tell) -> RunReport:
    from flows.chosen import choose
    from flows.prefect_setup import server
    from flows.rooms import open_rooms
    from strazha.errors import EvidenceError

    choose(own, wanted)  # a slip in a name or a definition should not take ten seconds to show
    # The command shows its own progress; Prefect's log goes to its server, where its pages show it.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    tell("start Prefect", 0, 0)
    with server(own):
        from flows.monitor import run_monitored

        run_id = run_monitored(own, wanted, tell=tell)
    with open_rooms(own) as rooms:
        report = rooms.ledger.run(run_id)
    if report is None:
        raise EvidenceError("the run is not in the ledger", place=run_id, remedy="check that STRAZHA_LEDGER_URL did not change")
    return report


@contextmanager
def progress(console: Console) -> Iterator[Tell]:
    """A progress line on a terminal, one plain line a step elsewhere."""
    if not console.is_terminal:
        said: set[str] = set()

        def say(step: str, done: int, total: int) -> None:
            if step not in said:
                said.add(step)
                console.print(f"strazha: {step} ...", highlight=False, markup=False)

        yield say
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("start", total=None)

        def tell(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total or None)

        yield tell


def _show_troubles(crawl: CrawlReport, console: Console) -> None:
    """Why a crawl was not complete, and the first of its errors."""
    if crawl.state != "completed" or crawl.reason not in {"finished", "import"}:
        reason = crawl.reason.splitlines()[0] if crawl.reason else ""
        console.print(f"  {crawl.source_id}: {crawl.state}, {reason}; nothing was called gone", markup=False, highlight=False)
    for error in crawl.errors[:5]:
        line = f"  {crawl.source_id}: {error.count} x {error.kind} {error.url} {error.detail}"
        console.print(line[:200], markup=False, highlight=False)


def show_report(report: RunReport, console: Console, titles: Mapping[str, str] | None = None) -> None:
    """Print a run's report for people: what was found, what it means for review, what went wrong. ``titles`` are by advert."""
    from rich.markup import escape
    from rich.table import Column, Table

    from flows.summary import STATES, rescreened_lines

    console.print(f"Run {report.run_id}: {STATES[report.state]}", style="bold", markup=False, highlight=False)
    table = Table("source", *(Column(name, justify="right") for name in COUNTS))
    for crawl in report.crawls:
        errors = sum(error.count for error in crawl.errors)
        counts = (crawl.pages, crawl.adverts, crawl.new, crawl.changed, crawl.same, crawl.gone, errors)
        table.add_row(escape(crawl.source_id), *(str(count) for count in counts))
    if report.crawls:
        console.print(table)
    for crawl in report.crawls:
        _show_troubles(crawl, console)
    by_step = {step.step: step for step in report.steps}
    screened = by_step.get("screen")
    if screened is not None:
        failed = f", {screened.failed} in quarantine (see `strazha status`)" if screened.failed else ""
        console.print(f"Screened: {screened.done + screened.skipped} advert versions{failed}.", highlight=False)
    for line in rescreened_lines(report):
        console.print(line, markup=False, highlight=False)
    for move in report.rescreened.moved[:MOVED] if report.rescreened else ():
        scores = f"{move.before} {move.score_before} to {move.after} {move.score_after}"
        line = moved_line(move.advert_id, scores, (titles or {}).get(move.advert_id, ""), move.gained, move.lost)
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for alarm in report.alarms:
        console.print(f"Alarm: {alarm.line()} (strazha drift {alarm.source_id})", style="red", markup=False, highlight=False)
    if report.bands:
        order = ("urgent", "high", "medium", "low")
        bands = ", ".join(f"{report.bands[band]} {band}" for band in order if band in report.bands)
        console.print(f"Live adverts by priority for review: {bands}.", highlight=False)
    console.print(f"Clusters of adverts that hang together: {report.clusters}.", highlight=False)
    took = " · ".join(f"{step.step} {step.seconds:.1f} s" for step in report.steps)
    console.print(f"Time: {took}", highlight=False)
    for problem in report.errors:
        console.print(f"Not done: {problem}", style="red", markup=False, highlight=False)
    console.print(
        "Review them with `strazha serve`."
        if report.state == "completed"
        else "The rest was done; run again for what is missing."
    )
