"""What goes wrong on a live server loses no document, writes none twice, and stops nothing that needs no index."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from strazha.errors import StoreError, StoreUnavailableError
from strazha.model import Screening
from strazha.settings import Settings
from strazha.store import AdvertDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

pytestmark = pytest.mark.elasticsearch


def impatient(live: Settings) -> Settings:
    return live.model_copy(update={"elasticsearch_patience": 0.5, "elasticsearch_timeout": 5})


@pytest.mark.slow
def test_a_server_stopped_in_mid_load_and_started_again_loses_nothing(
    index: ElasticsearchIndex, live: Settings, elasticsearch_node: LiveElasticsearch, advert: Callable[..., AdvertDoc]
) -> None:
    docs = [advert(n, f"word {n}", "a few words more " * 20) for n in range(6000)]
    handed: list[int] = []

    def watched() -> Iterator[AdvertDoc]:
        for number, doc in enumerate(docs):
            handed.append(number)
            yield doc

    counted: list[int] = []
    patient = live.model_copy(update={"elasticsearch_patience": 280})
    with ElasticsearchIndex(patient) as loading:
        thread = threading.Thread(target=lambda: counted.append(loading.put_adverts(watched())))
        thread.start()
        while len(handed) < 2500:
            time.sleep(0.01)
        elasticsearch_node.kill()
        with ElasticsearchIndex(impatient(live)) as other, pytest.raises(StoreUnavailableError):
            other.search_adverts(Query(text="word"))
        elasticsearch_node.start()
        thread.join(280)
        assert not thread.is_alive()
    index.refresh()
    assert [doc.id for doc in index.scan_adverts()] == sorted(doc.id for doc in docs)
    assert index.count()["adverts"] == len(docs)
    # A batch whose answer was cut off was written all the same: it is offered again, found there, and not counted twice.
    assert len(docs) - 1500 <= counted[0] <= len(docs)
    assert index.put_adverts(docs) == 0
    assert index.quarantine.count() == 0


def test_a_server_that_hangs_is_not_waited_for_for_ever(
    index: ElasticsearchIndex, live: Settings, elasticsearch_node: LiveElasticsearch, advert: Callable[..., AdvertDoc]
) -> None:
    index.put_adverts([advert(1)])
    quick = live.model_copy(update={"elasticsearch_patience": 0.0, "elasticsearch_timeout": 1})
    with ElasticsearchIndex(quick) as hasty:
        os.kill(elasticsearch_node.server_pid, signal.SIGSTOP)
        try:
            begin = time.monotonic()
            with pytest.raises(StoreUnavailableError):
                hasty.put_adverts([advert(2)])
            assert time.monotonic() - begin < 20
        finally:
            os.kill(elasticsearch_node.server_pid, signal.SIGCONT)
    assert index.put_adverts([advert(1), advert(2)]) <= 1
    assert len(index.adverts([advert(1).id, advert(2).id])) == 2


@pytest.mark.parametrize("block", ["index.blocks.read_only", "index.blocks.write", "index.blocks.read_only_allow_delete"])
def test_a_read_only_index_is_said_at_once_and_read_on(
    index: ElasticsearchIndex, advert: Callable[..., AdvertDoc], block: str
) -> None:
    # read_only_allow_delete is what the server itself sets on every index when a disk passes the flood stage.
    index.put_adverts([advert(1, "word")])
    index.refresh()
    alias = index.names.alias("adverts")
    index.client.indices.put_settings(index=alias, settings={block: True})
    begin = time.monotonic()
    try:
        with pytest.raises(StoreUnavailableError, match="nothing is lost"):
            index.put_adverts([advert(n) for n in range(1200)])
        assert time.monotonic() - begin < 30, "a block does not pass while one waits: patience (60 s) is for busy servers"
        assert index.search_adverts(Query(text="word")).total == 1
        assert index.quarantine.count() == 0
    finally:
        index.client.indices.put_settings(index=alias, settings={block: None})
    assert index.put_adverts([advert(n) for n in range(1200)]) >= 1
    index.refresh()
    assert index.count()["adverts"] == 1200


def test_the_flood_stage_of_a_full_disk(index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]) -> None:
    index.put_adverts([advert(1)])
    index.refresh()
    names = [f"cluster.routing.allocation.disk.watermark.{name}" for name in ("low", "high", "flood_stage")]
    watch = {"cluster.routing.allocation.disk.threshold_enabled": True, "cluster.info.update.interval": "10s"}
    full, roomy = dict.fromkeys(names, f"{1 << 60}b"), dict.fromkeys(names, "1b")  # bytes that have to be free
    alias = index.names.alias("adverts")

    def blocked() -> bool:
        return "read_only_allow_delete" in str(index.client.indices.get_settings(index=alias))

    def wait_until(wanted: bool) -> None:
        deadline = time.monotonic() + 120
        while blocked() != wanted:
            assert time.monotonic() < deadline, f"the server did not notice its disk: {'full' if wanted else 'roomy'}"
            time.sleep(0.5)

    try:
        index.client.cluster.put_settings(persistent=full | watch)
        wait_until(True)
        with pytest.raises(StoreUnavailableError, match=r"flood-stage|read-only"):
            index.put_adverts([advert(2)])
        with pytest.raises(StoreUnavailableError):
            index.drop_adverts([advert(1).id])
        assert index.search_adverts(Query()).total == 1
        index.client.cluster.put_settings(persistent=roomy | watch)
        wait_until(False)  # by the server itself, as docs/operations.md says
    finally:
        index.client.cluster.put_settings(persistent=dict.fromkeys(full | watch))
        index.client.indices.put_settings(
            index="*", settings={"index.blocks.read_only_allow_delete": None}, expand_wildcards="all"
        )
    assert index.put_adverts([advert(1), advert(2)]) == 1
    assert index.quarantine.count() == 0


def test_one_malformed_document_in_ten_thousand_is_kept_aside(
    index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]
) -> None:
    docs = [advert(n, f"word {n}") for n in range(10_000)]
    sound = docs[7777]
    broken = Screening.model_construct(**{**sound.screening.__dict__, "hits": (_Hit(),)})
    docs[7777] = AdvertDoc.model_construct(**{**sound.__dict__, "screening": broken})
    assert index.put_adverts(docs) == 9999
    index.refresh()
    assert index.count()["adverts"] == 9999
    [line] = index.quarantine.lines()
    assert (line.kind, line.id, line.status) == ("adverts", sound.id, 400)
    assert "hits.confidence" in line.reason
    # Offered again as it is, it is refused again and stays; put right, it goes in.
    assert index.replay() == (0, 1)
    text = index.quarantine.path.read_text(encoding="utf-8")
    path = Path(index.quarantine.path)
    path.write_text(line.model_copy(update={"doc": sound.model_dump_json()}).line() + "\n", encoding="utf-8")
    assert sound.id in text
    assert index.replay() == (1, 0)
    assert index.advert(sound.id) == sound
    assert not path.exists()


class _Hit:
    indicator, method, rule, field, confidence = "debt", "pattern", "debt.1", "body", "surely"


def test_a_replay_that_is_cut_short_is_taken_up_again(index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]) -> None:
    docs = [advert(n) for n in range(3)]
    for doc in docs:
        index.quarantine.add("adverts", doc, 400, "test")
    index.client.indices.put_settings(index=index.names.alias("adverts"), settings={"index.blocks.write": True})
    with pytest.raises(StoreUnavailableError):
        index.replay()
    assert index.quarantine.count() == 3
    index.client.indices.put_settings(index=index.names.alias("adverts"), settings={"index.blocks.write": None})
    assert index.replay() == (3, 0)
    assert index.adverts([doc.id for doc in docs]) == docs


def test_a_busy_server_is_asked_again(
    index: ElasticsearchIndex, advert: Callable[..., AdvertDoc], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Which lines of a request go again, exactly: refusals put into the server's real answers. One that really refuses is in
    # test_access.py.
    real, refused = index._loader._bulk, []

    def busy(alias: str, lines: Any) -> Any:
        answer = dict(real(alias, lines[::2]))
        late = [{"index": {"_id": line.rendered.id, "status": 429, "error": {"type": "es_rejected_execution_exception"}}}
                for line in lines[1::2]]  # fmt: skip
        refused.append(len(late))
        items = list(answer["items"])
        answer["items"] = [items.pop(0) if n % 2 == 0 else late.pop(0) for n in range(len(lines))]
        return answer

    monkeypatch.setattr(index._loader, "_bulk", busy)
    docs = [advert(n) for n in range(16)]
    assert index.put_adverts(docs) == 16
    assert refused == [8, 4, 2, 1, 0]
    assert index.adverts([doc.id for doc in docs]) == docs


def test_nothing_listens(tmp_path: Path, advert: Callable[..., AdvertDoc]) -> None:
    nowhere = Settings(
        home=tmp_path, store="elasticsearch", elasticsearch_urls=("http://127.0.0.1:9",), elasticsearch_patience=0
    )
    with ElasticsearchIndex(nowhere) as index:  # opening asks for nothing
        for call in (lambda: index.put_adverts([advert(1)]), lambda: index.search_adverts(Query()), index.count, index.clear):
            with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                call()


def test_what_answers_is_no_elasticsearch(tmp_path: Path) -> None:
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    with (
        ElasticsearchIndex(Settings(home=tmp_path, elasticsearch_urls=(url,))) as index,
        pytest.raises(StoreError, match="no Elasticsearch"),
    ):
        index.count()
    server.shutdown()
    server.server_close()
