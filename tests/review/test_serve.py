"""``strazha serve`` and the script that makes the pictures, run as users run them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.live
def test_serve_answers_and_ends(tmp_path: Path) -> None:
    """The module behind the command is cli.serve."""
    env = {**os.environ, "STRAZHA_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "cli.main", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
        assert address is not None
        try:
            with urllib.request.urlopen(f"{address.group()}health", timeout=30) as answer:
                assert answer.read() == b'{"status":"ok"}'
                assert answer.headers["Content-Security-Policy"]
                assert "uvicorn" not in str(answer.headers).lower()
            assert quickest(address.group()) < 0.03
        finally:
            server.send_signal(signal.SIGTERM)
        server.wait(20)
    assert (tmp_path / "ledger.sqlite").exists()


def quickest(address: str) -> float:
    """Seconds of the quickest of some answers on one connection: no body waits 40 ms for its head to be acknowledged."""
    taken = []
    with httpx.Client(base_url=address) as client:
        for _ in range(8):
            begun = time.perf_counter()
            assert client.get("health").status_code == 200
            taken.append(time.perf_counter() - begun)
    return min(taken[3:])


def test_serve_says_what_is_missing(tmp_path: Path) -> None:
    env = {**os.environ, "STRAZHA_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "cli.main", "serve", "--host", "0.0.0.0"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "STRAZHA_HOSTS" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.browser
def test_screenshots_are_made(tmp_path: Path, template: tuple[Path, Any]) -> None:
    # Some of them: all take minutes (make screenshots).
    wanted = ["queue", "advert", "cluster", "search", "queue-dark", "queue-phone"]
    options = ["--no-paste", "--home", str(template[0]), "--out", str(tmp_path / "images"), "--only", *wanted]
    command = [sys.executable, "tools/screenshots.py", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    made = {file.name: file.read_bytes() for file in (tmp_path / "images").iterdir()}
    assert {"advert.png", *(f"{name}.webp" for name in wanted)} == set(made)
    assert made.pop("advert.png").startswith(b"\x89PNG")
    assert all(data.startswith(b"RIFF") and data[8:12] == b"WEBP" and len(data) > 5_000 for data in made.values())
    assert made["queue.webp"] != made["queue-dark.webp"]
