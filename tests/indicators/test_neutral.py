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
    ],
)
def test_names_nations_and_contacts_do_not_count(reader: Reader, alike: tuple[str, str]) -> None:
    one, other = (sentences_of(reader.read("", text)) for text in alike)
    assert one == other


def test_everything_else_stays(reader: Reader) -> None:
    # Words that only begin like a nation, countries (work abroad is another thing than work at home), ages, prices.
    kept = "Romantic and polished, 24, from 100 euro, work in Germany."
    assert sentences_of(reader.read("", kept)) == [kept]
    assert sentences_of(reader.read("", "Руса и русалка, груз до Гърция")) == ["Руса и русалка, груз до Гърция"]
    assert sentences_of(reader.read("", "\0\u202eMaria\u200b " + "x" * 3000))


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
        "dänisch", "armenian", "grčki", "Macar", "sârboaică", "kineski", "chinese", "francesa", "german", "serbian",
    ],
)  # fmt: skip
def test_nations_are_seen_in_their_forms(named: str) -> None:
    field = ReadField("body", named, NormalText.identity(named))
    assert neutral(field, 0, len(named), ()).casefold() in {one.casefold() for one in nations().becomes.values()}


def test_table_is_whole() -> None:
    assert set(nations().becomes) == set(nations().names) == {"Cyrillic", "Latin", "Greek"}
    assert len(set(neutral_sentences())) == len(neutral_sentences()) > 20
