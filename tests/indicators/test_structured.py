"""Derived indicators: absences, hours, pay against a table, several names, disguised contacts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from indicators import pay, structured
from strazha.model import AdType, Advert, Hit, Mention, MentionKind, NormalText, ReadField, ReadText


def text_of(body: str, title: str = "") -> ReadText:
    return ReadText(ReadField("title", title, NormalText.identity(title)), ReadField("body", body, NormalText.identity(body)))


def mention(kind: MentionKind, body: str, text: str, value: Any, **more: Any) -> Mention:
    start = body.index(text)
    place = {"field": "body", "start": start, "end": start + len(text)}
    return Mention(kind=kind, text=text, value=value, extractor="test", confidence=0.9, **place, **more)


def derived(body: str, *mentions: Mention, ad_type: AdType = AdType.JOB, advert: Advert | None = None) -> list[Hit]:
    return structured.derive(text_of(body), mentions, ad_type, [], advert)


def names(found: list[Hit]) -> set[str]:
    return {hit.indicator for hit in found}


LONG = "Търсим хора за склад край града, смени, добро заплащане, квартира и транспорт, обадете се веднага."


def test_an_absence_is_told_from_not_stated() -> None:
    seller = Advert(source_id="s", key="1", body=LONG, seller="Пример АД", captured_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert "employer_unidentified" in names(derived(LONG))
    assert "employer_unidentified" not in names(derived("Търсим хора за склад."))
    assert "employer_unidentified" not in names(derived(LONG, advert=seller))
    assert "employer_unidentified" not in names(derived(LONG, ad_type=AdType.BENIGN))


@pytest.mark.parametrize(
    "stated",
    [
        '"Тиква Пример" ООД',
        "ЕИК 000123456",
        "ул. Измислена 4",
        "Sample Parcels Ltd",
        "12 Example Terrace",
        "Beispielstraße 5",
        "www.primer.example",
        "str. Inventata 5",
        "company no. 000123",
    ],
)
def test_a_firm_is_known_by_form_number_street_or_site(stated: str) -> None:
    found = derived(f"{LONG} {stated}.")
    assert "verifiable_employer" in names(found)
    assert "employer_unidentified" not in names(found)


def test_a_mail_address_is_no_website() -> None:
    body = f"{LONG} rabota@primer.example"
    address = mention(MentionKind.EMAIL, body, "rabota@primer.example", "rabota@primer.example")
    assert "verifiable_employer" not in names(derived(body, address))


@pytest.mark.parametrize(
    ("hours", "long"),
    [
        ("от 6 до 20 часа", True),
        ("from 6 am to 8 pm", True),
        ("8 till 8", True),
        ("de la 4 dimineata la 7 seara", True),
        ("von 6 bis 19 Uhr", True),
        ("от 9 до 17 часа", False),
        ("8-16 ч", False),
        ("жени от 18 до 45 години", False),
        ("от 10 до 23 май", False),
        ("from 2 to 15 people", False),
        ("телефон 0888 012 345", False),
    ],
)
def test_hours(hours: str, long: bool) -> None:
    assert ("excessive_hours" in names(derived(f"Работа {hours}, всеки ден."))) is long


@pytest.mark.parametrize(
    ("amount", "currency", "per", "country", "far"),
    [
        (5000, "EUR", "month", "DE", True),
        (2300, "EUR", "month", "DE", False),
        (1500, "GBP", "week", "GB", True),
        (130, "GBP", "day", "GB", False),
        (9000, "BGN", "month", "BG", True),
        (1700, "BGN", "month", "BG", False),
        (15, "EUR", "hour", "DE", False),
        (5000, "EUR", None, "DE", False),
        (5000, "EUR", "month", None, True),
        (3000, "EUR", "month", None, False),
        (5000, "XXX", "month", "DE", False),
    ],
)
def test_pay_against_the_table(amount: float, currency: str, per: str | None, country: str | None, far: bool) -> None:
    body = "Общ работник ТУК, заплата СУМА, обадете се."
    mentions = [mention(MentionKind.PRICE, body, "СУМА", {"amount": amount, "currency": currency, "per": per})]
    if country:
        mentions.append(mention(MentionKind.PLACE, body, "ТУК", {"name": None, "country": country}))
    found = [hit for hit in derived(body, *mentions) if hit.indicator == "unrealistic_pay"]
    assert bool(found) is far
    if found:
        assert str(pay.table().as_of) in found[0].note


def test_a_fee_is_no_pay() -> None:
    body = "Такса СУМА за документи."
    price = mention(MentionKind.PRICE, body, "СУМА", {"amount": 9500, "currency": "EUR", "per": "month"})
    fee = Hit(indicator="recruitment_fee", field="body", start=0, end=12, text=body[:12], method="pattern", confidence=0.8)
    assert pay.unrealistic(text_of(body), [price], [fee], None) == []


def test_several_names_and_a_single_one() -> None:
    body = "Ива 23, Мира 25 и Дора. Пишете на Ива."
    people = [mention(MentionKind.NAME, body, name, name) for name in ("Ива", "Мира", "Дора")]
    found = [hit for hit in derived(body, *people, ad_type=AdType.ADULT) if hit.indicator == "multiple_persons_advertised"]
    assert [hit.text for hit in found] == ["Ива 23, Мира", "Мира 25 и Дора"]
    assert not derived(body, people[0], ad_type=AdType.ADULT)
    assert not derived(body, *people, ad_type=AdType.BENIGN)


def test_a_disguised_contact_keeps_its_place() -> None:
    body = "Тел нула осем осем"
    phone = mention(MentionKind.PHONE, body, "нула осем осем", "+359888000001", obscured=True, disguise=("words",))
    (hit,) = derived(body, phone, ad_type=AdType.BENIGN)
    assert (hit.indicator, hit.text, hit.note) == ("obscured_contact", "нула осем осем", "words")
