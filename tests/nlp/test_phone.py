"""Telephones: plain and disguised ones found, and what only looks like one left alone."""

from __future__ import annotations

import random

import pytest

from nlp.pipeline import Reader
from strazha.model.screening import Mention

READER = Reader()


def phones(text: str, country: str | None = None) -> list[Mention]:
    return [m for m in READER.read("", text, country=country).mentions if m.kind == "phone"]


@pytest.mark.parametrize(
    ("text", "number", "disguise"),
    [
        ("Обадете се на 0888 001 234 след шест", "+359888001234", set()),
        ("Тел. 0888/001-234", "+359888001234", set()),
        ("tel +359 (0) 888 001 234", "+359888001234", set()),
        ("00359888001234", "+359888001234", set()),
        ("Call 07700 900123 today", "+447700900123", set()),
        ("Ruf an: 0176 040690 12", "+4917604069012", set()),
        ("Sunati la 0700 000 012", "+40700000012", set()),
        ("нула осем осем осем, нула нула едно, две три четири", "+359888001234", {"words"}),
        ("нула осем осем осем нула нула дванайсет трийсет и четири", "+359888001234", {"words"}),
        ("0888 две нули едно 234", "+359888001234", {"words"}),
        ("oh double seven double oh, nine double oh, one two three", "+447700900123", {"words"}),
        ("null eins sieben sechs null vier null sechs neun null zwölf", "+4917604069012", {"words"}),
        ("zero șapte zero zero, zero zero zero, zero unu doi", "+40700000012", {"words"}),
        ("ноль восемь восемь восемь ноль ноль один двести тридцать четыре", "+359888001234", {"words"}),
        ("нуль вісім вісім вісім, нуль нуль один, два три чотири", "+359888001234", {"words"}),
        ("μηδέν οκτώ οκτώ οκτώ μηδέν μηδέν ένα δύο τρία τέσσερα", "+359888001234", {"words"}),
        ("sıfır sekiz sekiz sekiz sıfır sıfır bir iki üç dört", "+359888001234", {"words"}),
        ("нула осам осам осам, нула нула један, два три четири", "+359888001234", {"words"}),
        ("cero ocho ocho ocho, cero cero uno, dos tres cuatro", "+359888001234", {"words"}),
        ("nula osem osem osem nula nula edno dve tri 4etiri, tyrsq rabota", "+359888001234", {"words"}),
        ("плюс 359 888 нула нула едно 234", "+359888001234", {"words"}),
        ("O888 OO1 234", "+359888001234", {"look-alikes"}),
        ("0888 ОО1 2З4", "+359888001234", {"look-alikes"}),
        ("0️⃣8️⃣8️⃣8️⃣ 0️⃣0️⃣1️⃣ 234", "+359888001234", {"emoji"}),
        ("0.8.8.8.0.0.1.2.3.4", "+359888001234", {"spacing"}),
        ("0888 🌸 001 🌸 234", "+359888001234", {"emoji"}),
        ("0888 (звъни) 001 (вечер) 234", "+359888001234", {"separators", "text between"}),
        ("08\u200b88 00\u200b1 234", "+359888001234", {"hidden characters"}),
    ],
)
def test_numbers_as_people_write_them(text: str, number: str, disguise: set[str]) -> None:
    found = phones(text)
    assert [mention.value for mention in found] == [number]
    assert bool(disguise) == found[0].obscured
    assert not disguise or disguise & set(found[0].disguise)


@pytest.mark.parametrize(
    "text",
    [
        "ЕИК 000777120, лиценз № 0888023456",
        "от 01.05.2026 до 30.09.2026, 08:30-18:00",
        "Заплата 1200-1500 евро, възраст 18-35 г., 40 часа седмично",
        "ЕГН 8001014509",
        "IBAN BG80BNBG96611020345678",
        "Licence no. 0771234567",
        "Продавам апартамент 120000 евро, 85 кв.м., 2008 г.",
        "12 000 лв, 3 500 лв и 800 лв",
        "шест момичета, осем стаи, девет легла, две бани, три кухни и една тераса",
        "205/55 R16 91V 2021",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert phones(text) == []


def test_the_adverts_country_decides_between_plans() -> None:
    assert phones("0888 001 234")[0].value == "+359888001234"
    assert phones("087 123 4567", country="IE")[0].value == "+353871234567"
    assert phones("099 912 34 56", country="UA")[0].value == "+380999123456"


def test_two_numbers_side_by_side_are_two() -> None:
    assert [m.value for m in phones("0888 001 234 / 0888 005 678")] == ["+359888001234", "+359888005678"]
    assert [m.value for m in phones("07700 900 163 (0888 016 357 BG)")] == ["+447700900163", "+359888016357"]
    assert [m.value for m in phones("Час 70 €. 0888 057 114")] == ["+359888057114"]


def test_fictional_ranges_are_kept_and_marked() -> None:
    for text in ("0888 001 234", "0999 101 234", "07700 900 123", "0176 040690 12"):
        assert phones(text)[0].tags == ("fictional range",)


WORDS = {
    "bg": ["нула", "едно", "две", "три", "четири", "пет", "шест", "седем", "осем", "девет"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "ru": ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"],
    "ro": ["zero", "unu", "doi", "trei", "patru", "cinci", "sase", "sapte", "opt", "noua"],
}


def _hidden(digits: str, lang: str, rng: random.Random) -> str:
    # Not the decoder's own tables turned round: each digit is written as a word, as itself, or as the letter a hand would
    # write for it, with separators drawn anew between groups of random length.
    out, at = [], 0
    while at < len(digits):
        size = rng.choice([1, 1, 2, 3])
        group = digits[at : at + size]
        if rng.random() < 0.5:
            out.append(" ".join(WORDS[lang][int(d)] for d in group))
        else:
            out.append("".join(rng.choice("oOО0") if d == "0" else d for d in group))
        at += size
    return rng.choice([" ", " - ", ". ", " * ", " ~ "]).join(out)


def test_generated_disguises() -> None:
    rng = random.Random(20261121)
    total = right = 0
    for _ in range(300):
        lang = rng.choice(sorted(WORDS))
        digits = "08880" + "".join(rng.choice("0123456789") for _ in range(5))
        text = f"{_hidden(digits, lang, rng)}"
        total += 1
        right += [m.value for m in phones(f"tel: {text}")] == ["+359" + digits[1:]]
    assert right / total >= 0.95, f"{right} of {total}"
