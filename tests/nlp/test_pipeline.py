"""The reader as a whole: offsets, hostile input, several processes, folding."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.components import pipeline, register
from nlp.pipeline import Item, Reader
from nlp.version import VERSION
from strazha.model.text import Reading

READER = Reader()
PIECES = (  # noqa: SIM905
    "0888 001 234|нула осем осем осем нула нула едно две три четири|O888 OO1 234|0️⃣8️⃣8️⃣8️⃣|120 лв на час|€50-60|1 500,00 евро"
    "|Мария, 23 г.|от 18 до 27 години|в София|Sofia, London|Tyrsq rabota v Germaniq|telegram: name_primer|@name_primer"
    "|a@example.com|име кльомба example точка com|WhatsApp|вайбър|www.example.com/?utm_source=x|двайсет и пет хиляди лева"
    "|\u200b|\u202e|<br>|&nbsp;|\n|🔥|\ud83d|\x00|İ|ß|. |, | "
).split("|")


def check(title: str, body: str) -> Reading:
    reading = READER.read(title, body)
    captured = {"title": title, "body": body}
    for mention in reading.mentions:
        assert captured[mention.field][mention.start : mention.end] == mention.text
        assert mention.text
    return reading


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.lists(st.sampled_from(PIECES), max_size=4))
@settings(max_examples=250, deadline=None)
def test_mentions_stand_where_they_say_in_any_mix(body: list[str], title: list[str]) -> None:
    check("".join(title), " ".join(body))


@given(st.text(st.characters(codec=None), max_size=150))
@settings(max_examples=250, deadline=None)
def test_any_text_is_read(body: str) -> None:
    check(body[:20], body)


@pytest.mark.parametrize(
    "piece",
    [
        "0 ",
        "1,",
        "(",
        "€",
        "a@",
        "a (at) ",
        "нула ",
        "1 лв ",
        "18 ",
        "Sofia ",
        "Maria, ",
        "Мери, 23 ",
        "telegram t s ",
        "0888 031 906 ",
        "<a ",
        "&amp;",
        "aа",
        "😍",
        "http://",
    ],
)
def test_time_grows_with_length_only(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        check("", text)
        return time.process_time() - start

    seconds(1000)
    # The better of two: a busy machine slows one of them down, not both alike.
    short, long = (min(seconds(size) for _ in range(2)) for size in (20_000, 80_000))
    # Four times the text may take some six times as long (caches), not the sixteen of quadratic growth.
    assert long < 9 * short + 0.3


def test_several_processes_give_the_same_in_order() -> None:
    items = [Item(f"Обява {n}", f"Тел. 0888 001 {n:03d}, {n + 10} лв на час, София") for n in range(60)]
    alone = list(READER.pipe(items))
    assert [r.mentions for r in READER.pipe(items, processes=2)] == [r.mentions for r in alone]
    assert alone[7].mentions[0].value == "+359888001007"


def test_latin_typed_bulgarian_gives_a_reading_and_spans_as_typed() -> None:
    body = "Tyrsim kamerierki za Germaniq, zaplata 1400 evro na mesec, pitai za Vanq na 0888 001 234"
    reading = check("Rabota v hotel", body)
    assert reading.latin_bg
    assert reading.text.body.reading is not None
    assert "заплата" in reading.text.body.reading.text
    by_kind = {mention.kind: mention for mention in reading.mentions}
    assert by_kind["name"].text == "Vanq"
    assert by_kind["price"].value == {"amount": 1400.0, "currency": "EUR", "per": "month", "amount_eur": 1400.0}
    assert by_kind["place"].value["country"] == "DE"  # type: ignore[index]


def test_both_alphabets_fold_nearly_alike() -> None:
    cyrillic = READER.read("", "Търсим жени за работа в хотел, заплата 1200 евро, питай за Ваня 0888 001 234").text.folded
    latin = READER.read("", "Tyrsim jeni za rabota v hotel, zaplata 900 evro, pitai za Vanq 0888 005 678").text.folded
    assert cyrillic == latin
    assert "888" not in cyrillic
    assert "*" in cyrillic


def test_pipelines_are_made_per_language_and_registration_is_repeatable() -> None:
    register()
    register()
    assert pipeline("bg").lang == "bg"
    assert pipeline("xx").pipe_names == ["strazha_persons"]
    assert pipeline("tlh").lang == "xx"


def test_the_version_is_a_string() -> None:
    assert VERSION
