"""What a text resembles among all that is held, and what would join two groups: compared as linking compares, nothing kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from flows.rooms import Rooms
from flows.steps.explaining import known_for
from flows.steps.linking import IndexCandidates
from flows.steps.reading import linkable, with_meanings
from strazha.clock import now
from strazha.model import Advert, Linkable, LinkReason, Screening
from strazha.model.base import digest

if TYPE_CHECKING:
    from clusters.compare import Known
    from clusters.why import Why

#: Adverts compared with a text, and pairs compared for two groups: those that share most blocking keys.
_COMPARED, _PAIRS = 40, 24
#: What a shared contact or picture counts beside a shared band of the text's signature, when adverts to compare are chosen.
_FIRM = 6
#: Pairs of one key that are counted: a key that all adverts of two large groups share would give thousands.
_OF_KEY = 60


@dataclass(frozen=True, slots=True)
class Alike:
    """Two adverts compared. ``verdict`` says what linking makes of the score: "strong", "small" (joins small groups), "no"."""

    a: str
    b: str
    score: float
    verdict: str
    #: What the comparisons found, strongest first; those that found nothing are left out.
    reasons: tuple[LinkReason, ...]


def resembling(rooms: Rooms, title: str, body: str, screening: Screening, *, limit: int = 10) -> list[Alike]:
    """Adverts that a text (already screened) resembles, most alike first; ``b`` is the advert. Nothing is written anywhere."""
    from clusters.keys import keys_of

    advert = Advert(source_id="pasted", key=digest(title, body), title=title, body=body, captured_at=now())
    (own,) = with_meanings([(advert, linkable(advert, screening))])
    candidates = IndexCandidates(rooms)
    keys = sorted(keys_of(own))
    shared = candidates.find(keys)
    met: Counter[str] = Counter()
    for key, ids in shared.items():
        met.update(dict.fromkeys(ids, _worth(key)))
    chosen = [one for one, _ in sorted(met.items(), key=lambda item: (-item[1], item[0]))[:_COMPARED]]
    known = known_for(rooms, [key for key, ids in shared.items() if ids])
    found = [_alike(own, other, known) for other in candidates.get(chosen).values()]
    return _best(found, own.id)[:limit]


def crossing(
    rooms: Rooms, ours: Mapping[str, tuple[Advert, Screening]], theirs: Mapping[str, tuple[Advert, Screening]],
    *, limit: int = 10,
) -> list[Alike]:  # fmt: skip
    """The pairs of two groups that are most alike, ``a`` of the first and ``b`` of the second, linked or not.

    Of all pairs those are compared that share most blocking keys; without any, each group's first advert. None where a
    group has no advert that can be read.
    """
    if not ours or not theirs:
        return []
    from clusters.keys import keys_of_many

    sides = [dict(zip(group, (linkable(*held) for held in group.values()), strict=True)) for group in (ours, theirs)]
    carriers: list[dict[str, list[str]]] = []
    for side in sides:
        by_key: dict[str, list[str]] = {}
        for one, keys in zip(side, keys_of_many(list(side.values())), strict=True):
            for key in keys:
                by_key.setdefault(key, []).append(one)
        carriers.append(by_key)
    common = sorted(carriers[0].keys() & carriers[1].keys())
    met: Counter[tuple[str, str]] = Counter()
    for key in common:
        pairs = ((a, b) for a in carriers[0][key] for b in carriers[1][key])
        met.update(dict.fromkeys(islice(pairs, _OF_KEY), _worth(key)))
    chosen = [pair for pair, _ in sorted(met.items(), key=lambda item: (-item[1], item[0]))[:_PAIRS]]
    known = known_for(rooms, common)
    pairs_ = chosen or [(next(iter(sides[0])), next(iter(sides[1])))]
    return sorted((_alike(sides[0][a], sides[1][b], known) for a, b in pairs_), key=lambda one: (-one.score, one.a, one.b))[
        :limit
    ]


def _worth(key: str) -> int:
    from clusters.keys import is_contact, is_picture

    return _FIRM if is_contact(key) or is_picture(key) else 1


def _alike(a: Linkable, b: Linkable, known: Known) -> Alike:
    from clusters.weights import JOIN, STRONG
    from clusters.why import why

    found: Why = why(a, b, known)
    lines = [LinkReason(comparison=one.comparison, score=one.score, text=one.text) for one in found.lines if one.score > 0]
    verdict = "strong" if found.score >= STRONG else "small" if found.score >= JOIN else "no"
    return Alike(a.id, b.id, found.score, verdict, tuple(lines))


def _best(found: Iterable[Alike], own: str) -> list[Alike]:
    """Most alike first, the text always in the first place; what shares nothing is left out."""
    turned = [one if one.a == own else Alike(one.b, one.a, one.score, one.verdict, one.reasons) for one in found]
    return sorted((one for one in turned if one.reasons), key=lambda one: (-one.score, one.b))
