"""Why two adverts are linked, or are not: every comparison with its weight, and the way of links between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from clusters.compare import Known
from clusters.pair import compared, link, weight_of
from clusters.weights import JOIN, STRONG
from strazha.model import Judgement, Link, Linkable


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison: what it found (0 to 1), what that weighs here, and its sentence."""

    comparison: str
    score: float
    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """The comparison of one pair, complete: also what found nothing."""

    lines: tuple[Line, ...]
    score: float
    verdict: str


def why(a: Linkable, b: Linkable, known: Known) -> Why:
    """Compare two adverts and say what follows, whether they were ever compared before or not."""
    first, second = (a, b) if a.id < b.id else (b, a)
    lines = [
        Line(name, outcome.score, weight_of(name, first, second), outcome.text)
        for name, outcome in compared(first, second, known).items()
    ]
    lines.sort(key=lambda line: (-line.score * line.weight, line.comparison))
    score = link(first, second, known).score
    return Why(tuple(lines), score, _verdict(score))


def _verdict(score: float) -> str:
    if score >= STRONG:
        return f"Enough to join them ({score:.2f}; {JOIN:.2f} is needed, from {STRONG:.2f} on it holds big groups too)."
    if score >= JOIN:
        return f"Enough to join small groups ({score:.2f}), too little to hold two big ones together ({STRONG:.2f} is needed)."
    return f"Not enough to join them ({score:.2f}; {JOIN:.2f} is needed)."


def way(links: Iterable[Link], a: str, b: str) -> list[Link]:
    """The chain of links from ``a`` to ``b`` whose weakest link is strongest; empty where there is none.

    Cut links and "never" are no way; a confirmed link is as strong as can be.
    """
    near: dict[str, list[tuple[str, Link]]] = defaultdict(list)
    for one in links:
        if _worth(one) >= JOIN:
            near[one.a].append((one.b, one))
            near[one.b].append((one.a, one))
    best: dict[str, Link | None] = {}
    queue: list[tuple[float, int, str, str, Link | None]] = [(-1.0, 0, a, "", None)]
    came: dict[str, str] = {}
    while queue:
        worth, steps, at, before, by = heappop(queue)
        if at in best:
            continue
        best[at], came[at] = by, before
        if at == b:
            return _walked(best, came, b)
        for other, one in near[at]:
            if other not in best:
                heappush(queue, (max(worth, -_worth(one)), steps + 1, other, at, one))
    return []


def _worth(one: Link) -> float:
    if one.judgement is Judgement.CONFIRMED:
        return 1.0
    return one.score if one.judgement is Judgement.NONE else 0.0


def _walked(best: dict[str, Link | None], came: dict[str, str], end: str) -> list[Link]:
    chain: list[Link] = []
    at = end
    while (by := best[at]) is not None:
        chain.append(by)
        at = came[at]
    return chain[::-1]
