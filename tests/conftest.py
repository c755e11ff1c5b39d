"""What all tests share: nothing of the developer's own set-up leaks in, and a missing part is said loudly."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads or writes the checkout's var/, a developer's .env, or settings another test cached."""
    from strazha.settings import settings

    for name in [name for name in os.environ if name.startswith("STRAZHA_") and not name.startswith("STRAZHA_TESTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STRAZHA_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave browser tests out where Chromium is missing, unless everything is required (then they run, and fail)."""
    if shutil.which("chromium") or os.environ.get("STRAZHA_TESTS_REQUIRE_ALL"):
        return
    skip = pytest.mark.skip(reason="left out: Debian's chromium is not installed (apt-get install chromium)")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)
