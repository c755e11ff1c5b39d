"""A new index is filled, checked and switched to while readers read and writers write; the way back loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from strazha.errors import StoreError
from strazha.model import Outcome
from strazha.settings import Settings
from strazha.store import AdvertDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex
from strazha.store.elasticsearch.names import KINDS, Role

pytestmark = pytest.mark.elasticsearch
START = datetime(2026, 11, 1, 8, tzinfo=UTC)


class Traffic:
    """Readers and writers that go on until told to stop; ``errors`` is what any of them met."""

    def __init__(self, settings: Settings, advert: Callable[..., AdvertDoc], least: int) -> None:
        self.errors: list[BaseException] = []
        self.written: dict[str, AdvertDoc] = {}
        self.reads = 0
        self._settings, self._advert, self._least = settings, advert, least
        self._stop = threading.Event()

    @contextmanager
    def going(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._guarded, args=(work,)) for work in (self._write, self._read, self._read)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def wait_for(self, written: int) -> None:
        until = len(self.written) + written
        while len(self.written) < until and not self.errors:
            self._stop.wait(0.02)

    def _guarded(self, work: Callable[[ElasticsearchIndex], None]) -> None:
        try:
            with ElasticsearchIndex(self._settings) as index:
                while not self._stop.is_set():
                    work(index)
        except BaseException as error:
            self.errors.append(error)

    def _write(self, index: ElasticsearchIndex) -> None:
        number = len(self.written)
        docs = [self._advert(f"w{number + n}", f"word {number + n}") for n in range(20)]
        # Every third is a newer version of one written before.
        docs += [doc.model_copy(update={"version": doc.version + 1}) for doc in list(self.written.values())[::30][:7]]
        index.put_adverts(docs)
        self.written.update((doc.id, doc) for doc in docs)

    def _read(self, index: ElasticsearchIndex) -> None:
        page = index.search_adverts(Query(size=5, facets=("source",), text="word"))
        assert page.total >= self._least, f"only {page.total} found"
        assert len(index.adverts([row.doc.id for row in page.rows])) == len(page.rows)
        self.reads += 1


def test_switch_and_rollback_under_constant_reads_and_writes(
    index: ElasticsearchIndex, live: Settings, advert: Callable[..., AdvertDoc]
) -> None:
    first = [advert(n, f"word {n}") for n in range(600)]
    index.put_adverts(first)
    index.refresh()
    traffic = Traffic(live, advert, least=len(first))
    with traffic.going():
        traffic.wait_for(40)
        index.generations.begin()
        index.refresh()
        # From the index in use; `strazha index build` draws from landing area and ledger.
        index.put_adverts(index.scan_adverts())
        index.decide("advert", first[0].id, Outcome.MONITOR, START)
        traffic.wait_for(40)
        index.generations.finish()
        check = index.generations.check()
        assert check.problems == [] or all("in use" in problem for problem in check.problems)
        assert check.sampled
        index.generations.switch()
        traffic.wait_for(40)
        index.generations.rollback()
        traffic.wait_for(40)
        index.generations.rollback()
        traffic.wait_for(40)
    assert traffic.errors == []
    assert traffic.reads > 5
    expected = {doc.id: doc for doc in first} | traffic.written
    expected[first[0].id] = first[0].model_copy(update={"decision": Outcome.MONITOR, "decided_at": START})
    index.refresh()
    assert {doc.id: doc for doc in index.scan_adverts()} == expected
    [current] = index.generations.roles("adverts")["current"]
    assert current.endswith("000002")
    # The former one was written to as well: going back loses nothing.
    index.generations.rollback()
    index.refresh()
    assert {doc.id: doc for doc in index.scan_adverts()} == expected
    assert [name.rsplit("-", 1)[1] for name in index.generations.drop("former") if "-adverts-" in name] == ["000002"]
    with pytest.raises(StoreError, match="nothing to go back to"):
        index.generations.rollback()


def test_a_next_index_that_lacks_documents_is_noticed(index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]) -> None:
    with pytest.raises(StoreError, match="nothing to switch to"):
        index.generations.switch()
    docs = [advert(n) for n in range(50)]
    index.put_adverts(docs)
    index.generations.begin()
    index.put_adverts(docs[:30])
    index.generations.finish()
    check = index.generations.check()
    assert "adverts: 50 in use, 30 in the next index" in check.problems
    assert sum("is missing" in problem for problem in check.problems) == 20
    # Taken up again where it stopped.
    index.generations.begin()
    assert index.put_adverts(docs) == 0
    index.generations.finish()
    assert index.generations.check().problems == []


def test_a_decision_made_before_an_older_document_arrives_stays(
    index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]
) -> None:
    index.put_adverts([advert(1, version=1)])
    index.decide("advert", advert(1).id, Outcome.REFER, START)
    index.put_adverts([advert(1, "new words", version=2)])
    assert index.advert(advert(1).id) == advert(1, "new words", version=2, decision=Outcome.REFER, decided_at=START)


class _Policies:
    """Stands in for the one part that the server these tests can start lacks: lifecycle management. It answers as documented
    for Elasticsearch 8.19 (get and remove of a policy, settings of an index); everything else goes to the real server.
    """

    def __init__(self, real: Callable[..., Any], installed: bool) -> None:
        self.real, self.installed = real, installed
        self.settings: dict[str, dict[str, Any]] = {}
        self.removed: list[str] = []

    def __call__(self, method: str, target: str, **options: Any) -> Any:
        path, body = target.partition("?")[0], options.get("body")
        if path.startswith("/_ilm/policy/"):
            assert method == "GET"
            missing = {"error": {"type": "resource_not_found_exception", "reason": "Lifecycle policy not found"}, "status": 404}
            return self._answer({}) if self.installed else self._answer(missing, 404)
        if path.endswith("/_ilm/remove"):
            assert method == "POST"
            index = path.split("/")[1]
            del self.settings[index]["index.lifecycle.name"]
            self.removed.append(index)
            return self._answer({"has_failures": False, "failed_indexes": []})
        if path.endswith("/_settings") and method == "PUT" and any("lifecycle" in name for name in body):
            for index in path.split("/")[1].split(","):
                self.settings[index] = {n: v for n, v in (self.settings.get(index, {}) | body).items() if v is not None}
            return self._answer({"acknowledged": True})
        if path.endswith("/_settings/index.lifecycle.*"):
            index = path.split("/")[1]
            return self._answer({index: {"settings": self.settings.get(index, {})}})
        return self.real(method, target, **options)

    @staticmethod
    def _answer(body: dict[str, Any], status: int = 200) -> Any:
        from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig, TransportApiResponse

        headers = HttpHeaders({"x-elastic-product": "Elasticsearch", "content-type": "application/json"})
        node = NodeConfig(scheme="http", host="127.0.0.1", port=9)
        return TransportApiResponse(ApiResponseMeta(status, "1.1", headers, 0.0, node), body)


def test_former_indices_end_by_themselves_and_never_the_one_in_use(
    index: ElasticsearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill() -> None:
        index.generations.begin()
        index.generations.finish()

    fill()
    assert "this server has no lifecycle management" in index.switch(), "the real server's own answer"
    policies = _Policies(index.client.transport.perform_request, installed=False)
    monkeypatch.setattr(index.client.transport, "perform_request", policies)
    assert "strazha index install" in index.rollback()
    assert policies.settings == {}
    policies.installed = True
    fill()
    begun = datetime.now(UTC).timestamp() * 1000
    assert "end by themselves" in index.switch()

    def held(role: Role) -> list[str]:
        return [name for kind in KINDS for name in index.generations.roles(kind).get(role, [])]

    assert sorted(policies.settings) == sorted(held("former"))
    for found in policies.settings.values():
        assert found["index.lifecycle.name"] == f"{index.names.prefix}-former"
        # Counted from the switch: an index that was in use for a year must not end at once.
        assert 0 <= found["index.lifecycle.origination_date"] - begun < 60_000
    former = held("former")
    index.rollback()
    assert sorted(policies.removed) == sorted(former) == sorted(held("current"))
    assert not any(policies.settings[name] for name in former), "an index in use has no policy that would delete it"
    assert all("index.lifecycle.name" in policies.settings[name] for name in held("former"))
