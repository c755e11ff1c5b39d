"""What searches look at, as columns in memory: order, dates, values and places of every document, one array each.

A condition is then one pass over an array, and a facet one count over another: counting five facets of 60,000 documents takes
a few milliseconds, where bringing the same rows out of SQLite took thirty. The arrays are a copy of the table ``*_hot`` at one
moment. Every transaction that writes has a number, every row the number of the one that wrote it; a reader that finds
the arrays older than its own transaction reads the rows that came since, and never sees any newer.
"""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import sqlite3
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from strazha.store.entries import Entry
from strazha.store.folding import CONTACT
from strazha.store.sqlite.codes import FIELD_NUMBERS, NOTHING, NUMBER_BITS, SINGLE

Mask = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

#: Newness below the priority in one number, so that the queue's order is one comparison: 49 bits hold the years 1 to 9999.
_NEWNESS_BITS, _ORIGIN = 49, 1 << 46
#: In the column of a date: none.
NO_DATE = -(1 << 62)
_TAGS = np.dtype([("doc", "<u4"), ("tag", "<u4")])
_POINTS = np.dtype([("doc", "<u4"), ("lat", "<i4"), ("lon", "<i4")])
_DATES = ("first_seen", "last_seen", "posted_at")


def _layout(prefix: str) -> np.dtype[Any]:
    fields = [
        ("doc", "<u4"),
        ("order", "<i8"),
        ("head", ">u8"),
        ("score", "<i4"),
        ("words", "<i4"),
        *((name, "<i8") for name in _DATES),
    ]
    return np.dtype([*fields, *((name, "<i4") for name in SINGLE[prefix])])


_ROWS = {prefix: _layout(prefix) for prefix in SINGLE}
_FORMS = {prefix: struct.Struct(f"<Iq8sii3q{len(names)}i") for prefix, names in SINGLE.items()}


def queue_order(priority: int, newness: int) -> int:
    """Priority, then newness, as one number."""
    return priority << _NEWNESS_BITS | (newness + _ORIGIN)


def queue_parts(order: int) -> tuple[int, int]:
    """Priority and newness of such a number."""
    return order >> _NEWNESS_BITS, (order & ((1 << _NEWNESS_BITS) - 1)) - _ORIGIN


def id_head(doc_id: str) -> bytes:
    """The beginning of an id, by which nearly all ties are told apart."""
    return doc_id.encode("utf-8", "surrogatepass")[:8].ljust(8, b"\0")


def pack_row(prefix: str, doc: int, entry: Entry, single: Sequence[int]) -> bytes:
    """A document's row of the fixed columns."""
    posted = NO_DATE if entry.posted_at is None else entry.posted_at
    dates = (entry.first_seen, entry.last_seen, posted)
    order = queue_order(entry.priority, entry.newness)
    words = sum(text.count(" ") + 1 for text in entry.texts if text) - entry.texts[-1].count(f" {CONTACT}")
    return _FORMS[prefix].pack(doc, order, id_head(entry.id), entry.score, words, *dates, *single)


def with_value(prefix: str, row: bytes, field: str, number: int) -> bytes:
    """A row with another value in a column of one value."""
    values = list(_FORMS[prefix].unpack(row))
    values[SINGLE[prefix].index(field) - len(SINGLE[prefix])] = number
    return _FORMS[prefix].pack(*values)


def pack_tags(doc: int, tags: Sequence[int]) -> bytes:
    """A document's values in the fields of many."""
    return b"".join(struct.pack("<II", doc, one) for one in tags)


def pack_points(doc: int, points: Sequence[tuple[int, int]]) -> bytes:
    """A document's places."""
    return b"".join(struct.pack("<Iii", doc, lat, lon) for lat, lon in points)


@dataclass(frozen=True, slots=True)
class Columns:
    """The documents of one collection at one moment. Arrays are indexed by document number; nobody changes them."""

    #: Which index, and how many transactions had written to it.
    made: str
    sequence: int
    present: Mask
    order: Array
    head: Array
    score: Array
    #: Words in all texts of the document, by which relevance tells long ones from short ones.
    words: Array
    dates: dict[str, Array]
    single: dict[str, Array]
    #: Field -> documents and the numbers of their values, side by side.
    many: dict[str, tuple[Array, Array]]
    #: Documents, latitudes and longitudes in steps.
    points: tuple[Array, Array, Array]

    @property
    def newness(self) -> Array:
        """How new each document is, in milliseconds above some origin."""
        return self.order & ((1 << _NEWNESS_BITS) - 1)

    def nothing(self) -> Mask:
        """No document."""
        return np.zeros(len(self.present), dtype=np.bool_)

    def of(self, docs: Array) -> Mask:
        """These documents."""
        found = self.nothing()
        found[docs] = True
        return found

    def having(self, field: str, numbers: Sequence[int]) -> Mask:
        """Documents that have one of these values."""
        if not numbers:
            return self.nothing()
        if field in self.single:
            column = self.single[field]
            return column == numbers[0] if len(numbers) == 1 else np.isin(column, numbers)
        docs, values = self.many[field]
        return self.of(docs[values == numbers[0] if len(numbers) == 1 else np.isin(values, numbers)])

    def without(self, field: str) -> Mask:
        """Documents that have no value of a field."""
        return self.single[field] == NOTHING if field in self.single else ~self.of(self.many[field][0])


