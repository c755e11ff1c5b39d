"""Hostile texts: a sample of those that ``python -m benchmarks.fuzzing`` reads, and growth of time for each part alone."""

from __future__ import annotations

import time
from itertools import islice

import pytest

from benchmarks.fuzzing import texts
from nlp.extract import EXTRACTORS, Page, View
from nlp.language import identify, read_cyrillic
from nlp.normalise import fold, normalise
from nlp.pipeline import Reader
from strazha.model.text import Passage

READER = Reader()


def test_a_sample_of_hostile_texts_is_read_and_every_mention_stands_where_it_says() -> None:
    for text in islice(texts(7), 200):
        title, body = text[: len(text) // 5], text[len(text) // 5 :]
        captured = {"title": title, "body": body}
        for mention in READER.read(title, body).mentions:
            assert captured[mention.field][mention.start : mention.end] == mention.text, repr(text)
            assert mention.text


def test_a_price_of_nothing_beside_a_bare_one() -> None:
    # Found by the fuzzing command: the second is compared with the first.
    assert [m.value["amount"] for m in READER.read("", "0 euro, 30, 50.").mentions if m.kind == "price"][:1] == [0.0]  # type: ignore[index]


#: What each extractor's patterns begin to match again and again, and never finish.
TRAPS = {
    "email": ["a@", "a (at) ", "a.", "a dot ", "кльомба ", "a b one word ", "a_", "n @ e ", "a@b.", "a-"],
    "url": ["www.", "http://", "a.b.", "viber://", "a." * 5 + "/"],
    "phone": [
        "0 ",
        "08",
        "нула ",
        "две ",
        "double ",
        "(0)",
        "0888 - ",
        "0888 а ",
        "1-2 ",
        "06-14 ",
        "+",
        "+359 ",
        "0/",
        "B ",
        "bg80 1234 ",
        "сто двайсет ",
        "три пъти ",
    ],
    "handle": [
        "telegram ",
        "t ",
        "instagram a b c ",
        "viber a ",
        "@a ",
        "t . me / ",
        "insta dot ",
        "a_b (",
        "skype:live:",
        "4a5b6",
    ],
    "place": ["Sofia ", "New ", "Стара ", "София, "],
    "price": ["1 лв ", "€", "1 000 ", "двеста ", "1-", "от 1 до "],
    "age": ["18 ", "18-", "двайсет и ", "Мери, 23 ", "над 18 "],
    "name": ["Maria, ", "Аня и ", "питай за ", "A"],
}


@pytest.mark.parametrize("kind", sorted(TRAPS))
def test_time_of_each_extractor_grows_with_length_only(kind: str) -> None:
    extractor = next(module for module in EXTRACTORS if kind == module.NAME)

    def seconds(piece: str, size: int) -> float:
        text = piece * (size // len(piece))
        best = 1e9
        for _ in range(2):
            normal = normalise(text)
            page = Page(views=(View("title", "", normalise("")), View("body", text, normal)), codes=("bg", "en"))
            # The words are made once for all extractors and are not the extractor's own time.
            for view in page.views:
                assert view.vocabulary is not None
            start = time.process_time()
            extractor.extract(page)
            best = min(best, time.process_time() - start)
        return best

    for piece in TRAPS[kind]:
        seconds(piece, 1000)
        short, long = seconds(piece, 2_000), seconds(piece, 16_000)
        # Eight times the text: linear growth is eight, quadratic sixty-four.
        assert long < 24 * short + 0.25, (piece, short, long)


@pytest.mark.parametrize(
    "piece", ["aа", "ÐÐ", "Рџ", "!a", "aa", "&amp", "<a <", "e\u0301\u0302", "nq6to ", "4as ", "..", ".a", "ъ;"]
)
def test_time_of_normal_form_language_and_reading_grows_with_length_only(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        best = 1e9
        for _ in range(2):
            start = time.process_time()
            normal = normalise(text)
            identify([normal.text])
            read_cyrillic(normal, (Passage(0, len(normal.text), "bg-Latn"),))
            fold(normal.text)
            best = min(best, time.process_time() - start)
        return best

    seconds(1000)
    short, long = seconds(20_000), seconds(160_000)
    assert long < 24 * short + 0.25, (short, long)
