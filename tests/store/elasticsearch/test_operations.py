"""What docs/operations.md says of snapshots holds on the live server; compose.yaml and the image are sound in their form."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from strazha.settings import Settings
from strazha.store import AdvertDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

ROOT = Path(__file__).parents[3]


@pytest.mark.elasticsearch
def test_a_snapshot_restores_indices_and_aliases(
    index: ElasticsearchIndex, live: Settings, elasticsearch_node: LiveElasticsearch, advert: Callable[..., AdvertDoc]
) -> None:
    docs = [advert(n, f"word {n}") for n in range(30)]
    index.put_adverts(docs)
    index.refresh()
    client, prefix = index.client, index.names.prefix
    location = str(elasticsearch_node.work / "snapshots" / prefix)
    client.snapshot.create_repository(name=prefix, repository={"type": "fs", "settings": {"location": location}})
    client.snapshot.create(
        repository=prefix, snapshot="one", indices=f"{prefix}-*", include_global_state=False, wait_for_completion=True
    )
    index.generations.drop("current")
    client.indices.delete(index=index.names.decisions)
    client.snapshot.restore(
        repository=prefix, snapshot="one", indices=f"{prefix}-*", include_global_state=False, include_aliases=True,
        wait_for_completion=True,
    )  # fmt: skip
    with ElasticsearchIndex(live) as restored:
        assert list(restored.scan_adverts()) == sorted(docs, key=lambda doc: doc.id)
        assert restored.search_adverts(Query(text="word")).total == 30
        assert restored.put_adverts(docs) == 0, "versions are restored too"
    client.snapshot.delete(repository=prefix, snapshot="one")
    client.snapshot.delete_repository(name=prefix)


def test_compose_sets_only_settings_that_exist() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"certs", "elasticsearch", "postgres", "prefect", "worker", "review"}
    known = {f"STRAZHA_{name.upper()}" for name in Settings.model_fields}
    named = {name for service in services.values() for name in service.get("environment", {}) if name.startswith("STRAZHA_")}
    assert named
    assert named <= known
    security = services["elasticsearch"]["environment"]
    assert security["xpack.security.enabled"] == security["xpack.security.http.ssl.enabled"] == "true"
    assert services["review"]["ports"] == ["127.0.0.1:8000:8000"], "never open to the network by itself"
    assert "ports" not in services["elasticsearch"]
    assert "ports" not in services["postgres"]


def test_every_variable_of_compose_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    given = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy.env.example").read_text(encoding="utf-8"), re.M))
    assert used - {"REVIEW_HTTPS"} == given


def test_the_image_holds_every_package() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    packages = re.search(r"^packages = \[([^\]]+)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert packages
    for name in re.findall(r'"(\w+)"', packages[1]):
        assert f"COPY {name} {name}" in text
