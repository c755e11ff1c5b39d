"""What is the SQLite backend's own: processes beside each other, kill -9, other layouts, damaged files, bounded memory."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from strazha.errors import BadInputError, StoreError, StoreUnavailableError
from strazha.model import Advert, AdvertState, Outcome, Screening, Versions
from strazha.settings import Settings
from strazha.store import AdvertDoc, Grid, Query, Timeline, open_index
from strazha.store.sqlite import SqliteIndex
from strazha.store.vectors import pack_vector
from tests.contracts.backend_documents import NEW_TOWN, SOFIA
from tests.contracts.backend_documents import advert as contract_advert

START = datetime(2026, 11, 1, 8, tzinfo=UTC)


def advert(key: str, title: str = "word", version: int = 1, **more: object) -> AdvertDoc:
    raw = Advert(source_id="s", key=key, title=title, captured_at=START, content_hash="0" * 64)
    state = AdvertState(
        advert_id=raw.id, source_id="s", first_seen=START, last_seen=START, content_hash=raw.content_hash, versions=1,
        landing_file="f", landing_offset=0, landing_length=1,
    )  # fmt: skip
    screening = Screening(
        advert_id=raw.id, content_hash=raw.content_hash, screened_at=START, ad_type="job", score=1, band="low",
        pipeline=Versions(code="1", nlp="1", catalogue="1"),
    )  # fmt: skip
    return AdvertDoc(advert=raw, state=state, screening=screening, version=version).model_copy(update=more)


def test_a_decision_is_not_lost_to_a_document_built_before_it(tmp_path: Path) -> None:
    with SqliteIndex(tmp_path / "i.sqlite") as index:
        index.put_adverts([advert("1")])
        index.decide("advert", advert("1").id, Outcome.REFER, START)
        index.put_adverts([advert("1", version=2)])
        assert index.adverts([advert("1").id])[0].decision is Outcome.REFER
        index.decide("advert", advert("1").id, Outcome.SPAM, START - timedelta(days=1))
        assert index.search_adverts(Query(filters={"decision": ("refer",)})).total == 1
        newer = {"decision": Outcome.MONITOR, "decided_at": START + timedelta(days=1)}
        index.put_adverts([advert("1", version=3, **newer)])
        assert index.search_adverts(Query(filters={"decision": ("monitor",)})).total == 1


def write_rounds(path: Path, rounds: int) -> None:
    with SqliteIndex(path) as index:
        for version in range(1, rounds + 1):
            index.put_adverts(advert(str(n), f"round{version} word", version) for n in range(500))


def test_readers_see_whole_batches_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    with SqliteIndex(path) as index:
        write_rounds(path, 1)
        process = multiprocessing.get_context("spawn").Process(target=write_rounds, args=(path, 12))
        process.start()
        seen, errors = set(), []

        def read() -> None:
            writing = True
            while writing:
                writing = process.is_alive()  # asked first: the last look comes after the last write
                page = index.search_adverts(Query(text="word", facets=("status",), size=500, sort="relevance"))
                words = {row.doc.advert.title for row in page.rows}
                if page.total != 500 or len(words) != 1 or page.facets["status"][0].count != 500:
                    errors.append((page.total, words))
                seen.update(words)

        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in [*threads, process]:
            thread.join(120)
        assert process.exitcode == 0
        assert errors == []
        assert len(seen) > 1
        assert {doc.advert.title for doc in index.scan_adverts()} == {"round12 word"}


def test_a_killed_writer_leaves_a_sound_index(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    SqliteIndex(path).close()
    process = multiprocessing.get_context("spawn").Process(target=write_rounds, args=(path, 10_000))
    process.start()
    with SqliteIndex(path) as index:
        deadline = time.monotonic() + 60
        while not index.search_adverts(Query(text="round3")).total and time.monotonic() < deadline:
            time.sleep(0.01)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)
        [title] = {doc.advert.title for doc in index.scan_adverts()}
        assert index.search_adverts(Query(text=f'"{title}"')).total == 500
        write_rounds(path, int(title.split()[0][5:]) + 2)
        assert index.search_adverts(Query(text=f'"{title}"')).total == 0
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.execute("INSERT INTO advert_text (advert_text) VALUES ('integrity-check')")
    assert raw.execute("SELECT count(*) FROM advert_hot WHERE doc NOT IN (SELECT doc FROM advert_docs)").fetchone() == (0,)
    raw.close()


def test_several_processes_may_open_a_new_index_at_once(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_rounds, args=(path, 1)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with SqliteIndex(path) as index:
        assert index.count()["adverts"] == 500


def test_an_index_emptied_by_another_process_can_be_written_on(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    with SqliteIndex(path) as one, SqliteIndex(path) as other:
        one.put_adverts([advert("1")])
        other.put_adverts([advert("2")])
        other.clear()
        one.put_adverts([advert("3")])
        page = other.search_adverts(Query(facets=("source", "decision")))
        assert page.total == 1
        assert [item.value for item in page.facets["source"]] == ["s"]
        assert other.search_adverts(Query(filters={"source": ("s",)})).total == 1


def test_an_index_of_another_layout_is_refused_until_it_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    with SqliteIndex(path) as index:
        index.put_adverts([advert("1")])
    raw = sqlite3.connect(path)
    raw.execute("UPDATE meta SET layout = 'old'")
    raw.commit()
    raw.close()
    with SqliteIndex(path) as index:
        for use in (index.count, lambda: index.put_adverts([advert("1")]), lambda: index.search_adverts(Query())):
            with pytest.raises(StoreError, match="old") as caught:
                use()
            assert "rebuild" in caught.value.remedy
        index.clear()
        assert index.put_adverts([advert("1")]) == 1


def test_damaged_and_unreachable_files_are_said(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    path.write_bytes(b"no database at all, whatever its name" * 200)
    with pytest.raises(StoreError) as caught:
        SqliteIndex(path)
    assert caught.value.remedy
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailableError):
        SqliteIndex(tmp_path / "file" / "i.sqlite")
    with pytest.raises(StoreUnavailableError):
        SqliteIndex(tmp_path)


def test_an_unknown_backend_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="backend") as caught:
        open_index(Settings(home=tmp_path).model_copy(update={"store": "stone"}))
    assert "sqlite" in caught.value.remedy


def test_a_document_that_cannot_be_written_leaves_the_batch_out_and_the_index_usable(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def docs(stop_at: int):  # type: ignore[no-untyped-def]
        for n in range(3000):
            if n == stop_at:
                raise StoppedError
            yield advert(str(n))

    with SqliteIndex(tmp_path / "i.sqlite") as index:
        with pytest.raises(StoppedError):
            index.put_adverts(docs(2500))
        assert index.count()["adverts"] == 2000
        assert index.put_adverts(docs(-1)) == 1000
        assert index.count()["adverts"] == 3000


def test_scanning_holds_up_no_writer_and_ends(tmp_path: Path) -> None:
    with SqliteIndex(tmp_path / "i.sqlite") as index:
        index.put_adverts(advert(str(n)) for n in range(1200))
        seen = 0
        for doc in index.scan_adverts():
            if seen % 400 == 0:
                index.put_adverts([doc.model_copy(update={"version": 2})])
            seen += 1
        assert seen == 1200


def test_the_index_command_counts_and_refuses_nothing(tmp_path: Path) -> None:
    env = {"STRAZHA_HOME": str(tmp_path), "PATH": ""}
    with SqliteIndex(tmp_path / "index.sqlite") as index:
        index.put_adverts([advert("1")])
    result = subprocess.run(
        [sys.executable, "-m", "cli.main", "index", "status"],
        capture_output=True, text=True, check=True, env=env, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "adverts   1" in result.stdout
    assert "sqlite" in result.stdout


def test_rebuilding_restores_an_index_of_another_layout(tmp_path: Path) -> None:
    with SqliteIndex(tmp_path / "index.sqlite") as index:
        index.put_adverts([advert("1")])
    raw = sqlite3.connect(tmp_path / "index.sqlite")
    raw.execute("UPDATE meta SET layout = 'old'")
    raw.commit()
    raw.close()
    result = subprocess.run(
        [sys.executable, "-m", "cli.main", "index", "rebuild"], capture_output=True, text=True, check=True,
        env={"STRAZHA_HOME": str(tmp_path), "PATH": ""}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "0 adverts" in result.stdout  # an empty ledger rebuilds an empty index


def told(index: SqliteIndex) -> list[object]:
    """What an index says about everything that searches hold in memory."""
    counts = {
        "facets": ("source", "band", "decision", "language", "place"),
        "timeline": Timeline(interval="day"),
        "grid": Grid(),
    }
    page = index.search_adverts(Query.model_validate({"size": 1000, "filters": {"decision": ("none", "refer")}} | counts))
    near = index.similar_by_vector([1.0] * 384, size=1000)
    return [page, [(row.doc.id, round(row.relevance, 6)) for row in near.rows]]


@pytest.mark.parametrize("seed", range(4))
def test_columns_brought_up_to_date_equal_columns_read_anew(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)

    def some(version: int) -> AdvertDoc:
        doc = contract_advert(
            str(rng.randrange(30)), "word", minute=rng.randrange(5000), band=rng.choice(["low", "high"]),
            langs=rng.sample(["bg", "en", "ro"], rng.randrange(3)), mentions=rng.choices([SOFIA, NEW_TOWN], k=rng.randrange(3)),
            version=version,
        )  # fmt: skip
        parts = [rng.random() for _ in range(384)]
        return doc.model_copy(update={"vector": pack_vector(parts) if rng.random() < 0.6 else ""})

    path = tmp_path / "i.sqlite"
    with SqliteIndex(path) as index, SqliteIndex(path) as other:
        for version in range(1, 60):
            writer = rng.choice([index, other])
            ids = [doc.id for doc in index.scan_adverts()]
            act = rng.randrange(10)
            if act < 6:
                writer.put_adverts(some(version) for _ in range(rng.randrange(1, 5)))
            elif act < 8 and ids:
                writer.drop_adverts(rng.sample(ids, min(len(ids), 3)))
            elif act < 9 and ids:
                writer.decide("advert", rng.choice(ids), Outcome.REFER, START + timedelta(minutes=version))
            elif version % 20 == 0:
                writer.clear()
            if version % 3 == 0:
                with SqliteIndex(path) as fresh:
                    assert told(index) == told(fresh)


def test_a_reader_sees_its_own_transaction_though_others_have_gone_on(tmp_path: Path) -> None:
    with SqliteIndex(tmp_path / "i.sqlite") as index:
        index.put_adverts([advert("1", vector=pack_vector([1.0] * 384))])
        with index._adverts.look() as view:
            index.put_adverts([advert("2", vector=pack_vector([2.0] * 384))])
            assert told(index)[0].total == 2  # type: ignore[attr-defined]
            # What is kept is newer than this transaction: it is told to begin anew, and never given documents it cannot see.
            assert index._adverts._snapshots.at(view.connection) is None
            assert len(index._vectors.at(view).docs) == 1
            assert view.columns.present.sum() == 1
        assert len(index.similar_by_vector([1.0] * 384).rows) == 2


def test_numbers_of_removed_documents_are_not_given_out_again(tmp_path: Path) -> None:
    with SqliteIndex(tmp_path / "i.sqlite") as index:
        for turn in range(3):
            index.put_adverts([advert("1", f"turn{turn}", vector=pack_vector([1.0] * 384) if turn == 0 else "")])
            assert len(index.similar_by_vector([1.0] * 384).rows) == (turn == 0)
            assert index.search_adverts(Query(text=f"turn{turn}")).total == 1
            index.drop_adverts([advert("1").id])
            assert index.search_adverts(Query()).total == 0
