from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from clusters.grouping import group
from strazha.model import Judgement, Link

AT = datetime(2026, 3, 1, tzinfo=UTC)


def link(a: str, b: str, score: float = 0.95, judgement: Judgement = Judgement.NONE, days: int = 0) -> Link:
    judged = {"judged_by": "ana", "judged_at": AT + timedelta(days=days)} if judgement is not Judgement.NONE else {}
    return Link(a=min(a, b), b=max(a, b), score=score, reasons=(), judgement=judgement, **judged)


def star(centre: str, *leaves: str) -> list[Link]:
    return [link(centre, leaf) for leaf in leaves]


FIRST, SECOND = star("a0", "a1", "a2", "a3"), star("b0", "b1", "b2", "b3")


def test_linked_adverts_are_one_group_and_others_stand_alone() -> None:
    assert group([link("a", "b"), link("b", "c")], ["d", "a"]) == [["a", "b", "c"], ["d"]]
    assert group([], ["b", "a"]) == [["a"], ["b"]]
    assert group([link("a", "b", 0.49)]) == []


def test_one_weak_bridge_between_two_groups_is_cut() -> None:
    assert len(group([*FIRST, *SECOND, link("a1", "b1", 0.55)])) == 2
    assert len(group([*FIRST, *SECOND, link("a1", "b1", 0.95)])) == 1


def test_many_weak_links_hold_two_groups() -> None:
    weak = [link("a1", "b1", 0.55), link("a2", "b2", 0.55), link("a3", "b3", 0.55)]
    assert len(group([*FIRST, *SECOND, *weak])) == 1


def test_many_weak_links_that_end_in_one_advert_are_one_bridge() -> None:
    weak = [link("a1", f"b{number}", 0.55) for number in range(4)]
    assert len(group([*FIRST, *SECOND, *weak])) == 2


def test_a_small_group_joins_by_one_weak_link() -> None:
    assert group([*FIRST, link("a1", "x", 0.55)]) == [["a0", "a1", "a2", "a3", "x"]]


def test_never_keeps_apart_also_through_others() -> None:
    word = link("a", "c", judgement=Judgement.NEVER)
    found = group([link("a", "b", 0.9), link("b", "c", 0.8), word])
    assert found == [["a", "b"], ["c"]]


def test_never_holds_whatever_is_confirmed_around_it() -> None:
    word = [link("a", "b", judgement=Judgement.CONFIRMED), link("b", "c", judgement=Judgement.CONFIRMED, days=1)]
    found = group([*word, link("a", "c", judgement=Judgement.NEVER)])
    assert found == [["a"], ["b", "c"]]


def test_confirmed_holds_a_link_of_any_score_and_bridges_groups() -> None:
    assert group([link("a", "b", 0.1, Judgement.CONFIRMED)]) == [["a", "b"]]
    assert len(group([*FIRST, *SECOND, link("a1", "b1", 0.1, Judgement.CONFIRMED)])) == 1


def test_a_cut_link_does_not_count_but_others_do() -> None:
    assert group([link("a", "b", 0.9, Judgement.CUT)], ["a", "b"]) == [["a"], ["b"]]
    assert group([link("a", "b", 0.9, Judgement.CUT), link("a", "c"), link("b", "c")]) == [["a", "b", "c"]]


def test_the_order_of_links_does_not_count() -> None:
    rng = random.Random(3)
    names = [f"n{number}" for number in range(60)]
    links = {}
    for _ in range(150):
        a, b = rng.sample(names, 2)
        judgement = rng.choices(list(Judgement), [20, 1, 1, 2])[0]
        one = link(a, b, rng.choice([0.3, 0.55, 0.6, 0.75, 0.95]), judgement)
        links[one.id] = one
    first = group(list(links.values()), names)
    for _ in range(5):
        shuffled = list(links.values())
        rng.shuffle(shuffled)
        rng.shuffle(names)
        assert group(shuffled, names) == first
    where = {one: index for index, members in enumerate(first) for one in members}
    for one in links.values():
        if one.judgement is Judgement.NEVER:
            assert where[one.a] != where[one.b]


def test_a_long_chain_does_no_harm() -> None:
    chain = [link(f"n{number:06}", f"n{number + 1:06}") for number in range(50_000)]
    assert len(group(chain)) == 1
