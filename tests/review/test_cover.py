"""Covering contacts: nothing of them readable but the tail, everything else untouched, offsets kept."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import cover
from strazha.model import Mention, MentionKind


def mention(text: str, words: str, kind: MentionKind = MentionKind.PHONE, value: object = "+359888001001") -> Mention:
    start = text.index(words)
    return Mention(
        kind=kind, text=words, value=value, field="body", start=start, end=start + len(words), extractor="t", confidence=1
    )  # type: ignore[arg-type]


def covered(text: str, *mentions: Mention) -> str:
    return cover.cover(text, cover.ranges(text, mentions))


def test_a_mention_is_covered_but_for_its_tail() -> None:
    text = "Тел. 0888 001 001, Таня"
    assert covered(text, mention(text, "0888 001 001")) == "Тел. •••• ••• •01, Таня"


def test_a_disguised_number_is_covered_where_its_mention_says() -> None:
    text = "Viber nula osem osem osem 001 001 vecher"
    assert covered(text, mention(text, "nula osem osem osem 001 001")) == "Viber •••• •••• •••• •••• ••• •01 vecher"


@pytest.mark.parametrize("number", ["07700 900 101", "+359888001001", "0176/0406-9001", "(0888) 001-001", "00447700900101"])
def test_what_looks_like_a_number_is_covered_without_a_mention(number: str) -> None:
    shown = covered(f"call {number} now")
    assert number not in shown
    assert shown.startswith("call ")
    assert shown.endswith("01 now")


def test_an_address_is_covered_without_a_mention() -> None:
    assert "mia" not in covered("write to mia@example.com today")


@pytest.mark.parametrize("text", ["1200 - 1500 EUR", "от 08:00 до 17:30", "2026-11-21", "205/55 R16"])
def test_sums_times_and_sizes_stay(text: str) -> None:
    assert covered(text) == text


def test_a_price_stays_however_long() -> None:
    text = "offer 100 000 000 000 now"
    price = mention(text, "100 000 000 000", MentionKind.PRICE, {"amount": 1e11, "currency": "EUR", "per": None})
    assert covered(text, price) == text


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(0, 320), st.integers(0, 40)), max_size=8))
def test_length_and_everything_outside_stay(text: str, spans: list[tuple[int, int]]) -> None:
    mentions = [
        Mention(
            kind=MentionKind.PHONE, text="x", value="x", field="body", start=low, end=low + width, extractor="t", confidence=1
        )
        for low, width in spans
    ]
    ranges = cover.ranges(text, mentions)
    hidden = cover.cover(text, ranges)
    assert len(hidden) == len(text)
    assert all(high <= low for (_, high), (low, _) in pairwise(ranges))
    inside = {index for low, high in ranges for index in range(low, high)}
    assert all(hidden[index] == char for index, char in enumerate(text) if index not in inside)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("phone:+359888001001", "phone: +359•••••••01"),
        ("email:mia@example.com", "email: •••@example.com"),
        ("handle:telegram:miasalon", "handle: telegram:••••••on"),
        ("url:https://example.com/mia", "url: https://••••••••••••••ia"),
    ],
)
def test_a_contact_in_a_list_keeps_its_kind(contact: str, shown: str) -> None:
    found = cover.covered_contact(contact)
    assert found.split(":")[0] == shown.split(":", maxsplit=1)[0]
    assert contact.rpartition(":")[2][:-2] not in found
    if not contact.startswith("url"):
        assert found == shown


def test_a_sentence_names_no_known_contact() -> None:
    words = cover.contact_words((), ["handle:telegram:miasalon", "phone:+447700900101"])
    shown = cover.covered_sentence("Both name miasalon and +447700900101 and call 07700 900 101", words)
    assert "miasalon" not in shown
    assert "9001" not in shown


def test_a_reading_is_covered_word_by_word() -> None:
    text = "Viber 0888 nula nula 1 veche"
    hidden = covered(text, mention(text, "0888 nula nula 1"))
    shown = cover.covered_reading("Вайбър 0888 нула нула 1 вече", text, hidden)
    assert shown is not None
    assert "нула" not in shown
    assert "0888" not in shown
    assert shown.startswith("Вайбър ")


def test_a_reading_with_other_words_is_not_shown_at_all() -> None:
    text = "Viber 0888 001 001"
    assert cover.covered_reading("Вайбър 0888001001", text, covered(text, mention(text, "0888 001 001"))) is None


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        ("called MiaSalon twice", "MiaSalon"),  # known, in another case
        ("same as @other_girl yesterday", "other_girl"),
        ("see t.me/other_girl_bg", "other_girl_bg"),
        ("Viber: otherjane", "otherjane"),
        ("Телеграм: druga_mia и още", "druga_mia"),
        ("mail mia@example.com", "mia@"),
        ("rings 0888 001 001", "0888"),
    ],
)
def test_what_a_colleague_types_names_no_contact(typed: str, secret: str) -> None:
    words = cover.contact_words((), ["handle:telegram:miasalon"])
    assert secret not in cover.covered_typed(typed, words)
    assert len(cover.covered_typed(typed, words)) == len(typed)
    assert cover.covered_typed(typed, words, uncovered=True) == typed


@pytest.mark.parametrize("typed", ["the Telegram group is gone", "met @ 9", "two of 14 adverts, 1200 EUR", "a signal to look"])
def test_what_a_colleague_types_stays_readable(typed: str) -> None:
    assert cover.covered_typed(typed, ("salon", "x" * 9)) == typed


def test_hostile_texts_take_no_time() -> None:
    begun = time.perf_counter()
    for text in ("@a" * 250_000, "tg:" * 150_000, "t.me/" * 100_000, "tg" * 200_000, "@" + "." * 400_000):
        cover.covered_typed(text, ("miasalon",))
    for text in ("1" * 500_000, "1 " * 250_000, "a" * 500_000, "a@" * 250_000, "12345678 . " * 50_000, "@" * 500_000):
        covered(text)
    assert time.perf_counter() - begun < 8
