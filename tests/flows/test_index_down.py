"""A real Elasticsearch that is down stops neither crawling nor screening; the next run loads what waited, each advert once."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.rooms import open_rooms
from strazha.settings import Settings
from strazha.store import Query

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

pytestmark = [pytest.mark.elasticsearch, pytest.mark.slow]


def test_a_run_with_the_index_down_is_resumed_and_loads_everything(
    site: Any, tmp_path: Path, definitions: Any, make_strazha: Any, elasticsearch_node: LiveElasticsearch
) -> None:
    prefix = f"f{uuid.uuid4().hex[:10]}"
    environment = {
        "STRAZHA_STORE": "elasticsearch", "STRAZHA_ELASTICSEARCH_URLS": json.dumps([elasticsearch_node.url]),
        "STRAZHA_ELASTICSEARCH_PREFIX": prefix, "STRAZHA_ELASTICSEARCH_PATIENCE": "1",
    }  # fmt: skip
    own = make_strazha(tmp_path / "home", definitions(site, tmp_path / "definitions"), environment)
    settings = Settings(
        home=own.home, batch_size=3, store="elasticsearch", elasticsearch_urls=(elasticsearch_node.url,),
        elasticsearch_prefix=prefix,
    )  # fmt: skip
    elasticsearch_node.stop()
    try:
        done = own.run("run", "--no-prefect", *own.named, timeout=200)
    finally:
        elasticsearch_node.start()
    assert done.returncode == 1, done.stderr
    assert "cannot be reached" in done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    with open_rooms(settings) as rooms:
        [run] = rooms.ledger.runs()
        assert run.state == "interrupted"
        ids = [state.advert_id for state in rooms.ledger.scan_adverts()]
        assert len(ids) == 2 * site.size, "crawled and taken in without the index"
        assert len(rooms.ledger.screening_refs(ids)) == len(ids), "screened without the index"
        assert rooms.index.count()["adverts"] == 0
    asked = len(site.requests)
    done = own.run("run", "--no-prefect", *own.named, timeout=200)
    assert done.returncode == 0, done.stderr
    with open_rooms(settings) as rooms:
        [run] = rooms.ledger.runs()
        assert run.state == "completed", "the same run was taken up"
        assert sorted(doc.id for doc in rooms.index.scan_adverts()) == sorted(ids)
        assert rooms.index.search_adverts(Query(size=0)).total == len(ids)
        clusters = {cluster.id for cluster in rooms.ledger.scan_clusters()}
        assert {doc.id for doc in rooms.index.scan_clusters()} == clusters
        assert clusters
        assert rooms.index.count()["links"] > 0
    assert len(site.requests) - asked <= 4, "nothing was fetched again"
