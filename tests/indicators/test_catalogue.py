"""The catalogue's files: what is wrong in them is told with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from indicators.catalogue import FOLDER, VERSION_KEY, load, load_entries
from indicators.examples import Trial
from indicators.languages import load_languages
from indicators.pages import pages
from strazha.errors import DefinitionError
from strazha.model import NormalText, ReadField, ReadText

GOOD = (FOLDER / "no_interview.yaml").read_text(encoding="utf-8")


def plain(text: str) -> tuple[ReadText, tuple[()]]:
    empty = NormalText.identity("")
    return ReadText(ReadField("title", "", empty), ReadField("body", text, NormalText.identity(text))), ()


def written(tmp_path: Path, text: str, name: str = "no_interview.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("strength: W", "strength: X", "strength"),
        ("strength: W", "strengh: W", "strengh"),
        ("sources: [NRM-BG]", "sources: [NOBODY]", "unknown source NOBODY"),
        ("id: no_interview", "id: other", "differs from the file name"),
        ("version: 2", "version: 2: 2", "not valid YAML"),
        ("  bg:\n    - ", "  xx:\n    - ", "unknown language xx"),
        ("label:\n  en:", "label:\n  de:", "label lacks en"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(DefinitionError) as caught:
        load_entries([path])
    assert problem in caught.value.problem
    file, _, line = caught.value.place.rpartition(":")
    assert file == str(path)
    changed = next(number for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text not in GOOD)
    assert abs(int(line) - changed) <= 1 or problem == "unknown language xx"
    assert caught.value.remedy


def test_a_bad_pattern_is_told_with_its_own_line(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith('    - "'))
    lines[at] = '    - "(no interview"'
    with pytest.raises(DefinitionError, match="`\\)` is missing") as caught:
        load_entries([written(tmp_path, "\n".join(lines))])
    assert caught.value.place.endswith(f":{at + 1}")


def test_an_entry_has_lists_and_exceptions_of_its_own(tmp_path: Path) -> None:
    text = GOOD.split("patterns:", maxsplit=1)[0] + (
        'lists: {en: {talk: ["a chat", interview*]}}\nunless: {en: "(phone|video)"}\n'
        'patterns: {en: ["(skip|forgo) <talk>"]}\nexamples:\n  en:\n    match: ["We skip interviews."]\n'
        '    no_match: ["We skip interviews by phone.", "We skip lunch."]\n'
    )
    entries = load_entries([written(tmp_path, text)])
    assert list(Trial(entries, plain).check()) == []
    assert entries["no_interview"].shown == 3
    for wrong, problem in (("<talk>", "no list <tale>"), ("<talk>", "unknown language")):
        mended = text.replace(wrong, "<tale>") if "tale" in problem else text.replace("lists: {en:", "lists: {xx:")
        with pytest.raises(DefinitionError, match=problem):
            load_entries([written(tmp_path, mended)])


def test_a_cluster_level_entry_is_tried_on_small_clusters(tmp_path: Path) -> None:
    text = (FOLDER / "multi_platform.yaml").read_text(encoding="utf-8").split("clusters:", maxsplit=1)[0] + (
        "clusters:\n  en:\n    match: [[one, {text: two, site: b}], [one, {text: two, times: 3, step: 1}]]\n"
        "    no_match: [[one, two], [{text: one, site: b}]]\n"
    )
    entries = load_entries([written(tmp_path, text, "multi_platform.yaml")])
    assert [(one.text, one.expected) for one in Trial(entries, plain).check()] == [("one / two", True)]


def test_a_bare_no_is_a_word_and_not_false(tmp_path: Path) -> None:
    assert "no" in load_languages()["en"].negation.before


def test_loads_without_spacy() -> None:
    import subprocess
    import sys

    code = "import sys, indicators.catalogue as c; c.load(); sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_covers_the_shared_list() -> None:
    assert len(load()) == 59
    assert len(VERSION_KEY()) == 12


def test_pages_are_current() -> None:
    folder = Path(__file__).parents[2] / "docs/indicators"
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert on_disk == pages(), "run: strazha indicators docs"
