"""Semantic hits: sentences whose meaning a head knows, whatever their words; and which kind of advert the whole is like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from indicators.adtype import RULES_WORTH
from indicators.catalogue import CatalogueEntry
from indicators.heads.lately import Lately, Made
from indicators.heads.model import Heads, advert_vector, label_of, sigmoid
from indicators.heads.neutral import neutral
from indicators.prototypes import Prototypes, without_head
from strazha.model import Hit, Mention, Reading, ReadText
from strazha.model.sentences import sentences
from strazha.model.vectors import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from strazha.model.text import FieldName

#: Sentences looked at in one advert; an advert of ordinary length has fewer than thirty.
MOST = 200
#: Letters without which nothing is said.
_LETTERS = 3
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
            if len(list(islice(filter(str.isalpha, words), _LETTERS))) == _LETTERS:
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
        self._encoder, self._heads, self._limits = encoder, heads, heads.limits
        self._lately = Lately(encoder, heads)
        #: The batch that was prepared last: its texts, by their identity, and their sentences.
        self._prepared: dict[int, tuple[ReadText, list[Sentence]]] = {}

    @property
    def label(self) -> str:
        """What a screening says of it: the heads' version."""
        return label_of(self._heads.version)

    def prototypes_of(self, entries: Mapping[str, CatalogueEntry]) -> Prototypes | None:
        """What compares sentences with the prototypes of entries that have no head; None where each has one."""
        names = without_head(entries, self._heads.names)
        if not names:
            return None
        return Prototypes(entries, names, lambda texts: self._heads.centred(self._encoder.encode(texts)))

    def prepare(self, readings: Iterable[Reading]) -> None:
        """Encode the sentences of many adverts in one call; they are remembered until they are asked for."""
        self._prepared = {id(one.text): (one.text, split(one.text, one.mentions)) for one in readings}
        self._lately.own(dict.fromkeys(one.text for _, found in self._prepared.values() for one in found))

    def forget(self) -> None:
        """Forget the sentences met lately (for measurements)."""
        self._lately.forget()

    @property
    def thresholds(self) -> dict[str, float]:
        """By indicator, from which probability on its head counts."""
        return dict(zip(self._heads.names, self._heads.thresholds.tolist(), strict=True))

    def look(self, text: ReadText, mentions: Sequence[Mention], prototypes: Prototypes | None = None) -> Seen:
        """What the heads see in an advert, and what is like the ``prototypes`` (of ``prototypes_of``)."""
        found = self._sentences(text, mentions)
        return self._view(found, self._lately.own(_texts(found)), prototypes).seen() if found else Seen((), {})

    def look_at_all(self, readings: Iterable[Reading], prototypes: Prototypes | None = None) -> list[Seen]:
        """What ``look`` sees in each of many adverts, where copies may borrow.

        A sentence whose words are known in another order, or with other numbers, borrows the vector of the known one. Where
        that could make a difference, because some head is not far from its threshold or the kind of advert not clear, the
        advert is looked at with its own vectors after all.
        """
        every = [split(one.text, one.mentions) for one in readings]
        made = self._lately.lent(dict.fromkeys(one.text for found in every for one in found))
        views = [self._view(found, made, prototypes) if found else None for found in every]
        unsure = {at for at, view in enumerate(views) if view is not None and not view.sure()}
        if unsure:
            made |= self._lately.own(dict.fromkeys(one.text for at in sorted(unsure) for one in every[at]))
            for at in unsure:
                views[at] = self._view(every[at], made, prototypes)
        return [view.seen() if view is not None else Seen((), {}) for view in views]

    def sight(self, reading: Reading) -> Sight | None:
        """What the heads think of an advert, hits or not; None where it has no sentence."""
        found = self._sentences(reading.text, reading.mentions)
        if not found:
            return None
        view = self._view(found, self._lately.own(_texts(found)))
        names = dict(zip(self._heads.names, sigmoid(view.logits).max(axis=0).tolist(), strict=True))
        return Sight(names, view.leaning, advert_vector(view.centred, view.title))

    def _sentences(self, text: ReadText, mentions: Sequence[Mention]) -> list[Sentence]:
        held = self._prepared.get(id(text))
        return held[1] if held is not None and held[0] is text else split(text, mentions)

    def _view(self, found: list[Sentence], known: Mapping[str, Made], prototypes: Prototypes | None = None) -> _View:
        made = [known[one.text] for one in found]
        centred = np.array([one.vector for one in made])
        logits = self._heads.within(np.array([one.alone for one in made]), centred)
        titles = [row for row, one in zip(centred, found, strict=True) if one.field == "title"]
        title = titles[0] if titles else None
        leaning = self._heads.leaning(centred, title, _texts(found))
        lent = [one.lent for one in made]
        return _View(self._heads, self._limits, found, lent, centred, title, logits, leaning, prototypes)


