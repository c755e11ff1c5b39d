"""Nothing of Prefect leaves this machine or is written outside of Strazha's home: every connection of every process is seen."""

from __future__ import annotations

import ipaddress
import json
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


def test_a_run_speaks_to_loopback_only_and_writes_below_its_home(spied: tuple[Any, Path], tmp_path: Path) -> None:
    strazha, log = spied
    done = strazha.run("run", *strazha.named)
    assert done.returncode == 0, done.stderr
    addresses = _addresses(log)
    assert "127.0.0.1" in addresses
    assert {host for host in addresses if not _is_here(host)} == set()
    assert (strazha.home / "prefect" / "prefect.db").exists()
    assert list((tmp_path / "user").rglob("*")) == []


def test_prefects_pages_fetch_nothing_from_elsewhere(spied: tuple[Any, Path], tmp_path: Path) -> None:
    """Some of Prefect's pages ask its server for lists that it would fetch from GitHub."""
    strazha, log = spied
    code = (
        "import sys, urllib.request; from pathlib import Path; from strazha.settings import Settings;"
        "from flows.prefect_setup import server\n"
        f"with server(Settings(home=Path({str(strazha.home)!r})), pages=True) as address:\n"
        "    print(address, flush=True); sys.stdin.read()"
    )
    env = {"PATH": "/usr/bin:/bin", **strazha.environment}
    env = {name: value for name, value in env.items() if value}
    root = Path(__file__).parents[2]
    env["PYTHONPATH"] += f":{root}"
    process = subprocess.Popen([sys.executable, "-c", code], env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{address}/api/collections/views/aggregate-worker-metadata", timeout=30) as answer:
            assert "prefect" in json.load(answer)
        with opener.open(address, timeout=30) as answer:
            assert answer.status == 200
        asked = urllib.request.Request(f"{address}/api/health", headers={"Origin": "https://elsewhere.example"})
        with opener.open(asked, timeout=30) as answer:
            assert answer.headers.get("access-control-allow-origin") != "*"
            assert answer.headers.get("access-control-allow-origin") != "https://elsewhere.example"
    finally:
        process.communicate("", timeout=60)
    assert process.returncode == 0
    assert {host for host in _addresses(log) if not _is_here(host)} == set()
