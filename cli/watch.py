"""``strazha watch``: look for every watch now, and list them. Watches are made on the review pages."""

from __future__ import annotations

import click


@click.group()
def command() -> None:
    """Check the watches that investigators keep, and list them."""


@command.command()
def check() -> None:
    """Look for every watch, and send the alerts that wait. Run it by a timer, so that what a receiver missed is tried again.

    Every run ends with the same. Alerts once however often it is called. Exit codes: 0 done; 1 index or ledger out of reach.
    """
    from flows.rooms import open_rooms
    from flows.steps.watching import watch
    from strazha.clock import now
    from strazha.settings import settings

    with open_rooms(settings()) as rooms:
        found = watch(rooms, now())
    counts = {"looked": found.looked, "alerts": len(found.alerts), "sent": found.sent, "to be tried again": found.failed}
    click.echo(", ".join(f"{name}: {count}" for name, count in counts.items()))
    if found.refused:
        click.echo(f"refused: {found.refused} (the pages of their owners say why)")
    if found.too_broad:
        click.echo(f"seeing too much to be of use: {found.too_broad} (their owners are told on the pages)")


@command.command(name="list")
def list_() -> None:
    """Show every watch: whose it is, when it looked last, where its alerts go. Names and contacts are not shown."""
    from rich.console import Console
    from rich.table import Table

    from strazha.ledger import open_ledger
    from strazha.settings import settings

    with open_ledger(settings().ledger) as ledger:
        table = Table("watch", "owner", "kind", "looked", "alerts go to", "state")
        for one in ledger.watches():
            looked = f"{one.looked_at:%Y-%m-%d %H:%M}" if one.looked_at else "never"
            places = ["pages", *(["e-mail"] if one.mail else []), *(["webhook"] if one.hook else [])]
            table.add_row(one.id, one.owner, one.kind, looked, ", ".join(places), "too broad" if one.problem else "")
        Console().print(table)
