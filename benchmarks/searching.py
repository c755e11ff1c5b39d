"""Searching 100,000 adverts on Elasticsearch, beside the same queries written by hand, and on SQLite.

    python -m benchmarks.searching [--adverts 100000] [--stores elasticsearch,sqlite] [--url http://127.0.0.1:9200]
        [--cases contact]

"ours" is the whole call as a review page makes it, with records read and validated; "raw" is the client's ``search`` with a
body written here, and what it gives is left as it is. Both are called by turns, so that whatever else the machine does touches
both. SQLite works within the process and has no raw side: the processor's time stands beside the clock's. Bars (issue 3): the
queue page, words with five facets and similar by vector within 1.3 times raw at the 95th of 100 calls; on SQLite the 95th of
100 with five facets under 40 ms. Without --url a server is started. --folder keeps the filled SQLite index for the next run.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import elasticsearch
import numpy as np

from benchmarks.indexing import server
from benchmarks.store import FACETS, START, WORDS, adverts, vector
from strazha.settings import Settings
from strazha.store import AdIndex, Box, Grid, Query, Timeline, open_index
from strazha.store.elasticsearch import ElasticsearchIndex
from strazha.store.folding import fold_word

CALLS, WARM_UP = 200, 20
STATUS = {"status": ("live",), "decision": ("none",)}
# The same by hand, as Elasticsearch wants it.
LIVE = [{"terms": {"status": ["live"]}}, {"terms": {"decision": ["none"]}}]
QUEUE = [{"priority": "desc"}, {"newness": "desc"}, {"id": "asc"}]
RELEVANCE = [{"_score": "desc"}, {"id": "asc"}]
AGGS = {name: {"terms": {"field": name, "size": 20}} for name in FACETS}
STEMS = {"cyrillic": ("bg", "ru", "uk"), "latin": ("ro", "de", "en", "tr")}
PAGE = {"size": 26, "track_total_hits": True}
WEEKS = {"buckets": {"date_histogram": {"field": "first_seen", "calendar_interval": "week", "min_doc_count": 1}}}
CELLS = {
    "geotile_grid": {"field": "mentions.location", "precision": 9, "size": 10_000},
    "aggs": {"middle": {"geo_centroid": {"field": "mentions.location"}}, "adverts": {"reverse_nested": {}}},
}
Call = Callable[[], object]
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of search: what it is called, and one query, vector and body by hand for each call."""

    name: str
    queries: list[Query]
    bodies: list[Body]
    vectors: list[list[float]] | None = None

    def ours(self, index: AdIndex) -> list[Call]:
        """The calls of the index."""
        if self.vectors is None:
            return [partial(index.search_adverts, query) for query in self.queries]
        pairs = zip(self.vectors, self.queries, strict=True)
        return [partial(index.similar_by_vector, one, query=query) for one, query in pairs]

    def raw(self, index: ElasticsearchIndex) -> list[Call]:
        """The calls of the client."""
        client, alias = index.client, index.names.alias("adverts")
        return [partial(client.search, index=alias, **body) for body in self.bodies]


