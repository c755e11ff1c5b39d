"""``strazha indicators`` as an analyst uses it, and the entry shown in docs/add-an-indicator.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.indicators_ import command
from indicators.catalogue import load
from indicators.suite import missing
from strazha.errors import BadInputError

ROOT = Path(__file__).parents[2]


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_list_and_show() -> None:
    code, listed = run("list", "--lang", "bg")
    assert code == 0
    assert len(listed.splitlines()) == 59
    assert "Задържани документи" in listed
    code, shown = run("show", "movement_new_arrival")
    assert code == 0
    assert "contrary" in shown


def test_try_says_what_found_it_and_where() -> None:
    code, output = run("try", "documents_withheld", "Паспортите стоят при шефа.")
    assert code == 0
    assert output.startswith("pattern  documents_withheld:bg.")
    assert "'Паспортите стоят при" in output
    code, output = run("try", "documents_withheld", "Паспорти не задържаме.")
    assert code == 1
    assert output.startswith("nothing found\n")


def test_an_unknown_indicator_is_told() -> None:
    with pytest.raises(BadInputError, match="no indicator nonsense"):
        run("try", "nonsense", "text")
    assert run("try", "multi_platform", "text")[0] == 2


def test_the_entry_in_the_page_passes_its_own_check(tmp_path: Path) -> None:
    page = (ROOT / "docs/add-an-indicator.md").read_text(encoding="utf-8")
    entry = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert entry
    path = tmp_path / "late_papers.yaml"
    path.write_text(entry.group(1), encoding="utf-8")
    code, output = run("check", str(path))
    assert code == 0
    assert output.endswith("1 indicators, 2 patterns, 8 examples, 0 wrong\n")
    # What the suite still wants is told with counts, and is no mistake.
    assert "late_papers.yaml: warning, the suite wants more: too few examples" in output
    assert "bg 1 and 3 of 10, en 1 and 3 of 10, bg-Latn 0 and 0 of 3, ro 0 and 0 of 3" in output
    assert "too few prototypes: bg 2 of 6, en 3 of 6, ro 0 of 2" in output
    assert not any(True for _ in missing(load()["no_contract"]))
    # By words here; by a prototype, with a model, in test_prototypes.py.
    assert run("try", str(path), "Документите ги получавате по-късно.")[0] == 0


def test_check_tells_everything_that_is_wrong_in_a_file(tmp_path: Path) -> None:
    text = (ROOT / "indicators/catalogue/no_interview.yaml").read_text(encoding="utf-8")
    changes = [("version: 2", "version: two"), ("strength: W", "strengh: W"), ("[NRM-BG]", "[NOBODY]")]
    for old, new in (*changes, ("patterns:\n  bg:\n", 'patterns:\n  bg:\n    - "(без разговор"\n')):
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "no_interview.yaml"
    path.write_text(text, encoding="utf-8")
    code, output = run("check", str(path))
    assert code == 1
    for problem in ("strengh: Extra inputs", "version: Input should be", "unknown source NOBODY", "`)` is missing"):
        assert problem in output, output
    assert output.endswith("1 files cannot be used\n")


def test_check_points_at_an_example_that_comes_out_wrong(tmp_path: Path) -> None:
    text = (ROOT / "indicators/catalogue/no_interview.yaml").read_text(encoding="utf-8")
    path = tmp_path / "no_interview.yaml"
    path.write_text(text.replace("    no_match:\n", '    no_match:\n      - "Без интервю."\n', 1), encoding="utf-8")
    code, output = run("check", str(path))
    assert code == 1
    assert "should not match: Без интервю." in output


def test_docs_are_written_and_old_pages_removed(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old", encoding="utf-8")
    assert run("docs", "-o", str(tmp_path))[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in (ROOT / "docs/indicators").iterdir()}