def _texts(found: Sequence[Sentence]) -> list[str]:
    return [one.text for one in found]


#: How far every head must be from its threshold, in logits, for a borrowed vector to serve: in the sentence that borrowed and,
#: for each sentence that did, in the advert's others. Measured on copies of 798 adverts, see docs/decisions.md.
SURE, SURE_BESIDE = 1.0, 0.25
#: How far apart the shares of the two likeliest kinds must be, both as they are and with the rules' word added to one.
SURE_OF_KIND = 0.06


@dataclass(frozen=True, slots=True)
class _View:
    """An advert before the heads."""

    heads: Heads
    limits: NDArray[np.float32]
    found: list[Sentence]
    lent: list[bool]
    centred: NDArray[np.float32]
    title: NDArray[np.float32] | None
    logits: NDArray[np.float32]
    leaning: dict[str, float]
    prototypes: Prototypes | None

    def sure(self) -> bool:
        """Whether the vectors that are borrowed cannot make a difference."""
        if not any(self.lent):
            return True
        far = np.abs(self.logits - self.limits).min(axis=1)
        needed = np.where(self.lent, SURE, min(SURE, SURE_BESIDE * sum(self.lent)))
        if (far < needed).any():
            return False
        if self.prototypes is not None and not self.prototypes.sure(self.centred, self.lent):
            return False
        first, *others = sorted(self.leaning.values(), reverse=True)
        return all(min(first - one, abs(first - one - RULES_WORTH)) >= SURE_OF_KIND for one in others)

    def seen(self) -> Seen:
        """What is seen in it."""
        return Seen((*self._hits(), *self._alike()), self.leaning)

    def _hits(self) -> Iterable[Hit]:
        seen: dict[int, list[int]] = {}
        probabilities = sigmoid(self.logits)
        for row, column in np.argwhere(probabilities >= self.heads.thresholds).tolist():
            seen.setdefault(column, []).append(row)
        for column, rows in sorted(seen.items()):
            for row in sorted(rows, key=lambda at: -probabilities[at, column])[:KEPT]:
                sureness = round(float(probabilities[row, column]), 2)
                yield _hit(self.heads.names[column], self.found[row], sureness, f"head:{self.heads.version}")

    def _alike(self) -> Iterable[Hit]:
        if self.prototypes is None:
            return
        kept: Counter[str] = Counter()
        for like in self.prototypes.like(self.centred, _texts(self.found)):
            kept[like.indicator] += 1
            if kept[like.indicator] <= KEPT:
                note = f"{LIKE} {like.words}"
                yield _hit(like.indicator, self.found[like.row], like.confidence, f"prototype:{like.nearest}", note)


#: What stands before the prototype in the note of a hit (review/sentences.py says it in other languages).
LIKE = "means much the same as:"


def _hit(indicator: str, one: Sentence, confidence: float, rule: str, note: str = "") -> Hit:
    return Hit(
        indicator=indicator,
        field=one.field,
        start=one.start,
        end=one.end,
        text=one.captured,
        method="semantic",
        confidence=confidence,
        rule=rule,
        note=note,
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
