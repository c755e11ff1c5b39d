"""Tokens of the API: allowed for an account, collected by its owner, shown once, kept as a digest, revocable at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, RowMapping, select, update

from strazha.errors import BadInputError
from strazha.ledger.part import Part
from strazha.ledger.records import Role, User
from strazha.ledger.tables import clean, users
from strazha.ledger.token_tables import api_tokens
from strazha.model.base import Moment, Record

#: What every token begins with, so that a person or a scanner of repositories knows one by sight.
PREFIX = "strz_"
#: The longest life of a token: a year, so that a forgotten one ends by itself.
MOST_DAYS = 366
NAME_LIMIT = 60
#: Open tokens one account may have: far more than programs a person runs, far fewer than fills a table.
MOST_OPEN = 50
#: How long a token that was allowed waits for its owner to collect it.
COLLECT_WITHIN = timedelta(days=7)
#: The last use is written down this often at most: a program that asks ten times a second need not write ten times.
SELDOM = timedelta(minutes=1)


class TokenScope(StrEnum):
    """How far a token reaches."""

    #: All its owner's role reaches.
    FULL = "full"
    #: What of it changes nothing.
    READ = "read"


class ApiToken(Record):
    """A token, without its secret."""

    id: str
    name: str
    owner: str
    role: Role
    scope: TokenScope
    made_by: str
    made_at: Moment
    expires_at: Moment
    last_used_at: Moment | None = None
    revoked_at: Moment | None = None
    revoked_by: str = Field(default="")
    collected_at: Moment | None = None

    @property
    def collect_by(self) -> datetime:
        """Until when its owner can collect it."""
        return min(self.made_at + COLLECT_WITHIN, self.expires_at)

    def open(self, at: datetime) -> bool:
        """Whether it is neither revoked nor run out, and collected or still to be (its account may have ended it still)."""
        until = self.expires_at if self.collected_at is not None else self.collect_by
        return self.revoked_at is None and at < until

    def waiting(self, at: datetime) -> bool:
        """Whether its owner can collect it: until they do there is no secret, and it opens nothing."""
        return self.collected_at is None and self.open(at)


class Tokens(Part):
    """Tokens of the API. Each acts in the name of one account, with the role that account has, or less."""

    def add_token(
        self, owner: str, name: str, *, scope: TokenScope, days: int, made_by: str, at: datetime
    ) -> tuple[ApiToken, str]:  # fmt: skip
        """Make a token that holds for ``days``, secret and all; returns both. The secret is kept nowhere.

        Whoever calls this can act as the account: the command line, whose users hold the ledger's file. The pages let people
        :meth:`allow_token`, and its owner :meth:`collect_token`. Of the secret only the SHA-256 is kept: a slow hash guards
        words that people choose; nobody guesses 32 random bytes, and a fast one lets every request be checked.
        BadInputError for a name, life or account that will not do.
        """
        secret = _secret()
        return self._keep_token(owner, name, scope=scope, days=days, made_by=made_by, at=at, digest=_hash(secret)), secret

    def allow_token(
        self, owner: str, name: str, *, scope: TokenScope, days: int, made_by: str, at: datetime
    ) -> ApiToken:  # fmt: skip
        """Allow an account a token that holds for ``days`` from now; there is no secret before its owner collects it.

        BadInputError for a name, life or account that will not do.
        """
        return self._keep_token(owner, name, scope=scope, days=days, made_by=made_by, at=at, digest="")

    def collect_token(self, owner: str, token_id: str, at: datetime) -> tuple[ApiToken, str] | None:
        """Make the secret of a token that waits for its owner; once. None where none of theirs of that id waits."""
        secret = _secret()
        with self._db.write("users") as connection:
            mine = (api_tokens.c.id == clean(token_id)) & (api_tokens.c.owner == clean(owner))
            row = connection.execute(select(api_tokens).where(mine)).mappings().one_or_none()
            found = None if row is None else _token(row)
            if found is None or not found.waiting(at):
                return None
            account = connection.execute(select(users).where(users.c.name == found.owner)).one_or_none()
            if account is None or account.disabled_at is not None or account.role != found.role:
                return None
            connection.execute(update(api_tokens).where(mine).values(token_sha256=_hash(secret), collected_at=at))
        return found.model_copy(update={"collected_at": at}), secret

    def _keep_token(
        self, owner: str, name: str, *, scope: TokenScope, days: int, made_by: str, at: datetime, digest: str
    ) -> ApiToken:  # fmt: skip
        called = " ".join(clean(name).split())[:NAME_LIMIT]
        if not called or not called.isprintable():
            raise BadInputError("a token needs a name", remedy="name the program it is for")
        if not 1 <= days <= MOST_DAYS:
            raise BadInputError(f"a token holds for 1 to {MOST_DAYS} days", remedy="choose fewer days and renew it in time")
        with self._db.write("users") as connection:
            account = connection.execute(select(users).where(users.c.name == clean(owner))).one_or_none()
            if account is None or account.disabled_at is not None:
                raise BadInputError(f"{owner!r} is no open account", remedy="use: strazha user list")
            own = [one for one in _tokens(connection, account.name) if one.open(at)]
            if any(one.name == called for one in own):
                raise BadInputError(f"{owner} has a token {called!r} already", remedy="revoke it first, or choose another name")
            if len(own) >= MOST_OPEN:
                raise BadInputError(f"{owner} has {MOST_OPEN} open tokens", remedy="revoke those no longer in use")
            made = ApiToken(
                id=secrets.token_hex(8), name=called, owner=account.name, role=Role(account.role), scope=scope,
                made_by=made_by, made_at=at, expires_at=at + timedelta(days=days), collected_at=at if digest else None,
            )  # fmt: skip
            self._db.put(connection, api_tokens, [{**made.model_dump(), "token_sha256": digest or f"waiting:{made.id}"}])
        return made

    def tokens(self, owner: str | None = None) -> list[ApiToken]:
        """Every token, or one account's, the newest first."""
        with self._db.read() as connection:
            return _tokens(connection, owner)

    def token(self, token_id: str) -> ApiToken | None:
        """One token by its id."""
        with self._db.read() as connection:
            row = connection.execute(select(api_tokens).where(api_tokens.c.id == clean(token_id))).mappings().one_or_none()
        return None if row is None else _token(row)

    def revoke_token(self, token_id: str, by: str, at: datetime) -> bool:
        """End a token at once; False where there is none or it was ended before."""
        mine = (api_tokens.c.id == clean(token_id)) & api_tokens.c.revoked_at.is_(None)
        with self._db.write("users") as connection:
            return connection.execute(update(api_tokens).where(mine).values(revoked_at=at, revoked_by=by)).rowcount > 0

    def token_user(self, secret: str, at: datetime) -> tuple[User, ApiToken] | None:
        """The account a secret stands for, and the token: if it is open, and its owner's account open and of the same role."""
        if not secret.startswith(PREFIX) or len(secret) > 100:
            return None
        query = select(api_tokens).where(
            api_tokens.c.token_sha256 == _hash(secret),
            api_tokens.c.revoked_at.is_(None),
            api_tokens.c.collected_at.is_not(None),
            api_tokens.c.expires_at > at,
        )
        with self._db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return None
            token = _token(row)
            owner = connection.execute(select(users).where(users.c.name == token.owner)).one_or_none()
        if owner is None or owner.disabled_at is not None or owner.role != token.role:
            return None
        if token.last_used_at is None or at - token.last_used_at >= SELDOM:
            with self._db.write("users") as connection:
                connection.execute(update(api_tokens).where(api_tokens.c.id == token.id).values(last_used_at=at))
        return User.model_validate({name: getattr(owner, name) for name in User.model_fields}), token


def end_tokens(connection: Connection, owner: str, at: datetime) -> None:
    """End every open token of an account, within a transaction: it was closed, or has another role now."""
    open_ones = (api_tokens.c.owner == owner) & api_tokens.c.revoked_at.is_(None)
    connection.execute(update(api_tokens).where(open_ones).values(revoked_at=at))


def _tokens(connection: Connection, owner: str | None) -> list[ApiToken]:
    query = select(api_tokens).order_by(api_tokens.c.made_at.desc(), api_tokens.c.id)
    if owner is not None:
        query = query.where(api_tokens.c.owner == clean(owner))
    return [_token(row) for row in connection.execute(query).mappings()]


def _token(row: RowMapping) -> ApiToken:
    plain: dict[str, Any] = {name: row[name] for name in ApiToken.model_fields}
    return ApiToken.model_validate(plain)


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
