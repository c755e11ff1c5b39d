"""Sentences as places in a text: what is one, that nothing is lost, and that no text takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strazha.model.sentences import LONGEST, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t ", []),
        ("... !!! ✅✅", []),
        ("Work in Leeds", ["Work in Leeds"]),
        ("Без опит. С жилище!", ["Без опит.", "С жилище!"]),
        ("Обяви: тел. 0888 001 234. Лека работа", ["Обяви: тел. 0888 001 234.", "Лека работа"]),
        ("По 20 лв. на час. Ела в гр. София", ["По 20 лв. на час.", "Ела в гр. София"]),
        ("Плащане 900 лв. Осигурена квартира.", ["Плащане 900 лв.", "Осигурена квартира."]),
        ("Имам опит (2 г.) и кола.", ["Имам опит (2 г.) и кола."]),
        ("£12.50 an hour, e.g. nights. Ask J. Smith", ["£12.50 an hour, e.g. nights.", "Ask J. Smith"]),
        ('She said "come." Then left', ['She said "come."', "Then left"]),
        ("✅ Free room ✅ No fee\n• Paid weekly; no deductions", ["Free room", "No fee", "Paid weekly", "no deductions"]),
        ("What?! Really... yes", ["What?!", "Really... yes"]),
        ("opit ne trqbva. kvartira ima, monatl. plashtane", ["opit ne trqbva.", "kvartira ima, monatl. plashtane"]),
        ("one\r\ntwo\u2028three", ["one", "two", "three"]),
    ],
)
def test_what_a_sentence_is(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@given(st.text(max_size=2_000))
def test_ranges_are_in_order_within_the_text_and_hold_every_letter(text: str) -> None:
    found = sentences(text)
    last = 0
    for start, end in found:
        assert last <= start < end <= len(text)
        assert end - start <= LONGEST
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        last = end
    inside = {at for start, end in found for at in range(start, end)}
    assert all(at in inside for at, char in enumerate(text) if char.isalnum())


def test_a_wall_of_text_is_divided_at_blanks() -> None:
    words = "работа " * 500
    parts = cut(words)
    assert " ".join(parts).split() == words.split()
    assert all(len(part) <= LONGEST for part in parts)


@pytest.mark.parametrize("piece", [".", ". ", "a. ", "a", "😀", " ", "((((.", "\ud800", "1.", "«»"])
def test_time_grows_with_the_length_only(piece: str) -> None:
    def seconds(count: int) -> float:
        text = (piece * count)[:count]
        started = time.process_time()
        sentences(text)
        return time.process_time() - started

    # Generous: quadratic growth would be 16-fold.
    assert min(seconds(200_000) for _ in range(2)) < 8 * max(0.02, min(seconds(50_000) for _ in range(2)))
