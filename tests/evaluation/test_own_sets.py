"""The project's own labelled sets: built from their source, whole, and bound to the fictional ranges."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from strazha.errors import BadInputError
from strazha.evaluation.labelled import read_labelled
from tools.build_eval import EVAL, SETS, SHORT, build, jsonl, main, read_marked

PLAIN = (
    "== a001 bg job\nРабота\nТърсим {gender|{noexp|жени без опит}}, {hidden|нула 888 00 едно 234}\n%p 0888001234* %$ 20w EUR d"
)


def _rows(tmp_path: Path, text: str) -> list[dict]:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    return build(tmp_path)["own-a"]


def test_the_files_are_what_the_source_says() -> None:
    built = build()
    for name in SETS:
        assert (EVAL / f"{name}.jsonl").read_text(encoding="utf-8") == jsonl(built[name]), "run python -m tools.build_eval"
        assert len(read_labelled(EVAL / f"{name}.jsonl")) == len(built[name]) >= (240 if name in ("own-a", "own-b") else 130)
    assert main(["--check"]) == 0


def test_the_sets_hold_enough_of_everything() -> None:
    rows = [row for own in build().values() for row in own]
    assert len({(row["title"], row["body"]) for row in rows}) == len(rows) >= 450
    langs = Counter(row["lang"] for row in rows)
    assert langs["bg"] >= 0.33 * len(rows)
    assert min(langs.values()) >= 20
    assert len(langs) == 10
    assert sum(row["latin_bg"] for row in rows) >= 0.3 * langs["bg"]
    assert 0.4 <= sum(row["ad_type"].startswith("benign_") for row in rows) / len(rows) <= 0.5
    assert sum("obscured_contact" in row["indicators"] for row in rows) >= 120
    shown = Counter(one for row in rows for one in row["indicators"])
    spoken = {one: len({row["lang"] for row in rows if one in row["indicators"]}) for one in SHORT.values()}
    counters = list(SHORT.values())[-7:]
    assert all(shown[one] >= (25 if one in counters else 12) and spoken[one] >= 4 for one in SHORT.values()), shown


def test_marks_become_spans_and_labels(tmp_path: Path) -> None:
    row = _rows(tmp_path, PLAIN)[0]
    assert row["body"] == "Търсим жени без опит, нула 888 00 едно 234"
    assert row["spans"]["no_experience_needed"] == row["spans"]["gender_age_restricted"] == ["жени без опит"]
    assert row["phones"] == ["+359888001234"]
    assert row["phone_obscured"]
    assert row["prices"] == [{"amount": 20.0, "currency": "EUR", "per": "day"}]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{gender|", "{girls|"),
        ("опит}}", "опит}"),
        ("0888001234*", "0888011234*"),
        ("0888001234*", "0888001234"),
        ("нула 888 00 едно 234", "0888 001 234"),
        ("20w", "20"),
        ("20w EUR d", "20w EUR year"),
        ("%p", "%n Мария %p"),
        ("%p", "%e a@mail.com %p"),
        ("%p", "%@ Sofia BG, - BG %p"),
        ("%p", "%h t: %p"),
        ("{gender|", "{indep|"),
        ("опит}}", "опит{/travel}}}"),
        ("== a001 bg job", "== a001 xx job"),
    ],
)
def test_a_wrong_label_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in PLAIN
    with pytest.raises(BadInputError):
        _rows(tmp_path, PLAIN.replace(old, new))


def test_an_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="already"):
        _rows(tmp_path, f"{PLAIN}\n{PLAIN}")


def test_marks_may_cross() -> None:
    marked = read_marked("{third|our {new|ladies{/third} for days}.", "here")
    assert marked.text == "our ladies for days."
    assert marked.spans == (("third_party_voice", 0, 10), ("movement_new_arrival", 4, 19))


def test_braces_without_a_mark_stay() -> None:
    assert read_marked("0888 {001} 234", "here").text == "0888 {001} 234"
