"""Prefect as Strazha runs it: nothing phones home, everything it writes stays below ``home``, its server on loopback only.

Imports no Prefect: the environment must stand before Prefect is imported, because Prefect reads it at import.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from strazha.errors import StrazhaError
from strazha.settings import Settings

LOOPBACK = "127.0.0.1"
#: Prefect's own default port, so that its documentation fits what operators see.
DEFAULT_PORT = 4200
#: Two busy cores need about 9 s to start the server, a loaded CI machine more than 20 (Prefect's own limit).
START_SECONDS = 120

#: Set unless the operator decided otherwise.
QUIET = {
    # Prefect's server would post a heartbeat to sens-o-matic.prefect.io every ten minutes, its client events to Amplitude.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Its runner would look for a newer client and for plug-ins; neither is wanted on a police machine.
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_SECONDS),
    # Results of tasks are records that lie in the landing area and the ledger already.
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}


class PrefectServerError(StrazhaError):
    """Prefect's server did not start or cannot be reached."""


def home_of(settings: Settings) -> Path:
    """Prefect's folder (its database and profiles), below Strazha's home and never in the user's."""
    return settings.home.resolve() / "prefect"


def prepare(settings: Settings) -> None:
    """Set Prefect's environment for this process and its children; call before the first import of Prefect."""
    home = home_of(settings)
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(home))
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


@contextmanager
def server(settings: Settings, *, port: int = 0, pages: bool = False) -> Iterator[str]:
    """A Prefect server: the operator's own, one that runs already in this home, or a new one that ends with the block.

    Gives its address (``http://127.0.0.1:4200``) and points ``PREFECT_API_URL`` at it while the block runs. ``port`` 0 takes
    any free one; ``pages`` serves Prefect's pages too.
    """
    prepare(settings)
    own = os.environ.get("PREFECT_API_URL", "")
    if own:
        yield own.removesuffix("/api")
        return
    running = running_server(settings)
    if running and not pages:
        with _api_url(running):
            yield running
        return
    if running:
        raise PrefectServerError(
            "a schedule is being served from this home already",
            place=running,
            remedy="use the one that runs, stop it, or set STRAZHA_HOME to another folder",
        )
    with _started(settings, port or _free_port(), pages=pages) as address, _api_url(address):
        yield address


def running_server(settings: Settings) -> str:
    """The address of the server that serves this home's schedule; empty where none answers."""
    try:
        address = str(json.loads((home_of(settings) / "server.json").read_text())["address"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""
    return address if _healthy(address) else ""


@contextmanager
def _api_url(address: str) -> Iterator[None]:
    os.environ["PREFECT_API_URL"] = f"{address}/api"
    try:
        yield
    finally:
        os.environ.pop("PREFECT_API_URL", None)


@contextmanager
def _started(settings: Settings, port: int, *, pages: bool) -> Iterator[str]:
    home, address = home_of(settings), f"http://{LOOPBACK}:{port}"
    note = home / "server.json"
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - this Python, fixed arguments
            [sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app", *_arguments(port)],
            env=_server_environment(address, pages=pages),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C goes to the whole foreground group: the server must outlive the runs that still report to it.
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - calls one system function, no Python lock is involved
        )
    try:
        _wait_until_healthy(process, address, home / "server.log")
        if pages:
            note.write_text(json.dumps({"address": address, "pid": process.pid}))
        yield address
    finally:
        if pages:
            note.unlink(missing_ok=True)
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _arguments(port: int) -> list[str]:
    address = ["--host", LOOPBACK, "--port", str(port)]
    return [*address, "--log-level", "error", "--lifespan", "on", "--timeout-graceful-shutdown", "5"]


def _server_environment(address: str, *, pages: bool) -> dict[str, str]:
    return {
        **os.environ,
        "PREFECT_UI_ENABLED": "1" if pages else "0",
        "PREFECT_SERVER_UI_API_URL": f"{address}/api",
        # Prefect lets every web site call its API by default; only its own pages have a reason to.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
        # Some of its pages fetch lists from GitHub. The discard port refuses, and the lists that came with Prefect are used.
        "HTTP_PROXY": f"http://{LOOPBACK}:9",
        "HTTPS_PROXY": f"http://{LOOPBACK}:9",
        "ALL_PROXY": f"http://{LOOPBACK}:9",
        "NO_PROXY": f"{LOOPBACK},localhost",
    }


def _die_with_parent() -> None:
    # A flow that is killed with -9 cannot stop its server; on Linux the kernel does it (PR_SET_PDEATHSIG = 1).
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


def _wait_until_healthy(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not _healthy(address):
        if process.poll() is not None or time.monotonic() > end:
            tail = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise PrefectServerError(
                f"Prefect's server did not start: {' '.join(tail) or f'no answer within {START_SECONDS} s'}",
                place=str(log),
                remedy="choose another --port if the port is taken, or run with --no-prefect",
            )
        time.sleep(0.2)


def _healthy(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy
    try:
        with opener.open(f"{address}/api/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
