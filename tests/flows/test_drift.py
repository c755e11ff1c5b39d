"""Shares watched from crawl to crawl, and what screening again moves: on crawls landed as an import lands them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from cli.main import app
from cli.run import show_report
from flows import job, steps
from flows.overview import overview
from flows.rooms import Rooms, open_rooms
from flows.steps import drift
from flows.steps.drift import compared
from flows.summary import markdown
from strazha.clock import now
from strazha.errors import BadInputError, StoreUnavailableError
from strazha.model import Advert, RunReport, Shares
from strazha.settings import settings

THINGS = ("table", "chair", "lamp", "piano", "bicycle", "kettle", "mirror", "carpet", "ladder", "hammer", "saddle", "violin")
FARMS = ("apples", "plums", "cherries", "grapes", "lettuce", "onions", "asparagus", "berries")
SOURCE = "partner"


#: Fewest adverts on a side here, so that crawls can be small.
LEAST = 20


@pytest.fixture(autouse=True)
def _least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "LEAST", LEAST)


@pytest.fixture
def rooms() -> Iterator[Rooms]:
    with open_rooms(settings()) as opened:
        yield opened


def harmless(key: str, count: int) -> list[tuple[str, str]]:
    """Texts that differ in words, not only in numbers: copies count once."""
    return [
        (
            f"{key}-{at}",
            f"For sale: one {THINGS[at % 12]} and a {THINGS[at // 12 % 12]}, well kept, seen by appointment in {key}.",
        )
        for at in range(count)
    ]


def risky(key: str, count: int) -> list[tuple[str, str]]:
    return [
        (f"{key}-{at}", f"Pickers for {FARMS[at % 8]} and {FARMS[at // 8]}. Your passport stays with the manager of {key}.")
        for at in range(count)
    ]  # fmt: skip


def crawl(rooms: Rooms, number: int, texts: Sequence[tuple[str, str]], source: str = SOURCE) -> RunReport:
    run_id, at = f"2026112{number}T101500Z-ab1{number}", now() + timedelta(seconds=number)
    adverts = [Advert(source_id=source, key=key, title="Advert", body=body, captured_at=at) for key, body in texts]
    rooms.landing.write_lines(f"captures/{source}/{run_id}", "adverts.jsonl", "adverts", adverts)
    rooms.ledger.start_run(run_id, [source], at)
    return job.run_landed(rooms, source, run_id)


def test_a_share_that_shifts_is_an_alarm(rooms: Rooms, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    assert crawl(rooms, 1, harmless("north", 24)).alarms == ()
    assert not compared(rooms, SOURCE).enough
    # A table of shares of nothing would read as if everything had gone.
    shown = CliRunner().invoke(app, ["drift", SOURCE], catch_exceptions=False).output
    assert "Too few to compare" in shown
    assert not {"%", "before │", "chance"} & {word for word in ("%", "before │", "chance") if word in shown}
    # As before; too few to stand alone, so the first crawl is looked at with them.
    quiet = crawl(rooms, 2, harmless("south", 6))
    assert (quiet.alarms, compared(rooms, SOURCE).crawls) == ((), 2)
    # One text twenty times over is one voice.
    copies = [(f"copy-{at}", risky("one", 1)[0][1]) for at in range(20)]
    assert crawl(rooms, 3, [*copies, *harmless("east", 23)]).alarms == ()
    with caplog.at_level(logging.WARNING):
        loud = crawl(rooms, 4, [*harmless("west", 12), *risky("hill", 12)])
    found = {(alarm.kind, alarm.name): alarm for alarm in loud.alarms}
    assert found["indicator", "documents_withheld"].now == (12, 24)
    assert found["indicator", "documents_withheld"].before == (1, 54)
    assert found["type", "job"].chance < 0.01
    assert not [name for name in found if name[0] == "language"]
    assert "drift: partner: indicator documents_withheld: 1.9% of 54 before, 50.0% of 24 now" in caplog.text
    assert rooms.ledger.run(loud.run_id) == loud
    assert "documents\\_withheld: 1.9% of 54 before" in markdown(loud)

    out = tmp_path / "drift.json"
    shown = CliRunner().invoke(app, ["drift", SOURCE, "--json", str(out)], catch_exceptions=False)
    assert "ALARM" in shown.output
    assert "partner: 24 new texts in the newest crawl, 54 before; " in shown.output
    plain = json.loads(out.read_text(encoding="utf-8"))[SOURCE]
    first = next(share for share in plain["shares"] if share["name"] == "documents_withheld")
    assert first["alarm"]
    assert (first["before"]["count"], first["now"]["of"]) == (1, 24)
    status = " ".join(CliRunner().invoke(app, ["status"], catch_exceptions=False).output.split())
    assert "`strazha drift partner` shows them" in status
    with pytest.raises(BadInputError, match="noted shares of this source"):
        CliRunner().invoke(app, ["drift", "nowhere"], catch_exceptions=False)
    # Neither another source's run nor a short list of runs hides it, and it hides no other trouble.
    crawl(rooms, 5, harmless("coast", 2), "other")
    assert "`strazha drift partner`" in overview(rooms, runs=1).advice[0]
    with open_rooms(settings().model_copy(update={"index_path": str(tmp_path / "empty.sqlite")})) as emptied:
        empty, alarm = overview(emptied).advice
    assert "The index is empty" in empty
    assert "`strazha drift partner`" in alarm


def test_screening_again_is_only_what_is_due_and_shows_what_moved(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRAZHA_WAYS", "derived")
    settings.cache_clear()
    crawl(rooms, 1, [*harmless("north", 4), *risky("hill", LEAST)])
    nothing = CliRunner().invoke(app, ["rescreen"], catch_exceptions=False)
    assert nothing.output.startswith("Nothing is due")
    # The pipeline changes: patterns are looked at too.
    monkeypatch.delenv("STRAZHA_WAYS")
    settings.cache_clear()
    with pytest.raises(BadInputError, match="elsewhere: nothing was ever taken in of this source"):
        CliRunner().invoke(app, ["rescreen", SOURCE, "elsewhere"], catch_exceptions=False)
    done = CliRunner().invoke(app, ["rescreen"], catch_exceptions=False)
    words = " ".join(done.output.split())
    assert f"Screened again by a changed pipeline: {LEAST + 4} adverts; {LEAST} scores moved" in words
    assert f"documents_withheld {LEAST}" in words
    report = rooms.ledger.runs(limit=1)[0]
    assert report.state == "completed"
    assert report.crawls == ()
    found = report.rescreened
    assert found is not None
    assert (found.adverts, found.scores, found.gained["documents_withheld"]) == (LEAST + 4, LEAST, LEAST)
    assert list(found.former) == [key for key in found.former if key.split("+enc")[0].endswith("+derived")]
    assert sum(found.bands.values()) == len(found.moved)
    assert all(one.after.rank > one.before.rank for one in found.moved)
    # Every run that screened again shows the adverts that rose furthest.
    told = io.StringIO()
    first = found.moved[0]
    show_report(report, Console(file=told, width=160), {first.advert_id: "Берачи, тел. 0888 001 100"})
    scores = f"{first.before} {first.score_before} to {first.after} {first.score_after}"
    line = next(line for line in told.getvalue().splitlines() if first.advert_id in line)
    assert " “Берачи, тел. •" in line
    assert "0888 001" not in line
    assert f"”: {scores}  (+" in line
    assert "+documents_withheld" in line
    assert f"  {first.advert_id} “" in done.output
    assert CliRunner().invoke(app, ["rescreen"], catch_exceptions=False).output.startswith("Nothing is due")
    # A change of the pipeline is no drift: what was screened again is the past of the next crawl.
    assert report.alarms == ()
    after = crawl(rooms, 2, risky("dale", LEAST))
    now_and_before = compared(rooms, SOURCE)
    assert now_and_before.enough
    assert now_and_before.before.indicators["documents_withheld"] == LEAST
    assert (after.rescreened, [alarm.name for alarm in after.alarms]) == (None, [])


@pytest.mark.parametrize("step", ["screen_batch", "index_batch"])
def test_a_stopped_rescreening_is_continued(step: str, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRAZHA_WAYS", "derived")
    settings.cache_clear()
    crawl(rooms, 0, risky("hill", 3))
    crawl(rooms, 1, risky("dale", 2), "other")
    monkeypatch.delenv("STRAZHA_WAYS")
    settings.cache_clear()

    def unavailable(*_: object) -> None:
        raise StoreUnavailableError("the index does not answer", remedy="start it")

    with monkeypatch.context() as patch:
        patch.setattr(steps, step, unavailable)
        with pytest.raises(StoreUnavailableError):
            job.rescreen(rooms, [SOURCE])
    stopped = rooms.ledger.open_run([SOURCE])
    assert stopped is not None
    assert f"Run {stopped.run_id} was cut short: give its command again (strazha rescreen partner)" in overview(rooms).advice[0]
    # All sources this time: the stopped one goes on, and takes in what is due of the other.
    done = job.rescreen(rooms)
    assert done is not None
    assert (done.run_id, done.state, done.errors) == (stopped.run_id, "completed", ())
    assert done.sources == ("other", SOURCE)
    assert done.rescreened is not None
    assert (done.rescreened.adverts, done.rescreened.scores) == (5, 5)
    assert [doc.screening.score > 0 for doc in rooms.index.scan_adverts()] == [True] * 5
    assert job.rescreen(rooms) is None
    assert len(rooms.ledger.runs()) == 3


def test_shares_add_up() -> None:
    one = Shares(adverts=2, indicators={"a": 1}, languages={"bg": 2})
    assert one + Shares(adverts=1, indicators={"a": 1, "b": 1}) == Shares(
        adverts=3, indicators={"a": 2, "b": 1}, languages={"bg": 2}
    )
