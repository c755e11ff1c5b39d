"""Operators' words in the ledger: pauses, asked runs, logs, quarantine, alarms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from strazha.errors import BadInputError
from strazha.ledger import open_ledger, operating
from strazha.ledger.operate_records import AskedRun, Switch
from strazha.ledger.records import ScreeningRef, SeenAdvert
from strazha.model import Band, CrawlReport, PageError

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def asked(one: str, source: str = "s", **more: object) -> AskedRun:
    return AskedRun.model_validate({"id": one, "kind": "run", "source_id": source, "asked_by": "o", "asked_at": AT, **more})


def test_a_source_is_paused_and_resumed_once_each(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        off = Switch(source_id="s", paused=True, done_by="o", at=AT, reason="rebuilt \0 site")
        assert ledger.switch_source(off)
        assert not ledger.switch_source(off)
        assert list(ledger.paused()) == ["s"]
        assert ledger.paused(["other"]) == {}
        assert ledger.switch_source(off.model_copy(update={"paused": False, "at": AT + timedelta(minutes=1)}))
        assert ledger.paused() == {}
        assert [one.paused for one in ledger.switches("s")] == [False, True]


def test_one_asked_run_a_source_and_so_many_in_all(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        ledger.ask_run(asked("a"), most=2)
        with pytest.raises(BadInputError, match="already"):
            ledger.ask_run(asked("b"), most=2)
        ledger.ask_run(asked("c", "t"), most=2)
        with pytest.raises(BadInputError, match="under way"):
            ledger.ask_run(asked("d", "u"), most=2)
        ledger.note_asked("a", state="failed", ended_at=AT, problem="it died")
        ledger.note_asked("a", state="ended")
        assert ledger.asked_one("a").state == "failed"
        ledger.ask_run(asked("b"), most=2)
        assert {one.id for one in ledger.asked(going=True)} == {"b", "c"}


def test_a_run_s_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operating, "MOST_LINES", 4)
    with open_ledger(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        kept = [ledger.log_line("r", "info", f"line {number} {'x' * 3000}", AT) for number in range(9)]
        assert kept == [True] * 4 + [False] * 5
        lines = ledger.run_lines("r")
        assert [one.number for one in lines] == [1, 2, 3, 4]
        assert all(len(one.text) <= operating.LINE_LENGTH for one in lines)
        assert "not kept" in lines[-1].text
        assert ledger.run_lines("other") == []


def test_quarantine_is_retried_or_dismissed_and_nothing_is_lost(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        seen = [SeenAdvert(advert_id=one, content_hash=one * 64, captured_at=AT, file="f", offset=0, length=1) for one in "abc"]
        ledger.take_in("s", "r", seen, complete=True, at=AT)
        for one in "abc":
            ledger.mark_done("quarantine", one, f"{one * 16}+p", "r", AT, {"source": "s", "error": f"broke {one}"})
        # What was set aside of a former text is no longer what is wrong.
        ledger.mark_done("quarantine", "a", f"{'9' * 16}+p", "r", AT, {"source": "s", "error": "old"})
        assert sorted(one.advert_id for one in ledger.set_aside()) == ["a", "b", "c"]
        word = ledger.speak_of_quarantined("a", f"{'a' * 16}+p", "retry", "o", AT + timedelta(hours=1))
        assert (word.source_id, word.error) == ("s", "broke a")
        with pytest.raises(BadInputError):
            ledger.speak_of_quarantined("a", f"{'a' * 16}+p", "retry", "o", AT)
        ledger.speak_of_quarantined("b", f"{'b' * 16}+p", "dismiss", "o", AT + timedelta(hours=1))
        assert {one.advert_id: one.action for one in ledger.set_aside()} == {"b": "dismiss", "c": ""}
        assert [(one.advert_id, one.error, one.at) for one in ledger.retried()] == [("a", "broke a", AT)]
        assert ledger.aside_since(AT, AT + timedelta(hours=1)) == 3
        # It fails again: set aside anew, as new.
        ledger.mark_done("quarantine", "a", f"{'a' * 16}+p", "r2", AT + timedelta(hours=2), {"source": "s", "error": "again"})
        assert next(one for one in ledger.set_aside() if one.advert_id == "a").action == ""


def test_a_text_that_a_later_run_could_screen_has_left_quarantine(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        seen = [SeenAdvert(advert_id=one, content_hash=one * 64, captured_at=AT, file="f", offset=0, length=1) for one in "ab"]
        ledger.take_in("s", "r", seen, complete=True, at=AT)
        for run, at in (("r", AT), ("later", AT + timedelta(days=1))):
            ledger.start_run(run, ["s"], at)
        for one in "ab":
            ledger.mark_done("quarantine", one, f"{one * 16}+p", "r", AT + timedelta(minutes=1), {"error": "broke"})
        ref = ScreeningRef(
            advert_id="a",
            content_hash="a" * 64,
            pipeline="q",
            file="f",
            offset=0,
            length=1,
            band=Band.LOW,
            score=1,
            run_id="later",
        )
        # What an earlier program had read does not make good what this one could not.
        ledger.save_screenings([ref, ref.model_copy(update={"advert_id": "b", "content_hash": "b" * 64, "run_id": "r"})])
        assert [one.advert_id for one in ledger.set_aside()] == ["b"]
        # Former texts, however many and however new, hide nothing.
        for number in range(3):
            ledger.mark_done("quarantine", "a", f"{'9' * 16}+{number}", "r", AT + timedelta(days=2), {"error": "old"})
        assert [one.advert_id for one in ledger.set_aside(1)] == ["b"]


def test_crawls_in_figures(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/l.sqlite") as ledger:
        errors = (PageError(kind="status", count=2), PageError(kind="status", url="u"), PageError(kind="timeout"))
        for number in range(3):
            at = AT + timedelta(hours=number)
            report = CrawlReport(source_id="s", run_id=f"r{number}", state="completed", started_at=at, adverts=5, errors=errors)
            ledger.save_crawl(report)
        newest = ledger.crawl_lines("s")[0]
        assert (newest.run_id, newest.errors, newest.failures) == ("r2", {"status": 3, "timeout": 1}, 4)
        assert ledger.newest_crawls() == {"s": "r2 completed "}
        ledger.start_run("r2", ["s"], AT)
        assert ledger.newest_crawls() == {"s": "r2 completed running"}
        ledger.note_alarm("x", "o", AT, "seen")
        assert ledger.noted_alarms(["x", "y"])["x"].note == "seen"
