"""Server time and weight of the review pages with 100,000 adverts in about 8,000 clusters, one of them of 300 adverts.

    python -m benchmarks.review [--folder DIR] [--adverts 100000] [--rounds 150] [--people 20] [--seconds 60]

``strazha serve`` runs as a process of its own. First one client asks for page after page; then people work at once, each
with a session of their own and one to five seconds to think, from a third process (``benchmarks.review_people``). Every
request signs in by its session, renders the whole page and writes the audit log, as in use. A folder is filled once and used
again. Bars of issue 7: 95 of 100 under 150 ms (page of the large cluster 400 ms; 20 people at once 500 ms), first page under
300 kB in all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import fastapi
import httpx
import uvicorn

from benchmarks.review_house import House, opened
from strazha.clock import now
from strazha.ledger import open_ledger
from strazha.settings import Settings

WORDS = (
    "Germania", "ягоди", "Leeds", "massage", "%22no experience%22", "prevoz OR превоз", "rabot*", "0888 001", "такса -жени",
)  # fmt: skip
FACETS = ("", "&band=high", "&ad_type=job&language=bg", "&source=eu-jobs", "&indicator=recruitment_fee")
#: Milliseconds that 95 of 100 answers stay under, by the name of what is asked.
BARS = {"large cluster": 400, "people": 500}
BAR = 150
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    process: int

    def used(self) -> float:
        """Seconds of processor time so far."""
        parts = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / TICKS


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """``strazha serve`` on a folder, on a free port of loopback."""
    command = [sys.executable, "-m", "cli.main", "serve", "--host", "127.0.0.1", "--port", "0"]
    surroundings = {**os.environ, "STRAZHA_HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline() if server.stdout is not None else ""
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found is None:
                raise SystemExit(f"the server did not start: {line}")
            yield Served(found.group(), server.pid)
        finally:
            server.terminate()


def paths(house: House, rounds: int) -> dict[str, list[str]]:
    """What is asked for, by the name it has in the table."""
    rng = random.Random(7)
    return {
        "queue": ["/queue"] * rounds,
        "queue, filtered": [f"/queue?f=1&decision=none{rng.choice(FACETS)}" for _ in range(rounds)],
        "advert": [f"/adverts/{one}" for one in rng.sample(house.adverts, rounds)],
        "cluster": [f"/clusters/{one}" for one in rng.choices(house.clusters, k=rounds)],
        "large cluster": [f"/clusters/{house.giant}?part={part % 6 + 1}" for part in range(rounds // 3)],
        "search": [f"/search?q={rng.choice(WORDS)}{rng.choice(FACETS)}" for _ in range(rounds)],
        "search clusters": [f"/search?kind=clusters&q={rng.choice(WORDS)}" for _ in range(rounds // 2)],
        "search, contact": [
            f"/search?contact={rng.choice(('88800', '0888 00 10', '77009', 'asal'))}" for _ in range(rounds // 2)
        ],
        "map": [f"/map?{rng.choice(FACETS)}" for _ in range(rounds // 2)],
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
        largest = max(largest, answer.num_bytes_downloaded)
    return times, largest


def weight(client: httpx.Client, path: str) -> tuple[int, list[tuple[str, int]]]:
    """Bytes of a page and of all it loads, as transferred."""
    page = client.get(path)
    names = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    parts = [(name.partition("?")[0], client.get(name).num_bytes_downloaded) for name in dict.fromkeys(names)]
    return page.num_bytes_downloaded + sum(size for _, size in parts), [(path, page.num_bytes_downloaded), *parts]


def row(name: str, times: list[float], largest: int | None, bar: float) -> str:
    """A line of the table."""
    p95 = statistics.quantiles(times, n=20)[18] if len(times) > 1 else times[0]
    kilobytes = "" if largest is None else f"{largest / 1000:.0f}"
    return (
        f"{name:18} {len(times):6} {statistics.median(times):8.1f} {p95:8.1f} {max(times):8.1f} {bar:6.0f} "
        f"{'yes' if p95 < bar else 'NO':>4} {kilobytes:>7}"
    )


def together(served: Served, tokens: list[str], seconds: float) -> None:
    """People at once, from a process of their own."""
    command = [sys.executable, "-m", "benchmarks.review_people", served.address, "--seconds", str(seconds)]
    before = served.used()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, input="\n".join(tokens), text=True, check=True, timeout=seconds + 120
    )
    found = json.loads(done.stdout)
    every = [one for times in found["times"].values() for one in times]
    print(f"\n{len(tokens)} people at once, {found['asked']} requests in {found['seconds']:.0f} s")
    for name, times in found["times"].items():
        print(row(name, times, None, BARS["people"]))
    print(row("all", every, None, BARS["people"]))
    cpu = (served.used() - before) / found["seconds"]
    print(f"processor time: server {cpu:.0%} of a core, people {found['cpu']:.0%}; answers that were none: {found['wrong']}")


def signed_in(folder: Path, people: int) -> list[str]:
    """A session each for so many people."""
    with open_ledger(Settings(home=folder).ledger) as ledger:
        known = {user.name for user in ledger.users()}
        for number in range(people):
            if f"person{number}" not in known:
                ledger.add_user(f"person{number}", "a password of no account", "analyst", now())
        return [ledger.open_session(f"person{number}", now(), timedelta(hours=2)) for number in range(people)]


def main() -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the filled home is kept; without it, a temporary one")
    parser.add_argument("--adverts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    print(
        f"Python {platform.python_version()}, FastAPI {fastapi.__version__}, uvicorn {uvicorn.__version__}, "
        f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores"
    )
    with tempfile.TemporaryDirectory() as made:
        folder: Path = chosen.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        house = opened(folder, chosen.adverts)
        print(f"{len(house.adverts):,} adverts, {len(house.clusters):,} clusters, filled in {house.seconds:.0f} s")
        tokens = signed_in(folder, max(1, chosen.people))
        with serving(folder) as served:
            print(f"{'page':18} {'n':>6} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {'bar':>6} {'met':>4} {'kB':>7}")
            with httpx.Client(base_url=served.address, cookies={"strazha": tokens[0]}, timeout=60) as client:
                for name, asked in paths(house, chosen.rounds).items():
                    measure(client, asked[:5])
                    print(row(name, *measure(client, asked), BARS.get(name, BAR)), flush=True)
                total, parts = weight(client, "/queue")
            print(f"first page: {total / 1000:.0f} kB: {', '.join(f'{name} {size / 1000:.0f}' for name, size in parts)}")
            if chosen.people:
                together(served, tokens, chosen.seconds)


if __name__ == "__main__":
    main()
