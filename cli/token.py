"""``strazha token``: tokens by which programs call the API. A secret is shown once and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from strazha.ledger import Ledger

#: Written out so that `--help` needs no ledger; a test holds it and strazha.ledger.tokens.TokenScope alike.
SCOPES = ("read", "full")
#: Who the audit log names for what is done here: the command line knows no account.
WHO = "command line"


@click.group()
def command() -> None:
    """Allow, make, list and revoke tokens of the API."""


@command.command()
@click.argument("owner")
@click.option("--name", required=True, help="The program or purpose it is for.")
@click.option(
    "--scope", type=click.Choice(SCOPES), default="read", show_default=True, help="Reading only, or all the account's role may."
)
@click.option("--days", default=90, show_default=True, help="How long it holds, 366 days at most.")
@click.option(
    "--print", "printed", is_flag=True, help="Make its secret now and print it, for a service's account nobody signs in to."
)
def add(owner: str, name: str, scope: str, days: int, printed: bool) -> None:
    """Allow the account OWNER a token, which they collect on their page /api within 7 days."""
    from strazha.clock import now
    from strazha.ledger.tokens import TokenScope

    with _ledger() as ledger:
        asked: Any = {"scope": TokenScope(scope), "days": days, "made_by": WHO, "at": now()}
        made, secret = ledger.add_token(owner, name, **asked) if printed else (ledger.allow_token(owner, name, **asked), "")
        detail = {"name": made.name, "owner": owner, "scope": scope}
        ledger.audit(WHO, "token made" if printed else "token allowed", made.id, detail, now())
    if printed:
        click.echo(secret)
    else:
        click.echo(f"{owner} collects it on the page /api until {made.collect_by:%Y-%m-%d}; before, it opens nothing.")
    click.echo(f"token {made.id} for {owner} ({made.role.value}, {scope}), until {made.expires_at:%Y-%m-%d}", err=True)


@command.command(name="list")
@click.option("--owner", help="One account's tokens alone.")
def list_(owner: str | None) -> None:
    """Show every token: whose, how far it reaches, until when, last used."""
    from cli.tables import printable
    from strazha.clock import now

    with _ledger() as ledger:
        tokens = ledger.tokens(owner)
    if not tokens:
        click.echo("There are no tokens. Allow one: strazha token add ACCOUNT --name PROGRAM")
    for one in tokens:
        state = "waiting" if one.waiting(now()) else "open" if one.open(now()) else "revoked" if one.revoked_at else "run out"
        used = f"{one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never"
        until = f"until {one.expires_at:%Y-%m-%d}, used {used}"
        click.echo(f"{one.id}  {one.owner:20} {one.role.value:13} {one.scope.value:5} {state:8} {until}  {printable(one.name)}")


@command.command()
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """End the token TOKEN_ID (as `list` shows it) at once."""
    from strazha.clock import now
    from strazha.errors import BadInputError

    with _ledger() as ledger:
        if not ledger.revoke_token(token_id, WHO, now()):
            raise BadInputError(f"there is no open token {token_id!r}", remedy="take the id from: strazha token list")
        ledger.audit(WHO, "token revoked", token_id[:200], {}, now())
    click.echo(f"{token_id}: revoked")


@contextmanager
def _ledger() -> Iterator[Ledger]:
    from strazha.ledger import open_ledger
    from strazha.settings import settings

    with open_ledger(settings().ledger) as ledger:
        yield ledger
