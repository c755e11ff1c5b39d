"""People's word holds: in every order, against any number of links, and the newest over the older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.grouping import group
from clusters.judgements import MOST_PARTED, merged, parted
from strazha.model import Judgement, Link

IDS = [f"a{number}" for number in range(9)]
PAIRS = st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True).map(sorted)
START = datetime(2026, 5, 1, tzinfo=UTC)


def machine(a: str, b: str, score: float) -> Link:
    return Link(a=a, b=b, score=score, reasons=())


def said(a: str, b: str, judgement: Judgement, at: int, score: float = 0.9) -> Link:
    when = START + timedelta(minutes=at)
    return Link(a=a, b=b, score=score, reasons=(), judgement=judgement, judged_by="ana", judged_at=when)


@settings(max_examples=300, deadline=None)
@given(
    links=st.lists(st.tuples(PAIRS, st.floats(0.5, 1.0)), max_size=30),
    words=st.lists(st.tuples(PAIRS, st.sampled_from([Judgement.CONFIRMED, Judgement.NEVER])), max_size=8),
    rng=st.randoms(use_true_random=False),
)
def test_every_word_holds_unless_a_newer_one_excludes_it(
    links: list[tuple[list[str], float]], words: list[tuple[list[str], Judgement]], rng: object
) -> None:
    newest = {tuple(pair): (judgement, at) for at, (pair, judgement) in enumerate(words)}
    judged = [said(a, b, judgement, at) for (a, b), (judgement, at) in newest.items()]
    found = {(a, b): machine(a, b, score) for (a, b), score in links if (a, b) not in newest}
    mixed = [*found.values(), *judged]
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    together = {one: at for at, members in enumerate(group(mixed, IDS)) for one in members}
    # The words alone, newest first, say which of them can hold.
    held: list[tuple[str, str, Judgement]] = []
    for (a, b), (judgement, _) in sorted(newest.items(), key=lambda item: -item[1][1]):
        if possible([*held, (a, b, judgement)]):
            held.append((a, b, judgement))
    for a, b, judgement in held:
        assert (together[a] == together[b]) == (judgement is Judgement.CONFIRMED), (a, b, judgement)


def possible(words: list[tuple[str, str, Judgement]]) -> bool:
    root = {one: one for one in IDS}
    for a, b, judgement in words:
        if judgement is Judgement.CONFIRMED:
            root = {one: root[a] if up == root[b] else up for one, up in root.items()}
    return all(root[a] != root[b] for a, b, judgement in words if judgement is Judgement.NEVER)


def test_a_newer_merge_overrules_an_older_never_and_the_other_way_round() -> None:
    merge = [said(a, b, Judgement.CONFIRMED, 5) for a, b in merged([["a0", "a1"], ["a2"]])]
    assert group([said("a1", "a2", Judgement.NEVER, 1), *merge]) == [["a0", "a1", "a2"]]
    after = group([said("a1", "a2", Judgement.NEVER, 9), *merge])
    assert not any({"a1", "a2"} <= set(members) for members in after)


def test_cut_takes_one_link_away_and_nothing_else() -> None:
    links = [machine("a0", "a1", 0.9), machine("a1", "a2", 0.9)]
    assert group([*links, said("a0", "a2", Judgement.CUT, 1)]) == [["a0", "a1", "a2"]]
    assert group([links[0], said("a1", "a2", Judgement.CUT, 1)], ["a2"]) == [["a0", "a1"], ["a2"]]


def test_a_split_holds_against_every_link_between_the_parts() -> None:
    links = [machine(a, b, 0.99) for at, a in enumerate(IDS) for b in IDS[at + 1 :]]
    apart = {pair: said(*pair, Judgement.NEVER, 1, 0.99) for pair in parted(IDS[:3], IDS[3:])}
    mixed = [apart.get((one.a, one.b), one) for one in links]
    assert group(mixed) == [IDS[:3], IDS[3:]]


def test_a_split_of_too_many_is_refused() -> None:
    many = [f"x{number}" for number in range(MOST_PARTED)]
    with pytest.raises(ValueError, match="more than"):
        parted(many[:2], many)
    assert parted(["b"], ["a", "b", "c"]) == [("a", "b"), ("b", "c")]
