"""Accounts as administrators see them, and accounts that sign in at an identity provider."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from strazha.errors import BadInputError
from strazha.ledger.accounts_tables import identities, oidc_attempts, recovery_codes
from strazha.ledger.part import Part
from strazha.ledger.records import AccountFacts, OidcAttempt, User
from strazha.ledger.tables import sessions, users
from strazha.sealing import is_sealed

#: How long a sign-in may be on its way to the provider and back; people look for their device.
ON_THE_WAY = timedelta(minutes=10)
#: Sign-ins on their way at once; more are somebody filling the table.
MOST_ATTEMPTS = 2000


class Accounts(Part):
    """Facts of accounts, identities of a provider, and sign-ins on their way."""

    def accounts(self, at: datetime) -> list[AccountFacts]:
        """Every account by name, with what an administrator needs to see."""
        opened = (
            select(sessions.c.name, func.count()).where(sessions.c.closed.is_(False), sessions.c.expires_at > at)
            .group_by(sessions.c.name)
        )  # fmt: skip
        left = (
            select(recovery_codes.c.name, func.count())
            .where(recovery_codes.c.used_at.is_(None))
            .group_by(recovery_codes.c.name)
        )
        with self._db.read() as connection:
            open_now = {row[0]: row[1] for row in connection.execute(opened)}
            codes = {row[0]: row[1] for row in connection.execute(left)}
            issuers = {row[0]: row[1] for row in connection.execute(select(identities.c.name, identities.c.issuer))}
            rows = connection.execute(select(users).order_by(users.c.name)).all()
        keys = self._db.keys
        return [
            AccountFacts(
                user=User.model_validate({name: getattr(row, name) for name in User.model_fields}),
                sessions=open_now.get(row.name, 0),
                totp=bool(row.totp_secret),
                totp_readable=not is_sealed(row.totp_secret)
                or (keys is not None and keys.open(row.totp_secret, row.name) is not None),
                recovery_left=codes.get(row.name, 0),
                issuer=issuers.get(row.name, ""),
            )
            for row in rows
        ]

    def account_of(self, issuer: str, subject: str) -> str:
        """The account of somebody of a provider; empty where there is none yet."""
        mine = select(identities.c.name).where(identities.c.issuer == issuer, identities.c.subject == subject)
        with self._db.read() as connection:
            return str(connection.execute(mine).scalar() or "")

    def identity_of(self, name: str) -> tuple[str, str]:
        """Issuer and subject of an account; two empty texts for a local one."""
        mine = select(identities.c.issuer, identities.c.subject).where(identities.c.name == name)
        with self._db.read() as connection:
            row = connection.execute(mine).first()
        return ("", "") if row is None else (str(row[0]), str(row[1]))

    def link_account(self, issuer: str, subject: str, name: str, at: datetime) -> None:
        """Tie an account to somebody of a provider. BadInputError where either is tied already."""
        with self._db.write("users") as connection:
            taken = (identities.c.name == name) | ((identities.c.issuer == issuer) & (identities.c.subject == subject))
            if connection.execute(select(identities.c.name).where(taken)).first() is not None:
                raise BadInputError(f"{name!r} or this person is tied already", remedy="use: strazha user list")
            row = {"issuer": issuer, "subject": subject, "name": name, "linked_at": at}
            self._db.put(connection, identities, [row])

    def begin_attempt(self, state: str, browser: str, attempt: OidcAttempt) -> None:
        """Keep a sign-in that sets out, by digests of its state and of its browser's cookie."""
        row = {"state_sha256": _digest(state), "browser_sha256": _digest(browser), **attempt.model_dump()}
        with self._db.write("oidc") as connection:
            connection.execute(delete(oidc_attempts).where(oidc_attempts.c.begun_at < attempt.begun_at - ON_THE_WAY))
            if (connection.execute(select(func.count()).select_from(oidc_attempts)).scalar() or 0) >= MOST_ATTEMPTS:
                raise BadInputError("too many sign-ins are on their way", remedy="try again in ten minutes")
            self._db.put(connection, oidc_attempts, [row])

    def end_attempt(self, state: str, browser: str, at: datetime) -> OidcAttempt | None:
        """Take out the sign-in a return belongs to; ``None`` unless state and browser fit one that is not too old.

        The row is gone afterwards whichever browser came back with its state: none is good twice.
        """
        mine = oidc_attempts.c.state_sha256 == _digest(state)
        with self._db.write("oidc") as connection:
            row = connection.execute(select(oidc_attempts).where(mine)).one_or_none()
            connection.execute(delete(oidc_attempts).where(mine))
        if row is None or row.browser_sha256 != _digest(browser) or at - row.begun_at > ON_THE_WAY:
            return None
        return OidcAttempt.model_validate({name: getattr(row, name) for name in OidcAttempt.model_fields})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
