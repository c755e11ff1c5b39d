"""Adverts as people type them into a messenger: small letters, slang for money, disguised contacts, ages in words."""

from __future__ import annotations

import pytest

from nlp.pipeline import Reader

READER = Reader()


def _found(text: str, kind: str) -> list[object]:
    values = [mention.value for mention in READER.read("", text).mentions if mention.kind.value == kind]
    return [
        (value["amount"], value["per"]) if kind == "price" else value["name"] or value["country"]
        for value in values
        if isinstance(value, dict)
    ] or values


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("karam ot varna do plovdiv v petak, dve mesta", "place", ["Varna", "Plovdiv"]),
        ("temizlikçi lazım izmirde her gün", "place", ["Izmir"]),
        ("треба екипа за словачку одмах", "place", ["SK"]),
        ("Essen mit uns, wenn Sie wollen. Zimmer in Ulm.", "place", ["Ulm"]),
        ("Heute da: Jana. Herkunft: Thai, Latina - ganz nach Wunsch, in Kassel", "place", ["Kassel"]),
        ("Massage in Leeds. Sixty minutes £48.", "price", [(48.0, "hour")]),
        ("Massage parlour, open late. £70/30 £120/60", "price", [(70.0, None), (120.0, "hour")]),
        ("House in Leeds. A tenner up front, please.", "price", [(10.0, "once")]),
        ("Търсим оператори, договор и 1 480 лв. основна заплата.", "price", [(1480.0, "month")]),
        ("Arbeit im Hotel, Bearbeitung 350 Euro vor Anreise.", "price", [(350.0, "once")]),
        ("text me oh double7 double oh 9 hundred 206", "phone", ["+447700900206"]),
        ("Text zer0 77 double-zer0 9 zer0zer0 three20", "phone", ["+447700900320"]),
        ("seven seven double-oh nine hundred five three oh, zero first", "phone", ["+447700900530"]),
        ("Пишете на ime_primer при example, накрая org.", "email", ["ime_primer@example.org"]),
        ("mail: jobs1 at example d0t org", "email", ["jobs1@example.org"]),
        ("You will be between nineteen and twenty-six.", "age", [19, 26]),
        ("I am man 34 from Lahore.", "age", [34]),
        ("Piața Model 2, Sibiu. Angajăm ospătar.", "age", []),
        ("Контакт: Лиъм, liam@example.com", "name", ["Лиъм"]),
        ("Adam başı 2500 euro, Kira: 500 euro.", "name", []),
    ],
)
def test_is_read(text: str, kind: str, found: list[object]) -> None:
    assert _found(text, kind) == found


@pytest.mark.parametrize(
    ("text", "language"),
    [("Продавам шевна машина. Работи. 90 лв.", "bg"), ("cao stigla sam juce, dolazim samo u hotel 100e sat", "sr")],
)
def test_neighbouring_languages_are_told_apart(text: str, language: str) -> None:
    assert READER.read("", text).languages[0].lang == language
