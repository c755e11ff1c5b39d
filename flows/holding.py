"""Who is at work: one run a source at a time, one hand at the links and the index at a time.

Locks of the kernel (flock) on small files below ``home``: they go when their process goes, however it dies, so that a killed
run never has to be unlocked by hand. They hold within one machine; several machines over one ledger run different sources.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from strazha.errors import StrazhaError
from strazha.settings import Settings

#: Longer than linking and indexing a large run takes; past it something hangs, and an error is better than silence.
LINKING_SECONDS = 3600.0
#: Longer than anybody looks whether a lock is held: a page that asks just when a run begins must not turn the run away.
LOOKED_AT_SECONDS = 0.5


class BusyError(StrazhaError):
    """Another run works on the same source."""

    exit_code = 5


@contextmanager
def hold_sources(settings: Settings, sources: Sequence[str]) -> Iterator[None]:
    """Hold every source for the length of a run; raises BusyError if another run holds one of them."""
    with ExitStack() as held:
        for source in sorted(set(sources)):
            held.enter_context(_hold(settings, f"source-{source}", patience=LOOKED_AT_SECONDS))
        yield


def is_held(settings: Settings, source: str) -> bool:
    """Whether a run works on the source just now."""
    return _held(settings, f"source-{source}")


@contextmanager
def hold_linking(settings: Settings) -> Iterator[None]:
    """Hold links, clusters and index, which all sources share; waits for another run to let go."""
    with _hold(settings, "linking", patience=LINKING_SECONDS):
        yield


@contextmanager
def _hold(settings: Settings, name: str, *, patience: float) -> Iterator[None]:
    folder = settings.home.resolve() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.lock"
    # Never unlinked: a lock on a file that another process just removed would be a lock on nothing.
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(handle, path, patience)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, path: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EACCES}:
                raise
            if time.monotonic() >= end:
                who = path.read_text().strip() or "?"
                what = path.stem.removeprefix("source-")
                raise BusyError(
                    f"another run works on {what} (process {who})",
                    place=str(path),
                    remedy="wait until it ends; `strazha status` shows what runs",
                ) from error
            time.sleep(0.1)


@contextmanager
def hold_asked(settings: Settings, asked_id: str) -> Iterator[None]:
    """Held by the process that does what somebody asked for on a page, so that the page can tell it from a dead one."""
    with _hold(settings, f"asked-{asked_id}", patience=LOOKED_AT_SECONDS):
        yield


def is_asked_held(settings: Settings, asked_id: str) -> bool:
    """Whether the process that does what was asked for lives."""
    return _held(settings, f"asked-{asked_id}")


def forget_asked(settings: Settings, asked_id: str) -> None:
    """Remove the lock of something asked for that is over for good: nobody asks for the same again."""
    (settings.home.resolve() / "locks" / f"asked-{asked_id}.lock").unlink(missing_ok=True)


def _held(settings: Settings, name: str) -> bool:
    # A shared lock: two that look at once do not take each other for a run, and what the holder wrote stays.
    try:
        handle = os.open(settings.home.resolve() / "locks" / f"{name}.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in {errno.EAGAIN, errno.EACCES}:
            raise
        return True
    finally:
        os.close(handle)
    return False
