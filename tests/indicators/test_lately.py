"""Copies borrow vectors: which sentences may, that nothing seen changes by it, and what is encoded at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indicators.heads import finder, lately, model
from indicators.heads.finder import SemanticFinder
from indicators.heads.lately import Lately, near, words_of
from nlp.pipeline import Reader
from strazha.model import Reading
from strazha.model.vectors import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAID = "We hold your passport until the fare of 300 euro has been worked off in full."


class Counting:
    """An encoder that notes what it is asked."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.version, self.dim = encoder.name, encoder.version, encoder.dim
        self._encoder = encoder
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def heads() -> model.Heads:
    found = model.load()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("other", "borrows"),
    [
        ("We hold your passport until fare the of 450 euro has been worked off in full!", True),
        ("we hold your passport, until the fare of 5 000 euro has been worked off in full", False),
        ("We hold your passport until the fare of 300 euro has not been worked off in full.", False),
        ("We return your passport until the fare of 300 euro has been worked off in full.", False),
        ("In full the fare of 300 euro has been worked off until we hold your passport.", False),
    ],
)
def test_who_borrows(heads: model.Heads, encoder: Encoder, other: str, borrows: bool) -> None:
    counting = Counting(encoder)
    known = Lately(counting, heads)
    known.lent([SAID])
    made = known.lent([SAID, other])
    assert made[other].lent is borrows
    assert counting.asked == ([SAID] if borrows else [SAID, other])
    assert np.array_equal(made[other].vector, made[SAID].vector) is borrows
    own = known.own([other])[other]
    assert not own.lent
    assert counting.asked == [SAID, other]
    assert known.lent([other])[other] is own


def test_short_sentences_borrow_for_a_number_not_for_an_order() -> None:
    assert words_of("Tel. +44 7700 900-123, 300 €") == ["tel", "#", "#"]
    assert words_of("18 or 19") == ["18", "or", "19"]
    assert near(words_of("Pay 300 euro"), words_of("pay 400 EURO!"))
    assert not near(["you", "pay", "them"], ["them", "pay", "you"])


def test_what_is_forgotten_is_encoded_again(heads: model.Heads, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "MOST", 2)
    counting = Counting(encoder)
    known = Lately(counting, heads)
    other = SAID.replace("the fare", "fare the")
    for text in (SAID, "One more.", "And another.", other):
        known.lent([text])
    assert counting.asked == [SAID, "One more.", "And another.", other]
    known.forget()
    known.lent([other])
    assert counting.asked[4:] == [other]


def copies(reader: Reader) -> list[Reading]:
    """Adverts, each with copies in which two words have changed places."""
    bodies = [
        f"{SAID} The work is on a farm near Leeds. Wages are paid at the end of the season, in cash, after the costs.",
        "Търсим жени за сбор на череши в Гърция. Паспортите остават при бригадира до края. Пътят се изработва после.",
        "Lovely company in the city centre. The girls are waiting for your call any day. New faces every single week here.",
        "Two bicycles for sale, hardly used at all. Collect them from the shed behind the church on Sunday morning please.",
        "Room to let in a quiet house near the park. The rent is 420 euro a month and the deposit is one month. No pets.",
        "Продавам детско колело, малко карано, с нови гуми. Намира се в Пловдив и може да се види всяка вечер след шест часа.",
    ]
    found = []
    for body in bodies:
        words = body.split(" ")
        for at in (None, 3, 8, 12):
            swapped = list(words)
            if at is not None:
                swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
            found.append(reader.read("Work and more", " ".join(swapped)))
    return found


def test_copies_are_seen_as_they_would_be_alone(
    heads: model.Heads, encoder: Encoder, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = copies(reader)
    exact = [SemanticFinder(encoder, heads).look(one.text, one.mentions) for one in readings]
    counting = Counting(encoder)
    seen = SemanticFinder(counting, heads).look_at_all(readings)
    assert len(counting.asked) < len({text for one in readings for text in finder.sentences_of(one)})
    assert any(one.hits for one in seen)
    for one, alone in zip(seen, exact, strict=True):
        assert {(hit.indicator, hit.start) for hit in one.hits} == {(hit.indicator, hit.start) for hit in alone.hits}
        assert max(one.leaning, key=one.leaning.__getitem__) == max(alone.leaning, key=alone.leaning.__getitem__)
    # Where nothing is ever sure, nothing is borrowed in the end.
    monkeypatch.setattr(finder, "SURE", 1e6)
    assert SemanticFinder(encoder, heads).look_at_all(readings) == exact
