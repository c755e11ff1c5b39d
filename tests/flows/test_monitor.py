"""The Prefect flow: what is tried again and what is not, the artifact, and a run that finds its source busy.

One child process with one server for all of it: a server takes ten seconds to start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json, sys, threading, time
from pathlib import Path
from flows.chosen import Wanted
from flows.holding import BusyError, hold_sources
from flows.prefect_setup import server
from strazha.errors import StrazhaError
from strazha.settings import settings

own, (north, south, bare, dead) = settings(), [Path(name) for name in sys.argv[1:]]

def say(**what):
    print("RESULT " + json.dumps(what), flush=True)

with server(own):
    from prefect.client.orchestration import get_client
    from flows.monitor import monitor, run_monitored
    from flows.rooms import open_rooms

    def outcome(work):
        try:
            return str(work())
        except StrazhaError as error:
            return type(error).__name__

    def tries():
        with get_client(sync_client=True) as client:
            return {run.name: run.run_count for run in client.read_task_runs()}

    told = []
    say(name="good", run=run_monitored(own, Wanted(definitions=(south,)), tell=lambda step, done, total: told.append(step)))
    say(name="told", steps=sorted(set(told)))
    say(name="bare", outcome=outcome(lambda: run_monitored(own, Wanted(definitions=(bare,)))))
    say(name="tries after good and bare", tries=tries())

    # Nobody listens on this source's port yet: the test opens it when it reads that the first try has failed.
    def watch():
        with open_rooms(own) as rooms:
            while not any(crawl.state == "failed" for crawl in rooms.ledger.crawls("north-market")):
                time.sleep(0.1)
        say(name="first try failed")
    threading.Thread(target=watch, daemon=True).start()
    state = monitor(definitions=[str(dead)], sources=[], retry_delay=2.0, return_state=True)
    say(name="came up", state=state.type.value, tries=tries())

    with hold_sources(own, ["south-market"]):
        state = monitor(definitions=[str(south)], sources=[], return_state=True)
        say(name="busy state", state=state.name, type=state.type.value)
        say(name="busy", outcome=outcome(lambda: run_monitored(own, Wanted(definitions=(south,)))))

    with get_client(sync_client=True) as client:
        found = client.request("POST", "/artifacts/filter", json={}).json()
        say(name="artifacts", texts={one["key"]: one["data"] for one in found if one["type"] == "markdown"})
"""


@pytest.mark.slow
@pytest.mark.live
def test_flow(strazha: Any, site: Any, definitions: Any, tmp_path: Path, late_site: Any) -> None:
    north, south = strazha.definitions
    bare = definitions(site, tmp_path / "bare", basis=False)[0]
    port = site.origin.rsplit(":", 1)[1]
    dead = tmp_path / "dead.yaml"
    late_port, open_late = late_site
    dead.write_text(north.read_text().replace(f":{port}", f":{late_port}").replace(f"[{port}]", f"[{late_port}]"))
    env = {**os.environ, "STRAZHA_HOME": str(strazha.home), "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(north), str(south), str(bare), str(dead)],
        cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    results: dict[str, dict[str, Any]] = {}
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("RESULT "):
            result = json.loads(line.removeprefix("RESULT "))
            results[result["name"]] = result
            if result["name"] == "first try failed":
                open_late()
    assert process.wait(60) == 0

    assert {"crawl", "take in", "screen", "link", "group", "index"} <= set(results["told"]["steps"])
    # Nobody's waiting mends a missing legal basis: nothing was tried, let alone twice.
    assert results["bare"]["outcome"] == "LegalBasisError"
    assert set(results["tries after good and bare"]["tries"].values()) == {1}
    assert not [name for name in results["tries after good and bare"]["tries"] if "north" in name]
    assert results["came up"]["state"] == "COMPLETED"
    assert results["came up"]["tries"]["crawl north-market"] >= 2
    assert (results["busy state"]["state"], results["busy state"]["type"]) == ("Skipped", "COMPLETED")
    assert results["busy"]["outcome"] == "BusyError"
    run = results["good"]["run"]
    assert "| south-market | completed, finished |" in results["artifacts"]["texts"][f"run-{run.lower()}"]
