"""Why two adverts are linked, or are not, from what ledger, index and landing area hold; answers in well under a second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flows.rooms import Rooms
from flows.steps.holdings import load_held
from flows.steps.linking import IndexCandidates
from flows.steps.reading import with_meanings
from strazha.errors import BadInputError
from strazha.model import Judgement, Link, Linkable

if TYPE_CHECKING:
    from clusters.compare import Known
    from clusters.why import Why

#: Adverts looked at for a way of links between the two: far more than an operation has, few enough to answer at once.
_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything known of a pair. ``sentences`` say in order what follows; the rest is what they rest on."""

    a: str
    b: str
    #: Ids of the clusters they are in, empty where an advert is alone.
    clusters: tuple[str, str]
    why: Why
    #: The link between the two as it is kept, if any, and everything people said of it: what, who, when.
    link: Link | None
    judgements: tuple[tuple[Judgement, str, datetime], ...]
    #: Blocking keys in common: without one they are not compared with each other at all.
    keys: tuple[str, ...]
    #: The chain of links from one to the other.
    way: tuple[Link, ...]
    #: Links that lead from one cluster straight to the other, although they were not joined.
    bridges: tuple[Link, ...]
    sentences: tuple[str, ...]


def explain(rooms: Rooms, a: str, b: str) -> Explanation:
    """Compare two adverts, whether or not they were ever compared, and say why they are together or not."""
    from clusters.keys import keys_of
    from clusters.why import way, why

    if a == b:
        raise BadInputError("an advert needs no link to itself", place=a, remedy="name two adverts")
    held = load_held(rooms, (a, b))
    for one in (a, b):
        if one not in held:
            raise BadInputError("there is no such screened advert", place=one, remedy="take the id from the advert's page")
    first, second = held[a].linkable, held[b].linkable
    if first.lang != second.lang:
        # Meanings are compared across languages only; else the model, which takes a second to load, is not asked.
        first, second = with_meanings([(held[one].advert, held[one].linkable) for one in (a, b)])
    keys = tuple(sorted(set(keys_of(first)) & set(keys_of(second))))
    compared = why(first, second, known_for(rooms, keys))
    around = _around(rooms, (a, b))
    clusters = rooms.ledger.clusters_of((a, b))
    own = (clusters.get(a, ""), clusters.get(b, ""))
    bridges = _bridges(rooms, around, own)
    found = Explanation(
        a=a,
        b=b,
        clusters=own,
        why=compared,
        link=next((link for link in around if link.id == Link.id_of(a, b)), None),
        judgements=tuple(rooms.ledger.judgements(a, b)),
        keys=keys,
        way=tuple(way(around, a, b)),
        bridges=bridges,
        sentences=(),
    )
    return _said(found, around)


def known_for(rooms: Rooms, keys: Iterable[str]) -> Known:
    """What is known of the contacts and pictures in common: judged as linking judges them, rulings above all."""
    from clusters.hubs import SAMPLE, known_of, spread
    from clusters.keys import is_contact, is_picture

    shared = [key for key in keys if is_contact(key) or is_picture(key)]
    candidates = IndexCandidates(rooms)
    carriers = {key: ids[:SAMPLE] for key, ids in candidates.find(shared).items()}
    adverts: dict[str, Linkable] = candidates.get(sorted({one for ids in carriers.values() for one in ids}))
    spreads = [spread(key, [adverts[one] for one in ids if one in adverts]) for key, ids in carriers.items()]
    return known_of(spreads, rooms.ledger.ruled_identifiers())


def _around(rooms: Rooms, ends: Iterable[str]) -> list[Link]:
    """Links of everything that hangs together with the adverts, up to ``_LOOKED_AT`` adverts."""
    from clusters.pair import joins

    found: dict[str, Link] = {}
    seen: set[str] = set()
    fresh = set(ends)
    while fresh and len(seen) < _LOOKED_AT:
        seen |= fresh
        links = rooms.ledger.links_of(sorted(fresh))
        found.update((link.id, link) for link in links)
        near = {end for link in links if joins(link) or link.judgement is Judgement.CONFIRMED for end in (link.a, link.b)}
        fresh = near - seen
    return [found[one] for one in sorted(found)]


def _bridges(rooms: Rooms, around: Iterable[Link], own: tuple[str, str]) -> tuple[Link, ...]:
    if own[0] == own[1] or not all(own):
        return ()
    sides = [set(cluster.members) if (cluster := rooms.ledger.cluster(one)) is not None else set() for one in own]
    crossing = [
        link for link in around
        if (link.a in sides[0] and link.b in sides[1]) or (link.b in sides[0] and link.a in sides[1])
    ]  # fmt: skip
    return tuple(sorted(crossing, key=lambda link: (-link.score, link.id))[:20])


def _said(found: Explanation, around: Iterable[Link]) -> Explanation:
    from dataclasses import replace

    together = bool(found.clusters[0]) and found.clusters[0] == found.clusters[1]
    lines = [f"They are in one cluster, {found.clusters[0]}." if together else "They are in no common cluster."]
    lines.append(found.why.verdict)
    if not found.keys:
        lines.append("They share no contact, no picture and no text band, so that linking never puts them side by side.")
    if found.judgements:
        judgement, who, at = found.judgements[-1]
        lines.append(f"{who} said of this pair on {at:%Y-%m-%d %H:%M}: {_WORDS[judgement]}.")
    if together and len(found.way) > 1:
        weakest = min(found.way, key=lambda link: link.score)
        lines.append(f"{len(found.way)} links lead from one to the other; the weakest has {weakest.score:.2f}.")
    elif together and not found.way:
        lines.append("No way of links that count leads from one to the other now: the clusters wait for the next linking.")
    if not together and found.way:
        lines.append(_cut(found, around))
    elif not together and found.link is not None and found.link.judgement is Judgement.CUT:
        lines.append("Their link was cut.")
    return replace(found, sentences=tuple(lines))


def _cut(found: Explanation, around: Iterable[Link]) -> str:
    """Why a way of links does not join them."""
    from clusters.weights import STRONG

    weakest = min(found.way, key=lambda link: (link.score, link.id))
    apart = [link for link in around if link.judgement is Judgement.NEVER]
    sentence = f"{len(found.way)} links lead from one to the other, but not all of them were followed: "
    if apart:
        sentence += f"{apart[0].judged_by} said that {apart[0].a} and {apart[0].b} are never one operation"
    elif weakest.score < STRONG:
        sentence += f"the link of {weakest.a} and {weakest.b} ({weakest.score:.2f}) is too weak a bridge between two groups"
    else:
        sentence += "the clusters wait for the next linking"
    return f"{sentence}."


_WORDS = {
    Judgement.CONFIRMED: "they belong together",
    Judgement.CUT: "this link is wrong",
    Judgement.NEVER: "they are never one operation",
    Judgement.NONE: "what was said before is taken back",
}
