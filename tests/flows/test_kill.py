"""kill -9 at random moments, a plain re-run, and the same ledger and index as after an undisturbed run.

Five moments, one in each stretch of the job: while pages are being captured, while a screening file is open, between
screening batches, between linking batches, while the index is written. Each is found by watching what the run leaves on disk,
plus a random delay; the seed is printed with a failure and can be set (STRAZHA_TESTS_SEED). These five run the job without
Prefect, whose server would add ten seconds to each start; the job is the same code. A sixth kills the real Prefect flow,
server and all. The run that is killed is the second of two: the site has new, changed and gone adverts, and two clusters merge.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Dump = Callable[[Any], dict[str, Any]]
SEED = int(os.environ.get("STRAZHA_TESTS_SEED") or random.SystemRandom().randrange(1_000_000))


class Watched:
    """What the newest run of a home has left so far, seen from outside."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.before = set(self._runs())

    def _query(self, statement: str, *values: str) -> list[Any]:
        try:
            ledger = sqlite3.connect(f"file:{self.home}/ledger.sqlite?mode=ro", uri=True, timeout=5)
        except sqlite3.OperationalError:
            return []
        try:
            return ledger.execute(statement, values).fetchall()
        except sqlite3.OperationalError:  # not migrated yet
            return []
        finally:
            ledger.close()

    def _runs(self) -> list[str]:
        return [row[0] for row in self._query("select run_id from runs order by started_at")]

    def run(self) -> str:
        fresh = [run for run in self._runs() if run not in self.before]
        return fresh[0] if fresh else ""

    def count(self, moment: str) -> int:
        run = self.run()
        if not run:
            return 0
        screened = self.home / "landing" / "screened" / run
        if moment == "capturing":
            return len(list((self.home / "landing" / "captures").glob(f"*/{run}/*.part")))
        if moment == "writing":
            return len(list(screened.glob("*.jsonl.part")))
        if moment == "screening":
            return len(list(screened.glob("*.jsonl")))
        if moment == "linking":
            return len(self._query("select 1 from steps where step = 'link' and run_id = ?", run))
        report = json.loads(self._query("select report from runs where run_id = ?", run)[0][0])
        return sum(step["step"] == "group" for step in report["steps"])

    def state(self) -> str:
        return str(self._query("select state from runs where run_id = ?", self.run())[0][0])


#: Moment -> how many of what it counts may have come first, and the longest random delay after that, in seconds.
MOMENTS = {
    "capturing": (1, 0.3),
    "writing": (1, 0.0),
    "screening": (3, 0.1),
    "linking": (3, 0.05),
    "indexing": (1, 0.1),
}


def _kill(strazha: Any, moment: str, rng: random.Random, *arguments: str) -> bool:
    """Start a run and kill it at a random time of a moment; False where the run was through it already."""
    wanted, delay = MOMENTS[moment]
    wanted, delay = rng.randint(1, wanted), rng.uniform(0, delay)
    watched = Watched(strazha.home)
    process = strazha.start("run", *arguments, *strazha.named)
    end = time.monotonic() + 90
    while watched.count(moment) < wanted and process.poll() is None:
        assert time.monotonic() < end, f"never came to {moment}"
        time.sleep(0.001)
    time.sleep(delay)
    process.kill()
    process.communicate()
    return process.returncode == -9 and watched.state() == "running"


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_run_ends_like_an_undisturbed_one(
    moment: str, first: Any, undisturbed: dict[str, Any], shared_site: Any, copied: Any, dump: Dump, differences: Any
) -> None:
    rng = random.Random(f"{SEED} {moment}")
    print(f"seed {SEED}, moment {moment}")
    shared_site.state = 2
    for _ in range(5):
        strazha = copied(first, first.home.parent / f"killed-{moment}")
        if _kill(strazha, moment, rng, "--no-prefect"):
            break
    else:
        pytest.fail(f"five runs were through {moment} before they could be killed")
    again = strazha.run("run", "--no-prefect", *strazha.named)
    assert again.returncode == 0, again.stderr
    assert differences(dump(strazha.settings), undisturbed) == []


@pytest.mark.slow
@pytest.mark.live
def test_killed_prefect_flow_ends_like_an_undisturbed_run(
    first: Any, shared_site: Any, make_strazha: Any, dump: Dump, differences: Any, tmp_path: Path
) -> None:
    shared_site.state = 1
    rng = random.Random(f"{SEED} prefect")
    print(f"seed {SEED}")
    strazha = make_strazha(tmp_path / "home", first.definitions)
    assert _kill(strazha, "screening", rng)
    _assert_nothing_left_running(strazha.home)
    again = strazha.run("run", *strazha.named)
    assert again.returncode == 0, again.stderr
    assert differences(dump(strazha.settings), dump(first.settings)) == []
    _assert_nothing_left_running(strazha.home)


def _assert_nothing_left_running(home: Path) -> None:
    """Neither Prefect's server nor a crawl outlives the run that started it (where the system tells of its processes)."""
    mark = f"STRAZHA_HOME={home}\0".encode()
    end = time.monotonic() + 20
    while left := [path for path in Path("/proc").glob("[0-9]*/environ") if mark in _bytes(path)]:
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.1)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes() + b"\0"
    except OSError:  # it ended just now
        return b""
