"""How long it takes to say why two adverts are one operation, and why not, on what a whole import left behind.

    python -m benchmarks.explaining [--adverts 10000] [--pairs 200] [--folder FOLDER]

An invented market is taken in as any file is (read, screened, linked, indexed), then pairs are asked about: half of one
cluster, half of two. Bar (issue 6): an answer within a second. --folder keeps what was taken in for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.market import rows
from flows.rooms import Rooms, open_rooms
from flows.steps.explaining import explain
from strazha.settings import Settings


def take_in(folder: Path, adverts: int) -> None:
    """Take in a market of so many adverts by the program's own command, which does nothing if they are there already."""
    path = folder / f"market{adverts}.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for row in rows(adverts):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    begun = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "cli.main",
        "import",
        str(path),
        "--source",
        "market",
        "--basis",
        "Invented, for measuring",
    ]
    subprocess.run(command, check=True, env={**os.environ, "STRAZHA_HOME": str(folder)}, stdout=subprocess.DEVNULL)
    print(f"{adverts:,} adverts taken in within {time.perf_counter() - begun:.0f} s", flush=True)


def asked(rooms: Rooms, pairs: int) -> dict[str, list[tuple[str, str]]]:
    """Pairs of one cluster, and pairs of two."""
    rng = random.Random(6)
    clusters = [sorted(cluster.members) for cluster in rooms.ledger.scan_clusters() if len(cluster.members) > 1]
    within = [rng.sample(rng.choice(clusters), 2) for _ in range(pairs // 2)]
    across = [[rng.choice(one), rng.choice(other)] for one, other in (rng.sample(clusters, 2) for _ in range(pairs // 2))]
    return {"of one cluster": [(a, b) for a, b in within], "of two clusters": [(a, b) for a, b in across]}


def main() -> None:
    """Take in, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--adverts", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as passing:
        folder = given.folder or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        take_in(folder, given.adverts)
        with open_rooms(Settings(home=folder)) as rooms:
            print(f"{'pairs':18} {'asked':>6} {'p50 ms':>8} {'p95 ms':>8} {'most':>8}")
            for name, pairs in asked(rooms, given.pairs).items():
                times = []
                for a, b in pairs:
                    begun = time.perf_counter()
                    explain(rooms, a, b)
                    times.append((time.perf_counter() - begun) * 1000)
                p95 = statistics.quantiles(times, n=20)[18]
                print(f"{name:18} {len(times):6} {statistics.median(times):8.1f} {p95:8.1f} {max(times):8.1f}")


if __name__ == "__main__":
    main()
