"""The catalogue's files: what is wrong in them is told with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from indicators.catalogue import FOLDER, VERSION_KEY, load, load_entries
from indicators.languages import load_languages
from indicators.pages import pages
from strazha.errors import DefinitionError

GOOD = (FOLDER / "no_interview.yaml").read_text(encoding="utf-8")


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
        ("version: 1", "version: 1: 2", "not valid YAML"),
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
