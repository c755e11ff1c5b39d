"""The index file: its tables, its connections, and what its errors mean."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from strazha.errors import StoreError, StoreUnavailableError
from strazha.store.entries import TEXT_COLUMNS
from strazha.store.folding import VERSION

#: Changes when tables, packed rows or folding do: an index of another layout is refused until it is rebuilt.
LAYOUT = f"5/{VERSION}"
#: How long one writer waits for another; a batch holds the lock for well under a second.
BUSY_SECONDS = 30
#: The two collections; each has its own set of tables.
PREFIXES = ("advert", "cluster")

# What searches look at lies in the hot table, packed as columns.py unpacks it; "changed" is the number of the transaction that
# wrote a row, so that a reader's copy in memory can be brought up to date. The vectors lie apart: only a search by vector reads
# them. "gone" keeps the numbers of removed documents, which are not given out again.
_SCHEMA = """
CREATE TABLE {p}_docs (doc INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, body TEXT NOT NULL,
    decision TEXT NOT NULL, decided_at INTEGER);
CREATE TABLE {p}_hot (doc INTEGER PRIMARY KEY, id TEXT NOT NULL, changed INTEGER NOT NULL, fixed BLOB NOT NULL,
    tags BLOB NOT NULL, points BLOB NOT NULL);
CREATE INDEX {p}_changed ON {p}_hot (changed);
CREATE TABLE {p}_gone (doc INTEGER PRIMARY KEY, changed INTEGER NOT NULL);
CREATE INDEX {p}_gone_changed ON {p}_gone (changed);
CREATE TABLE {p}_vectors (doc INTEGER PRIMARY KEY, changed INTEGER NOT NULL, vector BLOB NOT NULL);
CREATE INDEX {p}_vectors_changed ON {p}_vectors (changed);
CREATE TABLE {p}_values (field INTEGER NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL, folded TEXT NOT NULL,
    PRIMARY KEY (field, number)) WITHOUT ROWID;
CREATE UNIQUE INDEX {p}_value ON {p}_values (field, value);
CREATE INDEX {p}_folded ON {p}_values (field, folded);
CREATE TABLE {p}_keys (hash INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (hash, doc)) WITHOUT ROWID;
CREATE VIRTUAL TABLE {p}_text USING fts5({columns}, content='', tokenize="unicode61 remove_diacritics 0");
"""
_LINKS = """
CREATE TABLE links (id TEXT PRIMARY KEY, cluster_id TEXT NOT NULL, version INTEGER NOT NULL, score REAL NOT NULL,
    body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX links_cluster ON links (cluster_id, score DESC, id);
CREATE TABLE meta (layout TEXT NOT NULL, made TEXT NOT NULL, sequence INTEGER NOT NULL);
"""
#: Also those of older layouts.
_TABLES = [
    *(f"{p}_{name}" for p in PREFIXES for name in ("text", "docs", "hot", "gone", "vectors", "values", "keys", "tags")),
    "links", "meta",
]  # fmt: skip


class IndexFile:
    """Connections to one index file: one writer at a time, readers beside it, each in a consistent state."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._all: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._writing = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        with self._meaning():
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = self._open()
            self._idle.append(connection)
            if not _is_made(connection):
                with self._raw_write() as writer:
                    # Another process may have been faster.
                    if not _is_made(writer):
                        _make(writer)
            self.layout = str(connection.execute("SELECT layout FROM meta").fetchone()[0])

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection in a read transaction."""
        self._check()
        with self._meaning():
            with self._guard:
                connection = self._idle.pop() if self._idle else self._open()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                with self._guard:
                    self._idle.append(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The writing connection in a transaction: committed at the end, rolled back on an error."""
        self._check()
        with self._meaning(), self._raw_write() as connection:
            yield connection

    def empty(self) -> None:
        """Drop everything and make the tables anew, also those of another layout."""
        with self._meaning(), self._raw_write() as connection:
            for table in _TABLES:
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            _make(connection)
        self.layout = LAYOUT

    def close(self) -> None:
        """Close every connection; the last one folds the log into the file."""
        with self._guard:
            for connection in self._all:
                connection.close()
            self._all.clear()
            self._idle.clear()
            self._writer = None

    def _check(self) -> None:
        if self.layout != LAYOUT:
            raise StoreError(
                f"the index has layout {self.layout}, this program writes {LAYOUT}",
                place=str(self.path),
                remedy="run: strazha index rebuild",
            )

    @contextmanager
    def _raw_write(self) -> Iterator[sqlite3.Connection]:
        with self._writing:
            if self._writer is None:
                with self._guard:
                    self._writer = self._open()
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._all.append(connection)
        _patient(lambda: _set_wal(connection))
        # NORMAL: a power cut may lose the last commits but never harms the file, and everything here can be rebuilt.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-131072")  # 128 MB at most: the key index of 500,000 adverts
        connection.execute("PRAGMA temp_store=MEMORY")
        return connection

    @contextmanager
    def _meaning(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreUnavailableError(
                f"the index cannot be used now: {error}",
                place=str(self.path),
                remedy="check the disk's free space and rights, and that no other program holds the file",
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the index file is damaged or none: {error}",
                place=str(self.path),
                remedy="delete the file, then run: strazha index rebuild",
            ) from error
        except OSError as error:
            raise StoreUnavailableError(
                f"the index's folder cannot be made: {error.strerror}",
                place=str(self.path),
                remedy="set STRAZHA_HOME or STRAZHA_INDEX_PATH to a place that may be written to",
            ) from error


def _is_made(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is not None


def _make(connection: sqlite3.Connection) -> None:
    scripts = [_SCHEMA.format(p=prefix, columns=", ".join(TEXT_COLUMNS)) for prefix in PREFIXES]
    for statement in "".join([*scripts, _LINKS]).split(";"):
        if statement.strip():
            connection.execute(statement)
    # The random mark lets writers in other processes notice that the index was emptied.
    connection.execute("INSERT INTO meta VALUES (?, hex(randomblob(8)), 0)", (LAYOUT,))


def _set_wal(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL").fetchone()


def _patient(action: Callable[[], None]) -> None:
    # SQLite does not wait at the change to WAL: two processes that open a new file at once must try again by themselves.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
