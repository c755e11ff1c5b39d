"""Prices (two currencies, ranges, periods, lists), ages (limits, words, ranges, things that are no persons), names."""

from __future__ import annotations

import pytest

from nlp.pipeline import Reader
from strazha.model.screening import MentionKind


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def prices(reader: Reader, title: str, body: str) -> list[tuple[float, str, str | None]]:
    found = [m.value for m in reader.read(title, body).mentions if m.kind is MentionKind.PRICE]
    return [(v["amount"], v["currency"], v["per"]) for v in found if isinstance(v, dict)]


def ages(reader: Reader, title: str, body: str = "") -> set[int]:
    return {int(str(m.value)) for m in reader.read(title, body).mentions if m.kind is MentionKind.AGE}


def names(reader: Reader, title: str, body: str = "") -> set[str]:
    return {m.text for m in reader.read(title, body).mentions if m.kind is MentionKind.NAME}


PRICES = [
    ("Чистачка за офиси", "Почасово, 11 лв/ч. (5,62 €)", [(11, "BGN", "hour"), (5.62, "EUR", "hour")]),
    ("Търсим готвач", "Заплата 1200 лв (613 €) на месец", [(1200, "BGN", "month"), (613, "EUR", "month")]),
    ("Търсим учител", "Заплата 1 980–2 400 лв. нето", [(1980, "BGN", "month"), (2400, "BGN", "month")]),
    ("Dancers wanted", "EUR 2,000-2,500 a month", [(2000, "EUR", "month"), (2500, "EUR", "month")]),
    ("Ana, Dublin", "200e an hour", [(200, "EUR", "hour")]),
    ("Lea, Leeds", "Half hour 70, hour £120.", [(120, "GBP", "hour"), (70, "GBP", None)]),
    ("Carer wanted", "We pay £400 a week, of which £100 goes on room", [(400, "GBP", "week"), (100, "GBP", "week")]),
    ("Камериерки за хотел", "Възнаграждение 2000 евро бруто за 40 часа", [(2000, "EUR", "month")]),
    ("Нощувки", "25 лв на човек на нощ", [(25, "BGN", "day")]),
    ("Camareras para club", "mil doscientos euros mensuales", [(1200, "EUR", "month")]),
    ("Робота на складі", "24 злотих нетто/год", [(24, "PLN", "hour")]),
    ("Almanya'ya usta", "Saat ücreti 15 euro", [(15, "EUR", "hour")]),
    ("Продавам пиано", "Купено за 4200 лв, давам го за 2600.", [(2600, "BGN", "once"), (4200, "BGN", "once")]),
]


@pytest.mark.parametrize(("title", "body", "expected"), PRICES)
def test_prices(reader: Reader, title: str, body: str, expected: list[tuple[float, str, str | None]]) -> None:
    assert sorted(prices(reader, title, body), key=str) == sorted(expected, key=str)


def test_sums_in_leva_have_their_euro(reader: Reader) -> None:
    found = [m.value for m in reader.read("Наем", "Стая 195,58 лв на месец, депозит 100 евро, 50 паунда").mentions]
    sums = {v["currency"]: v.get("amount_eur") for v in found if isinstance(v, dict) and "currency" in v}
    assert sums == {"BGN": 100.0, "EUR": 100.0, "GBP": None}


AGES = [
    ("Fruit pickers", "Over 18s only, no upper limit", {18}),
    ("Bar staff", "You must be 18 or over.", {18}),
    ("Companion", "Applicants 40+ preferred", {40}),
    ("Работа за жени", "Тражимо жену од четрдесет до шездесет година", {40, 60}),
    ("Camareras", "Chicas de veinte a treinta años", {20, 30}),
    ("Зварювальники", "Потрібні чоловіки, вік до 55.", {55}),
    ("Erntehelfer", "Alter 18–45.", {18, 45}),
    ("Гледачка", "Бабата е на 87, лежаща", {87}),
    ("Ищу соседку", "Мне 75 лет, живу одна", {75}),
    ("Au pair", "Drei Kinder (1, 4 und 9).", {1, 4, 9}),
    ("Housemate", "Share with me (31, tester)", {31}),
    ("Hazel, Leicester", "Forty-four, chatty and grown up.", {44}),
]
NO_AGES = [
    "Къщата е на 60 години, ремонт 2019.",
    "Πολυκατοικία 40 ετών, ήσυχη.",
    "Вози от 20 години по тази линия.",
    "Договор за 3 години, гаранция 2 години, 5 години опит.",
    "20 Jahre Praxis, 12 Monate Garantie.",
    "Група от 20-25 души, стая 14, линия 30.",
    "Открито през 1998 г., 24 часа, 30 минути, 18 км.",
]


@pytest.mark.parametrize(("title", "body", "expected"), AGES)
def test_ages(reader: Reader, title: str, body: str, expected: set[int]) -> None:
    assert ages(reader, title, body) == expected


@pytest.mark.parametrize("text", NO_AGES)
def test_years_and_numbers_that_are_no_ages(reader: Reader, text: str) -> None:
    assert ages(reader, "Обява", text) == set()


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Складови работници", "Питай за Кольо, 0888 003 114", {"Кольо"}),
        ("Сборщики", "Звонить Ларисе вечером", {"Ларисе"}),
        ("Konobarice", "Zovite Snežanu posle pet", {"Snežanu"}),
        ("Сиделка", "Женщина 40-60 лет. Вера Павловна, вечером", {"Вера"}),
        ("Van to Poland", "Seats from £95. Ring Wojtek", {"Wojtek"}),
        ("Erntehelfer bei Ulm", "Alter 18-45, Mindestalter 18. Herr Brandl nimmt Anrufe an", set()),
        ("Kira at Varna Marina", "Evenings only", {"Kira"}),
        ("Работа в Солун", "Тръгване през Юни и Септември, Неделя е почивка", set()),
    ],
)
def test_names(reader: Reader, title: str, body: str, expected: set[str]) -> None:
    assert names(reader, title, body) == expected
