"""Searching adverts on a live Elasticsearch beside the same queries written by hand and sent raw, and on SQLite.

    python -m benchmarks.searching [--adverts 100000] [--url http://127.0.0.1:9200] [--stores elasticsearch,sqlite]

"ours" is the whole call, with records read and validated, as a review page makes it; "raw" is the client's ``search`` with a
body written here, and what it gives is left as it is. Both are called by turns. Bars (issue 3): 95 of 100 within 1.3 times
raw; on SQLite 95 of 100 with five facets under 40 ms. Without --url a server is started.
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
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import elasticsearch

from benchmarks.indexing import _VECTORS, encode, server, vector
from benchmarks.store import FACETS, WORDS, adverts
from strazha.settings import Settings
from strazha.store import AdIndex, Query, open_index
from strazha.store.elasticsearch import ElasticsearchIndex
from strazha.store.folding import fold_word

CALLS, WARM_UP = 200, 20
LIVE = [{"terms": {"status": ["live"]}}, {"terms": {"decision": ["none"]}}]
QUEUE = [{"priority": "desc"}, {"newness": "desc"}, {"id": "asc"}]
AGGS = {name: {"terms": {"field": name, "size": 20}} for name in FACETS}
STEMS = {"bg": "cyrillic", "ru": "cyrillic", "uk": "cyrillic", "ro": "latin", "de": "latin", "en": "latin", "tr": "latin"}

Call = Callable[[], object]


def raw_word(word: str) -> dict[str, Any]:
    """What one word asks for, by hand: its skeletons in three fields, its stems in the languages of its script."""
    folded = fold_word(word)
    forms = [folded.main, *folded.others]
    script = "cyrillic" if "\u0400" <= word[0] <= "\u052f" else "latin"
    clauses: list[dict[str, Any]] = [{"terms": {field: forms}} for field in ("title", "body", "reading")]
    if len(word) >= 4:
        clauses += [{"match": {f"stem.{lang}": word}} for lang, own in STEMS.items() if own == script]
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def pairs(index: ElasticsearchIndex) -> Iterator[tuple[str, list[Call], list[Call]]]:
    """Name, our calls, and the same by hand."""
    client, alias = index.client, index.names.alias("adverts")
    rng = random.Random(11)
    words = [word for some in WORDS.values() for word in some]
    status = {"status": ("live",), "decision": ("none",)}

    def raw(**body: Any) -> Call:
        return lambda: client.search(index=alias, **body)

    def ours(**query: Any) -> Call:
        return lambda: index.search_adverts(Query.model_validate(query))

    queue = {"query": {"bool": {"filter": LIVE}}, "sort": QUEUE, "size": 26, "track_total_hits": True}
    yield "queue page", [ours(filters=status)] * CALLS, [raw(**queue)] * CALLS
    yield "queue page, five facets", [ours(filters=status, facets=FACETS)] * CALLS, [raw(**queue, aggs=AGGS)] * CALLS
    for name, count in (("one word, five facets", 1), ("two words, five facets", 2)):
        chosen = [rng.sample(words, count) for _ in range(CALLS)]
        body = {"sort": QUEUE, "size": 26, "track_total_hits": True, "aggs": AGGS}
        yield (
            name,
            [ours(text=" ".join(some), facets=FACETS) for some in chosen],
            [raw(query={"bool": {"filter": [raw_word(word) for word in some]}}, **body) for some in chosen],
        )
    near = [vector(doc) for doc in islice(adverts(CALLS), CALLS)]
    knn = [{"field": "vector", "query_vector": one, "k": 10, "num_candidates": 100} for one in near]
    yield (
        "similar by vector",
        [lambda one=one: index.similar_by_vector(one, size=10) for one in near],  # type: ignore[misc]
        [raw(knn=one, size=10, track_total_hits=False) for one in knn],
    )


def by_turns(*sides: list[Call]) -> list[list[float]]:
    """Milliseconds of each side's calls, taken in turns so that whatever else the machine does touches all."""
    times: list[list[float]] = [[] for _ in sides]
    for number, calls in enumerate(zip(*sides, strict=True)):
        for side, call in enumerate(calls):
            begin = time.perf_counter()
            call()
            if number >= WARM_UP:
                times[side].append((time.perf_counter() - begin) * 1000)
    return times


def late(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[18]


def fill(index: AdIndex, count: int) -> None:
    """Write the adverts, 5,000 at a time."""
    begin, docs = time.perf_counter(), adverts(count)
    while chunk := list(islice(docs, 5000)):
        _VECTORS.clear()
        if isinstance(index, ElasticsearchIndex):
            _VECTORS.update((doc.id, vector(doc)) for doc in chunk)
        index.put_adverts(chunk)
    index.refresh()
    print(f"filled in {time.perf_counter() - begin:.0f} s")


def measure_elasticsearch(url: str, count: int) -> None:
    """One table, ours beside raw."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), store="elasticsearch", elasticsearch_urls=(url,), elasticsearch_prefix="searching")
        with ElasticsearchIndex(settings, encode=encode) as index:
            number = index.client.info()["version"]["number"]
            print(f"\nElasticsearch {number}, client {elasticsearch.__versionstr__}, {count:,} adverts")
            index.generations.ensure()
            if index.count()["adverts"] != count:
                index.generations.replace()
                fill(index, count)
            print(f"{'search':28} {'ours p50':>9} {'p95 ms':>8} {'raw p50':>9} {'p95 ms':>8} {'p95 of raw':>11}")
            for name, ours, raw in pairs(index):
                own, plain = by_turns(ours, raw)
                print(
                    f"{name:28} {statistics.median(own):9.1f} {late(own):8.1f} "
                    f"{statistics.median(plain):9.1f} {late(plain):8.1f} "
                    f"{late(own) / late(plain):11.2f}"
                )


def measure_sqlite(count: int) -> None:
    """The same searches; there is no raw side and no vector."""
    print(f"\nSQLite {sqlite3.sqlite_version}, {count:,} adverts")
    rng = random.Random(11)
    words = [word for some in WORDS.values() for word in some]
    status = {"status": ("live",), "decision": ("none",)}
    with tempfile.TemporaryDirectory() as home, open_index(Settings(home=Path(home))) as index:
        fill(index, count)
        searches: dict[str, list[dict[str, Any]]] = {
            "queue page": [{"filters": status}] * CALLS,
            "queue page, five facets": [{"filters": status, "facets": FACETS}] * CALLS,
            "one word, five facets": [{"text": rng.choice(words), "facets": FACETS} for _ in range(CALLS)],
            "two words, five facets": [{"text": " ".join(rng.sample(words, 2)), "facets": FACETS} for _ in range(CALLS)],
        }
        print(f"{'search':28} {'p50 ms':>9} {'p95 ms':>8}")
        for name, queries in searches.items():
            [times] = by_turns([lambda one=one: index.search_adverts(Query.model_validate(one)) for one in queries])  # type: ignore[misc]
            print(f"{name:28} {statistics.median(times):9.1f} {late(times):8.1f}")


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adverts", type=int, default=100_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--stores", default="elasticsearch,sqlite")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    if "elasticsearch" in options.stores:
        with server(options.url) as url:
            measure_elasticsearch(url, options.adverts)
    if "sqlite" in options.stores:
        measure_sqlite(options.adverts)


if __name__ == "__main__":
    main()
