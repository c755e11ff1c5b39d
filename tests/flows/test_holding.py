"""One run a source at a time; a lock goes with its process."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flows.holding import BusyError, hold_linking, hold_sources, is_held
from strazha.settings import Settings

HOLDER = """
import sys
from pathlib import Path
from flows.holding import hold_sources
from strazha.settings import Settings
with hold_sources(Settings(home=Path(sys.argv[1])), ["north", "south"]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_second_run_of_a_source_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    own = Settings(home=tmp_path)
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(BusyError, match=f"process {process.pid}"), hold_sources(own, ["east", "south"]):
        pass
    assert is_held(own, "south")
    with hold_sources(own, ["east"]):  # what was taken before the refusal was let go
        pass
    process.kill()
    process.communicate()
    assert not is_held(own, "south")
    with hold_sources(own, ["east", "south"]):
        assert is_held(own, "south")


def test_whoever_looks_is_no_run_and_turns_none_away(tmp_path: Path) -> None:
    own, lock = Settings(home=tmp_path), tmp_path / "locks" / "source-east.lock"
    assert not is_held(own, "east")
    with hold_sources(own, ["east"]):
        assert is_held(own, "east")
        assert lock.read_text() == f"{os.getpid()}\n"
    with lock.open() as looking:  # as another page does at the same moment
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not is_held(own, "east")
        leaving = threading.Timer(0.15, lambda: fcntl.flock(looking, fcntl.LOCK_UN))
        leaving.start()
        with hold_sources(own, ["east"]):
            assert is_held(own, "east")
        leaving.join()


def test_linking_is_a_lock_of_its_own(tmp_path: Path) -> None:
    own = Settings(home=tmp_path)
    with hold_sources(own, ["linking"]), hold_linking(own):
        pass
