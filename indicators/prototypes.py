"""Entries that no head was trained for, seen by meaning all the same: a sentence against the entry's own prototypes.

What counts is how much nearer a sentence is to the entry's prototypes than to what the entry is not: its near misses (examples
that must not match) and the other entries' prototypes, which stand for everything else that adverts say. So an analyst's new
entry is found in every language from the day it is written; once there are labels, a head does it better.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from indicators.catalogue import CatalogueEntry, load
from indicators.heads.model import NOT_BY_MEANING
from indicators.heads.neutral import neutral
from indicators.languages import load_languages
from indicators.syntax import Slot, parse
from indicators.tokens import fold
from strazha.model import NormalText, ReadField

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

#: Sentences in, centred vectors of length 1 out, [sentences, 384].
Encode = Callable[[Sequence[str]], "Rows"]

#: How much nearness to what the entry is not takes away, and from which score on a sentence is a hit. Measured on labelled
#: adverts and the catalogue's examples with every head left out (``python -m benchmarks.prototypes``): right 3 times in 4.
AGAINST, THRESHOLD = 0.5, 0.27
#: Sureness at the threshold and where a sentence is the prototype itself, which leaves a score of about ``SAME``.
LEAST, MOST, SAME = 0.5, 0.95, 0.85
#: A borrowed vector serves where the score is this far from the threshold (see indicators/heads/lately.py).
SURE = 0.1
#: Near misses that are typed in Latin letters mean little to the encoder, and nothing here reads them into Cyrillic.
_UNREAD = "bg-Latn"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def without_head(entries: Mapping[str, CatalogueEntry], heads: Iterable[str]) -> tuple[str, ...]:
    """Entries that are compared by prototypes: of adverts, with prototypes, a matter of meaning, and no head for them."""
    trained = {*heads, *NOT_BY_MEANING}
    return tuple(
        name
        for name, entry in entries.items()
        if name not in trained and entry.indicator.level == "advert" and any(entry.prototypes.values())
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """One sentence beside one entry."""

    indicator: str
    #: Row of the sentence.
    row: int
    confidence: float
    #: ``bg.3``: the third Bulgarian prototype is the nearest; and its words.
    nearest: str
    words: str


class Prototypes:
    """Compares sentences with the prototypes of some entries; encodes these when first asked. Safe to share between threads."""

    def __init__(self, entries: Mapping[str, CatalogueEntry], names: Sequence[str], encode: Encode) -> None:
        """``names`` are the entries compared (``without_head``); all entries, and the catalogue's, are what they are not."""
        self.names = tuple(names)
        self._entries, self._encode = {**load(), **entries}, encode
        self._lock = threading.Lock()
        self._made: _Vectors | None = None

    def scores(self, centred: Rows) -> Rows:
        """[sentences, len(names)]: nearness to each entry's prototypes, less ``AGAINST`` of that to what it is not."""
        return np.stack([self._score(centred, name)[0] for name in self.names], axis=1)

    def like(self, centred: Rows, texts: Sequence[str]) -> list[Likeness]:
        """Which sentences are like which entry, the likest first within an entry.

        ``texts`` are the sentences' words: one that denies ("never", "no") is not like a prototype that does not, which vectors
        hardly tell.
        """
        found: list[Likeness] = []
        for name in self.names:
            score, nearest = self._score(centred, name)
            for row in sorted(np.flatnonzero(score >= THRESHOLD).tolist(), key=lambda at: -float(score[at])):
                place, words = self._vectors().told[name][int(nearest[row])]
                if not denies(texts[row]) or denies(words):
                    found.append(Likeness(name, row, confidence(float(score[row])), place, words))
        return found

    def sure(self, centred: Rows, lent: Sequence[bool]) -> bool:
        """Whether every sentence with a borrowed vector is well away from the threshold."""
        rows = np.flatnonzero(np.array(lent, bool))
        return not len(rows) or bool((np.abs(self.scores(centred[rows]) - THRESHOLD) >= SURE).all())

    def _score(self, centred: Rows, name: str) -> tuple[Rows, NDArray[np.int64]]:
        made = self._vectors()
        nearness = centred @ made.own[name].T
        nearest = nearness.argmax(axis=1)
        other = (centred @ made.other[name].T).max(axis=1, initial=0.0)
        score: Rows = (nearness.max(axis=1) - AGAINST * other).astype(np.float32)
        return score, nearest

    def _vectors(self) -> _Vectors:
        with self._lock:
            if self._made is None:
                self._made = self._encoded()
            return self._made

    def _encoded(self) -> _Vectors:
        said: dict[str, list[tuple[str, str, str]]] = {}
        for name, entry in self._entries.items():
            if entry.indicator.level == "advert":
                listed = [(f"{lang}.{at}", one) for lang, many in entry.prototypes.items() for at, one in enumerate(many, 1)]
                said[name] = [(place, words, as_read(words)) for place, words in listed]
        misses = {name: _near_misses(self._entries[name]) for name in self.names}
        texts = dict.fromkeys(text for listed in said.values() for _, _, text in listed)
        texts.update(dict.fromkeys(text for many in misses.values() for text in many))
        order = {text: row for row, text in enumerate(texts)}
        vectors = self._encode(list(order))

        def rows(wanted: Iterable[str]) -> Rows:
            return vectors[[order[text] for text in wanted]]

        own = {name: rows(text for _, _, text in said[name]) for name in self.names}
        other = {}
        for name in self.names:
            same = {text for _, _, text in said[name]}
            apart = [text for entry, listed in said.items() if entry != name for _, _, text in listed if text not in same]
            other[name] = rows([*apart, *(text for text in misses[name] if text not in same)])
        told = {name: [(place, words) for place, words, _ in said[name]] for name in self.names}
        return _Vectors(own, other, told)


@dataclass(frozen=True, slots=True)
class _Vectors:
    """By entry: its prototypes, what it is not, and of each prototype its place and words."""

    own: dict[str, Rows]
    other: dict[str, Rows]
    told: dict[str, list[tuple[str, str]]]


def confidence(score: float) -> float:
    """How sure a score is: ``LEAST`` at the threshold, ``MOST`` where the sentence is the prototype."""
    share = (score - THRESHOLD) / (SAME - THRESHOLD)
    return round(LEAST + (MOST - LEAST) * min(max(share, 0.0), 1.0), 2)


def denies(text: str) -> bool:
    """Whether a word of negation stands in a text, in whichever language."""
    return not _denials().isdisjoint(_WORD.findall(fold(text)))


@lru_cache(maxsize=1)
def _denials() -> frozenset[str]:
    return frozenset(
        word
        for language in load_languages().values()
        for cue in language.negation.before
        for sequence in parse(cue, language.lists)
        for slot in sequence
        if len(sequence) == 1 and isinstance(slot, Slot)
        for word in slot.words
    )


def as_read(text: str) -> str:
    """What the encoder is given of a prototype: what it would be given of the same words in an advert."""
    field = ReadField("body", text, NormalText.identity(text))
    return neutral(field, 0, len(text), ())


def _near_misses(entry: CatalogueEntry) -> list[str]:
    return [as_read(text) for lang, one in entry.examples.items() if lang != _UNREAD for text in one.no_match]
