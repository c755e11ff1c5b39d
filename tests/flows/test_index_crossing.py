"""An update that changes the index's layout while the version before still runs; an index that is read-only under a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from flows import steps
from flows.chosen import Wanted, choose
from flows.job import run
from flows.rooms import Rooms, open_rooms
from strazha.errors import StoreError, StoreUnavailableError
from strazha.settings import Settings
from strazha.store.elasticsearch import ElasticsearchIndex

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

pytestmark = [pytest.mark.elasticsearch, pytest.mark.slow]

#: The version before: the same program but for the number its layout is named by, set before anything reads it.
BEFORE = "import strazha.store.folding as folding; folding.VERSION = 0; from cli.main import main; main()"


@pytest.fixture
def own(elasticsearch_node: LiveElasticsearch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    from strazha.settings import settings

    given = {
        "STRAZHA_HOME": str(tmp_path / "home"), "STRAZHA_STORE": "elasticsearch", "STRAZHA_BATCH_SIZE": "3",
        "STRAZHA_ELASTICSEARCH_URLS": json.dumps([elasticsearch_node.url]),
        "STRAZHA_ELASTICSEARCH_PREFIX": f"x{uuid.uuid4().hex[:10]}", "STRAZHA_ELASTICSEARCH_PATIENCE": "20",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    return settings()


def before(*arguments: str) -> subprocess.Popen[str]:
    """The version before, with this process' settings."""
    command = [sys.executable, "-c", BEFORE, *arguments]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, cwd=root, env=dict(os.environ), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def call(*arguments: str) -> str:
    from cli.index_ import command

    result = CliRunner().invoke(command, list(arguments))
    if result.exception:
        print(result.output, file=sys.stderr)
        raise result.exception
    return result.output


def held(rooms: Rooms) -> tuple[dict[str, str], set[str]]:
    """What the ledger says the index should hold: adverts with the hash of their newest version, clusters."""
    adverts = {state.advert_id: state.content_hash for state in rooms.ledger.scan_adverts()}
    return adverts, {cluster.id for cluster in rooms.ledger.scan_clusters()}


def shown(rooms: Rooms) -> tuple[dict[str, str], set[str]]:
    """What the index holds."""
    rooms.index.refresh()
    adverts = {doc.id: doc.advert.content_hash for doc in rooms.index.scan_adverts()}
    return adverts, {doc.id for doc in rooms.index.scan_clusters()}


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_version_before_runs_on_while_a_new_layout_is_built_and_switched_to(
    own: Settings, site: Any, tmp_path: Path, definitions: Any
) -> None:
    site.size = 12
    files = definitions(site, tmp_path / "definitions")
    named = [part for path in files for part in ("--definition", str(path))]
    first = before("run", "--no-prefect", *named)
    _, err = first.communicate(timeout=300)
    assert first.returncode == 0, err
    with open_rooms(own) as rooms, pytest.raises(StoreError, match="strazha index build"):
        rooms.index.count()
    assert "24 in use, 24 in the next index" in call("build")

    # The site has changed; the version before fetches it, merges clusters, and is in the middle of it when the alias moves.
    site.state, site.delay = 2, 0.02
    second = before("run", "--no-prefect", *named)
    with ElasticsearchIndex(own) as index, open_rooms(own) as rooms:
        [old] = index.generations.roles("adverts")["current"]
        versions: dict[str, str] = {}

        def newer() -> bool:
            index.client.indices.refresh(index=old)
            hits = index.client.search(index=old, size=1000, source={"includes": ["version", "doc"]})["hits"]["hits"]
            found = {hit["_id"]: json.loads(hit["_source"]["doc"])["advert"]["content_hash"] for hit in hits}
            if not versions:
                versions.update(found)
            return found != versions

        wait_until(newer, second)
        told = call("switch")
        assert "start the review pages and the worker anew" in told
        # Whatever the version before had managed to write is in the new index, at least as new.
        former = index.client.mget(index=old, ids=[*shown(rooms)[0]])["docs"]
        current = index.client.mget(index=index.names.alias("adverts"), ids=[item["_id"] for item in former])["docs"]
        for one, other in zip(former, current, strict=True):
            assert other["found"]
            assert not one["found"] or other["_source"]["version"] >= one["_source"]["version"]
        _, err = second.communicate(timeout=300)
        if second.returncode:  # it may just have been through
            assert "was taken over by a version of Strazha that writes layout" in err
            assert "Traceback" not in err
        assert index.quarantine.count() == 0, "nothing of the layout before was offered to the new index"

        # Its run is taken up by this version, and then everything is there, once, and nothing that has left.
        run(rooms, choose(own, Wanted(definitions=files)))
        assert shown(rooms) == held(rooms)
        with pytest.raises(StoreError, match="go back with the version that made it"):
            call("rollback")
        # The way back: the version before returns to its index and fetches from the ledger what this one wrote.
        back = before("index", "rollback")
        _, err = back.communicate(timeout=120)
        assert back.returncode == 0, err
        hits = index.client.search(index=old, size=1000, source={"includes": ["doc"]})["hits"]["hits"]
        adverts = {hit["_id"]: json.loads(hit["_source"]["doc"])["advert"]["content_hash"] for hit in hits}
        assert adverts == held(rooms)[0]
        index.generations.drop("current", "next", "former")
        index.client.indices.delete(index=index.names.decisions)


