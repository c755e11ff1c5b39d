"""Values of filter fields as small numbers, given out as values appear and kept in a table of their own."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from strazha.errors import StoreError
from strazha.store.entries import fold_value

#: Field -> its number. Only ever added to: they are in stored rows.
FIELD_NUMBERS = {
    "source": 1, "ad_type": 2, "band": 3, "language": 4, "indicator": 5, "place": 6, "country": 7, "contact": 8,
    "cluster": 9, "decision": 10, "status": 11,
}  # fmt: skip
#: Fields of which a document has one value at most, by collection: a column each. The others are lists of (document, value).
SINGLE = {
    "advert": ("source", "ad_type", "band", "cluster", "decision", "status"),
    "cluster": ("band", "decision"),
}
#: In such a column: no value.
NOTHING = -1
#: A field and a value's number share 32 bits.
NUMBER_BITS = 24
MAX_NUMBER = 1 << NUMBER_BITS


def tag(field: str, number: int) -> int:
    """A value of a field as one number of 32 bits."""
    return FIELD_NUMBERS[field] << NUMBER_BITS | number


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
        own = FIELD_NUMBERS[field]
        row = connection.execute(f"SELECT number FROM {self._table} WHERE field = ? AND value = ?", (own, value)).fetchone()
        if row is None:
            last = connection.execute(f"SELECT max(number) FROM {self._table} WHERE field = ?", (own,)).fetchone()[0]
            number = 0 if last is None else last + 1
            if number >= MAX_NUMBER:
                raise StoreError(
                    f"the field {field!r} has more than {MAX_NUMBER:,} values", remedy="use the Elasticsearch backend"
                )
            connection.execute(
                f"INSERT INTO {self._table} (field, number, value, folded) VALUES (?, ?, ?, ?)",
                (own, number, value, fold_value(field, value)),
            )
        else:
            number = int(row[0])
        if len(self._known) > 500_000:
            self._known.clear()
        self._known[field, value] = number
        return number


def number_of(connection: sqlite3.Connection, prefix: str, field: str, value: str) -> int | None:
    """The number of a value; None if no document ever had it."""
    row = connection.execute(
        f"SELECT number FROM {prefix}_values WHERE field = ? AND value = ?", (FIELD_NUMBERS[field], value)
    ).fetchone()
    return None if row is None else int(row[0])


def value_names(connection: sqlite3.Connection, prefix: str, field: str, numbers: Iterable[int]) -> dict[int, str]:
    """The values behind numbers."""
    found: dict[int, str] = {}
    wanted = list(numbers)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = connection.execute(
            f"SELECT number, value FROM {prefix}_values WHERE field = ? AND number IN ({marks})",
            (FIELD_NUMBERS[field], *part),
        )
        found.update(rows.fetchall())
    return found
