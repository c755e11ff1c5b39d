"""A full disk, an index out of reach, a site that is down: each says what to do, leaves a run to resume, loses nothing."""

from __future__ import annotations

import resource
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from flows import job
from flows.chosen import Wanted, choose
from flows.rooms import Rooms, open_rooms
from strazha.errors import StoreUnavailableError
from strazha.model import RunReport


@pytest.mark.parametrize("kilobytes", [40, 900])
def test_full_disk_then_room_again(
    kilobytes: int, first: Any, undisturbed: Any, shared_site: Any, copied: Any, dump: Any, differences: Any, tmp_path: Path
) -> None:
    """No file may grow beyond a limit, as under a quota: the system answers a write with an error, as on a full disk."""
    shared_site.state = 2
    strazha = copied(first, tmp_path / "home")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))

    process = strazha.start("run", "--no-prefect", *strazha.named, preexec_fn=limit)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert "remedy: " in err
    assert "room" in err or "space" in err
    assert _run_here(strazha).state == "completed"
    assert differences(dump(strazha.settings), undisturbed) == []


def _run_here(strazha: Any) -> RunReport:
    """The job in this process, where the models are loaded once for all tests."""
    with open_rooms(strazha.settings) as rooms:
        return job.run(rooms, choose(strazha.settings, Wanted(definitions=strazha.definitions)))


class Failing:
    """The real index, out of reach for one kind of call until it is mended."""

    def __init__(self, index: Any, method: str) -> None:
        self._index, self._method, self.mended = index, method, False

    def __getattr__(self, name: str) -> Any:
        if name == self._method and not self.mended:
            raise StoreUnavailableError("the index does not answer", remedy="start it")
        return getattr(self._index, name)


@pytest.mark.parametrize("method", ["put_adverts", "put_clusters"])
def test_index_out_of_reach_in_the_middle(
    method: str, first: Any, undisturbed: Any, shared_site: Any, copied: Any, dump: Any, differences: Any, tmp_path: Path
) -> None:
    shared_site.state = 2
    strazha = copied(first, tmp_path / "home")
    own = strazha.settings
    sources = choose(own, Wanted(definitions=strazha.definitions))
    with open_rooms(own) as rooms:
        index: Any = Failing(rooms.index, method)
        failing = Rooms(own, rooms.landing, rooms.ledger, index)
        with pytest.raises(StoreUnavailableError, match="does not answer"):
            job.run(failing, sources)
        (stopped, *_) = rooms.ledger.runs(limit=1)
        assert stopped.state == "interrupted"
        asked = len(shared_site.requests)
        index.mended = True
        report = job.run(failing, sources)
        assert (report.state, report.run_id) == ("completed", stopped.run_id)
        assert len(shared_site.requests) == asked  # what was crawled is not crawled again
    assert differences(dump(own), undisturbed) == []


def test_index_that_cannot_be_opened_stops_before_anything_is_crawled(strazha: Any, site: Any, make_strazha: Any) -> None:
    folder = strazha.home / "folder"
    folder.mkdir(parents=True)
    broken = make_strazha(strazha.home, strazha.definitions, {"STRAZHA_INDEX_PATH": str(folder)})
    done = broken.run("run", "--no-prefect", *broken.named)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "remedy:" in done.stderr
    assert site.requests == []
    assert _run_here(strazha).state == "completed"


def test_site_that_is_down_does_not_keep_the_other_from_running(strazha: Any, site: Any) -> None:
    dead, _ = strazha.definitions
    port = site.origin.rsplit(":", 1)[1]
    good = dead.read_text()
    dead.write_text(good.replace(f":{port}", ":9").replace(f"[{port}]", "[9]"))
    done = strazha.run("run", "--no-prefect", *strazha.named)
    assert done.returncode == 1
    assert "Not done: north-market: no page could be fetched" in " ".join(done.stdout.split())
    with open_rooms(strazha.settings) as rooms:
        (report,) = rooms.ledger.runs()
        assert report.state == "failed"
        assert {crawl.source_id: crawl.new for crawl in report.crawls} == {"north-market": 0, "south-market": 24}
        assert rooms.index.count()["adverts"] == 24
    dead.write_text(good)
    assert _run_here(strazha).state == "completed"
    with open_rooms(strazha.settings) as rooms:
        newest, _ = rooms.ledger.runs()
        assert {crawl.source_id: (crawl.new, crawl.same) for crawl in newest.crawls} == {
            "north-market": (24, 0),
            "south-market": (0, 24),
        }


