"""The crawl's own process as its parent sees it: fed its order, listened to, ended when it hangs."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from crawlers.engine.order import Message, Order

#: Seconds beyond its own limits that a process gets before it is ended from outside.
_GRACE = 15.0
#: Seconds for closing its files once it ends or is asked to.
_CLOSING = 60.0
#: Bytes of its standard error that are quoted when it fails.
_QUOTED = 2000


@dataclass(frozen=True)
class Progress:
    """How far a crawl is."""

    pages: int
    adverts: int


class Watch:
    """One process. After :meth:`run`, ``outcome`` says how it ended, ``reading`` which page it was reading."""

    def __init__(self, order: Order, on_progress: Callable[[Progress], None] | None) -> None:
        self._order, self._on_progress = order, on_progress
        self._patience = order.source.limits.page_seconds + _GRACE
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self.outcome: Literal["ended", "hung", "overran", "silent"] = "ended"
        self.reading = ""
        self.code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._errors.close()

    def run(self) -> None:
        """Run the process to its end."""
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        process = subprocess.Popen(
            [sys.executable, "-m", "crawlers.engine.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            # A session of its own: Ctrl-C reaches the parent, which then shuts the process down in order.
            env={**os.environ, "PYTHONPATH": path}, start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        patience = 0.0  # an interruption of the parent asks the process to shut down at once
        try:
            process.stdin.write(self._order.line().encode() + b"\n")
            process.stdin.flush()
            listener = threading.Thread(target=self._listen, args=(process.stdout,), daemon=True)
            listener.start()
            self.outcome = self._attend()
            patience = _CLOSING
            if self.outcome != "ended":
                process.kill()
        except BrokenPipeError:
            self.outcome, patience = "ended", _CLOSING  # before it read its order; the exit code tells
        finally:
            self.code = _end(process, patience)
            process.stdout.close()

    def _listen(self, stdout: IO[bytes]) -> None:
        try:
            for line in stdout:
                if line.startswith(b'{"kind":'):  # a library may print something else
                    self._messages.put(Message.model_validate_json(line))
        except ValueError:
            pass  # the pipe was closed under us: the process is gone
        finally:
            self._messages.put(None)

    def _attend(self) -> Literal["ended", "hung", "overran", "silent"]:
        last = time.monotonic() + self._order.seconds_left + self._patience
        while True:
            try:
                message = self._messages.get(timeout=self._patience)
            except queue.Empty:
                return "hung" if self.reading else "silent"
            if message is None:
                return "ended"
            self.reading = message.url if message.kind == "reading" else ""
            if self._on_progress is not None:
                self._on_progress(Progress(message.pages, message.adverts))
            if time.monotonic() > last:
                return "overran"

    def fate(self) -> str:
        """How it ended, for an error message."""
        if self.outcome == "silent":
            return f"gave no sign of life for {self._patience:g} s"
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _QUOTED))
        words = self._errors.read().decode("utf-8", "replace").strip() or "it said nothing"
        return f"ended with code {self.code}: {words}"


def _end(process: subprocess.Popen[bytes], patience: float) -> int:
    """Wait for a process that ends; ask one that does not to shut down, and in the end kill it. Returns its exit code."""
    try:
        return process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        process.terminate()
    try:
        return process.wait(timeout=_CLOSING)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
