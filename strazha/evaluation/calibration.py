"""What people decided, held against what the screening had said: shares followed up by band, by score and by indicator.

Plain sums over plain records; ``flows/calibration.py`` gathers the cases, ``thresholds.py`` proposes thresholds from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import exp, log, sqrt
from typing import Any

from strazha.evaluation.rates import Rate, differs, holm
from strazha.model import Band, Outcome

#: What a person found worth following, against what was not. Insufficient counts for neither, as on the leads' dashboard.
FOLLOWED = frozenset({Outcome.REFER, Outcome.MONITOR})
NOT_FOLLOWED = frozenset({Outcome.INDEPENDENT, Outcome.SPAM, Outcome.NOT_RELEVANT})
#: Decided adverts with, and without, an indicator below which nothing is said of its worth.
LEAST_WITH = 20
#: Width of a score's bin, in points; the last one holds 90 to 100.
BIN = 10
#: Chance below which a difference is called one, after Holm's correction over all that was compared.
_CHANCE = 0.05
#: A strong or supported indicator ought to make more than this of a difference, as a ratio of shares.
_TRIFLE = 1.2
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Case:
    """One decided advert or cluster: what people decided, and what the screening said when they did."""

    subject: str
    subject_id: str
    outcome: Outcome
    score: int
    band: Band
    #: Indicators of the screening decided on; None where it cannot be read any more, and for clusters.
    indicators: frozenset[str] | None = None
    #: Highest band that its indicators allow whatever the points; None where they are not known.
    cap: Band | None = None
    #: Lowest band that they allow: urgent at the head of the queue, that of an offence offered.
    floor: Band = Band.LOW
    #: Judged in a double review, and one that was drawn by chance.
    double: bool = False
    drawn: bool = False

    @property
    def decisive(self) -> bool:
        """Whether people said yes or no."""
        return self.outcome in FOLLOWED or self.outcome in NOT_FOLLOWED

    @property
    def followed(self) -> bool:
        """Referred or monitored."""
        return self.outcome in FOLLOWED


@dataclass(frozen=True, slots=True)
class Line:
    """Cases of one band or one bin of scores, counted."""

    label: str
    decided: int
    insufficient: int
    #: Of those decided with yes or no.
    followed: Rate
    referred: Rate
    #: Of all decided here, those nobody chose: drawn by chance for a double review.
    drawn: int
    #: Share followed up by the isotonic fit, averaged over the cases; None for a band, and where nobody said yes or no.
    fitted: float | None = None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "label": self.label,
            "decided": self.decided,
            "insufficient": self.insufficient,
            "followed": self.followed.plain(),
            "referred": self.referred.plain(),
            "drawn": self.drawn,
            "fitted": None if self.fitted is None else round(self.fitted, 4),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """Scores between which the fitted share stays the same, and the cases it rests on."""

    low: int
    high: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class Fall:
    """Two bands or bins out of order: the higher one was followed up less often, by more than chance."""

    lower: Line
    higher: Line
    #: After Holm's correction over all pairs.
    chance: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue says of an indicator: strength (S, M, W, C) and validity."""

    strength: str
    validity: str


@dataclass(frozen=True, slots=True)
class Effect:
    """How often adverts with an indicator were followed up, beside those without."""

    name: str
    known: Known
    present: Rate
    absent: Rate
    chance: float

    @property
    def enough(self) -> bool:
        """Whether anything may be said."""
        return min(self.present.of, self.absent.of) >= LEAST_WITH

    def ratio(self) -> tuple[float, float, float]:
        """Ratio of the shares with its 95 % interval (Katz's logarithm; half a case added to each cell where one is empty)."""
        a, n, c, m = self.present.count, self.present.of, self.absent.count, self.absent.of
        half = 0.5 if 0 in {a, n - a, c, m - c} else 0.0
        x, y, of_x, of_y = a + half, c + half, n + 2 * half, m + 2 * half
        middle = (x / of_x) / (y / of_y)
        error = _Z * sqrt(max(0.0, 1 / x - 1 / of_x + 1 / y - 1 / of_y))
        return middle, exp(log(middle) - error), exp(log(middle) + error)

    @property
    def contradiction(self) -> str:
        """In which way the decisions contradict the catalogue; empty where they do not, or are too few."""
        if not self.enough:
            return ""
        _, _, high = self.ratio()
        sure, more = self.chance <= _CHANCE, self.present.share > self.absent.share
        against = self.known.strength == "C" or self.known.validity == "contrary"
        if sure and more and against:
            return "followed up more often with it: it is said to speak against, or to be contrary"
        if sure and not more and not against:
            return "followed up less often with it: it is said to be a sign"
        if not against and (self.known.strength == "S" or self.known.validity == "supports") and high < _TRIFLE:
            return "makes no difference: it is said to be strong, or supported"
        return ""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        ratio, low, high = self.ratio()
        return {
            "indicator": self.name,
            "strength": self.known.strength,
            "validity": self.known.validity,
            "with": self.present.plain(),
            "without": self.absent.plain(),
            "ratio": round(ratio, 3),
            "low": round(low, 3),
            "high": round(high, 3),
            "chance": round(self.chance, 4),
            "enough": self.enough,
            "contradiction": self.contradiction,
        }


