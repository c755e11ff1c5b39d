"""A new index is filled, checked and switched to while readers read and writers write; the way back loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from strazha.errors import StoreError
from strazha.model import Outcome
from strazha.settings import Settings
from strazha.store import AdvertDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex

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
