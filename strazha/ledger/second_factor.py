"""A second factor for accounts kept here (TOTP, RFC 6238), and the list of an account's open sessions."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

import pyotp
from sqlalchemy import Connection, select, update

from strazha.errors import BadInputError
from strazha.ledger.part import Part
from strazha.ledger.tables import clean, sessions, users
from strazha.ledger.work_records import SessionInfo

#: Seconds a code holds and its digits, as every authenticator app takes them without being told.
STEP, DIGITS = 30, 6
#: Steps before and after the present one that count too: clocks differ, and typing takes time.
DRIFT = 1
#: Characters of a session's id: enough to name one of a person's sessions, too few to say anything of its token.
SHORT = 16


class SecondFactor(Part):
    """Codes of an authenticator app, and sessions a person may end."""

    def begin_totp(self, name: str) -> str:
        """Make a secret for an account's app (base32, 160 bits as RFC 4226 asks); it counts once a code of it is confirmed."""
        secret = pyotp.random_base32(32)
        with self._db.write("users") as connection:
            _set(connection, name, {"totp_pending": secret})
        return secret

    def pending_totp(self, name: str) -> str:
        """The secret waiting to be confirmed; empty without one."""
        with self._db.read() as connection:
            return str(connection.execute(select(users.c.totp_pending).where(users.c.name == clean(name))).scalar() or "")

    def confirm_totp(self, name: str, code: str, at: datetime) -> bool:
        """Turn the second factor on, if the code is of the secret that waits and none is on already."""
        waits = select(users.c.totp_pending).where(users.c.name == clean(name), users.c.totp_secret == "")
        with self._db.write("users") as connection:
            pending = connection.execute(waits).scalar() or ""
            step = matching_step(str(pending), code, at, 0)
            if not step:
                return False
            _set(connection, name, {"totp_secret": pending, "totp_pending": "", "totp_step": step})
        return True

    def end_totp(self, name: str) -> None:
        """Turn the second factor off."""
        with self._db.write("users") as connection:
            _set(connection, name, {"totp_secret": "", "totp_pending": "", "totp_step": 0})

    def has_totp(self, name: str) -> bool:
        """Whether an account signs in with a code."""
        with self._db.read() as connection:
            return bool(connection.execute(select(users.c.totp_secret).where(users.c.name == clean(name))).scalar())

    def open_sessions(self, name: str, at: datetime) -> list[SessionInfo]:
        """An account's open sessions, newest first."""
        query = (
            select(sessions)
            .where(sessions.c.name == clean(name), sessions.c.closed.is_(False), sessions.c.expires_at > at)
            .order_by(sessions.c.opened_at.desc())
        )
        with self._db.read() as connection:
            return [
                SessionInfo(id=row.token_sha256[:SHORT], opened_at=row.opened_at, expires_at=row.expires_at, agent=row.agent)
                for row in connection.execute(query)
            ]

    def end_session(self, name: str, session_id: str) -> bool:
        """End one of an account's own sessions by its id; returns whether it was open."""
        if len(session_id) != SHORT or not session_id.isalnum():
            return False
        mine = (sessions.c.name == clean(name)) & sessions.c.token_sha256.startswith(session_id, autoescape=True)
        with self._db.write("users") as connection:
            ended = update(sessions).where(mine, sessions.c.closed.is_(False)).values(closed=True)
            return connection.execute(ended).rowcount > 0


def session_id(token: str) -> str:
    """The id under which a token's session is listed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:SHORT]


def totp(secret: str, step: int) -> str:
    """The code of a time step (RFC 6238 with SHA-1, which is what the apps speak)."""
    return pyotp.HOTP(secret, digits=DIGITS).at(step)


def address_of(secret: str, name: str) -> str:
    """What an app takes instead of the typed key."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(name=name, issuer_name="Strazha")


def matching_step(secret: str, code: str, at: datetime, used: int) -> int:
    """The time step a code is of, later than the one ``used`` last; 0 where it is of none."""
    typed = "".join(code.split())[:20]
    if not secret or len(typed) != DIGITS or not typed.isascii():
        return 0
    now = int(at.timestamp()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp(secret, step), typed) and step > used:
            return step
    return 0


def _set(connection: Connection, name: str, values: dict[str, object]) -> None:
    if connection.execute(update(users).where(users.c.name == clean(name)).values(**values)).rowcount == 0:
        raise BadInputError(f"there is no account {name!r}", remedy="use: strazha user list")
