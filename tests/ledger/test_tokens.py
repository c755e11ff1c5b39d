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
        said = call("add", "ana", "--name", "night export")
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
