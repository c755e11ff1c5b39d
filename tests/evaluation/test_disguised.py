from __future__ import annotations

import re
from collections import Counter

import pytest

from benchmarks.disguised import LANGUAGES, TRANSFORMATIONS, distractors, numbers, spoken


def test_numbers_are_of_the_fictional_ranges_and_always_the_same() -> None:
    rows = list(numbers())
    assert rows == list(numbers())
    assert Counter(row.kind for row in rows) == dict.fromkeys(TRANSFORMATIONS, 100)
    assert set(Counter(row.lang for row in rows).values()) == {200}
    assert len({(row.title, row.body) for row in rows}) > 1950
    for row in rows:
        assert re.fullmatch(r"\+(35988800\d{4}|35999910\d{4}|447700900\d{3}|4917604069\d{3})", row.expected or "")
        assert "{" not in row.title
        national = "0" + re.sub(r"^\+(359|44|49)", "", row.expected or "")
        # Nothing a plain matcher would read: the disguise is one.
        assert national not in f"{row.title}\n{row.body}"


def test_distractors_expect_nothing() -> None:
    rows = list(distractors())
    assert len(rows) == 500
    assert {row.expected for row in rows} == {None}
    assert {row.lang for row in rows} == set(LANGUAGES)
    assert not [row for row in rows if re.search(r"[{}]", row.title + row.body)]


@pytest.mark.parametrize(
    ("lang", "number", "said"),
    [
        ("bg", 888, "осемстотин осемдесет и осем"),
        ("bg", 105, "сто и пет"),
        ("bg", 220, "двеста и двайсет"),
        ("en", 888, "eight hundred and eighty-eight"),
        ("de", 121, "einhunderteinundzwanzig"),
        ("ro", 105, "o sută cinci"),
        ("ru", 240, "двести сорок"),
        ("tr", 311, "üç yüz on bir"),
        ("es", 725, "setecientos veinticinco"),
        ("sr", 42, "četrdeset i dva"),
        ("el", 900, "εννιακόσια"),
        ("uk", 19, "дев'ятнадцять"),
    ],
)
def test_numbers_are_spoken(lang: str, number: int, said: str) -> None:
    assert spoken(number, lang) == said
