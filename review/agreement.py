"""How far people agree: raw agreement, Cohen's kappa, and agreement on each outcome. Plain numbers of pairs of opinions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from strazha.ledger.work_records import DoubleReview
from strazha.model import Outcome

#: Quantile of the normal distribution for an interval that holds 95 of 100.
Z = 1.96
#: Pairs below which no kappa is given: of one or a few it is 0 or 1 by chance, with an interval of no width.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class OutcomeAgreement:
    """Agreement on one outcome: of all times it was said, how often by both (2a / (2a + b + c); Fleiss' positive agreement)."""

    outcome: Outcome
    said: int
    both: int
    share: float | None


@dataclass(frozen=True, slots=True)
class PersonAgreement:
    """How often one reviewer and the other said the same."""

    name: str
    reviews: int
    same: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over pairs of opinions.

    Kappa and its interval are None where chance alone would make all alike, or of fewer than ``FEWEST`` pairs.
    """

    pairs: int
    same: int
    raw: float | None
    kappa: float | None
    low: float | None
    high: float | None
    outcomes: tuple[OutcomeAgreement, ...]
    people: tuple[PersonAgreement, ...]
    #: Rows: what the first said; columns: what the second said; both in the order of Outcome.
    table: tuple[tuple[int, ...], ...]


def pairs_of(reviews: Iterable[DoubleReview]) -> list[DoubleReview]:
    """Reviews in which both opinions are in (ended ones count too: what was said was said)."""
    return [one for one in reviews if len(one.opinions) == 2 and one.state != "open"]


def agreement(reviews: Sequence[DoubleReview]) -> Agreement:
    """Agreement of the first with the second opinion (Cohen 1960; interval by Cohen's large-sample standard error)."""
    pairs = [(one.opinions[0].outcome, one.opinions[1].outcome) for one in reviews]
    count, same = len(pairs), sum(1 for a, b in pairs if a == b)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    kappa = low = high = None
    raw = same / count if count else None
    if raw is not None and count >= FEWEST:
        chance = sum(first[outcome] * second[outcome] for outcome in Outcome) / count**2
        if chance < 1:
            kappa = (raw - chance) / (1 - chance)
            error = sqrt(raw * (1 - raw) / (count * (1 - chance) ** 2))
            low, high = max(-1.0, kappa - Z * error), min(1.0, kappa + Z * error)
    cells = Counter(pairs)
    return Agreement(
        pairs=count,
        same=same,
        raw=raw,
        kappa=kappa,
        low=low,
        high=high,
        outcomes=tuple(_outcome(one, first[one] + second[one], cells[one, one]) for one in Outcome),
        people=_people(reviews),
        table=tuple(tuple(cells[a, b] for b in Outcome) for a in Outcome),
    )


def _outcome(outcome: Outcome, said: int, both: int) -> OutcomeAgreement:
    return OutcomeAgreement(outcome, said, both, 2 * both / said if said else None)


def _people(reviews: Sequence[DoubleReview]) -> tuple[PersonAgreement, ...]:
    total: Counter[str] = Counter()
    same: Counter[str] = Counter()
    for one in reviews:
        for opinion in one.opinions:
            total[opinion.reviewer] += 1
            same[opinion.reviewer] += one.opinions[0].outcome == one.opinions[1].outcome
    return tuple(PersonAgreement(name, total[name], same[name]) for name in sorted(total))
