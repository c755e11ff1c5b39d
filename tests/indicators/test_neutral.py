"""What the encoder is given: the same words, whomever they name."""

from __future__ import annotations

import pytest

from indicators.heads.finder import sentences_of
from indicators.heads.neutral import nations, neutral, neutral_sentences
from nlp.pipeline import Reader
from strazha.model.text import NormalText, ReadField


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    "alike",
    [
        ("Hot Ukrainian girl, ask for Bogdan on 07700 900123.", "Hot Turkish girl, ask for Ahmed on 07700 900456."),
        ("Търсим украинки, звънете на Иван: 0888 001 204", "Търсим румънки, звънете на Мехмед: 0888 001 777"),
        ("Παίρνετε την Ελένη, είναι ρουμάνα", "Παίρνετε την Μαρία, είναι πολωνή"),
        ("tyrsim ukrainki za rabota", "tyrsim rumynki za rabota"),
        ("Ищем болгарок и румынок", "Ищем гречанок и украинок"),
        ("Girl from Bulgaria, works in London and Leeds", "Girl from England, works in Sofia and Plovdiv"),
        ("Превоз от Русе до Берлин, Германия", "Превоз от Видин до Лондон, Англия"),
        ("Δουλειά στη Γερμανία, φεύγουμε από τη Θεσσαλονίκη", "Δουλειά στη Κύπρο, φεύγουμε από τη Λάρισα"),
    ],
)
def test_names_nations_places_and_contacts_do_not_count(reader: Reader, alike: tuple[str, str]) -> None:
    one, other = (sentences_of(reader.read("", text)) for text in alike)
    assert one == other


def test_everything_else_stays(reader: Reader) -> None:
    # Words that only begin like a nation, ages, prices.
    kept = "Romantic and polished, 24, from 100 euro, work abroad."
    assert sentences_of(reader.read("", kept)) == [kept]
    assert sentences_of(reader.read("", "Руса и русалка, груз до чужбина")) == ["Руса и русалка, груз до чужбина"]
    assert sentences_of(reader.read("", "\0\u202eMaria\u200b " + "x" * 3000))


def test_a_country_stays_a_country_and_another_place_another(reader: Reader) -> None:
    (one,) = sentences_of(reader.read("", "From London to Leeds, then back to London and on to Germany."))
    first, second = nations().settlements["Latin"][:2]
    assert one == f"From {first} to {second}, then back to {first} and on to {nations().countries['Latin'][0]}."


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My mother is Greek.", False), ("Майка ми е от Румъния.", False), ("Eşim Ukraynalı.", False),
        ("Мои соседи поляки.", False), ("Baka mi je Ruskinja.", False),
        # The owner's hours, a mother who takes the calls, and a nation that is sold are no mere origins.
        ("My mother takes the calls.", True), ("Mama is Thai, call 07700 900123.", True),
        ("Рускини, украинки, българки.", True),
        ("My friend is Greek.", True), ("Собственикът е на място.", True), ("My mother is Greek and keeps the papers.", True),
    ],
)  # fmt: skip
def test_whence_a_relative_is_says_nothing(reader: Reader, said: str, kept: bool) -> None:
    reading = reader.read(said, f"Two rooms to let. {said}")
    assert len(sentences_of(reading)) == 2 + kept


@pytest.mark.parametrize(
    "kept",
    [
        "Gracias por llamar", "Are măcar 18 ani", "We polish the floors", "In den Armen", "Kinesiology and spaniel care",
        "Se busca albañil con experiencia", "Sărbători fericite", "китара и чехли", "сърбеж по кожата", "гречка и мляко",
        "Francesca y Daniela", "macaroni for Grace", "туркоаз",
    ],
)  # fmt: skip
def test_everyday_words_that_begin_like_a_nation_stay(kept: str) -> None:
    field = ReadField("body", kept, NormalText.identity(kept))
    assert neutral(field, 0, len(kept), ()) == kept


@pytest.mark.parametrize(
    "named",
    [
        "Polish", "polsk", "albanez", "албанка", "чешки", "чехкиня", "сърбин", "гъркиня", "гречанка", "китаянка", "española",
        "dänisch", "armenian", "grčki", "румынка", "болгарский", "српкиња", "Yunan",
        "Macar", "sârboaică", "kineski", "chinese", "francesa", "german", "serbian",
    ],
)  # fmt: skip
def test_nations_are_seen_in_their_forms(named: str) -> None:
    field = ReadField("body", named, NormalText.identity(named))
    assert neutral(field, 0, len(named), ()).casefold() in {one.casefold() for one in nations().becomes.values()}


def test_table_is_whole() -> None:
    assert set(nations().becomes) == set(nations().names) == {"Cyrillic", "Latin", "Greek"}
    assert len(set(neutral_sentences())) == len(neutral_sentences()) > 20
