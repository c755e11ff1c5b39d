"""Finding documents of one kind: the total, the facets, and one page in a stable order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from strazha.store.cursor import Value, read_cursor, write_cursor
from strazha.store.elasticsearch.client import meaning
from strazha.store.elasticsearch.translating import Clause, Translator, within
from strazha.store.entries import millis, storable
from strazha.store.parse import Node, Term, Word
from strazha.store.query import Box, FacetCount, Grid, GridCell, Query, TimeBucket, Timeline, check_cluster_query
from strazha.store.times import EARLIEST, LATEST, line

#: Orders of the queue, and what a cursor of each holds. Ids break ties, so that paging is complete whatever is equal. Paging
#: goes on from sort values and needs no point in time: that would hold segments for every reader who never asks for page two.
ORDERS: dict[str, tuple[list[dict[str, str]], tuple[type, ...]]] = {
    "priority": ([{"priority": "desc"}, {"newness": "desc"}, {"id": "asc"}], (int, int, str)),
    "newest": ([{"newness": "desc"}, {"id": "asc"}], (int, str)),
    "oldest": ([{"first_seen": "asc"}, {"id": "asc"}], (int, str)),
    "seen": ([{"last_seen": "desc"}, {"id": "asc"}], (int, str)),
    "relevance": ([{"_score": "desc"}, {"id": "asc"}], (float, str)),
}
#: Private-use characters: no text that is searched holds them between letters, and they are taken out again at once.
_OPEN, _CLOSE = "\ue000", "\ue001"
#: Names of what is counted beside the facets, none of which begins so.
_TIMELINE, _GRID = "_timeline", "_grid"
#: Squares the server counts, of which the fullest are shown; it orders them by mentions, not by adverts.
MAX_CELLS = 10_000


@dataclass(slots=True)
class Found:
    """One page as the server gave it: sources with their relevance, and what goes with them."""

    total: int
    hits: list[dict[str, Any]]
    facets: dict[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    timeline: tuple[TimeBucket, ...] = ()
    grid: tuple[GridCell, ...] = ()
    cursor: str = ""
    #: Words that were found by their stems, as they are spelled in each text.
    stems: list[list[Term]] = field(default_factory=list)


class Search:
    """Runs queries over one kind of index."""

    def __init__(self, client: Any, alias: str, fields: Sequence[str], *, stemmed: bool) -> None:
        self._client, self._alias, self._fields, self._stemmed = client, alias, fields, stemmed

    def run(self, query: Query, tree: Node | None) -> Found:
        """Find. BadInputError for an unknown field or a malformed cursor, StoreUnavailableError for a server that is down."""
        body, sort = self.body(query, tree)
        with meaning(self._alias):
            # One copy answers all pages of a query: copies differ in their deleted documents, and so in their scores.
            answer = self._client.search(index=self._alias, preference=_preference(query), **body)
        hits = answer["hits"]["hits"]
        more = len(hits) > query.size
        hits = hits[: query.size]
        cursor = write_cursor(sort, _cursor_values(sort, hits[-1]["sort"])) if more and hits else ""
        return Found(
            total=int(answer["hits"]["total"]["value"]), hits=hits, facets=self._facets(query, answer), cursor=cursor,
            timeline=_read_timeline(query.timeline, answer) if query.timeline else (),
            grid=_read_grid(query.grid, answer) if query.grid else (), stems=[_stem_terms(hit) for hit in hits],
        )  # fmt: skip

    def whole(self, query: Query, tree: Node | None, *, ranked: bool = True) -> tuple[Clause, list[dict[str, str]]]:
        """The clause of everything a query finds, and its order."""
        translator = Translator(self._fields, stemmed=self._stemmed)
        sort = self._sort(query, tree)
        if ranked and sort == "relevance":
            translator = Translator(self._fields, ranked=True, stemmed=self._stemmed)
        return translator.query(query, tree), ORDERS[sort][0]

    def _sort(self, query: Query, tree: Node | None) -> str:
        # What cannot be ranked (no words, or words mixed with fields by OR) comes in the queue's order.
        ranks = query.sort != "relevance" or Translator(self._fields, stemmed=self._stemmed).ranks(tree)
        return query.sort if ranks else "priority"

    def body(self, query: Query, tree: Node | None) -> tuple[dict[str, Any], str]:
        """The request, and the order it comes in."""
        plain = Translator(self._fields, stemmed=self._stemmed)
        for name in query.facets:
            plain.check_field(name)
        if not self._stemmed:
            check_cluster_query(query)
        sort = self._sort(query, tree)
        order, kinds = ORDERS[sort]
        translator = Translator(self._fields, ranked=sort == "relevance", stemmed=self._stemmed)
        body: dict[str, Any] = {
            "query": translator.query(query, tree),
            # One more than asked for tells whether there is a next page.
            "size": query.size + 1 if query.size else 0,
            "track_total_hits": True,
        }
        if query.size:
            body["sort"] = order
        if query.cursor:
            after = read_cursor(query.cursor, sort, kinds)
            if query.size:
                body["search_after"] = [storable(value) if isinstance(value, str) else value for value in after]
        if counted := _aggregations(query):
            body["aggs"] = counted
        if query.highlight and query.size and translator.stems:
            body["highlight"] = _highlight(translator.stems)
        return body, sort

    def _facets(self, query: Query, answer: Any) -> dict[str, tuple[FacetCount, ...]]:
        found: dict[str, tuple[FacetCount, ...]] = {}
        for name in query.facets:
            # Keys are there to be looked up, not listed.
            buckets = answer["aggregations"][name]["buckets"] if name != "key" else ()
            found[name] = tuple(FacetCount(value=bucket["key"], count=bucket["doc_count"]) for bucket in buckets)
        return found


def _aggregations(query: Query) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        name: {"terms": {"field": name, "size": query.facet_size}} for name in query.facets if name != "key"
    }
    if query.timeline:
        wanted[_TIMELINE] = _timeline(query.timeline)
    if query.grid:
        wanted[_GRID] = _grid(query.grid, query.box)
    return wanted


def _timeline(timeline: Timeline) -> dict[str, Any]:
    name = timeline.field
    known = {"range": {name: {"gte": millis(EARLIEST), "lt": millis(LATEST)}}}
    # Buckets without documents are filled in by us (times.py): the server would make one for every day since 1970.
    histogram = {"field": name, "calendar_interval": timeline.interval, "time_zone": "UTC", "min_doc_count": 1}
    return {"filter": known, "aggs": {"buckets": {"date_histogram": histogram}}}


def _grid(grid: Grid, box: Box | None) -> dict[str, Any]:
    # Over the nested mentions, each with one place: over the adverts' own list the middle of a square would be pulled away by
    # the places that the same adverts name elsewhere.
    inside = [within(box, "mentions.location")] if box else [{"exists": {"field": "mentions.location"}}]
    cells = {
        "geotile_grid": {"field": "mentions.location", "precision": grid.precision, "size": MAX_CELLS},
        "aggs": {"middle": {"geo_centroid": {"field": "mentions.location"}}, "adverts": {"reverse_nested": {}}},
    }
    filtered = {"filter": {"bool": {"filter": inside}}, "aggs": {"cells": cells}}
    return {"nested": {"path": "mentions"}, "aggs": {"inside": filtered}}


def _read_timeline(timeline: Timeline, answer: Any) -> tuple[TimeBucket, ...]:
    buckets = answer["aggregations"][_TIMELINE]["buckets"]["buckets"]
    return line(timeline, {int(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets})


def _read_grid(grid: Grid, answer: Any) -> tuple[GridCell, ...]:
    cells = []
    for bucket in answer["aggregations"][_GRID]["inside"]["cells"]["buckets"]:
        middle = bucket["middle"]["location"]
        count = int(bucket["adverts"]["doc_count"])
        cells.append(GridCell(tile=bucket["key"], count=count, lat=middle["lat"], lon=middle["lon"]))
    return tuple(sorted(cells, key=lambda cell: (-cell.count, *map(int, cell.tile.split("/"))))[: grid.size])


def _preference(query: Query) -> str:
    # The same in every process; letters and digits alone, as a leading underscore is the server's own.
    return f"q{crc32(repr((query.text, sorted(query.filters.items()), query.sort)).encode('utf-8', 'replace')):x}"


def _cursor_values(sort: str, values: Sequence[Any]) -> list[Value]:
    return [kind(value) for kind, value in zip(ORDERS[sort][1], values, strict=True)]


def _highlight(stems: Sequence[Clause]) -> dict[str, Any]:
    # The words found by stems alone: which these are only the server's analysers know. Five pieces of a text are enough for one
    # snippet; the skeletons' matches are marked without the server's help (strazha/store/marking.py).
    return {
        "pre_tags": [_OPEN], "post_tags": [_CLOSE], "number_of_fragments": 5, "fragment_size": 60,
        "highlight_query": {"bool": {"should": list(stems)}}, "fields": {"stem.*": {}},
    }  # fmt: skip


def _stem_terms(hit: dict[str, Any]) -> list[Term]:
    words: dict[str, None] = {}
    for pieces in hit.get("highlight", {}).values():
        for piece in pieces:
            for part in piece.split(_OPEN)[1:]:
                words[part.partition(_CLOSE)[0]] = None
    return [Word(word) for word in words if word]
