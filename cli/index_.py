"""``strazha index``: what the index holds, and making it anew from landing area and ledger."""

from __future__ import annotations

import click


@click.group()
def command() -> None:
    """Rebuild the index from landing area and ledger, and count it."""


@command.command()
def status() -> None:
    """Show which backend keeps the index and how many documents it holds."""
    from strazha.settings import settings
    from strazha.store import open_index

    own = settings()
    with open_index(own) as index:
        counted = index.count()
    click.echo(f"backend   {own.store}{f' ({own.index_file})' if own.store == 'sqlite' else ''}")
    for name, number in counted.items():
        click.echo(f"{name:9} {number:,}")


@command.command()
def rebuild() -> None:
    """Empty the index and write it anew; decisions come back from the ledger. Searches find less until it is done."""
    from flows.rooms import open_rooms
    from flows.steps import rebuild_index
    from strazha.settings import settings

    with open_rooms(settings()) as rooms:
        report = rebuild_index(rooms)
        counted = rooms.index.count()
    click.echo(f"index rebuilt: {', '.join(f'{number:,} {name}' for name, number in counted.items())}")
    if report.failed:
        click.echo(f"{report.failed:,} adverts could not be indexed: {report.detail}", err=True)
        raise SystemExit(1)
