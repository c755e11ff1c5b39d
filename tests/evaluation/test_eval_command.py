from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.eval_ import command
from strazha.errors import BadInputError

LABELLED = Path(__file__).parents[1] / "fixtures/docs/labelled.jsonl"


def test_screens_links_and_scores(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    result = CliRunner().invoke(command, [str(LABELLED), "--errors", "--json", str(figures)])
    assert result.exit_code == 0, result.output
    for word in (
        "Extraction (7 rows)",
        "Advert type",
        "Indicators",
        "Counter-indicators",
        "Linking (7 adverts)",
        "Errors",
        "Pairs",
    ):
        assert word in result.output
    own = json.loads(figures.read_text())[str(LABELLED)]
    assert own["screening"]["extraction"]["phones"]["recall"] >= 0.8
    assert own["screening"]["without_output"] == 0
    assert own["linking"]["pairs"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "tp": 3, "fp": 0, "fn": 0}


def test_given_outputs_are_scored_alone(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    linked = tmp_path / "linked.jsonl"
    linked.write_text("".join(json.dumps({"id": row["id"], "cluster": "one"}) + "\n" for row in rows), encoding="utf-8")
    figures = tmp_path / "figures.json"
    result = CliRunner().invoke(command, [str(LABELLED), "--linked", str(linked), "--json", str(figures)])
    assert result.exit_code == 0, result.output
    own = json.loads(figures.read_text())[str(LABELLED)]
    assert set(own) == {"linking"}
    assert own["linking"]["pairs"]["recall"] == 1.0
    assert own["linking"]["hub_false_pairs"] == 3
    screened = tmp_path / "screened.jsonl"
    screened.write_text(json.dumps({"id": "x1", "mentions": [], "hits": []}) + "\n", encoding="utf-8")
    result = CliRunner().invoke(command, [str(LABELLED), "--screened", str(screened), "--json", str(figures)])
    own = json.loads(figures.read_text())[str(LABELLED)]
    assert set(own) == {"screening"}
    assert own["screening"]["without_output"] == 6
    assert "6 rows have no output" in result.output


def test_a_bad_label_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(LABELLED.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    result = CliRunner().invoke(command, [str(path)])
    assert isinstance(result.exception, BadInputError)
    assert result.exception.place == f"{path}:8"


def test_no_escape_sequence_reaches_the_terminal(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()[:2]]
    rows[0]["names"] = ["\x1b[31mИва[/bold]"]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    result = CliRunner().invoke(command, [str(path), "--screened", str(empty), "--errors"])
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "[/bold]" in result.output


@pytest.mark.parametrize("wrong", ["--screened", "--linked"])
def test_missing_files_are_told(tmp_path: Path, wrong: str) -> None:
    result = CliRunner().invoke(command, [str(LABELLED), wrong, str(tmp_path / "none.jsonl")])
    assert result.exit_code == 2
    assert "does not exist" in result.output
