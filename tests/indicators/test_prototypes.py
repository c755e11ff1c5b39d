"""Entries without a head are seen by their prototypes: in other languages, not where denied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indicators.catalogue import CatalogueEntry, load, load_entries
from indicators.examples import Trial
from indicators.heads import model
from indicators.heads.finder import LIKE, SemanticFinder
from indicators.prototypes import LEAST, MOST, THRESHOLD, Prototypes, confidence, denies, without_head
from indicators.screener import Screener
from nlp.pipeline import Reader
from strazha.model import Hit, Mention, ReadText
from strazha.model.vectors import Encoder

PAGE = Path(__file__).parents[2] / "docs/add-an-indicator.md"
NAME = "late_papers"


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CatalogueEntry]:
    """The catalogue with the entry that the page shows."""
    shown = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    path = tmp_path_factory.mktemp("mine") / f"{NAME}.yaml"
    path.write_text(shown.group(1), encoding="utf-8")
    return {**load(), **load_entries([path])}


@pytest.fixture(scope="module")
def finder(encoder: Encoder) -> SemanticFinder:
    heads = model.load()
    assert heads is not None
    return SemanticFinder(encoder, heads)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def trial(added: dict[str, CatalogueEntry], finder: SemanticFinder, reader: Reader) -> Trial:
    def read(text: str) -> tuple[ReadText, Sequence[Mention]]:
        reading = reader.read("", text)
        return reading.text, reading.mentions

    return Trial({NAME: added[NAME]}, read, finder)


@pytest.mark.parametrize(
    "text",
    [
        "You will be given your papers some weeks after you start.",
        "Ihre Unterlagen bekommen Sie erst einige Wochen nach Arbeitsbeginn.",
    ],
)
def test_a_new_entry_is_found_by_meaning_and_says_what_it_is_like(trial: Trial, text: str) -> None:
    (hit,) = trial.hits(NAME, text)
    assert hit.method == "semantic"
    assert re.fullmatch(r"prototype:(en|bg)\.\d", hit.rule)
    assert hit.note.startswith(LIKE)
    assert hit.text == text
    assert LEAST <= hit.confidence <= MOST


@pytest.mark.parametrize(
    "text",
    [
        "Please bring your documents to the interview.",
        "Papers are never handed out weeks after you start.",
        "Ihre Unterlagen bekommen Sie nie erst einige Wochen nach Arbeitsbeginn.",
        "Носете автобиография и снимка.",
        "",
    ],
)
def test_near_misses_and_denials_are_not(trial: Trial, text: str) -> None:
    assert trial.hits(NAME, text) == []


def test_screening_sees_it_with_copies_and_one_by_one(
    added: dict[str, CatalogueEntry], finder: SemanticFinder, reader: Reader
) -> None:
    screener = Screener(finder, entries=added)
    body = "Pickers wanted in Germany, 1800 euro a month, tel. 07700 900123. {} Contract with the farm."
    said = "You will be given your papers some weeks after you start."
    readings = [reader.read("Work on a farm", body.format(words)) for words in (said, "You get {} euro.", said)]

    def of(hits: Sequence[Hit]) -> list[Hit]:
        return [hit for hit in hits if hit.indicator == NAME]

    seen = screener.look_at_all(readings)
    assert [len(of(one.hits)) for one in seen] == [1, 0, 1]
    alone = screener.screen(readings[0].text, readings[0].mentions)
    assert of(alone.hits) == of(seen[0].hits)


def test_where_every_entry_has_a_head_nothing_is_compared(finder: SemanticFinder) -> None:
    heads = model.load()
    assert heads is not None
    left = without_head(load(), heads.names)
    assert (finder.prototypes_of(load()) is None) is (left == ())
    entries = {name: entry for name, entry in load().items() if name in heads.names}
    assert finder.prototypes_of(entries) is None
    # How a contact is written, and that nothing is said, are no matter of meaning.
    assert not {"obscured_contact", "employer_unidentified"} & set(without_head(load(), ()))


def test_prototypes_are_encoded_once_and_only_when_asked(added: dict[str, CatalogueEntry]) -> None:
    calls: list[int] = []

    def encode(texts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        calls.append(len(texts))
        return model.unit(np.array([[len(text), text.count("e"), 1] for text in texts], np.float32))

    bare = added[NAME].model_copy(update={"examples": {}})
    compared = Prototypes({NAME: bare}, [NAME], encode)
    assert calls == []
    row = encode([bare.prototypes["en"][0]])
    calls.clear()
    assert compared.scores(row).shape == (1, 1)
    assert compared.sure(row, [False])
    assert len(calls) == 1
    assert (confidence(THRESHOLD), confidence(2.0)) == (LEAST, MOST)
    assert denies("Никога не бавим документи")
    assert not denies("Документите ще ги получите")
