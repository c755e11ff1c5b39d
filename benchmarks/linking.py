"""Linking measured on invented markets with known operations: quality, time, memory, growth; beside plain methods.

    python -m benchmarks.linking [--sizes 1000,10000] [--large] [--methods "strazha;telephones alone"]
                                 [--stored 100000] [--rebuilt 100000] [--json OUT.json]

A market (benchmarks/market.py) is written to a file of JSON lines first; every method then reads that file in a process of its
own, so that its time runs from text to clusters (parsing, folding, keys, comparison, grouping) and its memory is its own.
Telephones stand in the rows: finding them in texts is measured in benchmarks/extraction.py. ``--large`` adds 100,000 and
1,000,000 adverts. "texts alone" rows know nothing but the text and are scored against sheets instead of operations: that is the
near-duplicate part.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import platform
import random
import resource
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.keystore import KeyStore
from benchmarks.market import linkable, market, rows
from benchmarks.peers import PEERS, Row, available
from clusters.bulk import link_whole, packed
from clusters.grouping import group
from clusters.linker import Linker
from clusters.shelf import Pack, Shelf, pack
from strazha.evaluation.linking import score_linking

PROCESSES = len(os.sched_getaffinity(0))
OWN = {"strazha": False, "strazha, texts alone": True}
_KEPT = ("operation", "sheet", "hub")


def measure(name: str, path: str) -> dict[str, Any]:
    """One method on one file, in this process and its children."""
    texts_alone = OWN[name] if name in OWN else PEERS[name][1]
    start, before = time.perf_counter(), _cpu()
    if name in OWN:
        found, truth = _strazha(path, texts_alone=texts_alone)
    else:
        truth = []
        found = PEERS[name][0](_stripped(_read(path), truth))
    seconds, cpu = time.perf_counter() - start, _cpu() - before
    gold = {str(at): row["sheet" if texts_alone else "operation"] for at, row in enumerate(truth)}
    hubs = frozenset(str(at) for at, row in enumerate(truth) if row["hub"])
    figures = score_linking(gold, {str(at): str(label) for at, label in enumerate(found)}, hubs).plain()
    return {"method": name, "adverts": len(gold), "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), **figures}


def _strazha(path: str, *, texts_alone: bool) -> tuple[list[int], list[Row]]:
    truth: list[Row] = []

    def packs() -> Iterator[Pack]:
        with Path(path).open(encoding="utf-8") as lines:
            for own, kept in packed(lines, _TextsAlone() if texts_alone else _pack, processes=PROCESSES):
                truth.extend(kept)
                yield own

    whole = link_whole(packs(), processes=PROCESSES)
    return whole.labels[whole.shelf.number].tolist(), truth


def _pack(lines: Sequence[str]) -> tuple[Pack, list[Row]]:
    parsed = [json.loads(line) for line in lines]
    return pack([linkable(row) for row in parsed]), [{name: row[name] for name in _KEPT} for row in parsed]


class _TextsAlone:
    """The same for rows of which nothing but the text is told."""

    def __call__(self, lines: Sequence[str]) -> tuple[Pack, list[Row]]:
        parsed = [json.loads(line) for line in lines]
        nothing = {"contacts": (), "names": (), "ages": (), "city": "", "posted_at": None}
        adverts = [linkable(row).model_copy(update=nothing) for row in parsed]
        return pack(adverts), [{name: row[name] for name in _KEPT} for row in parsed]


def _read(path: str) -> Iterator[Row]:
    with Path(path).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _stripped(given: Iterator[Row], truth: list[Row]) -> Iterator[Row]:
    for row in given:
        truth.append({name: row[name] for name in _KEPT})
        yield row


def apart(task: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """Run a task in a process of its own, and measure the most memory that it and its children hold together.

    Shared pages are counted once (Linux; elsewhere 0). Watched from here: a thread in a process that forks can lock it up.
    """
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_answer, args=(there, task, given))
    process.start()
    there.close()
    most = 0.0
    while not here.poll(0.25):
        most = max(most, sum(map(_held, _family(process.pid or 0))))
        if not process.is_alive() and not here.poll():
            raise SystemExit(f"{task.__name__}{given} ended with {process.exitcode}")
    found: dict[str, Any] = here.recv()
    process.join()
    return {**found, "memory_mb": round(most)}


def _answer(pipe: Any, task: Callable[..., dict[str, Any]], given: tuple[Any, ...]) -> None:
    pipe.send(task(*given))


def _held(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _family(process: int) -> list[int]:
    try:
        own = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return [process]
    return [process, *(one for child in own for one in _family(int(child)))]


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def incremental(path: str, folder: str, new: int = 300) -> dict[str, Any]:
    """Milliseconds to link one advert against a SQLite file of them: find, read and compare candidates, write its keys."""
    with Path(path).open(encoding="utf-8") as lines:
        shelf = Shelf(own for own, _ in packed(lines, _pack, processes=PROCESSES))
    database = Path(folder) / "keys.sqlite"
    database.unlink(missing_ok=True)
    store = KeyStore(database)
    store.fill(shelf)
    stored = len(shelf)
    del shelf
    times = []
    fresh = [linkable(row) for row in rows(new, seed=11)]
    with Path(path).open(encoding="utf-8") as lines:
        # Half of the new adverts are of operations in the store: copies of what stands there, under other telephones.
        every = max(1, stored // new)
        known = [json.loads(line) for at, line in enumerate(lines) if at % every == 0][:new]
    copies = [linkable({**row, "id": f"new-{row['id']}", "phone": "+9990000000000"}) for row in known]
    for advert in [one for pair in zip(fresh, copies, strict=False) for one in pair][:new]:
        start = time.perf_counter()
        Linker(store).link([advert])
        store.add([advert])
        times.append((time.perf_counter() - start) * 1000)
    return {"stored": stored, "p50_ms": round(statistics.median(times), 2), "p95_ms": round(sorted(times)[int(0.95 * new)], 2)}


def rebuilt(size: int, folder: str, batch: int = 500) -> dict[str, Any]:
    """Pairs that linking in batches, in a random order, puts together, against those of linking everything at once."""
    data = market(size)
    adverts = list(data.adverts)
    random.Random(size).shuffle(adverts)
    database = Path(folder) / "rebuilt.sqlite"
    database.unlink(missing_ok=True)
    store, links = KeyStore(database), {}
    for start in range(0, size, batch):
        some = adverts[start : start + batch]
        links.update({link.id: link for link in Linker(store).link(some)})
        store.add(some)
    by_batches = {one: members[0] for members in group(links.values(), data.gold) for one in members}
    whole = link_whole([pack(data.adverts)], processes=PROCESSES)
    at_once = {one: members[0] for members in whole.groups() for one in members}
    both = sum(math.comb(count, 2) for count in Counter((by_batches[one], at_once[one]) for one in data.gold).values())
    each = [sum(math.comb(count, 2) for count in Counter(one.values()).values()) for one in (by_batches, at_once)]
    return {
        "adverts": size, "batch": batch, "pairs_in_batches": each[0], "pairs_at_once": each[1],
        "agreement": round(both / max(1, each[0] + each[1] - both), 5),
        "ari_in_batches": round(score_linking(data.gold, by_batches).ari, 4),
        "ari_at_once": round(score_linking(data.gold, at_once).ari, 4),
    }  # fmt: skip


def growth(measured: Sequence[dict[str, Any]], by: str = "seconds") -> dict[str, float]:
    """Exponent of time over adverts from the smallest to the largest size (1 is linear).

    By the clock (``seconds``) or by the processor (``cpu_seconds``), which other programs on the machine change less.
    Where there are larger ones, sizes below 10,000 are left out: there, starting processes takes most of the time.
    """
    least = 10_000 if max((row["adverts"] for row in measured), default=0) > 10_000 else 0
    by_method: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in measured:
        if row["adverts"] >= least:
            by_method[row["method"]].append(row)
    return {
        name: round(math.log(own[-1][by] / own[0][by]) / math.log(own[-1]["adverts"] / own[0]["adverts"]), 2)
        for name, own in by_method.items()
        if len(own) > 1 and own[0][by] > 0
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000", help="numbers of adverts, smallest first")
    parser.add_argument("--large", action="store_true", help="100,000 and 1,000,000 adverts too (a quarter of an hour, 4 GB)")
    parser.add_argument("--methods", help="separated by semicolons, else all that are installed")
    parser.add_argument("--stored", type=int, default=0, help="adverts in the store when single ones are linked (0: leave out)")
    parser.add_argument("--rebuilt", type=int, default=0, help="adverts for batches against a full rebuild (0: leave out)")
    parser.add_argument("--folder", type=Path, help="keep the markets here, and take those that are there")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    sizes = [int(one) for one in given.sizes.split(",") if one] + ([100_000, 1_000_000] if given.large else [])
    names = given.methods.split(";") if given.methods else [*OWN, *filter(available, PEERS)]
    versions = {name: metadata.version(name) for name in ("rensa", "rapidfuzz", "numpy")}
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    print(f"Python {platform.python_version()}, {told}, {PROCESSES} cores, load {os.getloadavg()[0]:.1f}")
    measured: list[dict[str, Any]] = []
    extra: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as passing:
        folder = str(given.folder or passing)
        _methods(sizes, names, folder, measured)
        if given.stored:
            extra["incremental"] = apart(incremental, _written(given.stored, folder), folder)
            print("one advert at a time: {stored} stored, p50 {p50_ms} ms, p95 {p95_ms} ms".format(**extra["incremental"]))
        if given.rebuilt:
            extra["rebuilt"] = apart(rebuilt, given.rebuilt, folder)
            print("batches against a rebuild: {agreement:.2%} of {pairs_at_once} pairs".format(**extra["rebuilt"]))
    exponents, by_cpu = growth(measured), growth(measured, "cpu_seconds")
    for name, exponent in exponents.items():
        print(f"growth of {name}: {exponent} by the clock, {by_cpu.get(name, 0):.2f} by the processor")
    if given.json:
        figures = {"versions": versions, "rows": measured, "growth": exponents, "growth_cpu": by_cpu, **extra}
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _methods(sizes: Sequence[int], names: Sequence[str], folder: str, measured: list[dict[str, Any]]) -> None:
    columns = ("adverts", "P", "R", "ARI", "B3 F1", "hub", "s", "CPU s", "MB", "adverts/s")
    print(f"{'method':28}" + "".join(f"{column:>10}" for column in columns))
    for size in sizes if names else ():
        path = _written(size, folder)
        for name in names:
            if name in PEERS and size > PEERS[name][2]:
                continue
            row = apart(measure, name, path)
            measured.append(row)
            pairs = row["pairs"]
            cells = (
                row["adverts"], f"{pairs['precision']:.3f}", f"{pairs['recall']:.3f}", f"{row['ari']:.3f}",
                f"{row['bcubed']['f1']:.3f}", row["hub_false_pairs"], row["seconds"], row["cpu_seconds"], row["memory_mb"],
                round(size / max(row["seconds"], 0.01)),  # the clock shows hundredths
            )  # fmt: skip
            print(f"{name:28}" + "".join(f"{cell:>10}" for cell in cells), flush=True)


def _written(size: int, folder: str) -> str:
    """A market as a file of JSON lines."""
    path = Path(folder) / f"market{size}.jsonl"
    if not path.exists():
        start = time.perf_counter()
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as out:
            for row in rows(size):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        part.replace(path)
        print(f"{size} adverts written in {time.perf_counter() - start:.0f} s", flush=True)
    return str(path)


if __name__ == "__main__":
    main()
