"""Holding what a learner saw against the key: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from review.train.cases import Case
from strazha.model import Indicator, Strength

#: Seen too much is forgiven once; more wrong marks mean that the signs were guessed.
FORGIVEN = 1


@dataclass(frozen=True, slots=True)
class Marked:
    """What was seen rightly, missed, and seen where there is nothing (ids in the order of the key, then of the catalogue)."""

    hit: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    #: best | fair | poor: how the outcome stands to the key.
    verdict: str
    passed: bool


def mark(case: Case, seen: Iterable[str], outcome: str, catalogue: Mapping[str, Indicator]) -> Marked:
    """Mark an answer.

    An exercise is passed with an outcome that is best or fair, no strong or medium indicator and no counter-indicator missed
    (weak ones may be), and at most one seen where there is none.
    """
    marked = set(seen)
    hit = tuple(name for name in case.key.indicators if name in marked)
    missed = tuple(name for name in case.key.indicators if name not in marked)
    wrong = tuple(name for name in catalogue if name in marked and name not in case.indicators)
    verdict = "best" if outcome in case.key.best else "fair" if outcome in case.key.fair else "poor"
    grave = [name for name in missed if catalogue[name].strength is not Strength.WEAK]
    return Marked(hit, missed, wrong, verdict, verdict != "poor" and not grave and len(wrong) <= FORGIVEN)


def placed(case: Case, indicator: str, words: str) -> bool | None:
    """Whether words a learner gave for an indicator touch those of the key; ``None`` where there is nothing to compare."""
    given = " ".join(words.split()).casefold()
    spans = [span for span in case.spans if span.indicator == indicator]
    if not given or not spans:
        return None
    texts = {"title": case.key.title, "body": case.key.body}
    for span in spans:
        key = " ".join(texts[span.field][span.start : span.end].split()).casefold()
        if key in given or (given in key and len(given) >= min(3, len(key))):
            return True
        # A selection that begins before or ends within the key's words overlaps them.
        if len(set(key.split()) & set(given.split())) * 2 >= min(len(set(key.split())), len(set(given.split()))):
            return True
    return False
