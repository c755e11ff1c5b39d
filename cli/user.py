"""``strazha user``: accounts of the review pages. Passwords are asked for unseen or read from standard input, never printed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from strazha.ledger import Ledger

#: Written out so that `--help` needs no ledger; a test holds it and strazha.ledger.Role alike.
ROLES = ("analyst", "investigator", "operator", "lead", "auditor", "admin")
#: Who the audit log names for what is done here: the command line knows no account.
WHO = "command line"

_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")


@click.group()
def command() -> None:
    """Add and change accounts of the review pages."""


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="analyst", show_default=True, help="What the account may do.")
@_STDIN
def add(name: str, role: str, password_stdin: bool) -> None:
    """Make the account NAME (a-z, 0-9, dot, dash)."""
    with _ledger() as ledger:
        if ledger.user(name) is None:
            ledger.add_user(name, _password(password_stdin), role)
            _note(ledger, "account made", name, role=role)
            click.echo(f"{name}: account made, role {role}")
        else:
            from strazha.errors import BadInputError

            raise BadInputError(f"there is an account {name!r} already", remedy=f"use: strazha user passwd {name}")


@command.command(name="list")
def list_() -> None:
    """Show every account with its role and state."""
    from strazha.clock import now

    with _ledger() as ledger:
        users = ledger.users()
    if not users:
        click.echo("There are no accounts yet. Make the first: strazha user add NAME --role admin")
    for user in users:
        locked = user.locked_until is not None and user.locked_until > now()
        state = "disabled" if user.disabled_at else "locked" if locked else "open"
        click.echo(f"{user.name:24} {user.role.value:14} {state:10} made {user.created_at:%Y-%m-%d}")


@command.command()
@click.argument("name")
@_STDIN
def passwd(name: str, password_stdin: bool) -> None:
    """Change the password of NAME; its sessions end, a lock too."""
    with _ledger() as ledger:
        _known(ledger, name)
        ledger.set_password(name, _password(password_stdin))
        _note(ledger, "password changed", name)
    click.echo(f"{name}: password changed, sessions ended")


@command.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Open the account again.")
def disable(name: str, undo: bool) -> None:
    """Close the account NAME: it cannot sign in, its sessions end, its decisions stay."""
    from strazha.clock import now

    with _ledger() as ledger:
        if undo:
            ledger.enable_user(name)
        else:
            ledger.disable_user(name, now())
        _note(ledger, "account opened again" if undo else "account disabled", name)
    click.echo(f"{name}: {'open again' if undo else 'disabled, sessions ended'}")


@command.command()
@click.argument("name")
@click.option("--off", is_flag=True, help="Turn it off, where its device is lost.")
def totp(name: str, off: bool) -> None:
    """Show whether NAME signs in with a second factor, or turn it off; its sessions end then."""
    with _ledger() as ledger:
        _known(ledger, name)
        if off:
            ledger.reset_totp(name)
            _note(ledger, "second factor off", name)
            click.echo(f"{name}: second factor off, sessions ended")
        else:
            click.echo(f"{name}: second factor {'on' if ledger.has_totp(name) else 'off'}")


@command.command()
@click.option("--drop", is_flag=True, help="Afterwards forget the former keys: only once every server was started anew.")
def reseal(drop: bool) -> None:
    """Make a new key for the secrets of second factors and seal them with it."""
    from strazha.errors import BadInputError
    from strazha.sealing import add_key, drop_old_keys, keyring
    from strazha.settings import settings

    chosen = settings()
    with _ledger() as ledger:
        if not drop and not chosen.secret_keys:
            add_key(chosen)
        lost = ledger.use_keys(keyring(chosen))
        if drop and lost:
            raise BadInputError(
                f"{lost} second factor(s) cannot be opened", remedy="restore the key file, or turn them off first"
            )
        if drop:
            drop_old_keys(chosen)
        _note(ledger, "former keys dropped" if drop else "secrets sealed anew", "-", lost=str(lost))
    click.echo(
        "former keys dropped" if drop else f"sealed anew{f'; {lost} cannot be opened' if lost else ''}: restart the servers"
    )


@command.command()
@click.argument("name")
@click.option("--issuer", required=True, help="The identity provider, as it names itself.")
@click.option("--subject", required=True, help="Who it is there (the claim sub), never an e-mail address.")
def link(name: str, issuer: str, subject: str) -> None:
    """Tie the account NAME to somebody of an identity provider."""
    from strazha.clock import now

    with _ledger() as ledger:
        _known(ledger, name)
        ledger.link_account(issuer, subject, name, now())
        _note(ledger, "account linked", name, issuer=issuer)
    click.echo(f"{name}: signs in at {issuer}")


@contextmanager
def _ledger() -> Iterator[Ledger]:
    from strazha.ledger import open_ledger
    from strazha.settings import settings

    with open_ledger(settings().ledger) as ledger:
        yield ledger


def _known(ledger: Ledger, name: str) -> None:
    # Before a password is asked for in vain.
    from strazha.errors import BadInputError

    if ledger.user(name) is None:
        raise BadInputError(f"there is no account {name!r}", remedy="use: strazha user list")


def _note(ledger: Ledger, action: str, name: str, **detail: str) -> None:
    from strazha.clock import now

    ledger.audit(WHO, action, f"user {name}", dict(detail), now())


def _password(from_stdin: bool) -> str:
    from strazha.errors import BadInputError

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInputError("there is no terminal to ask for a password", remedy="pipe it in, with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="Once more"))
