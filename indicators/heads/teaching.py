"""Which adverts would teach the heads most, were they labelled: near a threshold, seen differently, unlike each other."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from indicators.catalogue import load
from indicators.heads.finder import SemanticFinder
from indicators.heads.model import unit
from indicators.screener import Findings, Screener
from strazha.model import AdType, Advert, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Logits around a threshold within which a head is unsure: at a threshold of .4 from .11 to .78.
NEAR = 1.7
#: A pattern found what its head thinks this many times less likely than its threshold.
UNSEEN = 0.5
#: What the three kinds of teaching are worth, each from 0 to 1.
UNSURE, DISAGREE, TYPE = 1.0, 0.8, 0.5
#: Adverts kept for each one wanted, from which unlike ones are chosen; and what likeness costs.
POOL, LIKENESS = 20, 1.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """An advert worth labelling, and why."""

    name: str
    advert: Advert
    reading: Reading
    findings: Findings
    worth: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    lesson: Lesson
    text: bytes
    vector: NDArray[np.float32]


class Teaching:
    """Looks at adverts one by one and keeps the best in bounded memory (``POOL`` for each advert wanted)."""

    def __init__(
        self, finder: SemanticFinder, screener: Screener, *, count: int, known: frozenset[bytes] = frozenset()
    ) -> None:
        """``known`` are texts (``text_key``) that are labelled already."""
        self._finder, self._screener, self._count, self._known = finder, screener, count, known
        self._heap: list[tuple[float, int, _Kept]] = []
        self._texts: set[bytes] = set()
        self.seen = 0

    def prepare(self, readings: Sequence[Reading]) -> None:
        """Tell which adverts come next, so that their sentences are encoded in one go."""
        self._screener.prepare(readings)

    def add(self, name: str, advert: Advert, reading: Reading) -> None:
        """Look at one advert."""
        self.seen += 1
        text = text_key(reading)
        if text in self._known or text in self._texts:
            return
        sight = self._finder.sight(reading)
        if sight is None:
            return
        findings = self._screener.screen(reading.text, reading.mentions, advert=advert)
        worth, why = _worth(findings, sight.surest, self._finder.thresholds, sight.leaning)
        if not why:
            return
        kept = _Kept(Lesson(name, advert, reading, findings, round(worth, 3), why), text, sight.vector)
        # The number keeps the order of equals: earlier adverts first.
        item = (worth, -self.seen, kept)
        if len(self._heap) < POOL * self._count:
            heapq.heappush(self._heap, item)
        elif item[:2] > self._heap[0][:2]:
            self._texts.discard(heapq.heapreplace(self._heap, item)[2].text)
        else:
            return
        self._texts.add(text)

    def chosen(self) -> list[Lesson]:
        """The lessons, the most worth first, each chosen for its worth and for being unlike those before it."""
        pool = [kept for _, _, kept in sorted(self._heap, key=lambda item: item[:2], reverse=True)]
        if not pool:
            return []
        vectors = unit(np.array([kept.vector for kept in pool], np.float32))
        worth = np.array([kept.lesson.worth for kept in pool])
        likeness = np.zeros(len(pool))
        free = np.ones(len(pool), bool)
        found: list[Lesson] = []
        while len(found) < self._count and free.any():
            at = int(np.argmax(np.where(free, worth - LIKENESS * likeness, -np.inf)))
            free[at] = False
            found.append(pool[at].lesson)
            likeness = np.maximum(likeness, vectors @ vectors[at])
        return found


def text_key(reading: Reading) -> bytes:
    """The same for texts that differ in digits, names and signs only."""
    return blake2b(reading.text.folded.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _worth(
    findings: Findings, surest: Mapping[str, float], thresholds: Mapping[str, float], leaning: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    unsure = {name: _unsure(surest[name], thresholds[name]) for name in surest if _speaks(name, findings)}
    near = sorted((name for name in unsure if unsure[name] > 0.5), key=lambda name: (-unsure[name], name))[:3]
    words = {hit.indicator for hit in findings.hits if hit.method == "pattern"}
    # An entry without a head may be seen by its prototypes, which no label teaches.
    meaning = {hit.indicator for hit in findings.hits if hit.method == "semantic" and hit.indicator in surest}
    alone = sorted(name for name in words if name in surest and surest[name] < UNSEEN * thresholds[name])
    meant = sorted(meaning - words)
    why = [f"{name}: its head says {surest[name]:.2f}, counted from {thresholds[name]:.2f} on" for name in near]
    why += [f"{name}: in the words, not in the meaning ({surest[name]:.2f})" for name in alone]
    why += [f"{name}: in the meaning ({surest[name]:.2f}), not in the words" for name in meant if name not in near]
    first, second = [*sorted(leaning.items(), key=lambda item: -item[1]), ("", 0.0)][:2]
    close = second[1] / first[1] if first[1] else 0.0
    if close > 0.6:
        why.append(f"the kind of advert: {first[0]} or {second[0]}")
    worth = (
        UNSURE * max(unsure.values(), default=0.0)
        + DISAGREE * min(1.0, (len(alone) + len(meant)) / 2)
        + TYPE * (close if close > 0.6 else 0.0)
    )
    return worth, tuple(why)


def _speaks(name: str, findings: Findings) -> bool:
    """Whether an indicator speaks about this type of advert; a harmless one may be of any type to a closer look."""
    entry = load().get(name)
    applies = entry.indicator.applies_to if entry is not None else ()
    return not applies or findings.ad_type is AdType.BENIGN or findings.ad_type in applies


def _unsure(probability: float, threshold: float) -> float:
    """1 at the threshold, 0 from ``NEAR`` logits away on."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    distance = abs(math.log(p / (1 - p)) - math.log(threshold / (1 - threshold)))
    return max(0.0, 1 - distance / NEAR)
