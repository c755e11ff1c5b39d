"""Tokens of the API in the ledger, and ``strazha token`` as a person calls it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cli.main import app
from cli.token import SCOPES
from strazha.clock import now
from strazha.errors import BadInputError
from strazha.ledger import Ledger, Role, open_ledger
from strazha.ledger.token_tables import api_tokens
from strazha.ledger.tokens import MOST_OPEN, PREFIX, TokenScope
from strazha.settings import settings

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


def make(ledger: Ledger, name: str = "export", days: int = 30, owner: str = "ana") -> str:
    _, secret = ledger.add_token(owner, name, scope=TokenScope.READ, days=days, made_by="admin", at=AT)
    return secret


@pytest.fixture
def people(ledger: Ledger) -> Ledger:
    ledger.add_user("ana", PASSWORD, Role.LEAD)
    return ledger


def test_a_secret_is_kept_as_its_digest_alone(people: Ledger) -> None:
    secret = make(people)
    assert secret.startswith(PREFIX)
    with people._db.read() as connection:
        (row,) = connection.execute(select(api_tokens)).all()
    assert secret not in repr(row)
    assert secret.removeprefix(PREFIX) not in repr(row)
    found = people.token_user(secret, AT)
    assert found is not None
    assert (found[0].name, found[1].scope, found[1].role) == ("ana", TokenScope.READ, Role.LEAD)
    assert people.token_user(secret.removeprefix(PREFIX), AT) is None
    assert people.token_user(secret + "\ud800", AT) is None


def test_it_ends_by_time_revocation_role_and_account(people: Ledger) -> None:
    secret = make(people)
    assert people.token_user(secret, AT + timedelta(days=29, hours=23)) is not None
    assert people.token_user(secret, AT + timedelta(days=30)) is None
    (token,) = people.tokens("ana")
    assert people.revoke_token(token.id, "admin", AT)
    assert not people.revoke_token(token.id, "admin", AT)
    assert people.token_user(secret, AT) is None
    # A changed password leaves it: an administrator made it, and revokes it.
    second = make(people)
    people.set_password("ana", "another long password")
    assert people.token_user(second, AT) is not None
    people.set_role("ana", Role.ANALYST)
    people.set_role("ana", Role.LEAD)
    assert people.token_user(second, AT) is None
    third = make(people)
    people.disable_user("ana", AT)
    people.enable_user("ana")
    assert people.token_user(third, AT) is None


def test_what_was_allowed_opens_nothing_until_its_owner_collects_it(people: Ledger) -> None:
    people.add_user("ben", PASSWORD, Role.ADMIN)
    allowed = people.allow_token("ana", "export", scope=TokenScope.FULL, days=30, made_by="ben", at=AT)
    assert allowed.waiting(AT)
    with people._db.read() as connection:
        (row,) = connection.execute(select(api_tokens)).all()
    # What is kept in place of a digest is known to whoever reads the ledger: it is no secret of anything.
    for guess in (row.token_sha256, PREFIX + row.token_sha256, PREFIX, PREFIX + allowed.id):
        assert people.token_user(guess, AT) is None
    with pytest.raises(BadInputError):
        make(people)
    for thief in ("ben", "nobody", "ana\0"):
        assert people.collect_token(thief, allowed.id, AT) is None
    collected = people.collect_token("ana", allowed.id, AT + timedelta(days=6))
    assert collected is not None
    found = people.token_user(collected[1], AT + timedelta(days=29))
    assert found is not None
    assert (found[1].id, found[1].waiting(AT), found[1].expires_at) == (allowed.id, False, allowed.expires_at)
    assert people.collect_token("ana", allowed.id, AT + timedelta(days=6)) is None


def test_what_is_not_collected_ends(people: Ledger) -> None:
    def allow(name: str, days: int = 30) -> str:
        return people.allow_token("ana", name, scope=TokenScope.READ, days=days, made_by="admin", at=AT).id

    late, short, revoked = allow("late"), allow("short", 2), allow("revoked")
    assert people.collect_token("ana", late, AT + timedelta(days=7)) is None
    assert people.collect_token("ana", short, AT + timedelta(days=2)) is None
    assert people.revoke_token(revoked, "ana", AT)
    assert people.collect_token("ana", revoked, AT) is None
    # Run out, a name is free again.
    assert people.allow_token("ana", "late", scope=TokenScope.READ, days=1, made_by="admin", at=AT + timedelta(days=7))
    for change in (lambda: people.set_role("ana", Role.ANALYST), lambda: people.disable_user("ana", AT)):
        waits = allow(f"before {change}"[:60])
        change()
        assert people.collect_token("ana", waits, AT) is None


def test_its_last_use_is_noted_seldom(people: Ledger) -> None:
    secret = make(people)
    for seconds in (0, 10, 59):
        people.token_user(secret, AT + timedelta(seconds=seconds))
    assert people.tokens()[0].last_used_at == AT
    people.token_user(secret, AT + timedelta(seconds=61))
    assert people.tokens()[0].last_used_at == AT + timedelta(seconds=61)


def test_what_makes_no_token(people: Ledger) -> None:
    make(people)
    wrongs: list[dict[str, Any]] = [
        {"name": " "}, {"name": "export"}, {"name": "\u202egpj"}, {"days": 0, "name": "a"}, {"days": 367, "name": "a"},
        {"owner": "nobody", "name": "a"},
    ]  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(BadInputError):
            make(people, **wrong)
    people.disable_user("ana", AT)
    with pytest.raises(BadInputError):
        make(people, "another")
    people.enable_user("ana")
    for number in range(MOST_OPEN):
        make(people, f"n{number}")
    with pytest.raises(BadInputError):
        make(people, "one too many")


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["token", *arguments])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_the_command_makes_lists_and_revokes() -> None:
    assert set(SCOPES) == set(TokenScope)
    with open_ledger(settings().ledger) as ledger:
        ledger.add_user("ana", PASSWORD, Role.LEAD)
        assert "no tokens" in call("list")
        assert "ana collects it" in call("add", "ana", "--name", "for ana")
        (allowed,) = ledger.tokens("ana")
        assert allowed.waiting(now())
        assert "waiting" in call("list")
        call("revoke", allowed.id)
        said = call("add", "ana", "--name", "night export", "--print")
        secret = said.split()[0]
        found = ledger.token_user(secret, now())
        assert found is not None
        assert found[1].scope is TokenScope.READ
        listed = call("list", "--owner", "ana")
        assert [word in listed for word in (found[1].id, "lead", "read", "open", "night export", secret)] == [True] * 5 + [
            False
        ]
        assert "revoked" in call("revoke", found[1].id)
        assert ledger.token_user(secret, now()) is None
        with pytest.raises(BadInputError):
            call("revoke", found[1].id)
        with pytest.raises(BadInputError):
            call("add", "bob", "--name", "x")
        assert [entry.action for entry in ledger.audit_entries(2)] == ["token revoked", "token made"]
        assert secret not in repr(ledger.audit_entries(5))
