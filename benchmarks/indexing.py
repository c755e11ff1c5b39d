"""Loading adverts with hits, mentions and vectors into a live Elasticsearch: Strazha's loader beside bare ``parallel_bulk``.

    python -m benchmarks.indexing [--adverts 100000] [--url http://127.0.0.1:9200] [--rendered] [--memory]

Both write the same documents into an index of their own, 5,000 by turns, so that whatever else the machine does touches both.
"bare" gets finished dictionaries: only its sending is timed. With --rendered a third one is timed with the making of the
dictionaries from the records, which Strazha's loader always does. Bar (issue 3): at least 0.8 of bare. Without --url a
server is started.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import elasticsearch
from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk

from benchmarks.store import adverts
from examples.live_elasticsearch import LiveElasticsearch
from strazha.settings import Settings
from strazha.store import AdvertDoc
from strazha.store.elasticsearch import ElasticsearchIndex, shape
from strazha.store.elasticsearch.loading import BATCH
from strazha.store.elasticsearch.rendering import render

CHUNK = 5000
#: Adverts between two lines of the table.
TOLD = 20_000


@contextmanager
def server(url: str) -> Iterator[str]:
    """The server named, or one started for this."""
    if url:
        yield url
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stopped from outside, it stops its server
    with LiveElasticsearch() as node:
        yield node.url


def bare_index(client: Elasticsearch, name: str) -> str:
    """An index as Strazha makes it."""
    client.indices.delete(index=name, ignore_unavailable=True)
    client.indices.create(index=name, mappings=shape.mapping("adverts"), settings=shape.settings())
    return name


def send(client: Elasticsearch, name: str, rendered: Iterator[dict[str, object]]) -> float:
    """Seconds that parallel_bulk takes."""
    begin = time.perf_counter()
    deque(parallel_bulk(client, rendered, chunk_size=BATCH), maxlen=0)
    return time.perf_counter() - begin


def actions(name: str, docs: Sequence[AdvertDoc]) -> Iterator[dict[str, object]]:
    """The documents as parallel_bulk wants them."""
    for doc in docs:
        one = render("adverts", doc)
        yield {"_index": name, "_id": one.id, "_source": one.source, "version": one.version, "version_type": "external"}


def memory() -> float:
    """Most memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Load by turns, print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adverts", type=int, default=100_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--memory", action="store_true", help="Strazha's loader alone, from a stream: its memory over time")
    parser.add_argument("--rendered", action="store_true", help="also time parallel_bulk with the making of its dictionaries")
    options = parser.parse_args()
    with server(options.url) as url, tempfile.TemporaryDirectory() as home:
        settings = Settings(
            home=Path(home), store="elasticsearch", elasticsearch_urls=(url,), elasticsearch_prefix="benchmark",
            # For both loaders: beside other work on the machine a bulk request can take longer than the usual 30 s.
            elasticsearch_timeout=300,
        )  # fmt: skip
        with ElasticsearchIndex(settings) as index:
            if options.memory:
                measure_memory(index, options.adverts)
            else:
                measure(index, options.adverts, also_rendered=options.rendered)


def measure_memory(index: ElasticsearchIndex, count: int) -> None:
    """Load one stream and print the most memory after each fifth of it."""
    index.generations.ensure()
    index.generations.replace()

    def stream() -> Iterator[AdvertDoc]:
        for number, doc in enumerate(adverts(count)):
            if number % (count // 5) == 0:
                print(f"{number:>9,} adverts: {memory():,.0f} MB", flush=True)
            yield doc

    begin = time.perf_counter()
    written = index.put_adverts(stream())
    print(f"{written:>9,} adverts: {memory():,.0f} MB, {written / (time.perf_counter() - begin):,.0f} a second, made included")


def measure(index: ElasticsearchIndex, count: int, *, also_rendered: bool) -> None:
    """One table: how the rates stand as the indices grow, and at the end."""
    client = index.client
    version = client.info()["version"]["number"]
    print(
        f"Elasticsearch {version}, client {elasticsearch.__versionstr__}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, {count:,} adverts with hits, mentions and vectors"
    )
    index.generations.ensure()
    index.generations.replace()
    bare, rendered = bare_index(client, "benchmark-bare"), bare_index(client, "benchmark-rendered")
    names = ["Strazha's loader", "bare parallel_bulk", *(["bare parallel_bulk, rendered"] if also_rendered else [])]
    took = dict.fromkeys(names, 0.0)
    print(f"\n{'adverts':>9}  adverts a second since the last line: {' | '.join(took)} | most memory")
    done, written, docs = 0, 0, adverts(count)
    told, before = 0, dict(took)
    turn = 0
    while chunk := list(islice(docs, CHUNK)):
        ready = list(actions(bare, chunk))

        def ours(chunk: list[AdvertDoc] = chunk) -> float:
            nonlocal written
            begin = time.perf_counter()
            written += index.put_adverts(chunk)
            return time.perf_counter() - begin

        turns: dict[str, Callable[[], float]] = {
            "Strazha's loader": ours,
            "bare parallel_bulk": partial(send, client, bare, iter(ready)),
            "bare parallel_bulk, rendered": partial(send, client, rendered, actions(rendered, chunk)),
        }
        for at in range(len(names)):  # each goes first in turn: the first of a chunk finds a server that rests
            name = names[(at + turn) % len(names)]
            took[name] += turns[name]()
        turn += 1
        done += len(chunk)
        if done - told >= TOLD or done == count:
            rates = " | ".join(f"{(done - told) / (took[name] - before[name]):,.0f}" for name in took)
            print(f"{done:>9,}  {rates} | {memory():,.0f} MB", flush=True)
            told, before = done, dict(took)
        del ready, chunk, turns, ours
    index.refresh()
    assert written == count, f"{written} of {count} written"
    assert index.count()["adverts"] == count
    print(f"\n{'loader':32} {'seconds':>9} {'adverts/s':>10} {'of bare':>8}")
    for name, seconds in took.items():
        print(f"{name:32} {seconds:9.1f} {count / seconds:10,.0f} {took['bare parallel_bulk'] / seconds:8.2f}")
    tell_size(index, count)
    for name in (bare, rendered):
        client.indices.delete(index=name)


def tell_size(index: ElasticsearchIndex, count: int) -> None:
    """Bytes an advert takes on disk, as loaded."""
    alias = index.names.alias("adverts")
    index.client.indices.flush(index=alias)
    stats = index.client.indices.stats(index=alias, metric="store")["_all"]["primaries"]["store"]
    print(f"\non disk: {stats['size_in_bytes'] / count / 1000:.1f} kB an advert, vector included")


if __name__ == "__main__":
    main()
