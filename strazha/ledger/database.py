"""The ledger's database: connections, transactions, upserts and migrations, for SQLite and PostgreSQL."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from strazha.errors import BadInputError, MissingExtraError, StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from strazha.sealing import Keyring

#: The newest migration. Written down so that opening an up-to-date ledger need not import Alembic (a test compares).
HEAD = "0011"
#: Rows per statement and per transaction: long enough that the sync at its end is cheap, short enough that readers and other
#: writers wait milliseconds. Also keeps "in (...)" below every database's limit of parameters.
CHUNK = 1000
#: How long a writer waits for another one. A batch of this program holds the lock for well under a second.
BUSY_SECONDS = 60

Item = TypeVar("Item")
Row = Mapping[str, Any]


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most ``size``."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class Database:
    """One ledger database. Safe to share between threads; each process opens its own."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        #: What secrets in the tables are sealed with, once somebody handed it over (``Ledger.use_keys``).
        self.keys: Keyring | None = None
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._writer = self.engine.execution_options(strazha_writes=True)
        try:
            _migrate(self)
        except BaseException:
            self.engine.dispose()
            raise

    @property
    def place(self) -> str:
        """The address of the database, without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state."""
        with self._meaning(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self, lock: str = "") -> Iterator[Connection]:
        """A write transaction, committed at the end.

        SQLite lets one writer in at a time. On PostgreSQL transactions that read before they write name a ``lock``, so
        that two with the same name follow each other.
        """
        with self._meaning(), self._writer.begin() as connection:
            if lock and not self.sqlite:
                key = zlib.crc32(f"strazha.{lock}".encode())
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
            yield connection

    def put(
        self,
        connection: Connection,
        table: Table,
        rows: Sequence[Row],
        *,
        update: Sequence[str] | None = None,
    ) -> None:
        """Insert rows; where the primary key is taken, set the columns of ``update`` (none: leave the row as it is)."""
        if not rows:
            return
        insert = sqlite.insert(table) if self.sqlite else postgresql.insert(table)
        keys = [column.name for column in table.primary_key]
        if update:
            insert = insert.on_conflict_do_update(
                index_elements=keys, set_={name: getattr(insert.excluded, name) for name in update}
            )
        else:
            insert = insert.on_conflict_do_nothing(index_elements=keys)
        connection.execute(insert, [dict(row) for row in rows])

    @contextmanager
    def _meaning(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise StoreUnavailableError(
                f"the ledger cannot be used now: {error.orig}",
                place=self.place,
                remedy="check that the database server runs, or that the folder exists, has space, and may be written to",
            ) from error
        except DatabaseError as error:
            if "not a database" in str(error.orig) or "malformed" in str(error.orig):
                raise StoreError(
                    f"the ledger's file is damaged or none: {error.orig}", place=self.place, remedy="restore it from a backup"
                ) from error
            raise

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        if parsed.get_backend_name() != "postgresql":
            raise BadInputError(
                f"the ledger cannot be kept in {parsed.get_backend_name()}",
                remedy="use a sqlite:///path or postgresql://user@host/database URL",
            )
        return create_engine(parsed, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise MissingExtraError("a ledger in PostgreSQL", "postgres") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise BadInputError(
            "the ledger's address is not a database URL",
            remedy="set STRAZHA_LEDGER_URL to sqlite:///path or postgresql://user@host/database",
        ) from error
    except OSError as error:
        raise StoreUnavailableError(
            f"the ledger's folder cannot be made: {error.strerror}",
            place=str(error.filename),
            remedy="set STRAZHA_HOME or STRAZHA_LEDGER_URL to a place that may be written to",
        ) from error


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, not when sqlite3 thinks fit
    _retry_locked(lambda: _set_wal(connection))
    connection.execute("PRAGMA foreign_keys=ON")
    # FULL, not NORMAL: in WAL mode NORMAL may lose the last commits when power fails, and these are decisions and audit
    # entries. Work is committed in batches, so the sync is paid once per thousand rows.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")  # 64 MB: the keys of a million adverts


def _set_wal(connection: Any) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL").fetchone()


def _retry_locked(action: Any) -> None:
    # SQLite does not wait at the change to WAL: two processes that open a new file at once must try again by themselves.
    import sqlite3

    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail with "locked" at once; taking the lock first waits instead.
    writes = connection.get_execution_options().get("strazha_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(database: Database) -> str:
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _migrate(database: Database) -> None:
    """Bring the tables up to date: one process does it, others that open at the same moment wait and find it done."""
    known = _version(database)
    if known == HEAD:
        return
    if known > HEAD:
        raise StoreError(
            f"the ledger has version {known}, this program knows {HEAD}",
            place=database.place,
            remedy="run the newer program that migrated it",
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "strazha.ledger:migrations")
    with database.write("migrate") as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
