"""Intervals and tests against figures worked out elsewhere."""

from __future__ import annotations

from math import comb

import pytest

from strazha.evaluation.rates import Rate, differs, effect, holm


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # Wilson (1927) by hand; 0 of 20 and 20 of 20 end where they must; nothing of nothing can be anything.
    [(0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (5, 10, 0.2366, 0.7634), (1, 100, 0.0018, 0.0545), (0, 0, 0.0, 1.0)],
)
def test_wilson_interval(count: int, of: int, low: float, high: float) -> None:
    assert Rate(count, of).interval() == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))


def test_fishers_exact_test_where_counts_are_small() -> None:
    # 3 of 4 against 1 of 4: the lady and her tea, p = 34/70.
    assert differs(Rate(3, 4), Rate(1, 4)) == pytest.approx(34 / 70)
    assert differs(Rate(0, 30), Rate(5, 30)) == pytest.approx(2 * comb(30, 5) / comb(60, 5), rel=1e-6)
    assert differs(Rate(0, 0), Rate(3, 4)) == 1
    assert differs(Rate(0, 9), Rate(0, 9)) == 1


def test_two_proportions_where_counts_are_large() -> None:
    # Pooled 150 of 400: z = 0.15 / sqrt(.375 * .625 * .01) = 3.098, p = .00195.
    assert differs(Rate(60, 200), Rate(90, 200)) == pytest.approx(0.00195, abs=1e-5)
    # Both tests agree where they meet.
    assert differs(Rate(10, 200), Rate(25, 200)) == pytest.approx(0.0082, abs=1e-3)


def test_effect_and_correction() -> None:
    assert effect(Rate(50, 100), Rate(40, 100)) == pytest.approx(0.2014, abs=1e-4)
    assert effect(Rate(1, 100), Rate(4, 100)) == pytest.approx(-0.2025, abs=1e-3)
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
