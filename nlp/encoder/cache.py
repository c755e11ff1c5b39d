"""Vectors of known texts on disk: adverts repeat themselves, between each other and from crawl to crawl.

One SQLite file, shared by processes. It can be deleted at any time, and a broken one is set aside: losing it costs time only.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
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
#: Part of the rows removed when there are too many.
_SHRINK = 0.1
_DAY = 86_400
#: Vectors kept in memory, 0.9 KB each: an advert's neighbours in a crawl repeat its sentences.
LATELY = 32_768


class VectorCache:
    """Vectors by key, at most ``limit`` of them: those not used for longest go first. Never raises for what is on disk."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path, self.limit = path, limit
        self._rows: int | None = None
        self._said = False

    def get(self, keys: Sequence[bytes], size: int) -> dict[bytes, bytes]:
        """Packed vectors of the keys it knows, ``size`` bytes each."""
        found: dict[bytes, bytes] = {}
        try:
            with closing(self._connect()) as db, db:
                stale: list[bytes] = []
                for part in _parts(keys, _KEYS):
                    marks = ",".join("?" * len(part))
                    rows = db.execute(f"SELECT key, used, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608 - marks only
                    for key, used, packed in rows:
                        if len(packed) == size:
                            found[key] = packed
                            if used < _today():
                                stale.append(key)
                db.executemany("UPDATE vectors SET used = ? WHERE key = ?", [(_today(), key) for key in stale])
        except (sqlite3.Error, OSError) as error:
            self._trouble(error)
        return found

    def put(self, vectors: dict[bytes, bytes]) -> None:
        """Keep packed vectors; one that is there already stays."""
        try:
            with closing(self._connect()) as db, db:
                before = db.total_changes
                rows = [(key, _today(), packed) for key, packed in vectors.items()]
                db.executemany("INSERT INTO vectors VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)
                if self._rows is None:
                    self._rows = db.execute("SELECT count(*) FROM vectors").fetchone()[0]
                else:
                    self._rows += db.total_changes - before
                if self._rows > self.limit:
                    self._shrink(db)
        except (sqlite3.Error, OSError) as error:
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
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=30)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = OFF")  # what a power cut takes is computed again
            db.executescript(_TABLE)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _trouble(self, error: Exception) -> None:
        if not self._said:
            log.warning("the cache of vectors %s cannot be used, texts are encoded instead: %s", self.path, error)
            self._said = True
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            for suffix in ("", "-wal", "-shm"):  # not a database, or a broken one: begin anew
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            self._rows = None


class CachedEncoder:
    """An encoder that first asks what it met lately, then the cache on disk; the model is loaded when a text is new to both.

    All its vectors are rounded as the cache rounds them (16 bits), so that known and new texts are not told apart by their
    last digits. May be shared between threads.
    """

    def __init__(self, name: str, version: str, *, dim: int, load: Callable[[], Encoder], cache: VectorCache | None) -> None:
        self.name, self.version, self.dim = name, version, dim
        self._load, self._cache = load, cache
        self._encoder: Encoder | None = None
        self._lately: OrderedDict[bytes, bytes] = OrderedDict()
        self._salt = version.encode()
        self._lock = threading.RLock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1, ``[len(texts), dim]``, in the order of the texts."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        cleaned = [clean(text) for text in texts]
        keys = [hashlib.blake2b(text.encode(), digest_size=16, key=self._salt).digest() for text in cleaned]
        with self._lock:
            known = self._known(dict(zip(keys, cleaned, strict=True)))
        # Rounding leaves lengths a few hundred-thousandths off 1.
        out = np.frombuffer(b"".join(known[key] for key in keys), dtype="<f2").astype(np.float32).reshape(-1, self.dim)
        lengths = np.linalg.norm(out, axis=1, keepdims=True)
        vectors: NDArray[np.float32] = out / lengths
        return vectors

    def forget(self) -> None:
        """Forget what was met lately (for measurements); what is on disk stays."""
        with self._lock:
            self._lately.clear()

    def _known(self, wanted: dict[bytes, str]) -> dict[bytes, bytes]:
        """Packed vectors of all wanted texts; the missing ones are encoded, and kept."""
        known: dict[bytes, bytes] = {}
        for key in wanted:
            if (packed := self._lately.get(key)) is not None:
                self._lately.move_to_end(key)
                known[key] = packed
        if self._cache is not None and len(known) < len(wanted):
            found = self._cache.get([key for key in wanted if key not in known], 2 * self.dim)
            known.update(found)
            self._remember(found)
        missing = [key for key in wanted if key not in known]
        for part in _parts(missing, _WRITE):
            if self._encoder is None:
                self._encoder = self._load()
            rows = self._encoder.encode([wanted[key] for key in part]).astype("<f2")
            new = {key: row.tobytes() for key, row in zip(part, rows, strict=True)}
            if self._cache is not None:
                self._cache.put(new)
            known.update(new)
            self._remember(new)
        return known

    def _remember(self, found: dict[bytes, bytes]) -> None:
        self._lately.update(found)
        while len(self._lately) > LATELY:
            self._lately.popitem(last=False)


def _parts(items: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _today() -> int:
    return int(time.time()) // _DAY
