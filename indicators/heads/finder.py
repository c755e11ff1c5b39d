"""Semantic hits: sentences whose meaning a head knows, whatever their words; and which kind of advert the whole is like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indicators.heads.model import Heads, advert_vector
from indicators.heads.neutral import neutral
from strazha.model import Hit, Mention, Reading, ReadText
from strazha.model.sentences import sentences
from strazha.model.vectors import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from strazha.model.text import FieldName

#: Sentences looked at in one advert; an advert of ordinary length has fewer than thirty.
MOST = 200
#: Hits of one indicator kept in one advert, the surest ones.
KEPT = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: where it stands in the captured text, its words there, and what the encoder is given (neutral.py)."""

    field: FieldName
    start: int
    end: int
    captured: str
    text: str


def split(text: ReadText, mentions: Sequence[Mention]) -> list[Sentence]:
    """The sentences of an advert: the title as one, then those of the body."""
    found: list[Sentence] = []
    for read in text.fields():
        captured = read.captured
        named = [mention for mention in mentions if mention.field == read.name]
        places = [(0, len(captured))] if read.name == "title" else sentences(captured)
        for start, end in places:
            words = neutral(read, start, end, named)
            if sum(char.isalpha() for char in words) >= 3:
                found.append(Sentence(read.name, start, end, captured[start:end], words))
            if len(found) == MOST:
                return found
    return found


def sentences_of(reading: Reading) -> list[str]:
    """What the encoder is given of an advert."""
    return [one.text for one in split(reading.text, reading.mentions)]


class SemanticFinder:
    """Finds indicators by meaning. Deterministic; one encoder call for each advert, or one for many (``prepare``)."""

    def __init__(self, encoder: Encoder, heads: Heads) -> None:
        self._encoder, self._heads = encoder, heads
        #: The batch that was prepared last: its texts, by their identity, and their sentences.
        self._prepared: dict[int, tuple[ReadText, list[Sentence]]] = {}

    @property
    def label(self) -> str:
        """What a screening says of it: the heads' version."""
        return f"heads-{self._heads.version}"

    def prepare(self, readings: Iterable[Reading]) -> None:
        """Encode the sentences of many adverts in one call; the encoder remembers them until they are asked for."""
        prepared = {id(one.text): (one.text, split(one.text, one.mentions)) for one in readings}
        self._prepared = prepared
        wanted = list(dict.fromkeys(one.text for _, found in prepared.values() for one in found))
        if wanted:
            self._encoder.encode(wanted)

    @property
    def thresholds(self) -> dict[str, float]:
        """By indicator, from which probability on its head counts."""
        return dict(zip(self._heads.names, self._heads.thresholds.tolist(), strict=True))

    def look(self, text: ReadText, mentions: Sequence[Mention]) -> Seen:
        """What the heads see in an advert."""
        found = self._sentences(text, mentions)
        if not found:
            return Seen((), {})
        texts, centred, title = self._vectors(found)
        leaning = self._heads.leaning(centred, title, texts)
        return Seen(tuple(self._hits(found, self._heads.probabilities(centred, texts))), leaning)

    def sight(self, reading: Reading) -> Sight | None:
        """What the heads think of an advert, hits or not; None where it has no sentence."""
        found = self._sentences(reading.text, reading.mentions)
        if not found:
            return None
        texts, centred, title = self._vectors(found)
        surest = self._heads.probabilities(centred, texts).max(axis=0)
        names = dict(zip(self._heads.names, surest.tolist(), strict=True))
        return Sight(names, self._heads.leaning(centred, title, texts), advert_vector(centred, title))

    def _sentences(self, text: ReadText, mentions: Sequence[Mention]) -> list[Sentence]:
        held = self._prepared.get(id(text))
        return held[1] if held is not None and held[0] is text else split(text, mentions)

    def _vectors(self, found: Sequence[Sentence]) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32] | None]:
        texts = [one.text for one in found]
        centred = self._heads.centred(self._encoder.encode(texts))
        titles = [row for row, one in zip(centred, found, strict=True) if one.field == "title"]
        return texts, centred, titles[0] if titles else None

    def _hits(self, found: Sequence[Sentence], probabilities: NDArray[np.float32]) -> Iterable[Hit]:
        seen: dict[int, list[int]] = {}
        for row, column in np.argwhere(probabilities >= self._heads.thresholds).tolist():
            seen.setdefault(column, []).append(row)
        for column, rows in sorted(seen.items()):
            for row in sorted(rows, key=lambda at: -probabilities[at, column])[:KEPT]:
                one = found[row]
                yield Hit(
                    indicator=self._heads.names[column],
                    field=one.field,
                    start=one.start,
                    end=one.end,
                    text=one.captured,
                    method="semantic",
                    confidence=round(float(probabilities[row, column]), 2),
                    rule=f"head:{self._heads.version}",
                )


@dataclass(frozen=True, slots=True)
class Seen:
    """Hits by meaning, and how far the advert leans towards each kind (empty where it has no sentence)."""

    hits: tuple[Hit, ...]
    leaning: dict[str, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """Each head's highest probability over the sentences, the leaning, and the advert's vector ([768] float32)."""

    surest: dict[str, float]
    leaning: dict[str, float]
    vector: NDArray[np.float32]
