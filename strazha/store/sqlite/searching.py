"""Finding documents of one collection: the total, the facets, and one page in a stable order."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from strazha.store.cursor import Value, read_cursor, write_cursor
from strazha.store.parse import Node
from strazha.store.query import FacetCount, Query
from strazha.store.sqlite.codes import facets
from strazha.store.sqlite.compiled import Clause, Compiler

#: Weights of bm25 by column: title, body, reading, exact, numbers. bm25 saturates: a weight of 10 makes one word in the title
#: count about twice one in the body, which says what the advert is for better than any number of words below it. The reading
#: repeats the body, so it counts half. exact must only decide between equals (a word spelled as typed before one that folds
#: alike, but never before a title): 0.2 gives it a third of a word. A number names a person or an operation: as the title.
WEIGHTS = (10.0, 1.0, 0.5, 0.2, 10.0)

_ORDERS: dict[str, tuple[str, str, tuple[type, ...]]] = {
    "priority": (
        "h.priority DESC, h.newness DESC, h.id",
        "h.priority <= ?1 AND (h.priority < ?1 OR (h.newness < ?2 OR (h.newness = ?2 AND h.id > ?3)))",
        (int, int, str),
    ),
    "newest": ("h.newness DESC, h.id", "h.newness <= ?1 AND (h.newness < ?1 OR h.id > ?2)", (int, str)),
}
_RANKED_KINDS = (float, str)


@dataclass(frozen=True, slots=True)
class Found:
    """One page: row numbers with their relevance, and what goes with them."""

    total: int
    docs: list[tuple[int, float]]
    facets: dict[str, tuple[FacetCount, ...]]
    cursor: str


class Search:
    """Runs one query over one collection within one read transaction."""

    def __init__(self, connection: sqlite3.Connection, prefix: str, fields: Sequence[str]) -> None:
        self._connection, self._prefix, self._fields = connection, prefix, fields

    def run(self, query: Query, tree: Node | None) -> Found:
        """Find. BadInputError for an unknown field or a malformed cursor, nothing else."""
        compiler = Compiler(self._connection, self._prefix, self._fields)
        for name in query.facets:
            compiler.check_field(name)
        clause = compiler.clause(query, tree, ranked=query.sort == "relevance")
        # What cannot be ranked (no words, or words mixed with fields by OR) comes in the queue's order.
        sort = query.sort if query.sort != "relevance" or clause.match else "priority"
        kinds = _RANKED_KINDS if sort == "relevance" else _ORDERS[sort][2]
        after = read_cursor(query.cursor, sort, kinds) if query.cursor else []
        plain = clause if sort != "relevance" else compiler.clause(query, tree, ranked=False)
        total, counted = self._total(plain, query)
        if query.size == 0 or total == 0:
            return Found(total, [], counted, "")
        rows = self._ranked(clause, query, after) if sort == "relevance" else self._ordered(clause, query, sort, after, total)
        more = len(rows) > query.size
        rows = rows[: query.size]
        cursor = write_cursor(sort, rows[-1][2]) if more else ""
        return Found(total, [(doc, relevance) for doc, relevance, _ in rows], counted, cursor)

    def _total(self, clause: Clause, query: Query) -> tuple[int, dict[str, tuple[FacetCount, ...]]]:
        source, values = self._source(clause)
        wanted = [name for name in query.facets if name != "key"]
        joined = ", CAST(group_concat(h.codes, '') AS BLOB)" if wanted else ""
        row = self._connection.execute(f"SELECT count(*){joined} FROM {source}", values).fetchone()
        counted: dict[str, tuple[FacetCount, ...]] = {}
        if wanted:
            counted = facets(self._connection, self._prefix, row[1] or b"", wanted, query.facet_size)
        if "key" in query.facets:
            # Keys are kept as hashes: they are looked up, not listed.
            counted["key"] = ()
        return int(row[0]), counted

    def _ordered(
        self, clause: Clause, query: Query, sort: str, after: Sequence[Value], total: int
    ) -> list[tuple[int, float, list[Value]]]:
        order, beyond, kinds = _ORDERS[sort]
        if after:
            test, numbered = _positional(beyond, after)
            clause = Clause(clause.match, clause.unwanted, [*clause.tests, (test, numbered)])
        # Walking an order ends when the page is full. Where very few documents are found (one telephone, one cluster) it would
        # go through nearly all others first; they are found by their tags and sorted instead.
        last = self._connection.execute(f"SELECT coalesce(max(doc), 0) FROM {self._prefix}_hot").fetchone()[0]
        order_name = "queue" if sort == "priority" else "newest"
        source, values = self._source(clause, walk=order_name if total * 50 > last else "")
        columns = "h.priority, h.newness, h.id" if sort == "priority" else "h.newness, h.id"
        rows = self._connection.execute(
            f"SELECT h.doc, {columns} FROM {source} ORDER BY {order} LIMIT ?", [*values, query.size + 1]
        )
        return [(row[0], 0.0, list(row[1 : 1 + len(kinds)])) for row in rows]

    def _ranked(self, clause: Clause, query: Query, after: Sequence[Value]) -> list[tuple[int, float, list[Value]]]:
        source, values = self._source(clause)
        weights = ", ".join(map(str, WEIGHTS))
        inner = f"SELECT h.doc AS doc, h.id AS id, bm25({self._prefix}_text, {weights}) AS rank FROM {source}"
        beyond, more = "", list[object]()
        if after:
            beyond, more = "WHERE (rank > ? OR (rank = ? AND id > ?))", [after[0], after[0], after[1]]
        rows = self._connection.execute(
            f"SELECT doc, id, rank FROM ({inner}) {beyond} ORDER BY rank, id LIMIT ?", [*values, *more, query.size + 1]
        )
        # bm25 gives the best match the lowest number.
        return [(doc, -rank, [float(rank), doc_id]) for doc, doc_id, rank in rows]

    def _source(self, clause: Clause, *, walk: str = "") -> tuple[str, list[object]]:
        tests = clause.conditions(self._prefix)
        values: list[object] = []
        hot = f"{self._prefix}_hot h"
        expression = clause.expression()
        if expression:
            text = f"{self._prefix}_text"
            source, where = f"{text} CROSS JOIN {hot} ON h.doc = {text}.rowid", [f"{text} MATCH ?"]
            values.append(expression)
        else:
            source, where = f"{hot} INDEXED BY {self._prefix}_{walk}" if walk else f"{hot} NOT INDEXED", []
        for sql, more in tests:
            where.append(sql)
            values.extend(more)
        return (f"{source} WHERE {' AND '.join(where)}" if where else source), values


def _positional(test: str, after: Sequence[Value]) -> tuple[str, list[object]]:
    """Numbered parameters as plain ones, so that they can stand among others."""
    values: list[object] = []
    pieces = test.split("?")
    sql = pieces[0]
    for piece in pieces[1:]:
        values.append(after[int(piece[0]) - 1])
        sql += "?" + piece[1:]
    return f"({sql})", values
