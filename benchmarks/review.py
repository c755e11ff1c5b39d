"""Server time of the review pages: 10,000 adverts in about 800 clusters, each page asked for over HTTP on loopback.

    python -m benchmarks.review [--adverts 10000] [--rounds 150]

Every request signs in by its session, renders the whole page and writes the audit log, as in use. Bar of issue 7, with ten
times the adverts: 95 of 100 under 150 ms (cluster page 400 ms).
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import fastapi
import httpx
import uvicorn

from flows.steps import catalogue
from review.app import create_app
from strazha.clock import now
from strazha.ledger import open_ledger
from strazha.settings import Settings
from strazha.store import open_index
from tools.invented import Filled, Sample, fill, samples


def many(count: int) -> Iterator[Sample]:
    """So many samples: the invented ones over and over, each time as other operations and with a word of their own."""
    base = list(samples())
    for number in range(count):
        sample, turn = base[number % len(base)], number // len(base)
        yield replace(
            sample,
            title=f"{sample.title} x{turn}",
            body=f"{sample.body}\nref{number}",
            operation=f"{sample.operation}{turn}" if sample.operation else "",
            day=(sample.day + turn) % 17,
        )


def paths(filled: Filled, rounds: int) -> dict[str, list[str]]:
    """What is asked for, by the name it has in the table."""
    rng = random.Random(7)
    adverts = rng.sample(sorted(filled.adverts), rounds)
    clusters = rng.choices(sorted(filled.clusters), k=rounds)
    words = [
        "Germania",
        "ягоди",
        "Leeds",
        "massage",
        "%22no experience%22",
        "prevoz OR превоз",
        "rabot*",
        "0888 001",
        "такса -жени",
    ]
    facets = ["", "&band=high", "&ad_type=job&language=bg", "&source=eu-jobs", "&indicator=recruitment_fee"]
    return {
        "queue": ["/queue"] * rounds,
        "queue, filtered": [f"/queue?f=1&decision=none{rng.choice(facets)}" for _ in range(rounds)],
        "advert": [f"/adverts/{one}" for one in adverts],
        "cluster": [f"/clusters/{one}" for one in clusters],
        "search": [f"/search?q={rng.choice(words)}{rng.choice(facets)}" for _ in range(rounds)],
        "search, contact": [f"/search?contact={rng.choice(('88800', '0888 00 10', '77009', 'asal'))}" for _ in range(rounds)],
        "map": [f"/map?{rng.choice(facets)}" for _ in range(rounds)],
        "watches": ["/watches"] * rounds,
    }


def measure(client: httpx.Client, asked: list[str]) -> tuple[list[float], int]:
    """Milliseconds of each request, and the bytes of the largest page."""
    times, largest = [], 0
    for path in asked:
        begun = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        largest = max(largest, len(answer.content))
    return times, largest


def main() -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adverts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=150)
    chosen = parser.parse_args()
    versions = f"Python {platform.python_version()}, FastAPI {fastapi.__version__}, uvicorn {uvicorn.__version__}"
    print(f"{versions}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        with open_ledger(settings.ledger) as ledger, open_index(settings) as index:
            begun = time.perf_counter()
            filled = fill(ledger, index, catalogue(), many(chosen.adverts))
            seconds = time.perf_counter() - begun
            print(f"{len(filled.adverts):,} adverts, {len(filled.clusters):,} clusters, filled in {seconds:.0f} s")
            ledger.add_user("bench", "a password of no account", "analyst", now())
            token = ledger.open_session("bench", now(), timedelta(hours=1))
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(create_app(settings, index=index, ledger=ledger), log_level="error"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            while not server.started:
                time.sleep(0.02)
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            print(f"{'page':18} {'p50 ms':>8} {'p95 ms':>8} {'largest kB':>11}")
            with httpx.Client(base_url=address, cookies={"strazha": token}, timeout=60) as client:
                for name, asked in paths(filled, chosen.rounds).items():
                    measure(client, asked[:5])
                    times, largest = measure(client, asked)
                    p95 = statistics.quantiles(times, n=20)[18]
                    print(f"{name:18} {statistics.median(times):8.1f} {p95:8.1f} {largest / 1000:11.0f}")
            server.should_exit = True
            thread.join(10)


if __name__ == "__main__":
    main()
