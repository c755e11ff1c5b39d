"""Values out of texts: prices, dates, encodings, clean-up steps, patterns."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from crawlers.extract.charset import decode, tidy
from crawlers.extract.cleaning import clean
from crawlers.extract.dates import parse_date
from crawlers.extract.errors import PageError
from crawlers.extract.patterns import search
from crawlers.extract.prices import parse_price
from strazha.model.extraction import CleanStep
from tests.crawlers.conftest import AT


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12 лв", 12, "BGN"), ("1 200,50 лв.", 1200.5, "BGN"), ("1.200 лв", 1200, "BGN"), ("1.200,00 лева", 1200, "BGN"),
        ("€ 1,200.50", 1200.5, "EUR"), ("35 EUR", 35, "EUR"), ("50 евро на час", 50, "EUR"), ("£40", 40, "GBP"),
        ("$1,299", 1299, "USD"), ("150 lei", 150, "RON"), ("2 500 ₽", 2500, "RUB"), ("12'500 CHF", 12500, "CHF"),
        ("от 20 до 30 лв", 20, "BGN"), ("0,50 €", 0.5, "EUR"), ("100", 100, "XXX"), ("900.0", 900, "XXX"),
        ("1200.125 EUR", 1200125, "EUR"), ("0.125 EUR", 0.125, "EUR"), ("500 ISK", 500, "ISK"), ("12.345.678", 12345678, "XXX"),
        ("по договаряне", None, "XXX"), ("левски 5", 5, "XXX"),
    ],
)  # fmt: skip
def test_prices(text: str, amount: float | None, currency: str) -> None:
    price = parse_price(text, "XXX")
    assert price is not None
    assert (price.amount, price.currency, price.raw) == (amount, currency, text)


def test_no_text_is_no_price() -> None:
    assert parse_price("  ") is None


@given(st.text(max_size=300))
def test_prices_of_anything_are_finite(text: str) -> None:
    price = parse_price(tidy(text))
    assert price is None or price.amount is None or 0 <= price.amount < 1e31


SOFIA = "Europe/Sofia"


@pytest.mark.parametrize(
    ("text", "formats", "moment"),
    [
        ("2026-11-20T14:05", (), "2026-11-20T12:05"),
        ("2026-11-20T14:05:00+00:00", (), "2026-11-20T14:05"),
        ("2026-07-01", (), "2026-06-30T21:00"),
        ("Fri, 20 Nov 2026 14:05:00 GMT", (), "2026-11-20T14:05"),
        ("20.11.2026 14:05", ("%d.%m.%Y %H:%M",), "2026-11-20T12:05"),
        ("05.11.2026", (), "2026-11-04T22:00"),
        ("вчера, 14:05", (), "2026-11-20T12:05"),
        ("12 ноември 2026", (), "2026-11-11T22:00"),
        ("преди 2 часа", (), "2026-11-21T08:00"),
    ],
)
def test_dates(text: str, formats: tuple[str, ...], moment: str) -> None:
    found = parse_date(text, SOFIA, AT, formats=formats, languages=("bg", "en"))
    assert found == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "x", "no date at all in this long sentence here", "99.99.9999", "0001-01-01", "9" * 500])
def test_no_dates(text: str) -> None:
    assert parse_date(text, SOFIA, AT, languages=("en",)) is None


@given(st.text(max_size=80))
def test_dates_of_anything_do_not_fail(text: str) -> None:
    found = parse_date(text, SOFIA, AT, languages=("bg",))
    assert found is None or found.tzinfo is not None


CYRILLIC = "Обява за работа"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (CYRILLIC.encode(), "text/html; charset=utf-8", ()),
        (CYRILLIC.encode(), "", ()),
        (CYRILLIC.encode("cp1251"), "text/html; charset=windows-1251", ()),
        (b'<meta charset="windows-1251">' + CYRILLIC.encode("cp1251"), "text/html", ()),
        (CYRILLIC.encode("cp1251"), "text/html; charset=utf-8", ("windows-1251",)),
        (CYRILLIC.encode("cp1251"), "text/html; charset=klingon", ("windows-1251",)),
        (CYRILLIC.encode("utf-8-sig"), "text/html; charset=iso-8859-1", ()),
        (CYRILLIC.encode("utf-16"), "", ()),
        (CYRILLIC.encode(), "text/html; charset=rot13", ()),
        (CYRILLIC.encode(), 'text/html; charset="', ()),
    ],
)
def test_encodings(body: bytes, content_type: str, expected: tuple[str, ...]) -> None:
    assert decode(body, content_type, expected).endswith(CYRILLIC)


def test_what_no_encoding_fits_keeps_its_readable_part() -> None:
    assert decode(b"caf\xff\xfe ok", "text/html; charset=utf-8") == "caf�� ok"


@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_bytes_give_text_that_json_can_carry(body: bytes, content_type: str) -> None:
    text = decode(body, content_type, ("windows-1251",))
    text.encode("utf-8")
    assert "\0" not in text


def test_surrogate_pairs_join_and_lone_ones_go() -> None:
    assert tidy("\ud83d\ude00 \ud800 a\0b") == "\U0001f600 � a�b"


STEPS: TypeAdapter[CleanStep] = TypeAdapter(CleanStep)


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("squash", " a \n b ", ["a b"]),
        ("lower", "АБ", ["аб"]),
        ("first_line", "a\nb", ["a"]),
        ("unhtml", "<p>a &lt; b</p><p>c</p>", ["a < b\nc"]),
        ({"regex": r"No\. (\d+)"}, "Ad No. 17", ["17"]),
        ({"regex": r"\d+"}, "Ad No. 17", ["17"]),
        ({"regex": r"\d+"}, "none", []),
        ({"replace": ["Price: ", ""]}, "Price: 5", ["5"]),
        ({"split": "/", "piece": -1}, "a/b/c", ["c"]),
        ({"split": "/", "piece": 5}, "a/b", []),
    ],
)
def test_steps(step: object, before: str, after: list[str]) -> None:
    assert clean([before], [STEPS.validate_python(step)], 1000) == after


def test_a_pattern_that_explodes_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(PageError, match="took longer"):
        search(r"(a|aa)+$", "a" * 5000 + "b")
    assert time.monotonic() - started < 3
