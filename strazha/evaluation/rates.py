"""Shares with their uncertainty, and tests whether two shares differ: what groups and drift are compared by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, erfc, exp, lgamma, sqrt

#: Two-sided 95 %.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` of ``of``; nothing of nothing is a share of 0."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.count / self.of if self.of else 0.0

    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share; (0, 1) of nothing. Holds for small counts, where the usual one is too narrow."""
        if not self.of:
            return 0.0, 1.0
        n, p = self.of, self.share
        middle = p + _Z * _Z / (2 * n)
        spread = _Z * sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        whole = 1 + _Z * _Z / n
        low, high = (middle - spread) / whole, (middle + spread) / whole
        return (0.0 if not self.count else max(0.0, low)), (1.0 if self.count == n else min(1.0, high))

    def plain(self) -> dict[str, float | int]:
        """For JSON."""
        low, high = self.interval()
        return {
            "count": self.count,
            "of": self.of,
            "share": round(self.share, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }


def effect(one: Rate, other: Rate) -> float:
    """Cohen's h, how far two shares lie apart: .2 is small, .5 medium; 1 % against 4 % counts as much as 40 % against 50 %."""
    return 2 * (asin(sqrt(one.share)) - asin(sqrt(other.share)))


def differs(one: Rate, other: Rate) -> float:
    """Probability (two-sided) of two samples' shares lying at least as far apart if both come from one population.

    The two-proportion z-test where at least five are expected in each cell, else Fisher's exact test. 1 where one is empty.
    """
    if not one.of or not other.of:
        return 1.0
    total, found = one.of + other.of, one.count + other.count
    pooled = found / total
    if min(pooled, 1 - pooled) * min(one.of, other.of) < 5:
        return _fisher(one, other)
    z = (one.share - other.share) / sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of))
    return erfc(abs(z) / sqrt(2))


def _fisher(one: Rate, other: Rate) -> float:
    """Sum over all tables with these margins that are no likelier than the one seen."""
    total, found = one.of + other.of, one.count + other.count
    low, high = max(0, found - other.of), min(one.of, found)
    whole = _log_choose(total, found)

    def chance(count: int) -> float:
        return exp(_log_choose(one.of, count) + _log_choose(other.of, found - count) - whole)

    seen = chance(one.count) * (1 + 1e-7)
    return min(1.0, sum(p for p in map(chance, range(low, high + 1)) if p <= seen))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def holm(chances: Sequence[float]) -> list[float]:
    """The chances corrected for having tested all of them (Holm), in their order: the chance of even one false alarm."""
    order = sorted(range(len(chances)), key=lambda at: chances[at])
    corrected, worst = [1.0] * len(chances), 0.0
    for rank, at in enumerate(order):
        worst = max(worst, min(1.0, chances[at] * (len(chances) - rank)))
        corrected[at] = worst
    return corrected
