"""One collection of the index (adverts, or clusters): writing entries and reading documents back."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Generic, TypeVar

from strazha.model import Outcome
from strazha.store.entries import TEXT_COLUMNS, UNDECIDED, Entry, millis, read_doc
from strazha.store.sqlite.codes import NOTHING, SINGLE, Numbers, tag
from strazha.store.sqlite.columns import Snapshots, View, pack_points, pack_row, pack_tags, with_value
from strazha.store.sqlite.files import IndexFile
from strazha.store.vectors import packed_bytes

#: Documents per transaction: the sync at its end is paid once, a reader's log stays short.
BATCH = 1000
#: Documents per look-up by id.
LOOKUP = 500


DocType = TypeVar("DocType", bound=Any)


class Shelf(Generic[DocType]):
    """Documents of one kind in the tables with one prefix."""

    def __init__(self, file: IndexFile, prefix: str, kind: type[DocType], entry: Callable[[DocType], Entry]) -> None:
        self.file, self.prefix, self.kind = file, prefix, kind
        self._entry = entry
        self._numbers = Numbers(prefix)
        self._snapshots = Snapshots(prefix)
        self._made = ""

    @contextmanager
    def look(self) -> Iterator[View]:
        """The collection as one read transaction sees it, with its columns."""
        with self.file.read() as connection:
            while (columns := self._snapshots.at(connection)) is None:
                connection.execute("ROLLBACK")
                connection.execute("BEGIN")
            yield View(connection, self.prefix, columns)

    def put(self, docs: Iterable[DocType]) -> int:
        """Write documents; those whose version is not higher than the stored one are skipped."""
        written = 0
        iterator = iter(docs)
        while batch := list(islice(iterator, BATCH)):
            # Everything that needs no database is done before the lock is taken.
            entries: dict[str, Entry] = {}
            for entry in map(self._entry, batch):
                known = entries.get(entry.id)
                if known is None or entry.version > known.version:
                    entries[entry.id] = entry
            with self._writing() as connection:
                written += self._put_batch(connection, entries)
        return written

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self.file.write() as connection:
                made = connection.execute("SELECT made FROM meta").fetchone()[0]
                if made != self._made:
                    self._numbers.forget()
                    self._made = made
                yield connection
        except BaseException:
            # Numbers given out in a transaction that was rolled back belong to no value.
            self._numbers.forget()
            raise

    def _put_batch(self, connection: sqlite3.Connection, entries: dict[str, Entry]) -> int:
        stored = self._stored(connection, list(entries))
        rows = _Rows()
        following = connection.execute(
            f"SELECT max((SELECT coalesce(max(doc), 0) FROM {self.prefix}_docs), "
            f"(SELECT coalesce(max(doc), 0) FROM {self.prefix}_gone))"
        ).fetchone()[0]
        for entry in entries.values():
            row = stored.get(entry.id)
            if row is None:
                following += 1
                self._add(connection, rows, following, entry, None)
            elif entry.version > row[1]:
                old = self._entry(self._restored(row))
                self._add(connection, rows, row[0], entry, old)
        if rows.docs:
            rows.write(connection, self.prefix)
        return len(rows.docs)

    def _stored(self, connection: sqlite3.Connection, ids: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for start in range(0, len(ids), LOOKUP):
            part = ids[start : start + LOOKUP]
            marks = ",".join("?" * len(part))
            for row in connection.execute(
                f"SELECT doc, version, body, decision, decided_at, id FROM {self.prefix}_docs WHERE id IN ({marks})", part
            ):
                found[row[5]] = row
        return found

    def _add(self, connection: sqlite3.Connection, rows: _Rows, doc: int, entry: Entry, old: Entry | None) -> None:
        decision, decided_at = entry.decision, entry.decided_at
        if old is not None and (old.decided_at or 0) > (decided_at or 0):
            # The document was built before the decision was made: the decision stays.
            decision, decided_at = old.decision, old.decided_at
        rows.docs.append((doc, entry.id, entry.version, entry.body, decision, decided_at))
        pairs = sorted({*entry.values, ("decision", decision)})
        numbered = [(field, self._numbers.of(connection, field, value)) for field, value in pairs]
        columns, by_field = SINGLE[self.prefix], dict(numbered)
        single = [by_field.get(name, NOTHING) for name in columns]
        tags = pack_tags(doc, [tag(field, number) for field, number in numbered if field not in columns])
        rows.hot.append((doc, entry.id, pack_row(self.prefix, doc, entry, single), tags, pack_points(doc, entry.points)))
        if entry.vector != (old.vector if old else ""):
            rows.vectors.append((doc, packed_bytes(entry.vector)))
        old_keys = frozenset() if old is None else old.keys
        rows.keys_gone.extend((item, doc) for item in old_keys - entry.keys)
        rows.keys.extend((item, doc) for item in entry.keys - old_keys)
        # Most updates are of dates, cluster or score: the words are left alone then.
        if old is None or old.texts != entry.texts:
            if old is not None:
                rows.text_gone.append((doc, *old.texts))
            rows.text.append((doc, *entry.texts))

    def decide(self, doc_id: str, outcome: Outcome | None, at: datetime) -> None:
        """Show a decision (or none any more); an unknown document, or an older decision than the one shown, changes nothing."""
        with self._writing() as connection:
            row = connection.execute(
                f"SELECT d.doc, d.decided_at, h.fixed FROM {self.prefix}_docs d "
                f"JOIN {self.prefix}_hot h ON h.doc = d.doc WHERE d.id = ?",
                (doc_id,),
            ).fetchone()
            if row is None or (row[1] or 0) > millis(at):
                return
            doc, _, fixed = row
            value = outcome.value if outcome is not None else UNDECIDED
            number = self._numbers.of(connection, "decision", value)
            connection.execute(
                f"UPDATE {self.prefix}_docs SET decision = ?, decided_at = ? WHERE doc = ?", (value, millis(at), doc)
            )
            connection.execute(
                f"UPDATE {self.prefix}_hot SET fixed = ?, changed = ? WHERE doc = ?",
                (with_value(self.prefix, fixed, "decision", number), _next_sequence(connection), doc),
            )

    def drop(self, ids: Sequence[str]) -> int:
        """Remove documents."""
        with self._writing() as connection:
            rows = list(self._stored(connection, list(dict.fromkeys(ids))).values())
            if rows:
                self._drop(connection, rows)
        return len(rows)

    def _drop(self, connection: sqlite3.Connection, stored: list[Any]) -> None:
        rows, sequence = _Rows(), _next_sequence(connection)
        for row in stored:
            doc, entry = row[0], self._entry(self._restored(row))
            rows.text_gone.append((doc, *entry.texts))
            rows.keys_gone.extend((item, doc) for item in entry.keys)
        rows.write(connection, self.prefix)
        docs = [(row[0],) for row in stored]
        for table in ("docs", "hot", "vectors"):
            connection.executemany(f"DELETE FROM {self.prefix}_{table} WHERE doc = ?", docs)
        connection.executemany(f"INSERT INTO {self.prefix}_gone VALUES (?,?)", [(doc, sequence) for (doc,) in docs])

    def get(self, connection: sqlite3.Connection, ids: Sequence[str]) -> list[DocType]:
        """Documents by id, in the order asked for."""
        found = self._stored(connection, list(dict.fromkeys(ids)))
        return [self._restored(found[item]) for item in ids if item in found]

    def rows(self, connection: sqlite3.Connection, docs: Sequence[int]) -> list[DocType]:
        """Documents by row number, in the order asked for."""
        marks = ",".join("?" * len(docs))
        found = {
            row[0]: row
            for row in connection.execute(
                f"SELECT doc, version, body, decision, decided_at, id FROM {self.prefix}_docs WHERE doc IN ({marks})", docs
            )
        }
        return [self._restored(found[doc]) for doc in docs if doc in found]

    def scan(self) -> Iterator[DocType]:
        """Every document in order of id; a transaction per chunk, so that writers are not held up."""
        last = ""
        while True:
            with self.file.read() as connection:
                rows = connection.execute(
                    f"SELECT doc, version, body, decision, decided_at, id FROM {self.prefix}_docs "
                    f"WHERE id > ? ORDER BY id LIMIT {LOOKUP}",
                    (last,),
                ).fetchall()
            for row in rows:
                yield self._restored(row)
            if len(rows) < LOOKUP:
                return
            last = rows[-1][5]

    def count(self, connection: sqlite3.Connection) -> int:
        """Number of documents."""
        return int(connection.execute(f"SELECT count(*) FROM {self.prefix}_hot").fetchone()[0])

    def _restored(self, row: Any) -> DocType:
        doc: DocType = read_doc(self.kind, row[2])
        shown = doc.decision.value if doc.decision else UNDECIDED
        if row[3] == shown and row[4] == (millis(doc.decided_at) if doc.decided_at else None):
            return doc
        decided_at = None if row[4] is None else datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=row[4])
        outcome = None if row[3] == UNDECIDED else Outcome(row[3])
        decided: DocType = doc.model_copy(update={"decision": outcome, "decided_at": decided_at})
        return decided


class _Rows:
    """What one batch writes, table by table, so that each statement is prepared once."""

    def __init__(self) -> None:
        self.docs: list[tuple[object, ...]] = []
        self.hot: list[tuple[object, ...]] = []
        self.text: list[tuple[object, ...]] = []
        self.text_gone: list[tuple[object, ...]] = []
        self.vectors: list[tuple[int, bytes]] = []
        self.keys: list[tuple[int, int]] = []
        self.keys_gone: list[tuple[int, int]] = []

    def write(self, connection: sqlite3.Connection, prefix: str) -> None:
        many = connection.executemany
        sequence = _next_sequence(connection)
        many(f"INSERT OR REPLACE INTO {prefix}_docs VALUES (?,?,?,?,?,?)", self.docs)
        hot = ((doc, one, sequence, *rest) for doc, one, *rest in self.hot)
        many(f"INSERT OR REPLACE INTO {prefix}_hot VALUES (?,?,?,?,?,?)", hot)
        # Of an advert that lost its vector an empty one stays, so that copies in memory hear of it.
        vectors = ((doc, sequence, vector) for doc, vector in self.vectors)
        many(f"INSERT OR REPLACE INTO {prefix}_vectors VALUES (?,?,?)", vectors)
        _text_delete(connection, prefix, self.text_gone)
        columns = ", ".join(TEXT_COLUMNS)
        many(f"INSERT INTO {prefix}_text (rowid, {columns}) VALUES (?,?,?,?,?,?)", self.text)
        many(f"DELETE FROM {prefix}_keys WHERE hash = ? AND doc = ?", self.keys_gone)
        # In order of the key, so that the pages of the index are each visited once a batch.
        many(f"INSERT OR IGNORE INTO {prefix}_keys VALUES (?,?)", sorted(self.keys))


def _text_delete(connection: sqlite3.Connection, prefix: str, rows: list[tuple[object, ...]]) -> None:
    # A table without content wants the very texts back that went in; they follow from the stored document.
    columns = ", ".join(TEXT_COLUMNS)
    connection.executemany(f"INSERT INTO {prefix}_text ({prefix}_text, rowid, {columns}) VALUES ('delete',?,?,?,?,?,?)", rows)


def _next_sequence(connection: sqlite3.Connection) -> int:
    connection.execute("UPDATE meta SET sequence = sequence + 1")
    return int(connection.execute("SELECT sequence FROM meta").fetchone()[0])
