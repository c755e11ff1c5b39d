"""Accounts and sessions of the review pages."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, select, update

from strazha.clock import now
from strazha.errors import BadInputError
from strazha.ledger.accounts_tables import recovery_codes
from strazha.ledger.part import Part
from strazha.ledger.records import Role, User
from strazha.ledger.second_factor import matching_step, use_recovery_code
from strazha.ledger.tables import clean, sessions, users
from strazha.ledger.tokens import end_tokens
from strazha.sealing import is_sealed

#: Wrong passwords in a row before sign-in is refused for LOCK: slow enough against guessing, short enough for a tired person.
MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
#: NIST SP 800-63B asks for 8 at least; these accounts open case files.
MIN_PASSWORD = 10
#: Argon2 would hash megabytes too; nobody types them.
MAX_PASSWORD = 1000

#: How exactly the use of a session is noted: a write with each page would be dear.
NOTED = timedelta(minutes=1)
#: In the place of a hash: fits no password.
NO_PASSWORD = "-"  # noqa: S105 - it is none

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# argon2-cffi's defaults: Argon2id, RFC 9106's low-memory profile (64 MiB, 3 passes), about 50 ms here.
_hasher = PasswordHasher()


class Users(Part):
    """Accounts: names are lower case, passwords are kept as Argon2id hashes alone."""

    def add_user(
        self, name: str, password: str, role: Role | str = Role.ANALYST, at: datetime | None = None,
        *, until: datetime | None = None,
    ) -> User:  # fmt: skip
        """Make an account; BadInputError if the name is taken or malformed, or the password too short.

        ``until``: the password is somebody else's making and good up to then for choosing an own one. An empty password makes
        an account that signs in elsewhere: no password fits it.
        """
        if not _NAME.fullmatch(name):
            raise BadInputError(f"{name!r} cannot be an account's name", remedy="use a-z, 0-9, dot, dash, at most 64")
        try:
            kind = Role(role)
        except ValueError as error:
            raise BadInputError(f"there is no role {role!r}", remedy=f"one of: {', '.join(Role)}") from error
        row = {
            "name": name, "role": kind.value, "password_hash": _hash(password) if password else NO_PASSWORD,
            "created_at": at or now(), "disabled_at": None, "failures": 0, "locked_until": None, "password_until": until,
        }  # fmt: skip
        with self._db.write("users") as connection:
            if _row(connection, name) is not None:
                raise BadInputError(f"there is an account {name!r} already", remedy="use: strazha user passwd")
            self._db.put(connection, users, [row])
        return User(name=name, role=kind, created_at=row["created_at"], password_until=until)

    def user(self, name: str) -> User | None:
        """One account."""
        with self._db.read() as connection:
            row = _row(connection, name)
        return None if row is None else _user(row)

    def users(self) -> list[User]:
        """Every account, by name."""
        with self._db.read() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.name))]

    def set_password(self, name: str, password: str, *, until: datetime | None = None) -> None:
        """Change a password: a lock ends, and every open session of the account with it. ``until`` as in ``add_user``."""
        hashed = _hash(password)
        self._change(name, {"password_hash": hashed, "failures": 0, "locked_until": None, "password_until": until})

    def set_role(self, name: str, role: Role) -> None:
        """Change what an account is for; it signs in anew, and its tokens end. BadInputError for the last administrator."""
        self._change(name, {"role": role.value}, ends=now(), keeps_admin=role is Role.ADMIN)

    def disable_user(self, name: str, at: datetime) -> None:
        """Close an account: it cannot sign in, its sessions and tokens end. Its decisions and audit entries stay.

        BadInputError for the last administrator: nobody could open an account again.
        """
        self._change(name, {"disabled_at": at}, ends=at, keeps_admin=False)

    def unlock_user(self, name: str) -> None:
        """End a lock after too many wrong passwords; open sessions go on."""
        with self._db.write("users") as connection:
            mine = update(users).where(users.c.name == clean(name)).values(failures=0, locked_until=None)
            if connection.execute(mine).rowcount == 0:
                raise BadInputError(f"there is no account {name!r}", remedy="use: strazha user list")

    def enable_user(self, name: str) -> None:
        """Open a closed account again."""
        self._change(name, {"disabled_at": None, "failures": 0, "locked_until": None})

    def reset_totp(self, name: str) -> None:
        """Turn off a second factor whose device is lost: the account signs in anew, with its password alone."""
        self._change(name, {"totp_secret": "", "totp_pending": "", "totp_step": 0})
        with self._db.write("users") as connection:
            connection.execute(delete(recovery_codes).where(recovery_codes.c.name == clean(name)))

    def _change(self, name: str, values: dict[str, object], *, keeps_admin: bool = True, ends: datetime | None = None) -> None:
        # Tokens end, for good, where the account no longer is what they were made for (``ends``).
        with self._db.write("users") as connection:
            if not keeps_admin:
                _keep_an_admin(connection, name)
            changed = connection.execute(update(users).where(users.c.name == name).values(**values))
            if changed.rowcount == 0:
                raise BadInputError(f"there is no account {name!r}", remedy="use: strazha user list")
            connection.execute(delete(sessions).where(sessions.c.name == name))
            if ends is not None:
                end_tokens(connection, name, ends)

    def check_password(self, name: str, password: str, at: datetime, code: str = "") -> User | None:
        """The account, if password and (where it has a second factor) code are right and it is neither disabled nor locked.

        Five wrong passwords or codes in a row lock the account for 15 minutes. Unknown names take as long as known ones.
        """
        with self._db.read() as connection:
            row = _row(connection, name)
        right = _matches(row.password_hash if row is not None else _nobody(), password)
        if row is None:
            return None
        with self._db.write("users") as connection:
            fresh = _row(connection, name)
            if fresh is None or fresh.disabled_at is not None or (fresh.locked_until is not None and at < fresh.locked_until):
                return None
            mine = update(users).where(users.c.name == name)
            right = right and fresh.password_hash == row.password_hash
            right = right and (fresh.password_until is None or at < fresh.password_until)
            # A recovery code is used up only by somebody who knows the password.
            step = self._step(connection, fresh, code, at) if right and fresh.totp_secret else fresh.totp_step
            if not right or (fresh.totp_secret and not step):
                failures = fresh.failures + 1
                locked = failures >= MAX_FAILURES
                connection.execute(mine.values(failures=0 if locked else failures, locked_until=at + LOCK if locked else None))
                return None
            values: dict[str, object] = {"failures": 0, "locked_until": None, "totp_step": step}
            if _hasher.check_needs_rehash(fresh.password_hash):
                values["password_hash"] = _hasher.hash(password)
            connection.execute(mine.values(**values))
            return _user(fresh).model_copy(update={"locked_until": None})

    def _step(self, connection: Connection, row: Row[tuple[object, ...]], code: str, at: datetime) -> int:
        """The time step that is used from now on; 0 where the code is none of the account's."""
        used = int(row.totp_step)
        name, kept = str(row.name), str(row.totp_secret)
        secret = kept if not is_sealed(kept) else self._db.keys.open(kept, name) if self._db.keys is not None else None
        step = matching_step(secret or "", code, at, used)
        if step or not use_recovery_code(connection, name, code, at):
            return step
        return max(used, 1)

    def open_session(self, name: str, at: datetime, ttl: timedelta, *, agent: str = "") -> str:
        """Sign an account in for ``ttl``; returns the token for its cookie, of which only the SHA-256 is kept.

        ``agent`` is what the browser calls itself, so that a person knows their sessions apart.
        """
        token = secrets.token_urlsafe(32)
        row = {
            "token_sha256": token_hash(token), "name": name, "opened_at": at, "expires_at": at + ttl, "closed": False,
            "agent": clean(agent)[:300],
        }  # fmt: skip
        with self._db.write("users") as connection:
            known = _row(connection, name)
            if known is None or known.disabled_at is not None:
                raise BadInputError(f"{name!r} is no open account", remedy="use: strazha user list")
            connection.execute(delete(sessions).where(sessions.c.expires_at < at))
            self._db.put(connection, sessions, [row])
            connection.execute(update(users).where(users.c.name == known.name).values(last_login_at=at))
        return token

    def renew_session(self, token: str, at: datetime) -> str:
        """Give a session a new token when what its account may do has changed; it ends when the former would have.

        Returns the new token, or an empty text where the session is not open.
        """
        fresh = secrets.token_urlsafe(32)
        mine = (sessions.c.token_sha256 == token_hash(token)) & sessions.c.closed.is_(False) & (sessions.c.expires_at > at)
        with self._db.write("users") as connection:
            moved = connection.execute(update(sessions).where(mine).values(token_sha256=token_hash(fresh), seen_at=at))
        return fresh if moved.rowcount == 1 else ""

    def session_user(self, token: str, at: datetime, idle: timedelta | None = None) -> User | None:
        """The account a token stands for, if the session is open, not run out, and the account not disabled.

        With ``idle`` also only if it was used within that time; using it is noted, to the minute.
        """
        query = (
            select(users, sessions.c.opened_at, sessions.c.seen_at)
            .join(sessions, sessions.c.name == users.c.name)
            .where(
                sessions.c.token_sha256 == token_hash(token),
                sessions.c.closed.is_(False),
                sessions.c.expires_at > at,
                users.c.disabled_at.is_(None),
            )
        )
        with self._db.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        used = row.seen_at or row.opened_at
        if idle is not None:
            if at - used > idle:
                return None
            if at - used > NOTED:
                mine = update(sessions).where(sessions.c.token_sha256 == token_hash(token))
                with self._db.write("users") as connection:
                    connection.execute(mine.values(seen_at=at))
        return _user(row)

    def close_session(self, token: str) -> None:
        """End a session; closing one that is not there changes nothing."""
        mine = update(sessions).where(sessions.c.token_sha256 == token_hash(token))
        with self._db.write("users") as connection:
            connection.execute(mine.values(closed=True))


def _row(connection: Connection, name: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(users).where(users.c.name == clean(name))).one_or_none()


def _keep_an_admin(connection: Connection, name: str) -> None:
    admins = select(users.c.name).where(users.c.role == Role.ADMIN.value, users.c.disabled_at.is_(None))
    if connection.execute(admins).scalars().all() == [name]:
        raise BadInputError(f"{name!r} is the last administrator", remedy="make another administrator first")


def _user(row: Row[tuple[object, ...]]) -> User:
    return User.model_validate({name: getattr(row, name) for name in User.model_fields})


def _hash(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise BadInputError(
            f"a password needs {MIN_PASSWORD} to {MAX_PASSWORD} characters", remedy="choose several words in a row"
        )
    return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password[: MAX_PASSWORD + 1].encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    # The hash an unknown name is compared with, so that the time does not tell which names exist.
    return _hasher.hash(secrets.token_hex(16))


def token_hash(token: str) -> str:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
