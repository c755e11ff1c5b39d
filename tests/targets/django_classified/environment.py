"""The environment that django-classified runs in: made once, kept under the checkout's .cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ("django-classified==1.3", "Django>=5.2,<5.3")
#: Seconds: a cold package cache on a slow line.
_TIME = 600


class EnvironmentNotMadeError(RuntimeError):
    """The environment could not be made; the text ends with what the installer said."""


def python() -> Path:
    """The Python of the environment, made if it is missing. Several processes may ask at once."""
    name = hashlib.sha256(" ".join([*REQUIREMENTS, sys.version]).encode()).hexdigest()[:12]
    folder = ROOT / ".cache" / f"django-classified-{name}"
    folder.parent.mkdir(exist_ok=True)
    (folder.parent / ".gitignore").write_text("*\n")
    inside = folder / "bin" / "python"
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The mark is written last: an environment without it was left half made.
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, inside)
            (folder / "ready").write_text("\n".join(REQUIREMENTS))
    return inside


def _make(folder: Path, inside: Path) -> None:
    uv = _uv()
    if uv:
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
        _run([uv, "pip", "install", "--quiet", "--python", str(inside), *REQUIREMENTS])
    else:
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS])


def _uv() -> str | None:
    candidates = [os.environ.get("UV"), shutil.which("uv"), str(ROOT / ".uv" / "bin" / "uv")]
    return next((path for path in candidates if path and Path(path).is_file()), None)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIME, check=False)
    if done.returncode:
        raise EnvironmentNotMadeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