def by_hand(word: str, *, ranked: bool = False) -> Body:
    """What one word asks for: its skeletons in three fields, as it is spelled, its stems in the languages of its script."""
    folded = fold_word(word)
    forms = [folded.main, *folded.others]
    script = "cyrillic" if "\u0400" <= word[0] <= "\u052f" else "latin"
    boosts = {"title": 2.0, "body": 1.0, "reading": 0.5}
    clauses: list[Body] = [{"terms": {field: forms}} for field in boosts]
    if ranked:
        clauses = [{"term": {field: {"value": form, "boost": boost}}} for field, boost in boosts.items() for form in forms]
        clauses.append({"term": {"exact": {"value": folded.plain, "boost": 0.2}}})
    if len(word) >= 4:
        clauses += [{"match": {f"stem.{lang}": {"query": word, "boost": 0.3}}} for lang in STEMS[script]]
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def cases() -> list[Case]:
    """What a day at the review pages asks for."""
    rng = random.Random(11)
    words = [word for some in WORDS.values() for word in some]
    queue: Body = {"query": {"bool": {"filter": LIVE}}, "sort": QUEUE, **PAGE}
    found = [
        _same("queue page", {"filters": STATUS}, queue),
        _same("queue page, five facets", {"filters": STATUS, "facets": FACETS}, queue | {"aggs": AGGS}),
    ]
    for name, count, glue, sort in (
        ("word", 1, " ", "priority"), ("word, by relevance", 1, " ", "relevance"), ("two words", 2, " ", "priority"),
        ("word OR word", 2, " OR ", "priority"), ("word OR word, by relevance", 2, " OR ", "relevance"),
    ):  # fmt: skip
        chosen = [rng.sample(words, count) for _ in range(CALLS)]
        ranked = sort == "relevance"
        queries = [Query.model_validate({"text": glue.join(some), "facets": FACETS, "sort": sort}) for some in chosen]
        kind = "should" if glue == " OR " else "must" if ranked else "filter"
        bodies = []
        for some in chosen:
            text = {"bool": {kind: [by_hand(word, ranked=ranked) for word in some]}}
            query = text if ranked else {"bool": {"filter": [text]}}
            bodies.append({"query": query, "sort": RELEVANCE if ranked else QUEUE, "aggs": AGGS, **PAGE})
        found.append(Case(f"{name}, five facets", queries, bodies))
    return [*found, _contacts(), *_counts(), *_vectors()]


def _contacts() -> Case:
    # Five digits from the middle of a number: of the 10,000 numbers of the market some have them, at any place.
    rng = random.Random(12)
    pieces = [f"+35988800{rng.randrange(10000):04}"[rng.randrange(4, 9) :][:5] for _ in range(CALLS)]
    bodies = [
        {"query": {"bool": {"filter": [{"prefix": {"numbers": f"x{piece}"}}]}}, "sort": QUEUE, "aggs": AGGS, **PAGE}
        for piece in pieces
    ]
    return Case("piece of a contact, five facets", [Query(contact=piece, facets=FACETS) for piece in pieces], bodies)


def _counts() -> list[Case]:
    # Each call asks for other days and another piece of the map: the server keeps the answers to what it was asked before.
    days = [START + timedelta(hours=number) for number in range(CALLS)]
    lines = [Query(seen_from=day, timeline=Timeline(), size=0) for day in days]
    everything: Body = {"size": 0, "track_total_hits": True}
    asked = [{"bool": {"filter": [{"range": {"last_seen": {"gte": round(day.timestamp() * 1000)}}}]}} for day in days]
    boxes = [Box(north=44.3, south=41.2 + number / 1000, west=22.3, east=28.7) for number in range(CALLS)]
    maps = [Query(box=box, grid=Grid(precision=9), size=0) for box in boxes]
    bodies = []
    for box in boxes:
        edges = {"top": box.north, "bottom": box.south, "left": box.west, "right": box.east}
        inside = {"filter": {"geo_bounding_box": {"mentions.location": edges}}, "aggs": {"cells": CELLS}}
        found = {"query": {"bool": {"filter": [{"geo_bounding_box": {"location": edges}}]}}}
        bodies.append(found | everything | {"aggs": {"map": {"nested": {"path": "mentions"}, "aggs": {"inside": inside}}}})
    return [
        Case("timeline by week", lines, [everything | {"query": query, "aggs": WEEKS} for query in asked]),
        Case("map of Bulgaria", maps, bodies),
    ]


def _same(name: str, query: dict[str, Any], body: Body) -> Case:
    return Case(name, [Query.model_validate(query)] * CALLS, [body] * CALLS)


