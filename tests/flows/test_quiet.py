"""Nothing of Prefect leaves this machine or is written outside of Strazha's home: every connection of every process is seen."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

#: Imported by every Python process of the run at its start: writes down each address that is connected to or looked up.
SPY = """
import os, sys
def hook(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        what = args[1] if event in ("socket.connect", "socket.sendto") else args[0]
        with open(os.environ["SPY_LOG"], "a") as log:
            log.write(f"{event} {what!r}\\n")
sys.addaudithook(hook)
"""


def _addresses(log: Path) -> set[str]:
    found = set()
    for line in log.read_text().splitlines():
        event, _, what = line.partition(" ")
        value = eval(what, {}, {})  # reprs that the hook above wrote
        host = value[0] if isinstance(value, tuple) else value
        if event != "socket.connect" or isinstance(value, tuple):  # a plain string there is a Unix socket
            found.add(host.decode() if isinstance(host, bytes) else str(host))
    return found


def _is_here(host: str) -> bool:
    if host in {"localhost", "None", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback or host in {"0.0.0.0", "::"}
    except ValueError:
        return False


@pytest.fixture
def spied(strazha: Any, tmp_path: Path, make_strazha: Any) -> tuple[Any, Path]:
    spy, log, user = tmp_path / "spy", tmp_path / "addresses.txt", tmp_path / "user"
    spy.mkdir()
    user.mkdir()
    (spy / "sitecustomize.py").write_text(SPY)
    log.touch()
    # CI and the like would switch Prefect's telemetry off by themselves: it must be off without them.
    off = dict.fromkeys(("CI", "DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_HOME", "GITHUB_ACTIONS"), "")
    environment = {**off, "PYTHONPATH": str(spy), "SPY_LOG": str(log), "HOME": str(user)}
    return make_strazha(strazha.home, strazha.definitions, environment), log


SERVE = """
import sys
from flows.prefect_setup import server
from strazha.settings import settings
with server(settings(), pages=True) as address:
    print(address, flush=True)
    sys.stdin.read()
"""


@pytest.mark.live
def test_everything_stays_on_loopback_and_below_home(spied: tuple[Any, Path], tmp_path: Path) -> None:
    strazha, log = spied
    root = Path(__file__).parents[2]
    env = {**os.environ, **strazha.environment, "STRAZHA_HOME": str(strazha.home)}
    env = {name: value for name, value in env.items() if value} | {"PYTHONPATH": f"{env['PYTHONPATH']}:{root}"}
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        done = strazha.run("run", *strazha.named)  # finds the server that runs in its home
        assert done.returncode == 0, done.stderr
        _look_at_pages(address)
    finally:
        process.communicate("", timeout=60)
    assert process.returncode == 0
    addresses = _addresses(log)
    assert "127.0.0.1" in addresses
    assert {host for host in addresses if not _is_here(host)} == set()
    assert (strazha.home / "prefect" / "prefect.db").exists()
    assert list((tmp_path / "user").rglob("*")) == []


def _look_at_pages(address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(
        urllib.request.Request(f"{address}/api/flow_runs/count", b"{}", {"Content-Type": "application/json"})
    ) as answer:
        assert json.load(answer) == 1
    # Asked for by Prefect's pages; its server would fetch it from GitHub.
    with opener.open(f"{address}/api/collections/views/aggregate-worker-metadata", timeout=30) as answer:
        assert "prefect" in json.load(answer)
    with opener.open(address, timeout=30) as answer:
        assert answer.status == 200
    # Another site's page must not be able to use the API through the operator's browser.
    asked = urllib.request.Request(f"{address}/api/health", headers={"Origin": "https://elsewhere.example"})
    with opener.open(asked, timeout=30) as answer:
        assert answer.headers.get("access-control-allow-origin") not in {"*", "https://elsewhere.example"}
