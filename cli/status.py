"""``strazha status``: what ran, what is held, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from flows.overview import Overview


@click.command()
@click.option("--runs", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many runs to show.")
def command(runs: int) -> None:
    """Show the newest runs, each source with its last crawl, what ledger and index hold, and what waits."""
    from rich.console import Console

    from flows.overview import overview
    from flows.rooms import open_rooms
    from strazha.settings import settings

    own = settings()
    with open_rooms(own) as rooms:
        _show(overview(rooms, runs=runs), Console())


def _show(found: Overview, console: Console) -> None:
    from rich.table import Column, Table

    if not found.runs:
        console.print(
            f"Nothing has run yet in {found.home}. Start with `strazha sources list` and `strazha run SOURCE`.", markup=False
        )
    else:
        runs = Table("run", "sources", "state", "took", "alarms", title="Runs, newest first", title_justify="left")
        for run in found.runs:
            runs.add_row(run.run_id, ", ".join(run.sources), run.state, run.took, str(run.alarms or ""))
        console.print(runs)
    if found.sources:
        title = "Sources (due: adverts to be screened; aside: in quarantine; times in UTC)"
        names = (Column("source", no_wrap=True), Column("last crawl", no_wrap=True), "state")
        table = Table(*names, title=title, title_justify="left")
        for name in ("live", "gone", "due", "aside"):
            table.add_column(name, justify="right")
        for source in found.sources:
            when = f"{source.last_crawl:%Y-%m-%d %H:%M}" if source.last_crawl else "never"
            state = "running now" if source.busy else source.state
            table.add_row(source.id, when, state, str(source.live), str(source.gone), str(source.due), str(source.quarantined))
        console.print(table)
    held = Table("", "adverts", "clusters", "links", title="Held", title_justify="left")
    held.add_row("ledger", str(found.adverts), str(found.clusters), "")
    held.add_row("index", *(str(found.index.get(name, 0)) for name in ("adverts", "clusters", "links")))
    console.print(held)
    for line in found.quarantine[:10]:
        console.print(f"quarantined  {line}", markup=False, highlight=False)
    if found.schedule:
        console.print(f"A schedule is being served; Prefect's pages: {found.schedule}", markup=False)
    for line in found.advice:
        console.print(line, markup=False, highlight=False)