def test_run_of_other_sources_winds_up_a_run_cut_short(first: Any, shared_site: Any, copied: Any, tmp_path: Path) -> None:
    """A run over both sources died after screening: a run over one of them alone links and indexes what it left."""
    shared_site.state = 2
    strazha = copied(first, tmp_path / "home")
    own = strazha.settings
    sources = choose(own, Wanted(definitions=strazha.definitions))
    with open_rooms(own) as rooms:
        index: Any = Failing(rooms.index, "by_keys")
        with pytest.raises(StoreUnavailableError):
            job.run(Rooms(own, rooms.landing, rooms.ledger, index), sources)
        (cut, *_) = rooms.ledger.runs(limit=1)
        report = job.run(rooms, sources[:1])
        assert report.state == "completed"
        assert report.run_id != cut.run_id
        ended = rooms.ledger.run(cut.run_id)
        assert ended is not None
        assert ended.state == "failed"
        assert "cut short" in ended.errors[0]
        assert rooms.index.count()["adverts"] == 56  # 24 and 4 new ones of each source, gone ones kept
        assert sum(doc.state.gone_since is not None for doc in rooms.index.scan_adverts()) == 6


def test_text_that_breaks_a_rule_waits_in_quarantine(strazha: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.steps import reading

    whole = reading.screen_advert

    def breaking(advert: Any, **more: Any) -> Any:
        if advert.key == "2":
            raise IndexError("string index out of range")
        return whole(advert, **more)

    own = strazha.settings
    sources = choose(own, Wanted(definitions=strazha.definitions))
    with open_rooms(own) as rooms:
        with monkeypatch.context() as patch:
            patch.setattr(reading, "screen_advert", breaking)
            report = job.run(rooms, sources)
        assert report.state == "completed"
        screened = next(step for step in report.steps if step.step == "screen")
        assert (screened.done, screened.failed) == (46, 2)
        assert rooms.index.count()["adverts"] == 46
        again = job.run(rooms, sources)
        assert next(step for step in again.steps if step.step == "screen").failed == 0  # not tried again by this pipeline
        assert rooms.index.count()["adverts"] == 46
    shown = strazha.run("status")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("IndexError: string index out of range") == 2


def test_decision_survives_a_rebuild(first: Any, copied: Any, tmp_path: Path, dump: Any, differences: Any) -> None:
    from flows.steps import rebuild_index
    from strazha.clock import now
    from strazha.model import Decision, Outcome

    strazha = copied(first, tmp_path / "home")
    with open_rooms(strazha.settings) as rooms:
        advert, cluster = next(rooms.index.scan_adverts()).id, next(rooms.index.scan_clusters()).id
        for subject, subject_id in (("advert", advert), ("cluster", cluster)):
            at = now()
            rooms.ledger.add_decision(
                Decision(
                    id=f"d-{subject}",
                    subject=subject,
                    subject_id=subject_id,
                    outcome=Outcome.MONITOR,
                    reason="Seen before",
                    decided_by="ann",
                    decided_at=at,
                )
            )
            rooms.index.decide(subject, subject_id, Outcome.MONITOR, at)
    before = dump(strazha.settings)
    sqlite3.connect(strazha.home / "index.sqlite").close()
    for path in strazha.home.glob("index.sqlite*"):
        path.unlink()
    with open_rooms(strazha.settings) as rooms:
        report = rebuild_index(rooms)
        assert report.done == 48
        doc = rooms.index.advert(advert)
        assert doc is not None
        assert doc.decision is Outcome.MONITOR
    assert differences(dump(strazha.settings), before) == []
