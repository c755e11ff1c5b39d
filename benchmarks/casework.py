"""Processor time of the views of a cluster: one of 300 adverts with some 2,600 links, each view asked for as a browser does.

    python -m benchmarks.casework [--adverts 300] [--rounds 12]

Every request signs in by its session, renders the whole page and writes the audit log. Bar (issue 7): 95 of 100 under 400 ms.
Processor time of the one process that does everything, so that a busy machine measures the same.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from flows.steps import catalogue
from review.app import create_app
from strazha.clock import now
from strazha.evidence.landing import Landing
from strazha.ledger import open_ledger
from strazha.model import Link, LinkReason
from strazha.settings import Settings
from strazha.store import open_index
from strazha.store.documents import ClusterDoc, LinkDoc
from tools.invented import Sample, fill, samples

VIEWS = ("/clusters/", "/links/", "/times/", "/text/", "/facts/", "/history/cluster/")
HOST = "http://127.0.0.1:8000"


def many(count: int, rng: random.Random) -> Iterator[Sample]:
    """One operation of so many adverts over two months and four towns."""
    base = [sample for sample in samples() if sample.operation]
    for number in range(count):
        sample = base[number % len(base)]
        yield replace(
            sample, title=f"{sample.title} {number}", body=f"{sample.body}\nref{number}", operation="big",
            day=rng.randrange(60), days=rng.randrange(1, 12), gone=rng.random() < 0.5,
            place=("Leeds", "York")[number // 40 % 2],
        )  # fmt: skip


def links(cluster: ClusterDoc, rng: random.Random) -> list[LinkDoc]:
    """Nine links an advert: some to the few that stand for the rest, as linking makes them."""
    ids = list(cluster.cluster.members)
    first = rng.sample(ids, 8)
    found = {}
    for one in ids:
        for other in [*rng.sample(first, 4), *rng.sample(ids, 5)]:
            a, b = sorted((one, other))
            if a != b:
                reasons = (
                    LinkReason(comparison="contact", score=0.9, text="Both give the telephone +359888001001."),
                    LinkReason(comparison="text", score=0.7, text="71% of their wording is the same."),
                )
                link = Link(a=a, b=b, score=round(rng.uniform(0.5, 1), 2), reasons=reasons)
                found[link.id] = LinkDoc(link=link, cluster_id=cluster.id, version=cluster.version + 1)
    return list(found.values())


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--adverts", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=12)
    given = parser.parse_args()
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        with open_ledger(settings.ledger) as ledger, open_index(settings) as index:
            ledger.add_user("analyst", "correct horse battery", "analyst")
            filled = fill(ledger, index, catalogue(), [*samples(), *many(given.adverts, rng)], Landing(settings.landing_url))
            cluster = filled.of("big")
            docs = links(cluster, rng)
            ledger.put_links(doc.link for doc in docs)
            index.put_links(docs)
            index.refresh()
            print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
            print(f"{given.adverts} adverts, {len(docs)} links\n{'view':22} {'kB':>5} {'p50 ms':>7} {'most ms':>8}")
            asked = [f"{view}{cluster.id}" for view in VIEWS] + [f"/compare?a={cluster.id}&b={filled.of('salon').id}"]
            with TestClient(create_app(settings, index=index, ledger=ledger), base_url=HOST) as client:
                client.cookies.set("strazha", ledger.open_session("analyst", now(), timedelta(hours=1)), domain="127.0.0.1")
                for path in asked:
                    measure(client, path, given.rounds)


def measure(client: TestClient, path: str, rounds: int) -> None:
    """Ask for one page many times, the first time not counted."""
    size = len(client.get(path).content)
    gc.collect()
    gc.freeze()
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        client.get(path).raise_for_status()
        times.append((time.process_time() - begun) * 1000)
    times.sort()
    plain = path.split("?", maxsplit=1)[0]
    name = plain.rpartition("/")[0] or plain
    print(f"{name:22} {size / 1000:5.0f} {times[len(times) // 2]:7.0f} {times[-1]:8.0f}", flush=True)


if __name__ == "__main__":
    main()
