"""``strazha rescreen``: screen again what the present catalogue, model and program have not seen; nothing is crawled."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
def command(sources: tuple[str, ...]) -> None:
    """Screen, link and index what is due, of each SOURCE or of all: after a change of the catalogue, a model or the program.

    Ends with what moved: scores, bands, indicators gained and lost. Stopped, it is continued by the next call. Exit codes: 0
    done or nothing due; 1 something was not done (it says what); 2 unknown source; 5 another run is at work on a source.
    """
    from rich.console import Console

    from cli.run import MOVED, progress, show_report
    from flows.job import rescreen
    from flows.rooms import open_rooms
    from strazha.settings import settings

    with open_rooms(settings()) as rooms, progress(Console(stderr=True)) as tell:
        report = rescreen(rooms, sources, tell=tell)
        moved = report.rescreened.moved[:MOVED] if report is not None and report.rescreened else ()
        titles = {doc.id: doc.advert.title for doc in rooms.index.adverts([one.advert_id for one in moved])}
    if report is None:
        click.echo("Nothing is due: every advert was screened by the present catalogue, model and program.")
        return
    show_report(report, Console(), titles)
    if report.state != "completed":
        sys.exit(1)
