"""Vectors of known texts on disk: adverts repeat themselves, between each other and from crawl to crawl.

One SQLite file, shared by processes. It can be deleted at any time, and a broken one is set aside: losing it costs time only.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp.encoder.texts import clean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from strazha.model.vectors import Encoder

log = logging.getLogger(__name__)

_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS vectors_by_use ON vectors (used);
"""
#: Keys in one statement (SQLite takes 32,766); texts encoded between two writes, so that a killed run loses little.
_KEYS, _WRITE = 500, 1_024
#: Rows looked at between two counts of the file, and the part of the rows removed when there are too many.
_SHRINK = 0.1
_DAY = 86_400


class VectorCache:
    """Vectors by key, at most ``limit`` of them: those not used for longest go first. Never raises for what is on disk."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path, self.limit = path, limit
        self._rows: int | None = None
        path.parent.mkdir(parents=True, exist_ok=True)

    def get(self, keys: Sequence[bytes], dim: int) -> dict[bytes, NDArray[np.float32]]:
        """Vectors of the keys it knows."""
        found: dict[bytes, NDArray[np.float32]] = {}
        try:
            with closing(self._connect()) as db, db:
                stale: list[bytes] = []
                for part in _parts(keys, _KEYS):
                    marks = ",".join("?" * len(part))
                    rows = db.execute(f"SELECT key, used, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608 - marks only
                    for key, used, blob in rows:
                        if len(blob) == 2 * dim:
                            found[key] = np.frombuffer(blob, dtype="<f2").astype(np.float32)
                            if used < _today():
                                stale.append(key)
                db.executemany("UPDATE vectors SET used = ? WHERE key = ?", [(_today(), key) for key in stale])
        except sqlite3.Error as error:
            self._trouble(error)
        return found

    def put(self, rows: Sequence[tuple[bytes, NDArray[np.float32]]]) -> None:
        """Keep vectors; one that is there already stays."""
        try:
            with closing(self._connect()) as db, db:
                before = db.total_changes
                db.executemany(
                    "INSERT INTO vectors VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    [(key, _today(), vector.astype("<f2").tobytes()) for key, vector in rows],
                )
                if self._rows is None:
                    self._rows = db.execute("SELECT count(*) FROM vectors").fetchone()[0]
                else:
                    self._rows += db.total_changes - before
                if self._rows > self.limit:
                    self._shrink(db)
        except sqlite3.Error as error:
            self._trouble(error)

    def _shrink(self, db: sqlite3.Connection) -> None:
        # Counted anew: other processes write too.
        rows = db.execute("SELECT count(*) FROM vectors").fetchone()[0]
        surplus = rows - int(self.limit * (1 - _SHRINK))
        if surplus > 0:
            db.execute(
                "DELETE FROM vectors WHERE rowid IN (SELECT rowid FROM vectors ORDER BY used, rowid LIMIT ?)", (surplus,)
            )
        self._rows = rows - max(0, surplus)

    def _connect(self) -> sqlite3.Connection:
        # A connection for each call: it neither outlives a fork nor ties the cache to one thread; opening takes 0.1 ms.
        db = sqlite3.connect(self.path, timeout=30)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = OFF")  # what a power cut takes is computed again
            db.executescript(_TABLE)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _trouble(self, error: sqlite3.Error) -> None:
        log.warning("the cache of vectors %s cannot be used, texts are encoded instead: %s", self.path, error)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            for suffix in ("", "-wal", "-shm"):  # not a database, or a broken one: begin anew
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            self._rows = None


class CachedEncoder:
    """An encoder that asks the cache first. Its vectors are rounded as the cache rounds them (16 bits), so that a known text and
    a new one are not told apart by their last digits.
    """

    def __init__(self, encoder: Encoder, cache: VectorCache) -> None:
        self.name, self.version, self.dim = encoder.name, encoder.version, encoder.dim
        self._encoder, self._cache = encoder, cache
        self._salt = encoder.version.encode()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1, ``[len(texts), dim]``, in the order of the texts."""
        cleaned = [clean(text) for text in texts]
        keys = [hashlib.blake2b(text.encode(), digest_size=16, key=self._salt).digest() for text in cleaned]
        known = self._cache.get(list(dict.fromkeys(keys)), self.dim)
        missing = {key: text for key, text in zip(keys, cleaned, strict=True) if key not in known}
        for part in _parts(list(missing), _WRITE):
            vectors = self._encoder.encode([missing[key] for key in part]).astype("<f2").astype(np.float32)
            rows = list(zip(part, vectors, strict=True))
            self._cache.put(rows)
            known.update(rows)
        out = np.empty((len(texts), self.dim), dtype=np.float32)
        for at, key in enumerate(keys):
            out[at] = known[key]
        # Rounding leaves lengths a few hundred-thousandths off 1.
        return out / np.linalg.norm(out, axis=1, keepdims=True) if len(texts) else out


def _parts(items: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _today() -> int:
    return int(time.time()) // _DAY
