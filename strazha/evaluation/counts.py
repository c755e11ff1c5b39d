"""Precision, recall and F1 from counts."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from statistics import fmean


@dataclass(slots=True)
class Counts:
    """What was found rightly (tp), found wrongly (fp) and not found (fn). Adds up over rows."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def add(self, gold: Collection[Hashable], found: Collection[Hashable]) -> tuple[list[Hashable], list[Hashable]]:
        """Count one row's values (repeats count once); returns what was missed and what was found wrongly."""
        right, seen = set(gold), set(found)
        missed = [one for one in dict.fromkeys(gold) if one not in seen]
        wrong = [one for one in dict.fromkeys(found) if one not in right]
        self.tp += len(right & seen)
        self.fn += len(missed)
        self.fp += len(wrong)
        return missed, wrong

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 when nothing was found."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 when nothing is there."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 1 when nothing is there and nothing was found."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else 1.0

    @property
    def support(self) -> int:
        """How many there are in the labels."""
        return self.tp + self.fn

    def plain(self) -> dict[str, float | int]:
        """For JSON."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
        }


def macro_f1(parts: Collection[Counts]) -> float:
    """Mean F1 of the parts, each counting alike; 1 without parts."""
    return fmean(one.f1 for one in parts) if parts else 1.0


def micro(parts: Collection[Counts]) -> Counts:
    """The parts' counts added up."""
    return Counts(sum(one.tp for one in parts), sum(one.fp for one in parts), sum(one.fn for one in parts))
