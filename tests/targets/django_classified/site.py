"""Starting, changing and stopping the site, and the source definition that reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import yaml

from tests.targets.django_classified import environment

PROJECT = Path(__file__).parent / "project"


class DjangoClassified:
    """The running site, as a context manager. ``folder`` takes its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base_url = ""
        self._server: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._python = environment.python()
        self._run("seed.py", "1")
        self._server = subprocess.Popen(
            [self._python, "server.py"], cwd=PROJECT, env=self._environment(), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._server.stdout is not None
        self.base_url = self._server.stdout.readline().strip()
        if not self.base_url:
            self.__exit__()
            raise RuntimeError(
                "django-classified did not start: run server.py in tests/targets/django_classified/project by hand"
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(10)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server.stdout.close()  # type: ignore[union-attr]

    def second_state(self) -> None:
        """Change ten adverts, add ten, take ten away; the server goes on running."""
        self._run("seed.py", "2")

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        settings = {"DJANGO_SETTINGS_MODULE": "settings", "TARGET_FOLDER": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return {**kept, **settings}

    def _run(self, script: str, *arguments: str) -> None:
        command = [str(self._python), script, *arguments]
        done = subprocess.run(
            command, cwd=PROJECT, env=self._environment(), capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            sys.stderr.write(done.stderr)
            raise RuntimeError(f"{script} ended with {done.returncode}")


def definition(base_url: str, **changes: Any) -> dict[str, Any]:
    """The source definition as plain data; ``changes`` replace top-level keys (say ``start`` for one way in only)."""
    text = (Path(__file__).parent / "django-classified.yaml").read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:8000", base_url).replace("[8000]", f"[{base_url.rpartition(':')[2]}]")
    return {**yaml.safe_load(text), **changes}


def write_definition(base_url: str, folder: Path, **changes: Any) -> Path:
    """The same as a YAML file in ``folder``."""
    path = folder / "django-classified.yaml"
    path.write_text(yaml.safe_dump(definition(base_url, **changes), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
