"""What all tests share: nothing of the developer's own set-up leaks in, and a missing part is said loudly."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

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
    """Leave tests out whose part is missing, unless everything is required (then they run, and fail)."""
    if os.environ.get("STRAZHA_TESTS_REQUIRE_ALL"):
        return
    from examples.live_elasticsearch import missing

    problem = missing()
    left_out = {
        "browser": "" if shutil.which("chromium") else "Debian's chromium is not installed (apt-get install chromium)",
        "elasticsearch": f"Elasticsearch cannot be started here: {problem}" if problem else "",
    }
    for item in items:
        for marker, reason in left_out.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"left out: {reason}"))


@pytest.fixture(scope="session")
def elasticsearch_node() -> Iterator[LiveElasticsearch]:
    """One real server for all tests of a process; fetched once, started on loopback, stopped by pid.

    Under xdist each process has its own, as some tests stop it: at most one a file that needs it, hence the small heap.
    """
    from examples.live_elasticsearch import LiveElasticsearch

    with LiveElasticsearch(heap="512m", brief=True) as node:
        yield node
