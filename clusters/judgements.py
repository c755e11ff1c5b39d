"""What people said of links, and what grouping must make of it.

* *confirmed*: the two are one operation: they stay together whatever the machine's score, and no bridge is cut between them.
* *cut*: this link is wrong: it no longer counts; other links may still hold the two together.
* *never*: the two are not one operation: they are kept apart, also where other adverts would join them.

Judgements are soft: the link stays with score and reasons, and taking the judgement back restores the machine's word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clusters.weights import JOIN
from strazha.model import Judgement, Link


@dataclass(frozen=True, slots=True)
class Ruled:
    """Links sorted by what they may do, each list in the order in which grouping takes it."""

    confirmed: tuple[Link, ...]
    suggested: tuple[Link, ...]
    #: Pairs that must not end up in one group.
    apart: frozenset[tuple[str, str]]


def ruled(links: Iterable[Link]) -> Ruled:
    """Sort links by their judgement; suggestions under ``weights.JOIN`` and cut links are left out."""
    confirmed, suggested, apart = [], [], set()
    for one in links:
        if one.judgement is Judgement.CONFIRMED:
            confirmed.append(one)
        elif one.judgement is Judgement.NEVER:
            apart.add((one.a, one.b))
        elif one.judgement is Judgement.NONE and one.score >= JOIN:
            suggested.append(one)
    # The newest word first: where two contradict each other through third adverts, it is the one that holds.
    confirmed.sort(key=lambda one: (-(one.judged_at.timestamp() if one.judged_at else 0.0), one.a, one.b))
    suggested.sort(key=lambda one: (-one.score, one.a, one.b))
    return Ruled(tuple(confirmed), tuple(suggested), frozenset(apart))
