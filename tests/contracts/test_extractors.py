"""What every extractor must do: say what it is, find its examples, leave the others, and keep to the captured text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import nlp.extract
from nlp.extract import EXTRACTORS
from nlp.pipeline import Reader
from strazha.model.screening import MentionKind

READER = Reader()
#: For each kind: texts with the keys that must be found, and texts in which nothing of the kind may be.
MUST: dict[str, list[tuple[str, list[str]]]] = {
    "phone": [("Тел. 0888 001 234", ["+359888001234"])],
    "email": [
        ("Пишете на Primer.Ime@example.com!", ["primer.ime@example.com"]),
        ("primer (at) example (dot) com", ["primer@example.com"]),
        ("primer кльомба example точка bg", ["primer@example.bg"]),
        ("primer [at] example [punct] ro", ["primer@example.ro"]),
    ],
    "handle": [
        ("Телеграм: @ime_primer", ["telegram:ime_primer"]),
        ("insta casa.primer", ["instagram:casa.primer"]),
        ("https://t.me/ime_primer?utm_source=a", ["telegram:ime_primer"]),
        ("Viber i WhatsApp 0888 001 234", ["viber:+359888001234", "whatsapp:+359888001234"]),
        ("telegram i m e _ p r i m e r", ["telegram:ime_primer"]),
        ("ime_primer on Insta", ["instagram:ime_primer"]),
    ],
    "url": [
        ("Виж www.example.com/a?utm_source=x&id=3.", ["http://www.example.com/a?id=3"]),
        ("HTTPS://Example.ORG/", ["https://example.org"]),
    ],
    "price": [
        ("Масаж 60 лв/час", ["60.0|BGN|hour"]),
        ("Заплата от 1 200 до 1 500 евро", ["1200.0|EUR|month", "1500.0|EUR|month"]),
        ("Rent £620 pcm", ["620.0|GBP|month"]),
        ("Половин час 50 лв, час 90 лв", ["50.0|BGN|None", "90.0|BGN|hour"]),
        ("Captura: 1.250,50 lei pe lună", ["1250.5|RON|month"]),
        ("двайсет и пет хиляди лева", ["25000.0|BGN|once"]),
    ],
    "age": [
        ("Мария, 24, очаква обаждане", ["24"]),
        ("Търсим жени от 18 до 35 години", ["18", "35"]),
        ("Men under 40 only", ["40"]),
        ("Ich bin Lisa, 28 Jahre", ["28"]),
        ("Две приятелки 22 и 25", ["22", "25"]),
    ],
    "place": [
        ("Работа в Холандия, град Ротердам", ["Rotterdam|NL"]),
        ("Job in Vienna", ["Vienna|AT"]),
        ("Работа в Германии", ["|DE"]),
        ("από τη Θεσσαλονίκη", ["Thessaloniki|GR"]),
        ("Почивка на Слънчев бряг", ["Sunny Beach|BG"]),
        ("Munca in Londra", ["London|GB"]),
    ],
    "name": [
        ("Питайте за Гергана", ["Гергана"]),
        ("My name is Laura", ["Laura"]),
        ("0888 001 234 Пешо", ["Пешо"]),
        ("Sunați la Ioana", ["Ioana"]),
    ],
}
MUST_NOT: dict[str, list[str]] = {
    "phone": ["ЕИК 000777120", "от 01.05.2026 до 30.09.2026"],
    "email": ["We are at home. Dot com boom.", "@ 5 o'clock"],
    "handle": ["без вайбър", "Telegram е бърз", "пишете ми"],
    "url": ["Здравей.Как си", "3.5 кг", "т.е. утре"],
    "price": ["12 часа на ден", "2026 г.", "тел. 0888 001 234", "3 стаи, 2 бани"],
    "age": [
        "12 години опит",
        "гаранция 2 години",
        "24 часа",
        "смени по 12 часа",
        "20 лв",
        "от 3 до 6 май",
        "15 Jahre Erfahrung",
    ],
    "place": ["ул. София 12", "хубава рокля", "Хотел „Варна“", "Van picks you up"],
    "name": ["Хотел Роза", "ул. Мария Луиза 5", "Салон «Жасмин»", "GmbH", "Май и юни"],
}


def _modules() -> set[str]:
    root = Path(nlp.extract.__file__).parent
    return {file.stem for file in root.glob("*.py") if "\ndef extract(" in file.read_text(encoding="utf-8")}


def test_every_extractor_is_registered_once_and_has_examples() -> None:
    names = [extractor.NAME for extractor in EXTRACTORS]
    assert sorted(names) == sorted(set(names))
    assert set(names) == _modules() == set(MUST) == set(MUST_NOT)
    assert {extractor.KIND for extractor in EXTRACTORS} == set(MentionKind)


def _of(kind: str, text: str) -> list[Any]:
    return [mention for mention in READER.read("", text).mentions if mention.kind == kind]


@pytest.mark.parametrize(
    ("kind", "text", "keys"), [(kind, *example) for kind, examples in MUST.items() for example in examples]
)
def test_must_be_found(kind: str, text: str, keys: list[str]) -> None:
    found = _of(kind, text)
    assert sorted(mention.key for mention in found) == sorted(keys)
    for mention in found:
        assert text[mention.start : mention.end] == mention.text
        assert mention.extractor == kind
        assert 0 < mention.confidence <= 1


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in MUST_NOT.items() for text in texts])
def test_must_not_be_found(kind: str, text: str) -> None:
    assert _of(kind, text) == []


def test_values_have_the_documented_shape() -> None:
    mentions = {str(m.kind): m.value for m in READER.read("София", "Мария, 24, 60 лв на час").mentions}
    assert mentions["age"] == 24
    assert mentions["name"] == "Мария"
    assert set(mentions["price"]) == {"amount", "currency", "per", "amount_eur"}  # type: ignore[arg-type]
    assert mentions["place"] == {"name": "Sofia", "country": "BG", "geoname_id": 727011, "lat": 42.698, "lon": 23.325} or set(
        mentions["place"]  # type: ignore[arg-type]
    ) == {"name", "country", "geoname_id", "lat", "lon"}