def test_a_run_over_a_read_only_index_waits_and_is_loaded_later(
    own: Settings, site: Any, tmp_path: Path, definitions: Any
) -> None:
    site.size = 12
    sources = choose(own, Wanted(definitions=definitions(site, tmp_path / "definitions")))
    with open_rooms(own) as rooms, ElasticsearchIndex(own) as index:
        index.generations.ensure()
        everything = f"{own.elasticsearch_prefix}-*"
        index.client.indices.put_settings(index=everything, settings={"index.blocks.read_only_allow_delete": True})
        with pytest.raises(StoreUnavailableError, match="nothing is lost"):
            run(rooms, sources)
        ids = [state.advert_id for state in rooms.ledger.scan_adverts()]
        assert len(ids) == 2 * site.size == len(rooms.ledger.screening_refs(ids)), "crawled and screened all the same"
        assert rooms.index.count()["adverts"] == 0
        asked = len(site.requests)
        index.client.indices.put_settings(index=everything, settings={"index.blocks.read_only_allow_delete": None})
        run(rooms, sources)
        assert shown(rooms) == held(rooms)
        assert len(site.requests) - asked <= 4, "nothing was fetched again"
        # Repeated, and looked over: nothing twice, nothing to remove.
        report = steps.renew_index(rooms)
        assert report.done == report.skipped == 0
        _as_an_operator_would(rooms)
        index.generations.drop("current", "next", "former")
        index.client.indices.delete(index=index.names.decisions)


def _as_an_operator_would(rooms: Rooms) -> None:
    count = len(held(rooms)[0])
    with pytest.raises(StoreError, match="nothing to go back to"):
        call("rollback")
    with pytest.raises(StoreError, match="run: strazha index build"):
        call("switch")
    assert f"adverts   {count} in use, {count} in the next index" in call("build")
    assert f"adverts   {count} in use, {count} in the next index" in call("build"), "repeated, it goes on where it was"
    told = call("switch")
    assert "switched; go back with: strazha index rollback" in told
    assert "strazha index drop-old: this server has no lifecycle management" in told
    assert "start the review pages and the worker anew" not in told, "the layout is the same"
    lines = call("status").splitlines()
    assert lines[0] == "backend   elasticsearch"
    assert f"adverts   {count}" in lines
    assert [line.split()[0] for line in lines if "-adverts-" in line] == ["former", "current"]
    assert "refused   0" in lines
    assert "rolled back" in call("rollback")
    assert [line.split()[0] for line in call("status").splitlines() if "-adverts-" in line] == ["current", "former"]
    assert call("drop-old").count("-000002") == 3
    assert call("drop-old") == "deleted: nothing\n"
    assert call("replay") == "written: 0; refused still: 0\n"
    installed = call("install").splitlines()
    assert sum(line.endswith(": installed") for line in installed) == 6
    assert sum(line.endswith("left out: this server has no lifecycle management") for line in installed) == 2
    assert shown(rooms) == held(rooms)
