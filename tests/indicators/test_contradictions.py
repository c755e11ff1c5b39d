"""What contradicts itself is settled: words before meaning, the surer of two meanings."""

from __future__ import annotations

import pytest

from indicators.contradictions import agreeing
from strazha.model import Hit
from strazha.model.screening import Method


def hit(indicator: str, method: Method, confidence: float) -> Hit:
    return Hit(
        indicator=indicator, field="body", start=0, end=4, text="text", method=method, confidence=confidence, rule="test"
    )


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("incall_only", "semantic", 0.9), ("outcall_only", "pattern", 0.5), ["outcall_only"]),
        (("incall_only", "semantic", 0.9), ("outcall_only", "semantic", 0.5), ["incall_only"]),
        (("no_contract", "pattern", 0.8), ("written_contract", "pattern", 0.8), ["no_contract", "written_contract"]),
        (("incall_only", "semantic", 0.9), ("stated_limits", "semantic", 0.5), ["incall_only", "stated_limits"]),
    ],
)
def test_only_what_was_understood_gives_way(
    first: tuple[str, Method, float], second: tuple[str, Method, float], kept: list[str]
) -> None:
    assert [one.indicator for one in agreeing([hit(*first), hit(*second)])] == kept
