"""``strazha heads suggest``: adverts chosen for labelling, with the real model, from a file and from the store."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import app
from flows import job
from flows.rooms import open_rooms
from flows.steps import reading
from indicators.heads.teaching import Teaching
from nlp.encoder.folder import ModelFolder
from strazha.clock import now
from strazha.errors import BadInputError
from strazha.evaluation.labelled import read_labelled
from strazha.model import Advert, Decision, Outcome, Reading
from strazha.settings import settings

LINES = (Path(__file__).parents[1] / "eval/own-b.jsonl").read_text(encoding="utf-8").splitlines()
ROWS: list[dict[str, Any]] = [json.loads(line) for line in LINES[:16]]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def strazha(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(part) for part in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def _semantics(model: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRAZHA_MODELS", str(model.root.parent))
    monkeypatch.setenv("STRAZHA_ENCODER", model.manifest.name)
    settings.cache_clear()


@pytest.mark.usefixtures("_semantics")
def test_suggestions_from_a_file_and_from_decisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [{key: row[key] for key in ("id", "title", "body")} for row in ROWS]
    copies = [{**row, "id": f"copy-{row['id']}", "body": f"{row['body']} !!"} for row in texts]
    out = tmp_path / "out.jsonl"
    corpus = write(tmp_path / "corpus.jsonl", [*texts, *copies, {"id": "empty", "title": "", "body": "!!"}])
    assert "6 adverts in" in strazha("heads", "suggest", corpus, "-o", out, "--count", 6)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len({row["title"] for row in rows}) == 6, "copies teach nothing"
    assert all(row["why"] and row["labelled"] is False for row in rows)
    # What a program filled in is no label until a person has gone over it.
    with pytest.raises(BadInputError, match="filled in by a program"):
        read_labelled(out)
    read = read_labelled(write(out, [{**row, "labelled": True} for row in rows]))
    assert {row.id for row in read} == {row["id"] for row in rows}
    # Texts that are labelled already are left out.
    known = write(tmp_path / "known.jsonl", ROWS[:15])
    strazha("heads", "suggest", corpus, "-o", out, "--without", known)
    assert {json.loads(line)["id"].removeprefix("copy-") for line in out.read_text("utf-8").splitlines()} <= {ROWS[15]["id"]}

    adverts = [
        Advert(source_id="s", key=row["id"], title=row["title"], body=row["body"], captured_at=now()) for row in ROWS[:8]
    ]
    with open_rooms(settings()) as rooms:
        rooms.landing.write_lines("captures/s/20261122T101500Z-ab12", "a.jsonl", "adverts", adverts)
        rooms.ledger.start_run("20261122T101500Z-ab12", ["s"], now())
        job.run_landed(rooms, "s", "20261122T101500Z-ab12")
        for at, advert in enumerate(adverts[:3]):
            rooms.ledger.add_decision(
                Decision(id=f"d{at}", subject="advert", subject_id=advert.id, outcome=Outcome.REFER, reason="case 12",
                         decided_by="ann", decided_at=now() + timedelta(seconds=at))
            )  # fmt: skip
    strazha("heads", "suggest", "-o", out, "--decided")
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert 1 <= len(rows) <= 3
    assert {row["id"] for row in rows} <= {advert.id for advert in adverts[:3]}
    assert rows[0]["decision"] == {"outcome": "refer", "reason": "case 12", "subject": "advert"}
    both = CliRunner().invoke(app, ["heads", "suggest", str(corpus), "-o", str(out), "--decided"])
    assert (both.exit_code, "leave the file out" in both.output) == (2, True)

    # A text that breaks the reader, one that breaks a rule and a line spoilt in the store are told, and the rest goes on.
    read, look = reading.read_advert, Teaching.add

    def reading_breaks(advert: Advert) -> Reading:
        if advert.key == ROWS[0]["id"]:
            raise ValueError("no letter")
        return read(advert)

    def looking_breaks(self: Teaching, name: str, advert: Advert, as_read: Reading) -> None:
        if advert.key == ROWS[1]["id"]:
            raise IndexError("string index out of range")
        look(self, name, advert, as_read)

    monkeypatch.setattr(reading, "read_advert", reading_breaks)
    monkeypatch.setattr(Teaching, "add", looking_breaks)
    (landed,) = (Path(settings().home) / "landing/captures/s").glob("*/a.jsonl")
    lines = landed.read_bytes().splitlines(keepends=True)
    landed.write_bytes(b"".join([*lines[:2], b"[" + lines[2][1:], *lines[3:]]))
    some = CliRunner().invoke(app, ["heads", "suggest", "-o", str(out)], catch_exceptions=False)
    assert some.exit_code == 4
    for at, words in enumerate(("ValueError: no letter", "IndexError: string index out of range", "ValidationError: ")):
        assert f"{adverts[at].id}: {words}" in some.output
    assert "3 rows were left out" in some.output
    assert out.read_text(encoding="utf-8").count("\n") >= 1


def test_without_a_model_there_is_nothing_to_be_unsure_about(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus.jsonl", ROWS[:1])
    with pytest.raises(BadInputError, match="no heads are in use"):
        CliRunner().invoke(app, ["heads", "suggest", str(corpus), "-o", str(tmp_path / "o")], catch_exceptions=False)
