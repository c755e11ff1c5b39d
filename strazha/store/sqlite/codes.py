"""Values of filter fields as small numbers, and each document's values as one short blob.

A document's blob is a row of four-byte codes: the value's number in base 240 with the digits 16 to 255, then a byte for the
field (1 to 15). No byte can be both, so ``instr(codes, code)`` is an exact test of membership, and joining the blobs of all
found documents (``group_concat``) brings everything the facets need out of SQLite in one call, to be counted by numpy: a
million codes take a few milliseconds, where a join with a table of values took hundreds.
"""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from strazha.errors import StoreError
from strazha.store.entries import fold_value
from strazha.store.query import FacetCount

#: Field -> its byte. Only ever added to: the bytes are in stored blobs.
FIELD_BYTES = {
    "source": 1, "ad_type": 2, "band": 3, "language": 4, "indicator": 5, "place": 6, "country": 7, "contact": 8,
    "cluster": 9, "decision": 10, "status": 11,
}  # fmt: skip
#: Fields with many values, of which a query wants few: they have an index (the tags table) beside the blob.
TAGGED = frozenset({"place", "contact", "cluster"})
#: Fields of which a document has one value at most, by collection: they have a column in the hot table too, because
#: comparing two integers takes a tenth of the time of looking through a blob, and the queue filters by them on every page.
SINGLE = {
    "advert": ("source", "ad_type", "band", "cluster", "decision", "status"),
    "cluster": ("band", "decision"),
}
#: In such a column: no value.
NOTHING = -1
_BASE, _LOWEST = 240, 16
MAX_NUMBER = _BASE**3


def code(field: str, number: int) -> bytes:
    """The four bytes of a value."""
    high, rest = divmod(number, _BASE * _BASE)
    middle, low = divmod(rest, _BASE)
    return bytes((high + _LOWEST, middle + _LOWEST, low + _LOWEST, FIELD_BYTES[field]))


def tag(field: str, number: int) -> int:
    """A value as one integer, for the tags table."""
    return FIELD_BYTES[field] << 24 | number


class Numbers:
    """The numbers of values, given out as values appear. For the writer; it forgets what a rolled-back transaction gave."""

    def __init__(self, prefix: str) -> None:
        self._table = f"{prefix}_values"
        self._known: dict[tuple[str, str], int] = {}

    def forget(self) -> None:
        """After a rollback, or when another process has emptied the index."""
        self._known.clear()

    def of(self, connection: sqlite3.Connection, field: str, value: str) -> int:
        """The number of a value; a new one is given out where it has none."""
        number = self._known.get((field, value))
        if number is not None:
            return number
        byte = FIELD_BYTES[field]
        row = connection.execute(f"SELECT number FROM {self._table} WHERE field = ? AND value = ?", (byte, value)).fetchone()
        if row is None:
            last = connection.execute(f"SELECT max(number) FROM {self._table} WHERE field = ?", (byte,)).fetchone()[0]
            number = 0 if last is None else last + 1
            if number >= MAX_NUMBER:
                raise StoreError(
                    f"the field {field!r} has more than {MAX_NUMBER:,} values", remedy="use the Elasticsearch backend"
                )
            connection.execute(
                f"INSERT INTO {self._table} (field, number, value, folded) VALUES (?, ?, ?, ?)",
                (byte, number, value, fold_value(field, value)),
            )
        else:
            number = int(row[0])
        if len(self._known) > 500_000:
            self._known.clear()
        self._known[field, value] = number
        return number


def count(blob: bytes, sizes: dict[str, int]) -> dict[str, list[tuple[int, int]]]:
    """How often each value of the fields occurs in joined blobs: (number, count), the most frequent first.

    ``sizes``: the fields, with how many values each has.
    """
    codes = np.frombuffer(blob, dtype=np.uint8).reshape(-1, 4)
    # The last digit and the field's byte lie side by side: together they are the whole code of a field with up to 240 values,
    # and one pass counts all such fields.
    ends = np.bincount(np.frombuffer(blob, dtype="<u2")[1::2], minlength=1 << 16) if blob else np.zeros(1 << 16, np.int64)
    found: dict[str, list[tuple[int, int]]] = {}
    for field, size in sizes.items():
        byte = FIELD_BYTES[field]
        if size <= _BASE:
            counts = ends[byte << 8 | _LOWEST : (byte + 1) << 8]
        else:
            rows = codes[codes[:, 3] == byte].astype(np.int32) - _LOWEST
            counts = np.bincount((rows[:, 0] * _BASE + rows[:, 1]) * _BASE + rows[:, 2])
        present = np.flatnonzero(counts)
        order = present[np.argsort(-counts[present], kind="stable")]
        found[field] = [(int(number), int(counts[number])) for number in order]
    return found


def facets(
    connection: sqlite3.Connection, prefix: str, blob: bytes, fields: Sequence[str], size: int
) -> dict[str, tuple[FacetCount, ...]]:
    """The most frequent values of the fields, ties by value."""
    found: dict[str, tuple[FacetCount, ...]] = {}
    last = f"SELECT coalesce(max(number), -1) + 1 FROM {prefix}_values WHERE field = ?"
    sizes = {field: int(connection.execute(last, (FIELD_BYTES[field],)).fetchone()[0]) for field in fields}
    for field, counted in count(blob, sizes).items():
        # All that tie with the last one shown are looked at, so that ties are cut by value, not by number.
        least = counted[size - 1][1] if len(counted) > size else 0
        kept = [item for item in counted if item[1] >= least][: size + 5000]
        names = value_names(connection, prefix, field, [number for number, _ in kept])
        rows = sorted((-n, names[number]) for number, n in kept)[:size]
        found[field] = tuple(FacetCount(value=value, count=-n) for n, value in rows)
    return found


def value_names(connection: sqlite3.Connection, prefix: str, field: str, numbers: Iterable[int]) -> dict[int, str]:
    """The values behind numbers."""
    found: dict[int, str] = {}
    wanted = list(numbers)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = connection.execute(
            f"SELECT number, value FROM {prefix}_values WHERE field = ? AND number IN ({marks})", (FIELD_BYTES[field], *part)
        )
        found.update(rows.fetchall())
    return found
