"""Runs and rescreenings that somebody asks for on a page: each in a process of its own, so that no server waits for it.

The process goes on when the server is stopped. It notes in the ledger how it fares; what it prints lies in
``<home>/logs/asked-ID.log``. One that dies without a word is told by its lock, which went with it.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from flows.chosen import Wanted, choose
from flows.holding import forget_asked, hold_asked, is_asked_held, is_held
from flows.rooms import Rooms, open_rooms
from strazha.clock import now
from strazha.errors import BadInputError, StrazhaError
from strazha.ledger import Ledger
from strazha.ledger.operate_records import AskedRun
from strazha.model import RunReport
from strazha.settings import Settings, settings

ROOT = Path(__file__).resolve().parents[1]
#: At a time: a process that screens holds about a gigabyte (language models).
MOST = 2
#: Until the process holds its lock: Python, Scrapy and spaCy start within seconds, on a loaded machine slower.
STARTING = timedelta(seconds=90)
#: Bytes of its output that a page quotes when it died.
QUOTED = 4000
#: Logs of former runs that are kept.
_LOGS = 200
#: Seconds between two notes of progress.
_EVERY = 1.0


def start(own: Settings, ledger: Ledger, asked: AskedRun) -> AskedRun:
    """Start what was asked for and return at once.

    Raises BadInputError where the source is at work already, where enough goes on, or (a run) where no definition of the
    source is known or it may not be crawled. OSError where the process cannot be started (a full disk): it is kept as failed.
    """
    if is_held(own, asked.source_id):
        raise BadInputError("a run is at work on it", place=asked.source_id, remedy="wait until it ends")
    settle(own, ledger)
    ledger.ask_run(asked, most=MOST)
    try:
        process = _process(own, asked)
    except OSError as error:
        # Said at once, so that its page tells why and nobody waits for it; where not even that can be written, settle() does.
        with suppress(StrazhaError):
            ledger.note_asked(asked.id, state="failed", ended_at=now(), problem=f"it could not be started: {error.strerror}")
        raise
    # Only so that no zombie is left and a crash is noted at once; where the server is gone by then, settle() does it.
    threading.Thread(target=_wait, args=(process, own, ledger, asked.id), daemon=True, name=f"asked-{asked.id}").start()
    return asked


def _process(own: Settings, asked: AskedRun) -> subprocess.Popen[bytes]:
    folder = own.home.resolve() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    _tidy(own, folder)
    with (folder / f"asked-{asked.id}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - this Python, fixed arguments, an id of our own
            [sys.executable, "-m", "flows.asked", asked.id],
            cwd=ROOT, env=_environment(own), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            # Neither Ctrl-C at the server nor its end ends the run.
            start_new_session=True,
        )  # fmt: skip


def new_id() -> str:
    """An id for a run asked for."""
    return secrets.token_hex(8)


def settle(own: Settings, ledger: Ledger) -> None:
    """Note of runs asked for that they died, where their process is gone and said nothing."""
    for asked in ledger.asked(going=True):
        young = now() - asked.asked_at < STARTING and asked.state == "asked"
        if not young and not is_asked_held(own, asked.id):
            _note_death(own, ledger, asked.id, "its process is gone")


def last_words(own: Settings, asked_id: str) -> str:
    """The end of what the process printed; empty where it printed nothing or the log is gone."""
    path = own.home.resolve() / "logs" / f"asked-{asked_id}.log"
    try:
        with path.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - QUOTED))
            return log.read().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return ""


def _wait(process: subprocess.Popen[bytes], own: Settings, ledger: Ledger, asked_id: str) -> None:
    code = process.wait()
    if code:
        _note_death(own, ledger, asked_id, f"its process ended with code {code}")


def _note_death(own: Settings, ledger: Ledger, asked_id: str, fate: str) -> None:
    words = " ".join(line.strip() for line in last_words(own, asked_id).splitlines()[-2:])
    problem = f"{fate}; it said: {words[-500:]}" if words else f"{fate} without a word"
    ledger.note_asked(asked_id, state="failed", ended_at=now(), problem=problem)


def _tidy(own: Settings, folder: Path) -> None:
    # No more than MOST of the newest go on: what is tidied away is over.
    logs = sorted(folder.glob("asked-*.log"), key=lambda path: path.stat().st_mtime)
    for path in logs[:-_LOGS]:
        forget_asked(own, path.stem.removeprefix("asked-"))
        path.unlink(missing_ok=True)


def _environment(own: Settings) -> dict[str, str]:
    """The environment in which a process has these settings, wherever they came from."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("STRAZHA_")}
    for name in Settings.model_fields:
        value = getattr(own, name)
        if value is None:
            continue
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
        elif isinstance(value, tuple):
            text = json.dumps([str(item.resolve()) if isinstance(item, Path) else item for item in value])
        elif isinstance(value, Path):
            text = str(value.resolve())
        else:
            text = str(value)
        found[f"STRAZHA_{name.upper()}"] = text
    found["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return found


class _Telling:
    """Notes progress in the ledger, not more often than a page is looked at."""

    def __init__(self, ledger: Ledger, asked: AskedRun) -> None:
        self._ledger, self._asked = ledger, asked
        self._last, self._step, self.run_id = 0.0, "", ""

    def __call__(self, step: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if step == self._step and moment - self._last < _EVERY:
            return
        self._last, self._step = moment, step
        self.run_id = self.run_id or self._run_under_way()
        self._ledger.note_asked(self._asked.id, state="running", run_id=self.run_id, progress=(step, done, total))

    def _run_under_way(self) -> str:
        reports = (one for one in self._ledger.unfinished_runs() if self._asked.source_id in one.sources)
        return next((one.run_id for one in reports if one.state == "running"), "")


def work(rooms: Rooms, asked: AskedRun) -> None:
    """Do what was asked for and note how it ended."""
    from flows.job import rescreen, run

    tell = _Telling(rooms.ledger, asked)
    rooms.ledger.note_asked(asked.id, state="running")
    report: RunReport | None
    try:
        if asked.kind == "run":
            report = run(rooms, choose(rooms.settings, Wanted((asked.source_id,))), tell=tell)
        else:
            report = rescreen(rooms, (asked.source_id,), tell=tell)
    except StrazhaError as error:
        rooms.ledger.note_asked(asked.id, state="failed", run_id=tell.run_id, ended_at=now(), problem=str(error))
        return
    problem = "; ".join(report.errors) if report is not None else ""
    state = "failed" if problem else "ended"
    rooms.ledger.note_asked(
        asked.id, state=state, run_id=report.run_id if report else "", ended_at=now(), problem=problem, progress=("", 0, 0)
    )


def main(asked_id: str) -> int:
    """The process's own main; 0 when what came of it is noted."""
    own = settings()
    with hold_asked(own, asked_id), open_rooms(own) as rooms:
        asked = rooms.ledger.asked_one(asked_id)
        if asked is None or asked.over:
            print(f"nothing was asked for under {asked_id}", file=sys.stderr)
            return 2
        work(rooms, asked)
    return 0


def asked_now(kind: str, source_id: str, by: str, reason: str, at: datetime) -> AskedRun:
    """The record of somebody's asking."""
    return AskedRun.model_validate(
        {"id": new_id(), "kind": kind, "source_id": source_id, "asked_by": by, "asked_at": at, "reason": reason}
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
