"""What every entry of the catalogue must hold to: schema, sources, and examples that come out as written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pytest

from indicators.catalogue import load, source_titles
from indicators.examples import Trial
from indicators.scoring import weights
from indicators.suite import missing
from nlp.pipeline import Reader
from strazha.model import Mention, NormalText, ReadField, ReadText, Strength

CATALOGUE = load()
ADVERT_LEVEL = sorted(name for name, entry in CATALOGUE.items() if entry.indicator.level == "advert")
PATTERNS_ONLY = [name for name in ADVERT_LEVEL if not CATALOGUE[name].derived]


def plain(text: str) -> tuple[ReadText, Sequence[Mention]]:
    """A text as it is, with no reader before it."""
    empty = NormalText.identity("")
    body = ReadField("body", text, NormalText.identity(text))
    return ReadText(ReadField("title", "", empty), body), ()


@lru_cache(maxsize=1)
def reader() -> Reader:
    return Reader()


def read(text: str) -> tuple[ReadText, Sequence[Mention]]:
    reading = reader().read("", text)
    return reading.text, reading.mentions


@pytest.fixture(scope="module")
def on_read() -> Trial:
    return Trial(CATALOGUE, read)


@pytest.fixture(scope="module")
def on_plain(on_read: Trial) -> Trial:
    return on_read.reading_by(plain)


def wrong(trial: Trial, name: str) -> list[str]:
    return [f"{one.lang}: expected {one.expected}: {one.text} {[hit.rule for hit in one.hits]}" for one in trial.check([name])]


@pytest.mark.parametrize("name", PATTERNS_ONLY)
def test_patterns_need_no_reader(name: str, on_plain: Trial) -> None:
    shown = CATALOGUE[name].examples["en"]
    assert [text for text in shown.match if not on_plain.hits(name, text)] == []
    assert [text for text in shown.no_match if on_plain.hits(name, text)] == []


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_examples_as_read(name: str, on_read: Trial) -> None:
    assert wrong(on_read, name) == []


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_has_examples_near_misses_and_prototypes(name: str) -> None:
    lacking = [f"{name}: {sentence}" for sentence in missing(CATALOGUE[name])]
    assert not lacking, "\n".join(lacking)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_is_explained_and_sourced(name: str) -> None:
    one = CATALOGUE[name].indicator
    assert {"en", "bg"} <= one.label.keys() & one.explanation.keys()
    assert all(source.title == source_titles()[source.code] for source in one.sources)
    assert one.validity.finding
    if one.strength is not Strength.COUNTER:
        assert one.dimension in weights().dimensions


@pytest.mark.parametrize("name", ADVERT_LEVEL)
def test_hits_show_the_captured_text(name: str, on_read: Trial) -> None:
    for examples in CATALOGUE[name].examples.values():
        for text in examples.match:
            for hit in on_read.hits(name, text):
                if hit.start is not None:
                    assert text[hit.start : hit.end] == hit.text != ""


def test_latin_typed_bulgarian_is_met_through_its_reading(on_read: Trial) -> None:
    text = "Rabota v Germania za 8 dushi. Pasportite se subirat pri pristigane. Bez opit, bez ezik, zaplata na ryka."
    assert [hit.text for hit in on_read.hits("documents_withheld", text)] == ["Pasportite se subirat"]
    assert on_read.hits("no_experience_needed", text)
    assert not on_read.hits("documents_withheld", "Ne zadarjame pasporti i lichni karti, rabota v Germania za 8 dushi.")
