"""``strazha indicators diff``: what a changed entry does to a corpus, seen before it is in the catalogue."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from cli.differences import show_difference
from cli.indicators_ import command
from flows.corpus import from_file
from flows.difference import catalogues, difference
from flows.steps import reading
from indicators.screener import Findings, Screener
from strazha.errors import BadInputError, DefinitionError
from strazha.model import Advert, Reading

ROOT = Path(__file__).parents[2]
ADVERTS = [
    {"id": "1", "title": "Работа във ферма", "body": "Търсим берачи. Паспортите се пазят в офиса.\nЗвънете \x1b[31m утре."},
    {"id": "2", "title": "Farm work", "body": "Pickers wanted abroad. Your papers rest with the manager. No interview needed."},
    {"id": "3", "title": "Колело", "body": "Продавам колело, почти ново."},
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ADVERTS), encoding="utf-8")
    return path


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The analyst's folder: an entry with one pattern more, one that has lost its English, and a new one."""
    folder = tmp_path / "mine"
    folder.mkdir()
    text = (ROOT / "indicators/catalogue/documents_withheld.yaml").read_text(encoding="utf-8")
    more = text.replace("patterns:\n  bg:\n", 'patterns:\n  bg:\n    - "почти ново"\n    - "търсим берачи"\n', 1)
    (folder / "documents_withheld.yaml").write_text(more, encoding="utf-8")
    less = (ROOT / "indicators/catalogue/no_interview.yaml").read_text(encoding="utf-8")
    begin = less.index("  en:\n", less.index("\npatterns:"))
    end = less.index("\n  ", begin + 6)
    while less[end + 3 : end + 4] in " -":
        end = less.index("\n  ", end + 3)
    (folder / "no_interview.yaml").write_text(f'{less[:begin]}  en:\n    - "never seen words"{less[end:]}', encoding="utf-8")
    new = (ROOT / "docs/add-an-indicator.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    new = new.replace('    - "<documents> ..3 (later|on arrival)"', '    - "<documents> ..3 manager"')
    (folder / "late_papers.yaml").write_text(new, encoding="utf-8")
    return folder


def test_what_a_folder_changes(changed: Path, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = CliRunner().invoke(command, ["diff", str(changed), "--on", str(corpus), "--json", str(out)])
    assert done.exit_code == 0, done.output
    assert "3 adverts (bg 2, en 1)" in done.output
    assert "+ documents_withheld  1 bg" in done.output
    assert "[[Търсим берачи]]." in done.output
    assert "\x1b" not in done.output
    found = json.loads(out.read_text(encoding="utf-8"))
    # The new pattern's place is new, though the entry was seen in the advert before; a bicycle is no work and has no such hit.
    gained = found["gained"]["documents_withheld"]
    assert (gained["adverts"], gained["languages"]) == (1, {"bg": 1})
    assert [(one["field"], one["start"], one["text"]) for one in gained["places"]] == [("body", 0, "Търсим берачи")]
    assert found["gained"]["late_papers"]["places"][0]["sentence"] == "Your papers rest with the manager."
    assert found["lost"]["no_interview"]["adverts"] == 1
    assert found["scores_changed"] == 1
    assert found["languages"] == {"bg": 2, "en": 1}


def test_bands_that_move_are_told(corpus: Path, changed: Path) -> None:
    before, after = catalogues([changed], None, whole=True)
    assert sorted(after) == ["documents_withheld", "late_papers", "no_interview"]
    rows = [{"id": "x", "title": "Работа в чужбина", "body": "Паспортите се пазят в офиса. Таксата е 300 евро предварително, "
             "дългът се отработва. Не може да излизате сами."}]  # fmt: skip
    corpus.write_text(json.dumps(rows[0], ensure_ascii=False), encoding="utf-8")
    refused: list[str] = []

    def refuse(place: str, _: str) -> None:
        refused.append(place)

    found = difference(from_file(corpus, refuse), before, after, refuse=refuse, most=2)
    assert found.lost
    assert len(found.bands) == 1
    assert found.moved[0].after[1].rank < found.moved[0].before[1].rank
    moved = found.moved[0]
    assert (moved.title, moved.gained, bool(moved.lost)) == ("Работа в чужбина", (), True)
    told = io.StringIO()
    show_difference(Console(file=told, width=160, markup=False, highlight=False), found, 1)
    scores = " to ".join(f"{score} {band}" for score, band in (moved.before, moved.after))
    assert f"  x bg “Работа в чужбина”: {scores}" in told.getvalue()
    assert f"(-{' -'.join(moved.lost)})" in " ".join(told.getvalue().split())
    assert not refused


def test_wrong_entries_and_rows_are_told(corpus: Path, changed: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match="holds no entry"):
        CliRunner().invoke(command, ["diff", str(tmp_path / "empty"), "--on", str(corpus)], catch_exceptions=False)
    (changed / "no_interview.yaml").write_text("id: other\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"no_interview\.yaml:1"):
        CliRunner().invoke(command, ["diff", str(changed), "--on", str(corpus)], catch_exceptions=False)
    corpus.write_text('{"id": "1", "title": 5}\nnot json\n', encoding="utf-8")
    done = CliRunner().invoke(command, ["diff", str(changed / "late_papers.yaml"), "--on", str(corpus)])
    assert done.exit_code == 4
    assert "title must be a string" in done.output
    assert "2 rows were left out" in done.output


def test_texts_that_break_a_reader_or_a_rule_are_told(corpus: Path, changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, screen = reading.read_advert, Screener.screen

    def reading_breaks(advert: Advert) -> Reading:
        if advert.key == "1":
            raise ValueError("no letter\x1b")
        return read(advert)

    def screening_breaks(self: Screener, *parts: Any, advert: Advert) -> Findings:
        if advert.key == "2":
            raise IndexError("string index out of range")
        return screen(self, *parts, advert=advert)

    monkeypatch.setattr(reading, "read_advert", reading_breaks)
    monkeypatch.setattr(Screener, "screen", screening_breaks)
    done = CliRunner().invoke(command, ["diff", str(changed), "--on", str(corpus)], catch_exceptions=False)
    assert done.exit_code == 4
    assert "1 adverts (bg 1)" in done.output
    assert "1: ValueError: no letter·\n2: IndexError: string index out of range\n2 rows were left out" in done.output