class View(NamedTuple):
    """One collection as one transaction sees it."""

    connection: sqlite3.Connection
    prefix: str
    columns: Columns


class Snapshots:
    """Keeps the newest columns of one collection. Shared between threads."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._lock = threading.Lock()
        self._newest: Columns | None = None

    def at(self, connection: sqlite3.Connection) -> Columns | None:
        """The columns as this transaction sees them; None if another thread's newer ones are kept already (begin anew)."""
        made, sequence = connection.execute("SELECT made, sequence FROM meta").fetchone()
        with self._lock:
            known = self._newest
            if known is None or known.made != made:
                known = None
            elif known.sequence >= sequence:
                return known if known.sequence == sequence else None
            self._newest = self._read(connection, made, sequence, known)
            return self._newest

    def _read(self, connection: sqlite3.Connection, made: str, sequence: int, known: Columns | None) -> Columns:
        prefix = self._prefix
        since, condition = (known.sequence, "WHERE changed > ?") if known else (-1, "WHERE ? < 0")
        rows = connection.execute(f"SELECT fixed, tags, points FROM {prefix}_hot {condition}", (since,)).fetchall()
        gone = connection.execute(f"SELECT doc FROM {prefix}_gone {condition}", (since,)).fetchall() if known else []
        if known is not None and not rows and not gone:
            return replace(known, sequence=sequence)
        fixed, tags, points = (b"".join(row[place] for row in rows) for place in range(3))
        table = np.frombuffer(fixed, dtype=_ROWS[prefix])
        docs = table["doc"].astype(np.int64)
        dropped = np.array([row[0] for row in gone], dtype=np.int64)
        before = known or _empty(prefix)
        # Also of what came and went since: its number is beyond all that are known.
        size = int(max(docs.max(initial=0), dropped.max(initial=0), len(before.present) - 1)) + 1

        def column(name: str, old: Array) -> Array:
            found = np.zeros(size, dtype=old.dtype)
            found[: len(old)] = old
            found[docs] = table[name]
            return found

        present = np.zeros(size, dtype=np.bool_)
        present[: len(before.present)] = before.present
        present[dropped] = False
        present[docs] = True
        stale = np.zeros(size, dtype=np.bool_)
        stale[dropped] = True
        stale[docs] = True
        return Columns(
            made=made, sequence=sequence, present=present, order=column("order", before.order),
            head=column("head", before.head), score=column("score", before.score),
            words=column("words", before.words),
            dates={name: column(name, before.dates[name]) for name in _DATES},
            single={name: column(name, before.single[name]) for name in SINGLE[prefix]},
            many=_merged_tags(before.many, np.frombuffer(tags, dtype=_TAGS), stale),
            points=_merged_points(before.points, np.frombuffer(points, dtype=_POINTS), stale),
        )  # fmt: skip


def _empty(prefix: str) -> Columns:
    nothing = np.zeros(0, dtype=np.int64)
    numbers = np.zeros(0, dtype=np.int32)
    docs = np.zeros(0, dtype=np.uint32)
    many = [field for field in FIELD_NUMBERS if field not in SINGLE[prefix]]
    return Columns(
        made="", sequence=-1, present=np.zeros(0, dtype=np.bool_), order=nothing, head=np.zeros(0, dtype=np.uint64),
        score=numbers, words=numbers, dates=dict.fromkeys(_DATES, nothing), single=dict.fromkeys(SINGLE[prefix], numbers),
        many=dict.fromkeys(many, (docs, numbers)), points=(docs, numbers, numbers),
    )  # fmt: skip


def _merged_tags(old: dict[str, tuple[Array, Array]], new: Array, stale: Mask) -> dict[str, tuple[Array, Array]]:
    fields = new["tag"] >> NUMBER_BITS
    numbers = (new["tag"] & ((1 << NUMBER_BITS) - 1)).astype(np.int32)
    found = {}
    for field, (docs, values) in old.items():
        added, kept = fields == FIELD_NUMBERS[field], ~stale[docs]
        found[field] = (
            np.concatenate((docs[kept], new["doc"][added])),
            np.concatenate((values[kept], numbers[added])),
        )
    return found


def _merged_points(old: tuple[Array, Array, Array], new: Array, stale: Mask) -> tuple[Array, Array, Array]:
    kept = ~stale[old[0]]
    docs, lat, lon = (np.concatenate((part[kept], new[name])) for part, name in zip(old, ("doc", "lat", "lon"), strict=True))
    return docs, lat, lon
