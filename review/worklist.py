"""The queue: clusters and single adverts in one order, paged without skipping or repeating, whichever backend keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from review import work
from review.ask import QUEUE_FACETS, QueueAsk, pack, unpack
from review.blocks import Row
from review.services import Services
from review.work import advert_rows, cluster_rows
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.store.base import AdIndex
from strazha.store.query import FacetCount, Query

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of the queue."""

    rows: tuple[Row, ...]
    clusters: int
    adverts: int
    facets: dict[str, tuple[FacetCount, ...]]
    cursor: str


@dataclass
class _Stream:
    """One of the two sorted streams the queue is merged from. ``cursor`` is ``None`` once it is exhausted."""

    kind: str
    cursor: str | None
    rows: tuple[Row, ...] = ()
    after: str | None = None
    total: int = 0
    facets: dict[str, tuple[FacetCount, ...]] | None = None
    used: int = 0


def page(services: Services, ask: QueueAsk, *, size: int) -> WorkPage:
    """One page of the queue: head of queue first, then band, score, newness."""
    start = _start(ask.cursor)
    streams = [_Stream(kind, start.get(kind)) for kind in ("clusters", "adverts") if ask.kind in ("all", kind)]
    for stream in streams:
        _fetch(services, ask, stream, size)
    rows = _merge(streams, size)
    ends = {stream.kind: _continue(services.index, ask, stream) for stream in streams}
    facets: dict[str, tuple[FacetCount, ...]] = {}
    for field in QUEUE_FACETS:
        facets[field] = _added(stream.facets.get(field, ()) for stream in streams if stream.facets)
    totals = {stream.kind: stream.total for stream in streams}
    return WorkPage(
        rows=tuple(rows),
        clusters=totals.get("clusters", 0),
        adverts=totals.get("adverts", 0),
        facets=facets,
        cursor=pack(ends) if any(end is not None for end in ends.values()) else "",
    )


def for_person(services: Services, user: User, ask: QueueAsk, *, size: int) -> WorkPage:
    """The part of the queue somebody asks for: all, what nobody else has, or what they have themselves."""
    if ask.hold == "mine":
        rows = sorted(work.held_rows(services, user), key=order)
        clusters = sum(1 for row in rows if row.kind == "cluster")
        return WorkPage(work.marked(services, user, rows), clusters, len(rows) - clusters, {}, "")
    while True:
        found = page(services, ask, size=size)
        shown = work.marked(services, user, found.rows)
        if ask.hold == "free":
            shown = tuple(row for row in shown if row.mine or not row.holder)
        # A page of nothing but what others have is no page.
        if shown or not found.cursor:
            return replace(found, rows=shown)
        ask = replace(ask, cursor=found.cursor)


def _start(cursor: str) -> dict[str, str | None]:
    fresh: dict[str, str | None] = {"clusters": "", "adverts": ""}
    state = unpack(cursor) if cursor else None
    if not isinstance(state, dict):
        return fresh
    return {kind: value for kind in fresh if isinstance(value := state.get(kind), str) or value is None}


def _query(ask: QueueAsk, stream: _Stream, size: int, *, facets: bool) -> Query:
    filters = dict(ask.filters)
    if stream.kind == "adverts":
        # An advert of a cluster is looked at with its cluster.
        filters["cluster"] = ("none",)
    return Query(filters=filters, sort="priority", size=size, cursor=stream.cursor or "", facets=QUEUE_FACETS if facets else ())


def _search(index: AdIndex, stream: _Stream, query: Query) -> Any:
    return from_cursor(index.search_clusters if stream.kind == "clusters" else index.search_adverts, query)


def from_cursor(search: Callable[[Query], Found], query: Query) -> Found:
    """Search; with a cursor no backend made (typed, cut, of another sort) from the start instead."""
    try:
        return search(query)
    except BadInputError:
        if not query.cursor:
            raise
        return search(query.model_copy(update={"cursor": ""}))


def _fetch(services: Services, ask: QueueAsk, stream: _Stream, size: int) -> None:
    # An exhausted stream is still asked for its counts, so that the facets do not shrink on later pages.
    wanted = size if stream.cursor is not None else 0
    found = _search(services.index, stream, _query(ask, stream, wanted, facets=True))
    if stream.kind == "clusters":
        stream.rows = tuple(cluster_rows(services, found.rows))
    else:
        stream.rows = tuple(advert_rows(services, [row.doc for row in found.rows]))
    stream.total, stream.facets = found.total, found.facets
    stream.after = found.cursor or None


def order(row: Row) -> tuple[Any, ...]:
    """Sort key of the queue: what goes first, then band, score, newness, clusters before adverts."""
    # A cluster goes before an advert of the same standing: it is more work saved.
    newness = row.last_seen if row.kind == "cluster" else row.first_seen
    return (not row.head_of_queue, -row.band.rank, -row.score, -newness.timestamp(), row.kind != "cluster", row.id)


def _merge(streams: list[_Stream], size: int) -> list[Row]:
    rows: list[Row] = []
    while len(rows) < size:
        heads = [stream for stream in streams if stream.used < len(stream.rows)]
        if not heads:
            break
        best = min(heads, key=lambda stream: order(stream.rows[stream.used]))
        rows.append(best.rows[best.used])
        best.used += 1
    return rows


def _continue(index: AdIndex, ask: QueueAsk, stream: _Stream) -> str | None:
    """Where the stream goes on after the rows that were used of it."""
    if stream.cursor is None or (stream.used == len(stream.rows) and stream.after is None):
        return None
    if stream.used == 0:
        return stream.cursor
    if stream.used == len(stream.rows):
        return stream.after
    # Backends only say where a page ends, so a page that ends at the last row used is asked for.
    found = _search(index, stream, _query(ask, stream, stream.used, facets=False))
    return found.cursor or None


def _added(lists: Iterable[Iterable[FacetCount]]) -> tuple[FacetCount, ...]:
    counts: dict[str, int] = {}
    for items in lists:
        for item in items:
            counts[item.value] = counts.get(item.value, 0) + item.count
    return tuple(
        FacetCount(value=value, count=count) for value, count in sorted(counts.items(), key=lambda it: (-it[1], it[0]))
    )
