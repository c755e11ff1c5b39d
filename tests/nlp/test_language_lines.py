"""Languages of single short lines, Latin-typed Bulgarian among its neighbours (tests/eval/language-lines.tsv)."""

from __future__ import annotations

from pathlib import Path

from nlp.language import identify

LINES = Path(__file__).parents[1] / "eval" / "language-lines.tsv"
#: The lines have some six words each and stand for short adverts; whole adverts are told apart nearly always.
LEAST_RIGHT, LEAST_TYPED = 0.96, 0.97


def test_short_lines() -> None:
    rows = [line.split("\t") for line in LINES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(rows) >= 180
    right, errors = 0, []
    both = typed = meant = 0
    for lang, text in rows:
        found = identify([text])
        got = "bg-Latn" if found.latin_bg else found.main
        right += got == lang
        both += got == lang == "bg-Latn"
        typed += got == "bg-Latn"
        meant += lang == "bg-Latn"
        if got != lang:
            errors.append((lang, got, text))
    assert right / len(rows) >= LEAST_RIGHT, errors
    assert 2 * both / (typed + meant) >= LEAST_TYPED, errors