def _vectors() -> list[Case]:
    vectors = [(one := vector(n, n // 50 if n % 5 == 0 else -1)) / np.linalg.norm(one) for n in range(CALLS)]
    near = [one.tolist() for one in vectors]
    knn = [{"field": "vector", "query_vector": one, "k": 10, "num_candidates": 100} for one in near]
    bodies: list[Body] = [{"knn": one, "size": 10, "track_total_hits": False} for one in knn]
    filtered: list[Body] = [{"knn": one | {"filter": LIVE}, "size": 10, "track_total_hits": False} for one in knn]
    return [
        Case("similar by vector", [Query()] * CALLS, bodies, near),
        Case("similar by vector, filtered", [Query(filters=STATUS)] * CALLS, filtered, near),
    ]


def by_turns(*sides: list[Call], clock: Callable[[], float] = time.perf_counter) -> list[list[float]]:
    """Milliseconds of each side's calls, taken in turns so that whatever else the machine does touches all."""
    times: list[list[float]] = [[] for _ in sides]
    for number, calls in enumerate(zip(*sides, strict=True)):
        # Each goes first in turn: the second of two equal queries may find warm what the first one fetched.
        for side in range(len(calls)) if number % 2 else reversed(range(len(calls))):
            begin = clock()
            calls[side]()
            if number >= WARM_UP:
                times[side].append((clock() - begin) * 1000)
    return times


def late(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[18]


def fill(index: AdIndex, count: int) -> None:
    """Write the adverts unless they are there."""
    if index.count()["adverts"] == count:
        return
    index.clear()
    begin, docs = time.perf_counter(), adverts(count)
    while chunk := list(islice(docs, 5000)):
        index.put_adverts(chunk)
    index.refresh()
    print(f"filled in {time.perf_counter() - begin:.0f} s")


def measure_elasticsearch(url: str, count: int, chosen: list[Case]) -> None:
    """One table, ours beside raw."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(
            home=Path(home), store="elasticsearch", elasticsearch_urls=(url,), elasticsearch_prefix="searching",
            elasticsearch_timeout=300,
        )  # fmt: skip
        with ElasticsearchIndex(settings) as index:
            number = index.client.info()["version"]["number"]
            print(f"\nElasticsearch {number}, client {elasticsearch.__versionstr__}, {count:,} adverts")
            fill(index, count)
            print(f"{'search':40} {'ours p50':>9} {'p95 ms':>8} {'raw p50':>9} {'p95 ms':>8} {'p95 of raw':>11}")
            for case in chosen:
                own, plain = by_turns(case.ours(index), case.raw(index))
                print(
                    f"{case.name:40} {statistics.median(own):9.1f} {late(own):8.1f} "
                    f"{statistics.median(plain):9.1f} {late(plain):8.1f} {late(own) / late(plain):11.2f}",
                    flush=True,
                )


def measure_sqlite(folder: Path, count: int, chosen: list[Case]) -> None:
    """The same searches."""
    print(f"\nSQLite {sqlite3.sqlite_version}, numpy {np.__version__}, {count:,} adverts")
    with open_index(Settings(home=folder)) as index:
        fill(index, count)
        begin = time.perf_counter()
        index.search_adverts(Query(size=0))
        print(f"first search, which brings the columns into memory: {(time.perf_counter() - begin) * 1000:.0f} ms")
        print(f"{'search':40} {'p50 ms':>9} {'p95 ms':>8} {'p50 CPU':>9} {'p95 CPU':>8}")
        for case in chosen:
            calls = case.ours(index)
            [times] = by_turns(calls)
            [worked] = by_turns(calls, clock=time.process_time)
            print(
                f"{case.name:40} {statistics.median(times):9.1f} {late(times):8.1f} "
                f"{statistics.median(worked):9.1f} {late(worked):8.1f}",
                flush=True,
            )


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adverts", type=int, default=100_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--stores", default="elasticsearch,sqlite")
    parser.add_argument("--cases", default="", help="only those with this in their name")
    options = parser.parse_args()
    chosen = [case for case in cases() if options.cases in case.name]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    if "elasticsearch" in options.stores:
        with server(options.url) as url:
            measure_elasticsearch(url, options.adverts, chosen)
    if "sqlite" in options.stores:
        with tempfile.TemporaryDirectory() as temporary:
            measure_sqlite(options.folder or Path(temporary), options.adverts, chosen)


if __name__ == "__main__":
    main()