def isotonic(cases: Iterable[Case]) -> list[Step]:
    """The share followed up as it rises with the score, never falling (pool adjacent violators, Ayer et al. 1955).

    Cases of one score stand together; of neighbours out of order the weighted mean is taken until none is.
    """
    by_score: dict[int, tuple[int, int]] = {}
    for case in cases:
        if case.decisive:
            count, of = by_score.get(case.score, (0, 0))
            by_score[case.score] = count + case.followed, of + 1
    steps: list[Step] = []
    for score, (count, of) in sorted(by_score.items()):
        steps.append(Step(score, score, Rate(count, of)))
        while len(steps) > 1 and _share(steps[-2].rate) >= _share(steps[-1].rate):
            last, before = steps.pop(), steps.pop()
            rate = Rate(before.rate.count + last.rate.count, before.rate.of + last.rate.of)
            steps.append(Step(before.low, last.high, rate))
    return steps


def _share(rate: Rate) -> Fraction:
    # Exact: two thirds of three and of nine are one step.
    return Fraction(rate.count, rate.of)


def by_band(cases: Sequence[Case]) -> list[Line]:
    """One line for each band, the lowest first."""
    return [_line(band.value, [case for case in cases if case.band is band]) for band in Band]


def by_score(cases: Sequence[Case]) -> list[Line]:
    """One line for each bin of scores that anything was decided in, the lowest first, with the isotonic fit."""
    steps = isotonic(cases)
    fit = {score: step.rate.share for step in steps for score in range(step.low, step.high + 1)}
    lines = []
    for first in range(0, 100, BIN):
        last = 100 if first + BIN >= 100 else first + BIN - 1
        inside = [case for case in cases if first <= case.score <= last]
        decisive = [fit[case.score] for case in inside if case.decisive]
        if inside:
            lines.append(_line(f"{first}-{last}", inside, sum(decisive) / len(decisive) if decisive else None))
    return lines


def _line(label: str, cases: Sequence[Case], fitted: float | None = None) -> Line:
    decisive = [case for case in cases if case.decisive]
    return Line(
        label=label,
        decided=len(cases),
        insufficient=len(cases) - len(decisive),
        followed=Rate(sum(case.followed for case in decisive), len(decisive)),
        referred=Rate(sum(case.outcome is Outcome.REFER for case in decisive), len(decisive)),
        drawn=sum(case.drawn for case in cases),
        fitted=fitted,
    )


def falls(lines: Sequence[Line]) -> list[Fall]:
    """Pairs of lines of which the higher was followed up less often by more than chance: the score does not order them."""
    pairs = [(low, high) for low, high in combinations(lines, 2) if low.followed.of and high.followed.of]
    chances = holm([differs(low.followed, high.followed) for low, high in pairs])
    return [
        Fall(low, high, chance)
        for (low, high), chance in zip(pairs, chances, strict=True)
        if low.followed.share > high.followed.share and chance <= _CHANCE
    ]


def effects(cases: Iterable[Case], known: Mapping[str, Known]) -> list[Effect]:
    """Every indicator seen in a decided advert, those with most to say first; adverts whose screening is gone are left out."""
    readable = [case for case in cases if case.decisive and case.indicators is not None]
    names = sorted({name for case in readable for name in case.indicators or ()} & set(known))
    rates = {name: (_rate(readable, name, True), _rate(readable, name, False)) for name in names}
    tested = [name for name in names if min(rate.of for rate in rates[name]) >= LEAST_WITH]
    chances = dict(zip(tested, holm([differs(*rates[name]) for name in tested]), strict=True))
    found = [Effect(name, known[name], *rates[name], chances.get(name, 1.0)) for name in names]
    return sorted(found, key=lambda one: (not one.contradiction, not one.enough, one.chance, one.name))


def _rate(cases: Sequence[Case], name: str, there: bool) -> Rate:
    some = [case for case in cases if (name in (case.indicators or ())) is there]
    return Rate(sum(case.followed for case in some), len(some))


def count_by(cases: Iterable[Case], band: Callable[[Case], Band]) -> dict[str, int]:
    """How many cases each band holds, by some way of giving bands."""
    counts = dict.fromkeys((one.value for one in Band), 0)
    for case in cases:
        counts[band(case).value] += 1
    return counts
