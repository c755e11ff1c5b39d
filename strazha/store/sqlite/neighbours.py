"""Adverts by their vectors: all of them in memory at one byte a number, the best looked at again as they are stored.

numpy goes through 100,000 vectors of 384 bytes in about ten milliseconds (measured: half precision takes nine times as long,
single precision four times the memory), which serves as long as one file serves at all. Rounding to a byte moves a cosine by
less than a hundredth, so the order among the best comes from the stored half-precision numbers.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass

import numpy as np

from strazha.store.sqlite.columns import Array, Columns, Mask, View
from strazha.store.vectors import DIMS, Floats

#: Vectors turned into floats at a time: half a megabyte, which stays in a core's cache.
BLOCK = 512
#: Candidates looked at again for one that is shown, and at least. Ten are far more than the rounding can misplace.
CANDIDATES, LEAST = 10, 200
#: Rows read at a time while the memory is filled.
READ = 20_000


@dataclass(frozen=True, slots=True)
class Matrix:
    """Vectors at one moment, as whole numbers with a scale each."""

    made: str
    sequence: int
    docs: Array
    whole: Array
    scale: Floats

    def nearest(self, mask: Mask, vector: Floats, size: int) -> Array:
        """Documents of the mask whose vectors come nearest, about that many, in no order."""
        rows = np.flatnonzero(mask[self.docs])
        close = np.empty(len(rows), dtype=np.float32)
        floats = np.empty((BLOCK, DIMS), dtype=np.float32)
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            block = floats[: len(part)]
            # A piece in a row is copied as it lies; picking single rows costs twice as much.
            straight = part[-1] - part[0] == len(part) - 1
            np.copyto(block, self.whole[part[0] : part[-1] + 1] if straight else self.whole[part])
            np.dot(block, vector, out=close[start : start + len(part)])
        close *= self.scale[rows]
        if len(rows) > size:
            rows = rows[np.argpartition(-close, size)[:size]]
        return self.docs[rows]


class Matrices:
    """Keeps the newest matrix of the adverts. Shared between threads; filled by the first search that needs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Matrix | None = None

    def at(self, view: View) -> Matrix:
        """The vectors as a transaction sees them."""
        connection, _, columns = view
        with self._lock:
            known = self._newest
            if known is not None and known.made == columns.made and known.sequence == columns.sequence:
                return known
            if known is not None and (known.made != columns.made or known.sequence > columns.sequence):
                # Another thread is further on, or the index was made anew: read for this one alone.
                return _read(connection, columns, None)
            self._newest = _read(connection, columns, known)
            return self._newest


def nearest(view: View, matrix: Matrix, mask: Mask, vector: Floats, size: int) -> list[tuple[int, float]]:
    """Documents of the mask with the cosine of their vectors, the greatest first; ties by document number."""
    candidates = matrix.nearest(mask, vector, max(LEAST, size * CANDIDATES))
    docs, rows = candidates.tolist(), list[tuple[int, bytes]]()
    for start in range(0, len(docs), 500):
        part = docs[start : start + 500]
        marks = ",".join("?" * len(part))
        rows += view.connection.execute(f"SELECT doc, vector FROM advert_vectors WHERE doc IN ({marks})", part).fetchall()  # noqa: S608
    if not rows:
        return []
    close = _floats([row[1] for row in rows]) @ vector
    found = sorted(zip((-close).tolist(), (row[0] for row in rows), strict=True))[:size]
    return [(doc, max(-1.0, min(-distance, 1.0))) for distance, doc in found]


def _read(connection: sqlite3.Connection, columns: Columns, known: Matrix | None) -> Matrix:
    since, condition = (known.sequence, "WHERE changed > ?") if known else (-1, "WHERE ? < 0")
    cursor = connection.execute(f"SELECT doc, vector FROM advert_vectors {condition}", (since,))  # noqa: S608
    docs, whole, scale, changed = [], [], [], list[int]()
    while rows := cursor.fetchmany(READ):
        changed += [row[0] for row in rows]
        rows = [row for row in rows if row[1]]
        if rows:
            floats = _floats([row[1] for row in rows])
            most = np.abs(floats).max(axis=1)
            whole.append(np.rint(floats * (127 / most)[:, None]).astype(np.int8))
            scale.append(most / np.float32(127))
            docs.append(np.array([row[0] for row in rows], dtype=np.int64))
    if known is not None:
        if not changed:
            return Matrix(known.made, columns.sequence, known.docs, known.whole, known.scale)
        kept = ~np.isin(known.docs, changed) & columns.present[known.docs]
        docs, whole = [known.docs[kept], *docs], [known.whole[kept], *whole]
        scale = [known.scale[kept], *scale]
    if not docs:
        docs, whole, scale = [np.zeros(0, np.int64)], [np.zeros((0, DIMS), np.int8)], [np.zeros(0, np.float32)]
    return Matrix(columns.made, columns.sequence, np.concatenate(docs), np.concatenate(whole), np.concatenate(scale))


def _floats(vectors: list[bytes]) -> Floats:
    found = np.frombuffer(b"".join(vectors), dtype="<f2").reshape(-1, DIMS).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found
