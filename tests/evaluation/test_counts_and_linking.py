from __future__ import annotations

import random

import pytest

from strazha.evaluation.counts import Counts, macro_f1, micro
from strazha.evaluation.linking import score_linking, wrong_pairs


def test_counts_add_up_and_name_what_is_wrong() -> None:
    counts = Counts()
    assert counts.add(["a", "b", "b"], ["b", "c"]) == (["a"], ["c"])
    assert (counts.tp, counts.fp, counts.fn, counts.support) == (1, 1, 1, 2)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.5, 0.5)
    counts.add([], [])
    assert counts.f1 == 0.5


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1) == (1.0, 1.0, 1.0)
    assert Counts(fp=1).f1 == 0.0
    assert macro_f1([]) == 1.0


def test_macro_counts_parts_alike_and_micro_adds() -> None:
    parts = [Counts(tp=9, fp=1), Counts(fn=1)]
    assert macro_f1(parts) == pytest.approx(18 / 19 / 2)
    assert micro(parts) == Counts(9, 1, 1)


GOLD = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "2", "f": "3"}


def test_the_right_grouping_is_perfect_whatever_the_names() -> None:
    score = score_linking(GOLD, {"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"})
    assert (score.pairs.f1, score.ari, score.bcubed_f1) == (1.0, 1.0, 1.0)


def test_figures_by_hand() -> None:
    # Found: abd | c | e | f: pairs found 3, of them right 1 (ab); true pairs 4.
    score = score_linking(GOLD, {"a": "x", "b": "x", "d": "x", "c": "y", "e": "z"})
    assert (score.pairs.tp, score.pairs.fp, score.pairs.fn) == (1, 2, 3)
    expected = 4 * 3 / 15
    assert score.ari == pytest.approx((1 - expected) / (3.5 - expected))
    assert score.bcubed_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert score.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2 + 1) / 6)


def test_everything_alone_and_everything_together() -> None:
    assert score_linking(GOLD, {}).pairs.precision == 1.0
    assert score_linking(GOLD, {}).ari == pytest.approx(0.0)
    together = score_linking(GOLD, dict.fromkeys(GOLD, "x"))
    assert together.pairs.recall == 1.0
    assert together.ari == pytest.approx(0.0)


def test_chance_gives_no_rand_index() -> None:
    rng = random.Random(1)
    gold = {str(number): str(rng.randrange(20)) for number in range(2000)}
    found = {one: str(rng.randrange(20)) for one in gold}
    assert abs(score_linking(gold, found).ari) < 0.01


def test_strangers_joined_by_a_hub_are_counted() -> None:
    score = score_linking(GOLD, {"a": "x", "d": "x", "f": "x"}, frozenset({"a", "f"}))
    assert score.hub_false_pairs == 1


def test_wrong_pairs_name_each_seam_once() -> None:
    missed, joined = wrong_pairs(GOLD, {"a": "x", "b": "x", "d": "x"})
    assert missed == [("a", "c"), ("d", "e")]
    assert joined == [("a", "d")]
