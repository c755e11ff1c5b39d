"""``strazha schedule``: every source on its own schedule, served on this machine until it is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.chosen import Wanted
    from flows.serving import Planned, Timing
    from strazha.settings import Settings


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--definition", "definitions", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Source definition file, served too.")  # fmt: skip
@click.option("--sources", "folders", multiple=True, type=click.Path(exists=True, path_type=Path),
              help="Folder with source definitions, beside the packaged ones.")  # fmt: skip
@click.option(
    "--every", type=click.FloatRange(min=1), metavar="SECONDS", help="Run each source so often instead of by its cron."
)
@click.option(
    "--poll", type=click.FloatRange(min=1), default=10.0, show_default=True, help="Seconds between looks for due runs."
)
@click.option("--port", type=click.IntRange(0, 65535), default=4200, show_default=True,
              help="Port of Prefect's pages on this machine (0: any free one).")  # fmt: skip
@click.option("--list", "only_list", is_flag=True, help="Say what would be served, and stop.")
def command(
    sources: tuple[str, ...], definitions: tuple[Path, ...], folders: tuple[Path, ...], *,
    every: float | None, poll: float, port: int, only_list: bool,
) -> None:  # fmt: skip
    """Serve each SOURCE (all known ones without SOURCE) on its schedule, with Prefect's pages to watch, pause and start runs.

    Sources without a legal basis in force are named and left out. Stop with Ctrl-C or SIGTERM; runs under way are stopped
    too, and resumed when their source is next due.
    """
    from flows.chosen import Wanted, choose, known_sources
    from flows.serving import Timing, plan
    from strazha.clock import now
    from strazha.errors import LegalBasisError
    from strazha.settings import settings

    own, wanted = settings(), Wanted(sources, definitions, folders)
    chosen = choose(own, wanted) if sources else list(known_sources(own, wanted).values())
    planned = plan(chosen, now().date())
    paused = _paused(own)
    for item in planned:
        _say(item, every, paused.get(item.source.id, ""))
    if all(item.refused for item in planned):
        raise LegalBasisError(
            "there is no source to serve",
            remedy="enter legal_basis in a definition, or name a folder of definitions with --sources",
        )
    if not only_list:
        _serve(own, planned, wanted, Timing(every=every, poll=poll), port)


def _serve(own: Settings, planned: Sequence[Planned], wanted: Wanted, timing: Timing, port: int) -> None:
    from flows.prefect_setup import server
    from flows.serving import serve

    click.echo("strazha: starting Prefect's server ...", err=True)
    with server(own, port=port, pages=True) as address:
        ready = f"Prefect's pages: {address}  (Ctrl-C stops)"
        serve(own, planned, timing=timing, wanted=wanted, ready=lambda: click.echo(ready))
    click.echo("strazha: stopped.", err=True)


def _paused(own: Settings) -> dict[str, str]:
    """By source paused on the review pages, who did it."""
    from strazha.ledger import open_ledger

    with open_ledger(own.ledger) as ledger:
        return {name: switch.done_by for name, switch in ledger.paused().items()}


def _say(item: Planned, every: float | None, paused_by: str) -> None:
    if item.refused:
        click.echo(f"refused    {item.source.id}: {item.refused}")
        return
    when = f"every {every:g} s" if every else f"{item.source.schedule}  ({item.source.time_zone})"
    paused = f"; paused by {paused_by}: its runs are skipped" if paused_by else ""
    click.echo(f"scheduled  {item.source.id}: {when}{paused}")
