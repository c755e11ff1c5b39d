"""Every backend, as the contract suites open it: an empty index of its own, and a filled one that no test changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from strazha.settings import Settings
from strazha.store import BACKENDS, AdIndex, open_index
from tests.contracts.backend_documents import (
    CLUSTERS,
    MARKET,
)

#: Backend -> its settings for an empty index of its own. A backend that needs a server starts it in a fixture of its own.
SETTINGS: dict[str, Callable[[Path, pytest.FixtureRequest], Settings]] = {
    "sqlite": lambda folder, request: Settings(home=folder, store="sqlite"),
    "elasticsearch": lambda folder, request: Settings(
        home=folder, store="elasticsearch", elasticsearch_urls=(request.getfixturevalue("elasticsearch_node").url,),
        elasticsearch_prefix=f"contract_{request.scope}_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}",
    ),
}  # fmt: skip
PARAMS = [pytest.param(name, marks=[pytest.mark.elasticsearch] if name == "elasticsearch" else []) for name in sorted(BACKENDS)]


@pytest.fixture(params=PARAMS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AdIndex]:
    with open_index(SETTINGS[request.param](tmp_path, request)) as opened:
        opened.clear()
        yield opened


@pytest.fixture(scope="module", params=PARAMS)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdIndex]:
    """A filled index that no test changes."""
    with open_index(SETTINGS[request.param](tmp_path_factory.mktemp("shared"), request)) as opened:
        opened.clear()
        assert opened.put_adverts(MARKET) == len(MARKET)
        assert opened.put_clusters(CLUSTERS) == len(CLUSTERS)
        opened.refresh()
        yield opened
