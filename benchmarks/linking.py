"""Linking measured on invented markets with known operations: quality, time, memory, growth; beside plain methods.

    python benchmarks/linking.py [--sizes 1000,10000] [--large] [--json OUT.json]

Every method runs in a process of its own, so that its memory is its own. ``--large`` adds 100,000 adverts.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import platform
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from market import Market, market  # noqa: E402 - found through the line above, wherever the script is started from
from rapidfuzz import fuzz  # noqa: E402
from rensa import RMinHash  # noqa: E402

from clusters.candidates import MemoryCandidates  # noqa: E402
from clusters.grouping import group  # noqa: E402
from clusters.linker import Linker  # noqa: E402
from clusters.pair import joins  # noqa: E402
from strazha.evaluation.linking import score_linking  # noqa: E402

Grouping = dict[str, str]
_LIMIT = 62.0


class _Sets:
    def __init__(self, ids: Iterable[str]) -> None:
        self.parent = {one: one for one in ids}

    def root(self, one: str) -> str:
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, one: str, other: str) -> None:
        self.parent[self.root(one)] = self.root(other)

    def names(self) -> Grouping:
        return {one: self.root(one) for one in self.parent}


def strazha(data: Market) -> Grouping:
    links = [one for one in Linker(MemoryCandidates()).link(data.adverts) if joins(one)]
    return {one: members[0] for members in group(links, data.gold) for one in members}


def near_duplicates(data: Market) -> Grouping:
    """rensa, 32 bands of 4, the first advert of a bucket compared by RapidFuzz, union-find."""
    sets = _Sets(data.gold)
    _join_near_duplicates(data, sets)
    return sets.names()


def near_duplicates_and_telephones(data: Market) -> Grouping:
    """The same, and every shared telephone joins."""
    sets = _Sets(data.gold)
    _join_near_duplicates(data, sets)
    _join_telephones(data, sets)
    return sets.names()


def telephones(data: Market) -> Grouping:
    """Every shared telephone joins, nothing else."""
    sets = _Sets(data.gold)
    _join_telephones(data, sets)
    return sets.names()


def _join_near_duplicates(data: Market, sets: _Sets) -> None:
    first: dict[tuple[int, tuple[int, ...]], int] = {}
    texts = [advert.folded for advert in data.adverts]
    for at, text in enumerate(texts):
        minhash = RMinHash(num_perm=128, seed=42)
        minhash.update([text[start : start + 5] for start in range(max(1, len(text) - 4))])
        digest = minhash.digest()
        compared: set[int] = set()
        for band in range(32):
            other = first.setdefault((band, tuple(digest[band * 4 : band * 4 + 4])), at)
            if other != at and other not in compared:
                compared.add(other)
                if fuzz.ratio(text, texts[other], score_cutoff=_LIMIT):
                    sets.join(data.adverts[at].id, data.adverts[other].id)


def _join_telephones(data: Market, sets: _Sets) -> None:
    first: dict[str, str] = {}
    for advert in data.adverts:
        for contact in advert.contacts:
            sets.join(advert.id, first.setdefault(contact, advert.id))


METHODS: dict[str, Callable[[Market], Grouping]] = {
    "strazha": strazha,
    "rensa+RapidFuzz": near_duplicates,
    "rensa+RapidFuzz+telephones": near_duplicates_and_telephones,
    "telephones alone": telephones,
}


def measure(name: str, size: int) -> dict[str, Any]:
    """One method on one size, in this process; seconds exclude making the market."""
    data = market(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    found = METHODS[name](data)
    seconds = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    figures = score_linking(data.gold, found, data.hubs).plain()
    return {"method": name, "adverts": size, "seconds": round(seconds, 2), "memory_mb": round(grown), **figures}


def incremental(size: int, new: int = 200) -> dict[str, Any]:
    """Milliseconds to link one advert with ``size`` in the store."""
    data = market(size + new)
    store = MemoryCandidates(data.adverts[:size])
    times = []
    for advert in data.adverts[size:]:
        start = time.perf_counter()
        Linker(store).link([advert])
        times.append((time.perf_counter() - start) * 1000)
        store.add([advert])
    return {"stored": size, "p50_ms": round(statistics.median(times), 2), "p95_ms": round(sorted(times)[int(0.95 * new)], 2)}


def growth(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Exponent of time over adverts between the smallest and the largest size (1 is linear)."""
    by_method: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_method[row["method"]].append(row)
    return {
        name: round(math.log(own[-1]["seconds"] / own[0]["seconds"]) / math.log(own[-1]["adverts"] / own[0]["adverts"]), 2)
        for name, own in by_method.items()
        if len(own) > 1 and own[0]["seconds"] > 0
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000", help="numbers of adverts, smallest first")
    parser.add_argument("--large", action="store_true", help="100,000 adverts too (some minutes, 3 GB)")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    sizes = [int(one) for one in given.sizes.split(",")] + ([100_000] if given.large else [])
    versions = {name: metadata.version(name) for name in ("rensa", "rapidfuzz", "numpy")}
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version}" for name, version in versions.items()))
    print(f"{'method':28}{'adverts':>9}{'P':>8}{'R':>8}{'ARI':>8}{'B3 F1':>8}{'hub':>6}{'s':>9}{'MB':>7}")
    rows = []
    spawn = multiprocessing.get_context("spawn")
    for size in sizes:
        for name in METHODS:
            with spawn.Pool(1) as pool:
                row = pool.apply(measure, (name, size))
            rows.append(row)
            pairs = row["pairs"]
            print(
                f"{name:28}{size:>9}{pairs['precision']:>8.3f}{pairs['recall']:>8.3f}{row['ari']:>8.3f}{row['bcubed']['f1']:>8.3f}"
                f"{row['hub_false_pairs']:>6}{row['seconds']:>9.2f}{row['memory_mb']:>7}",
                flush=True,
            )
    exponents = growth(rows)
    for name, exponent in exponents.items():
        print(f"growth of {name}: {exponent}")
    single = incremental(sizes[-1])
    print(f"one advert with {single['stored']} stored: p50 {single['p50_ms']} ms, p95 {single['p95_ms']} ms")
    if given.json:
        figures = {"versions": versions, "rows": rows, "growth": exponents, "incremental": single}
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
