"""Folding: which spellings meet, which must not, and that no text makes it slow or fail."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strazha.store.folding import digit_runs, fold, fold_word, fold_words, fragments, number_tokens


@pytest.mark.parametrize(
    "spellings",
    [
        ("работа", "РАБОТА", "rabota", "Rabota", "Rаbоtа", "pабота", "рабо́та", "ра\u00adбота", "ра\u200bбота"),
        ("работя", "rabotya", "rabotia", "rabotq"),
        ("шест", "shest", "6est"),
        ("вечер", "vecher", "ve4er"),
        ("щастие", "shtastie", "6tastie"),
        ("нощ", "nosht", "no6t"),
        ("жена", "zhena", "jena"),
        ("хубаво", "hubavo", "xubavo", "khubavo"),
        ("цена", "cena", "tsena", "tzena"),
        ("София", "Sofia", "Sofiya", "sofiq", "Σόφια"),
        ("шофьор", "shofior", "shofyor"),
        ("свобода", "swoboda", "svoboda"),
        ("Бухарест", "Buharest", "Bukharest"),
        ("muncă", "munca", "MUNCĂ", "munca\u0306"),
        ("Köln", "koln", "KOLN"),
        ("straße", "strasse", "STRASSE"),
        ("çalışma", "calisma"),
        ("зарплата", "зарплата́", "zarplata"),
        ("їжа", "izha"),
        ("δουλειά", "ΔΟΥΛΕΙΆ", "douleia"),
        ("μπαρ", "bar"),
        ("𝐰𝐨𝐫𝐤", "work", "ｗｏｒｋ"),
    ],
)
def test_spellings_of_one_word_meet(spellings: tuple[str, ...]) -> None:
    assert {fold(word) for word in spellings} == {fold(spellings[0])}
    assert fold(spellings[0])


def test_the_hard_sign_meets_all_its_spellings() -> None:
    word = fold_word("България")
    assert {fold("Balgaria"), fold("Bulgaria"), fold("Bylgariq")} == {word.main, *word.others}
    assert fold_word("работа").others == ()


def test_an_umlaut_meets_both_its_spellings() -> None:
    for word, *typed in (("Mädchen", "madchen", "Maedchen"), ("KÖLN", "koln", "Koeln"), ("u\u0308ber", "uber", "ueber")):
        folded = fold_word(word)
        assert [folded.main, *folded.others] == [fold(one) for one in typed]
    assert fold_word("ёлка").others == fold_word("naïve").others == ()


@pytest.mark.parametrize(
    ("one", "other"), [("шест", "тест"), ("жена", "цена"), ("work", "word"), ("сам", "там"), ("24h", "ch")]
)
def test_different_words_do_not_meet(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_words_are_told_apart_and_keep_their_order() -> None:
    assert fold("Две  стаи,\nКЪЩА_с-двор!") == "dve stai kashta s dvor"
    assert fold("don't l’amour") == "dont lamour"
    assert fold("!?… _ ъ ь") == "a"
    assert fold_words("") == []


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0888 00-12 34", ["0888001234"]),
        ("+359 (888) 001.234", ["359888001234"]),
        ("+44 (0)7700 900 123", ["447700900123"]),
        ("٠٨٨٨٠٠١٢٣٤", ["0888001234"]),
        ("0️⃣8️⃣8️⃣8️⃣0️⃣", ["08880"]),
        ("1234", []),
        ("0888001234\n0999101010", ["0888001234", "0999101010"]),
        ("a1b2c3d4e5", []),
    ],
)
def test_numbers_as_people_write_them(text: str, digits: list[str]) -> None:
    assert [found for _, _, found in digit_runs(text)] == digits


def test_a_run_ends_with_its_last_digit() -> None:
    text = "tel. 0888 001 234 - Ana"
    [(start, end, _)] = digit_runs(text)
    assert text[start:end] == "0888 001 234"


def test_every_fragment_of_five_digits_is_the_beginning_of_a_token() -> None:
    number = "359888001234"
    tokens = number_tokens([f"+{number}"])
    for start in range(len(number)):
        for end in range(start + 5, len(number) + 1):
            assert any(token.startswith(number[start:end]) for token in tokens)
    assert fragments("0888001") == ("0888001", "888001")
    assert fragments("00012") == ("00012",)


@given(st.text(max_size=300))
def test_no_text_fails(text: str) -> None:
    for word in fold_words(text):
        assert word.main == word.main.strip()
        assert " " not in word.main
    assert fold(text) == fold(text.upper().lower()) or not text.isascii()
    for start, end, digits in digit_runs(text):
        assert 0 <= start < end <= len(text)
        assert digits.isascii()
        assert digits.isdigit()


@pytest.mark.parametrize("piece", ["ъ", "aъ", "ts", "1 ", "4a", "aа", "a'", "\u0301", "1", "( 1", "shch", "-"])
def test_time_grows_with_length_alone(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()
    fold(text)
    number_tokens([text])
    assert time.process_time() - start < 5
