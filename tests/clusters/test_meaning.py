"""Translations meet and join by what they say; without vectors nothing of it is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clusters.bulk import link_whole
from clusters.candidates import MemoryCandidates
from clusters.compare import COMPARISONS, Known
from clusters.keys import is_contact, is_meaning, keys_of
from clusters.linker import Linker
from clusters.meaning import meanings, unpacked
from clusters.pair import joins
from clusters.shelf import pack
from strazha.model import Linkable
from strazha.model.vectors import Encoder

BG = [
    "Търсим жени за почистване на яхти край морето.",
    "Спите на борда, храната е от нас.",
    "Документите остават при капитана до края на лятото.",
    "Обажда се само мъжът, който ви доведе.",
]
EN = [
    "We are looking for women to clean yachts by the sea.",
    "You sleep on board, food is provided by us.",
    "The papers stay with the captain until the end of summer.",
    "Only the man who brought you makes the phone calls.",
]
OTHER = [
    "Piano lessons for beginners, first lesson free.",
    "I teach at your home or by video call.",
    "Thirty years of experience, patient with children.",
    "Sheet music and a stand can be lent.",
]


def vectors(seed: int, near: np.ndarray[Any, Any] | None = None, apart: float = 0.0) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(5, 384))
    mixed = drawn if near is None else near + apart * drawn / np.sqrt(384)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def read(one: str, lang: str, rows: np.ndarray[Any, Any]) -> Linkable:
    packed = np.clip(np.rint(rows * 400), -127, 127).astype(np.int8)
    return Linkable(id=one, lang=lang, sentences=tuple(row.tobytes() for row in packed))


FIRST = vectors(1)
ADVERTS = [
    read("a", "bg", FIRST),
    read("b", "en", vectors(2, FIRST, 0.8)[::-1]),
    read("c", "en", vectors(3)),
    read("d", "bg", vectors(4, FIRST, 0.8)),
]


def test_a_translation_says_the_same_in_any_order_of_sentences() -> None:
    compare = COMPARISONS["meaning"]
    translated = compare(ADVERTS[0], ADVERTS[1], Known())
    assert translated == compare(ADVERTS[1], ADVERTS[0], Known())
    assert translated.score == 1.0
    assert "two languages" in translated.text
    assert compare(ADVERTS[0], ADVERTS[2], Known()).score == 0.0
    assert compare(ADVERTS[0], ADVERTS[3], Known()).score == 0.0  # one language: that is for the wording
    one = ADVERTS[0].model_copy(update={"sentences": ADVERTS[0].sentences[:1]})
    assert compare(one, ADVERTS[1], Known()).score < 0.5
    other_model = read("e", "en", FIRST[:, :100])
    assert compare(ADVERTS[0], other_model, Known()).score == 0.0


def test_translations_share_keys_and_join_both_ways() -> None:
    keys = [{key for key in keys_of(advert) if is_meaning(key)} for advert in ADVERTS]
    assert all(5 * 7 <= len(own) <= 5 * 8 for own in keys)
    assert not any(is_contact(key) for own in keys for key in own)
    assert len(keys[0] & keys[1]) > len(keys[0] & keys[2])
    groups = [members for members in link_whole([pack(ADVERTS[:3])]).groups() if len(members) > 1]
    assert groups == [["a", "b"]]
    assert [link.id for link in Linker(MemoryCandidates(ADVERTS[1:3])).link(ADVERTS[:1]) if joins(link)] == ["a~b"]


def test_without_vectors_there_is_nothing_of_it() -> None:
    plain = [advert.model_copy(update={"sentences": ()}) for advert in ADVERTS]
    assert keys_of(plain[0]) == []
    assert COMPARISONS["meaning"](plain[0], plain[1], Known()).score == 0.0
    assert len(list(link_whole([pack(plain)]).groups())) == 4


def test_the_real_model_joins_a_translation_and_no_stranger(encoder: Encoder) -> None:
    own = meanings(encoder, [("bg", BG), ("en", EN), ("en", OTHER), ("xx", ["къс"]), ("bg", [])])
    assert own[3:] == [(), ()]
    adverts = [
        Linkable(id=one, lang=lang, sentences=found)
        for one, lang, found in zip("abc", ("bg", "en", "en"), own[:3], strict=True)
    ]
    compare = COMPARISONS["meaning"]
    assert compare(adverts[0], adverts[1], Known()).score > 0.8
    assert compare(adverts[0], adverts[2], Known()).score == 0.0
    assert np.allclose(np.linalg.norm(unpacked(own[0]), axis=1), 1.0, atol=1e-4)


def test_vectors_of_two_models_are_told() -> None:
    with pytest.raises(ValueError, match="reshape"):
        unpacked((b"12345", b"123456"))
