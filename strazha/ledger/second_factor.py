"""A second factor for accounts kept here (TOTP, RFC 6238), its recovery codes, and the list of an account's open sessions."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

import pyotp
from sqlalchemy import Connection, func, select, update

from strazha.errors import BadInputError
from strazha.ledger.accounts_tables import recovery_codes
from strazha.ledger.part import Part
from strazha.ledger.tables import clean, sessions, users
from strazha.ledger.work_records import SessionInfo
from strazha.sealing import Keyring, is_sealed

#: Seconds a code holds and its digits, as every authenticator app takes them without being told.
STEP, DIGITS = 30, 6
#: Steps before and after the present one that count too: clocks differ, and typing takes time.
DRIFT = 1
#: Characters of a session's id: enough to name one of a person's sessions, too few to say anything of its token.
SHORT = 16
#: Recovery codes made at once; each holds 80 random bits, so that a digest of it needs no salt and no slow hash.
RECOVERY, RECOVERY_LETTERS = 10, 16


class SecondFactor(Part):
    """Codes of an authenticator app, codes that stand in for it, and sessions a person may end."""

    def use_keys(self, keys: Keyring) -> int:
        """Seal and open secrets with these keys from now on; what lay unsealed or under a former key is sealed anew.

        Returns how many accounts' secrets cannot be opened with any of them: their codes are refused until the key is back or
        the second factor is turned off.
        """
        self._db.keys = keys
        lost = 0
        with self._db.write("users") as connection:
            held = (users.c.totp_secret != "") | (users.c.totp_pending != "")
            for row in connection.execute(select(users.c.name, users.c.totp_secret, users.c.totp_pending).where(held)).all():
                plain = {name: self._opened(getattr(row, name), row.name) for name in ("totp_secret", "totp_pending")}
                if plain["totp_secret"] is None:
                    lost += 1
                fresh = {
                    name: keys.seal(text, row.name) for name, text in plain.items()
                    if text and not keys.is_newest(getattr(row, name))
                }  # fmt: skip
                if fresh:
                    _set(connection, row.name, dict(fresh))
        return lost

    def _opened(self, kept: str, name: str) -> str | None:
        """A secret as it lies in the table, opened; ``None`` where it cannot be."""
        if not is_sealed(kept):
            return kept
        return self._keys().open(kept, name)

    def _keys(self) -> Keyring:
        if self._db.keys is None:
            raise BadInputError("secrets cannot be opened without a key", remedy="open the ledger with its keys: use_keys(...)")
        return self._db.keys

    def begin_totp(self, name: str) -> str:
        """Make a secret for an account's app (base32, 160 bits as RFC 4226 asks); it counts once a code of it is confirmed."""
        secret = pyotp.random_base32(32)
        with self._db.write("users") as connection:
            _set(connection, name, {"totp_pending": self._keys().seal(secret, clean(name))})
        return secret

    def pending_totp(self, name: str) -> str:
        """The secret waiting to be confirmed; empty without one."""
        with self._db.read() as connection:
            kept = connection.execute(select(users.c.totp_pending).where(users.c.name == clean(name))).scalar() or ""
        return self._opened(str(kept), clean(name)) or ""

    def confirm_totp(self, name: str, code: str, at: datetime) -> bool:
        """Turn the second factor on, if the code is of the secret that waits and none is on already."""
        waits = select(users.c.totp_pending).where(users.c.name == clean(name), users.c.totp_secret == "")
        with self._db.write("users") as connection:
            kept = str(connection.execute(waits).scalar() or "")
            step = matching_step(self._opened(kept, clean(name)) or "", code, at, 0)
            if not step:
                return False
            _set(connection, name, {"totp_secret": kept, "totp_pending": "", "totp_step": step})
        return True

    def end_totp(self, name: str) -> None:
        """Turn the second factor off; its recovery codes go with it."""
        with self._db.write("users") as connection:
            _set(connection, name, {"totp_secret": "", "totp_pending": "", "totp_step": 0})
            connection.execute(recovery_codes.delete().where(recovery_codes.c.name == clean(name)))

    def has_totp(self, name: str) -> bool:
        """Whether an account signs in with a code."""
        with self._db.read() as connection:
            return bool(connection.execute(select(users.c.totp_secret).where(users.c.name == clean(name))).scalar())

    def totp_readable(self, name: str) -> bool:
        """Whether the key of an account's second factor is here; true where there is none."""
        with self._db.read() as connection:
            kept = connection.execute(select(users.c.totp_secret).where(users.c.name == clean(name))).scalar() or ""
        return self._opened(str(kept), clean(name)) is not None

    def make_recovery_codes(self, name: str, at: datetime) -> list[str]:
        """New recovery codes, shown once and kept as digests; former ones are good no longer."""
        made = [pyotp.random_base32(32)[:RECOVERY_LETTERS] for _ in range(RECOVERY)]
        rows = [{"code_sha256": _digest(name, code), "name": clean(name), "made_at": at, "used_at": None} for code in made]
        with self._db.write("users") as connection:
            connection.execute(recovery_codes.delete().where(recovery_codes.c.name == clean(name)))
            self._db.put(connection, recovery_codes, rows)
        return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in made]

    def recovery_left(self, name: str) -> int:
        """How many recovery codes an account has not used."""
        mine = (recovery_codes.c.name == clean(name)) & recovery_codes.c.used_at.is_(None)
        with self._db.read() as connection:
            return int(connection.execute(select(func.count()).select_from(recovery_codes).where(mine)).scalar() or 0)

    def open_sessions(self, name: str, at: datetime) -> list[SessionInfo]:
        """An account's open sessions, newest first."""
        query = (
            select(sessions)
            .where(sessions.c.name == clean(name), sessions.c.closed.is_(False), sessions.c.expires_at > at)
            .order_by(sessions.c.opened_at.desc())
        )
        with self._db.read() as connection:
            return [
                SessionInfo(
                    id=row.token_sha256[:SHORT], opened_at=row.opened_at, expires_at=row.expires_at, agent=row.agent,
                    seen_at=row.seen_at,
                )
                for row in connection.execute(query)
            ]  # fmt: skip

    def end_session(self, name: str, session_id: str) -> bool:
        """End one of an account's own sessions by its id; returns whether it was open."""
        if len(session_id) != SHORT or not session_id.isalnum():
            return False
        mine = (sessions.c.name == clean(name)) & sessions.c.token_sha256.startswith(session_id, autoescape=True)
        with self._db.write("users") as connection:
            ended = update(sessions).where(mine, sessions.c.closed.is_(False)).values(closed=True)
            return connection.execute(ended).rowcount > 0

    def end_sessions(self, name: str, *, but: str = "") -> int:
        """End every session of an account (but that of a token); returns how many were open."""
        mine = (sessions.c.name == clean(name)) & sessions.c.closed.is_(False)
        if but:
            mine &= sessions.c.token_sha256 != hashlib.sha256(but.encode("utf-8", "surrogatepass")).hexdigest()
        with self._db.write("users") as connection:
            return connection.execute(update(sessions).where(mine).values(closed=True)).rowcount


def use_recovery_code(connection: Connection, name: str, code: str, at: datetime) -> bool:
    """Take a recovery code of an account, within the caller's transaction; each is good once."""
    typed = "".join(char for char in code[:60].upper() if char.isalnum())
    if len(typed) != RECOVERY_LETTERS or not typed.isascii():
        return False
    mine = (recovery_codes.c.code_sha256 == _digest(name, typed)) & recovery_codes.c.used_at.is_(None)
    return connection.execute(update(recovery_codes).where(mine).values(used_at=at)).rowcount == 1


def _digest(name: str, code: str) -> str:
    return hashlib.sha256(f"{clean(name)}\0{code}".encode()).hexdigest()


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
