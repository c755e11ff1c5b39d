"""Finding documents of one collection: the total, what is counted, and one page in a stable order."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from strazha.store.cursor import Value, read_cursor, write_cursor
from strazha.store.parse import Node
from strazha.store.query import FacetCount, GridCell, Query, TimeBucket, check_cluster_query
from strazha.store.sqlite.columns import Array, Columns, Mask, View, id_head, queue_order, queue_parts
from strazha.store.sqlite.compiled import Compiler
from strazha.store.sqlite.counting import facets, grid, timeline
from strazha.store.sqlite.ranking import relevance

#: What a cursor of each order holds.
_KINDS: dict[str, tuple[type, ...]] = {
    "priority": (int, int, str), "newest": (int, str), "oldest": (int, str), "seen": (int, str),
    "relevance": (float, str),
}  # fmt: skip
#: Documents a step, where all are gone through.
STEP = 500
#: What the orders sort by that need no words.
_KEYS: dict[str, Callable[[Columns], Array]] = {
    "priority": lambda columns: columns.order, "newest": lambda columns: columns.newness,
    "oldest": lambda columns: -columns.dates["first_seen"], "seen": lambda columns: columns.dates["last_seen"],
}  # fmt: skip
#: Orders by a moment alone, and what it is multiplied by so that the first has the greatest key.
_MOMENTS = {"oldest": -1, "seen": 1}
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
        clause = compiler.clause(query, tree)
        self.mask: Mask = compiler.found(clause)
        #: What cannot be ranked (no words, or words mixed with fields by OR) comes in the queue's order.
        self.sort = query.sort if query.sort != "relevance" or clause.match else "priority"
        self._compiler, self._tree = compiler, tree

    @cached_property
    def _keys(self) -> Array:
        """What each document is sorted by, the greatest first."""
        if self.sort in _KEYS:
            return _KEYS[self.sort](self._view.columns)
        return relevance(self._view, self._compiler, self._tree)

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
        heads, docs, last_id = self._view.columns.head, np.flatnonzero(self.mask), ""
        keys, wanted = self._keys[docs], size
        if after:
            last, last_id = self._place(after)
            head = int.from_bytes(id_head(last_id), "big")
            # Of those that tie with the last one shown the ids decide, below.
            kept = (keys < last) | ((keys == last) & (heads[docs] >= head))
            docs, keys = docs[kept], keys[kept]
            wanted += int(np.count_nonzero((keys == last) & (heads[docs] == head)))
        docs = _first(docs, self._keys, heads, wanted)
        ids = ids_of(self._view, docs.tolist())
        rows = sorted((-self._keys[doc].item(), ids[doc], doc) for doc in docs.tolist())
        if after:
            rows = [row for row in rows if (row[0], row[1]) > (-last, last_id)]
        relevant = self.sort == "relevance"
        return [(doc, -key if relevant else 0.0, self._cursor(-key, doc_id)) for key, doc_id, doc in rows[:size]]

    def _cursor(self, key: int | float, doc_id: str) -> list[Value]:
        if isinstance(key, float):
            return [key, doc_id]
        if self.sort in _MOMENTS:
            return [_MOMENTS[self.sort] * key, doc_id]
        priority, newness = queue_parts(key)
        return [priority, newness, doc_id] if self.sort == "priority" else [newness, doc_id]

    def _place(self, after: Sequence[Value]) -> tuple[int | float, str]:
        *numbers, last_id = after
        if self.sort == "relevance":
            return float(numbers[0]), str(last_id)
        if self.sort in _MOMENTS:
            return max(-_BEYOND, min(_MOMENTS[self.sort] * int(numbers[0]), _BEYOND)), str(last_id)
        place = queue_order(*(int(number) for number in (numbers if self.sort == "priority" else (0, *numbers))))
        # A cursor made by hand may name any number.
        return max(-_BEYOND, min(place, _BEYOND)), str(last_id)


def ids_of(view: View, docs: Sequence[int]) -> dict[int, str]:
    """The ids of documents by number."""
    found: dict[int, str] = {}
    for start in range(0, len(docs), STEP):
        part = docs[start : start + STEP]
        marks = ",".join("?" * len(part))
        found.update(view.connection.execute(f"SELECT doc, id FROM {view.prefix}_hot WHERE doc IN ({marks})", part).fetchall())
    return found


def _first(docs: Array, keys: Array, heads: Array, wanted: int) -> Array:
    """The first documents of an order, with all that tie with the last of them by all that is in memory."""
    if len(docs) > wanted:
        own = keys[docs]
        docs = docs[own >= np.partition(own, len(own) - wanted)[len(own) - wanted]]
    if len(docs) > wanted:
        own, names = keys[docs], heads[docs]
        last = np.lexsort((names, -own))[wanted - 1]
        docs = docs[(own > own[last]) | ((own == own[last]) & (names <= names[last]))]
    return docs
