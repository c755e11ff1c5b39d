"""Finding documents of one collection: the total, what is counted, and one page in a stable order."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from strazha.store.cursor import Value, read_cursor, write_cursor
from strazha.store.parse import Node
from strazha.store.query import FacetCount, GridCell, Query, TimeBucket, check_cluster_query
from strazha.store.sqlite.columns import Array, Mask, View, id_head, queue_order, queue_parts
from strazha.store.sqlite.compiled import Compiler
from strazha.store.sqlite.counting import facets, grid, timeline

#: Weights of bm25 by column: title, body, reading, exact, numbers. bm25 saturates: a weight of 10 makes one word in the title
#: count about twice one in the body, which says what the advert is for better than any number of words below it. The reading
#: repeats the body, so it counts half. exact must only decide between equals (a word spelled as typed before one that folds
#: alike, but never before a title): 0.2 gives it a third of a word. A number names a person or an operation: as the title.
WEIGHTS = (10.0, 1.0, 0.5, 0.2, 10.0)
#: What a cursor of each order holds.
_KINDS: dict[str, tuple[type, ...]] = {"priority": (int, int, str), "newest": (int, str), "relevance": (float, str)}
#: Documents a step, where all are gone through.
STEP = 500
#: Beyond every order there is.
_BEYOND = 1 << 62

Row = tuple[int, float, list[Value]]


@dataclass(frozen=True, slots=True)
class Found:
    """One page: document numbers with their relevance, and what goes with them."""

    total: int
    docs: list[tuple[int, float]]
    cursor: str = ""
    facets: dict[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    timeline: tuple[TimeBucket, ...] = ()
    grid: tuple[GridCell, ...] = ()


class Search:
    """Runs one query over one collection as one transaction sees it. BadInputError for an unknown field, nothing else."""

    def __init__(self, view: View, fields: Sequence[str], query: Query, tree: Node | None) -> None:
        self._view, self._query = view, query
        compiler = Compiler(view, fields)
        for name in query.facets:
            compiler.check_field(name)
        if view.prefix == "cluster":
            check_cluster_query(query)
        ranked = query.sort == "relevance"
        clause = compiler.clause(query, tree, ranked=ranked)
        #: What cannot be ranked (no words, or words mixed with fields by OR) comes in the queue's order.
        self.sort = query.sort if not ranked or clause.match else "priority"
        self._expression = clause.expression() if self.sort == "relevance" else ""
        self.mask: Mask = compiler.found(compiler.clause(query, tree, ranked=False) if ranked else clause)

    def run(self) -> Found:
        """One page, and what is counted; BadInputError for a malformed cursor."""
        query = self._query
        after = read_cursor(query.cursor, self.sort, _KINDS[self.sort]) if query.cursor else []
        total = int(np.count_nonzero(self.mask))
        rows = self._page(after, query.size + 1) if query.size and total else []
        more = len(rows) > query.size
        rows = rows[: query.size]
        columns, mask = self._view.columns, self.mask
        return Found(
            total=total, docs=[(doc, relevance) for doc, relevance, _ in rows],
            cursor=write_cursor(self.sort, rows[-1][2]) if more else "",
            facets=facets(self._view, mask, query.facets, query.facet_size),
            timeline=timeline(columns, mask, query.timeline) if query.timeline else (),
            grid=grid(columns, mask, query.grid, query.box) if query.grid else (),
        )  # fmt: skip

    def whole(self) -> Iterator[list[int]]:
        """All documents found, in order, some at a time."""
        after: list[Value] = []
        while rows := self._page(after, STEP):
            yield [doc for doc, _, _ in rows]
            after = rows[-1][2]

    def _page(self, after: Sequence[Value], size: int) -> list[Row]:
        return self._ranked(after, size) if self.sort == "relevance" else self._ordered(after, size)

    def _ordered(self, after: Sequence[Value], size: int) -> list[Row]:
        columns, docs, last_id = self._view.columns, np.flatnonzero(self.mask), ""
        order = columns.order if self.sort == "priority" else columns.newness
        keys, wanted = order[docs], size
        if after:
            *place, last_id = after  # type: ignore[assignment]
            last = queue_order(*place) if self.sort == "priority" else queue_order(0, *place)  # type: ignore[arg-type]
            last = max(-_BEYOND, min(last, _BEYOND))  # a cursor made by hand may name any number
            head = int.from_bytes(id_head(last_id), "big")
            # Of those that tie with the last one shown the ids decide, below.
            kept = (keys < last) | ((keys == last) & (columns.head[docs] >= head))
            docs, keys = docs[kept], keys[kept]
            wanted += int(np.count_nonzero((keys == last) & (columns.head[docs] == head)))
        docs = _first(docs, keys, columns.head, wanted, order)
        ids = ids_of(self._view, docs.tolist())
        rows = sorted((-int(order[doc]), ids[doc], doc) for doc in docs.tolist())
        if after:
            rows = [row for row in rows if (row[0], row[1]) > (-last, last_id)]
        return [(doc, 0.0, self._cursor(-key, doc_id)) for key, doc_id, doc in rows[:size]]

    def _cursor(self, key: int, doc_id: str) -> list[Value]:
        priority, newness = queue_parts(key)
        return [priority, newness, doc_id] if self.sort == "priority" else [newness, doc_id]

    def _ranked(self, after: Sequence[Value], size: int) -> list[Row]:
        text, weights = f"{self._view.prefix}_text", ", ".join(map(str, WEIGHTS))
        # bm25 gives the best match the lowest number.
        least: float = after[0] if after else -np.inf  # type: ignore[assignment]
        rows: list[tuple[int, float]] = []
        found = self._view.connection.execute(
            f"SELECT rowid, rank FROM {text} WHERE {text} MATCH ? AND rank MATCH 'bm25({weights})' ORDER BY rank",
            (self._expression,),
        )
        ties = 0
        for doc, rank in found:
            if rank < least or not self.mask[doc]:
                continue
            if len(rows) >= size + ties and rank > rows[-1][1]:
                break
            ties += rank == least
            rows.append((doc, rank))
        found.close()
        ids = ids_of(self._view, [doc for doc, _ in rows])
        ordered = sorted((rank, ids[doc], doc) for doc, rank in rows)
        if after:
            ordered = [row for row in ordered if (row[0], row[1]) > (after[0], after[1])]
        return [(doc, -rank, [float(rank), doc_id]) for rank, doc_id, doc in ordered[:size]]


def ids_of(view: View, docs: Sequence[int]) -> dict[int, str]:
    """The ids of documents by number."""
    found: dict[int, str] = {}
    for start in range(0, len(docs), STEP):
        part = docs[start : start + STEP]
        marks = ",".join("?" * len(part))
        found.update(view.connection.execute(f"SELECT doc, id FROM {view.prefix}_hot WHERE doc IN ({marks})", part).fetchall())
    return found


def _first(docs: Array, keys: Array, heads: Array, wanted: int, order: Array) -> Array:
    """The first documents of an order, with all that tie with the last of them by all that is in memory."""
    if len(docs) <= wanted:
        return docs
    docs = docs[keys >= np.partition(keys, len(keys) - wanted)[len(keys) - wanted]]
    if len(docs) <= wanted:
        return docs
    keys, own = order[docs], heads[docs]
    last = np.lexsort((own, -keys))[wanted - 1]
    kept: Array = docs[(keys > keys[last]) | ((keys == keys[last]) & (own <= own[last]))]
    return kept
