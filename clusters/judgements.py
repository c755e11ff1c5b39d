"""What people said of links, and what grouping must make of it.

* *confirmed*: the two are one operation: they stay together whatever the machine's score, and no bridge is cut between them.
* *cut*: this link is wrong: it no longer counts; other links may still hold the two together.
* *never*: the two are not one operation: they are kept apart, also where other adverts would join them.

Whole clusters are merged and split by the same words (``merged`` and ``parted`` say which pairs). The newest word holds: where
two contradict each other, also through third adverts, the older one gives way. Judgements are soft: the link stays with score
and reasons, and taking the judgement back restores the machine's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clusters.weights import JOIN
from strazha.model import Judgement, Link

#: Splitting keeps every advert of one part from every one of the other; more pairs than this are not one person's word.
MOST_PARTED = 20_000


@dataclass(frozen=True, slots=True)
class Word:
    """One judgement that binds: the two adverts together, or never."""

    a: str
    b: str
    together: bool
    #: Seconds since 1970 at which it was said.
    at: float


def ruled(links: Iterable[Link]) -> tuple[list[Word], list[Link]]:
    """What people said, the newest first, and the machine's links that join (neither cut nor under ``weights.JOIN``)."""
    words, suggested = [], []
    for one in links:
        if one.judgement in {Judgement.CONFIRMED, Judgement.NEVER}:
            at = one.judged_at.timestamp() if one.judged_at else 0.0
            words.append(Word(one.a, one.b, one.judgement is Judgement.CONFIRMED, at))
        elif one.judgement is Judgement.NONE and one.score >= JOIN:
            suggested.append(one)
    words.sort(key=lambda word: (-word.at, word.together, word.a, word.b))
    return words, suggested


def merged(groups: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Pairs to confirm so that all adverts of the groups are one operation: the first of them with each other one."""
    members = sorted({one for members in groups for one in members})
    return [(members[0], one) for one in members[1:]]


def parted(part: Sequence[str], rest: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs to keep apart so that no advert of ``part`` is ever with one of ``rest``. ValueError where they are too many."""
    if len(part) * len(rest) > MOST_PARTED:
        raise ValueError(f"{len(part)} adverts from {len(rest)} are more than {MOST_PARTED} pairs")
    return [(min(one, other), max(one, other)) for one in sorted(set(part)) for other in sorted(set(rest) - set(part))]
