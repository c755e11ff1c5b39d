"""Adverts for people to label: a corpus is read once, the most instructive are kept, as rows of the labels' scheme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.blackbox import advert_of
from flows.corpus import Named, Refuse, look_through
from flows.rooms import Rooms
from strazha.errors import BadInputError
from strazha.evaluation.labelled import read_labelled
from strazha.model import Advert, Decision, Hit, Mention, MentionKind

if TYPE_CHECKING:
    from indicators.heads.teaching import Lesson, Teaching


def suggest(corpus: Iterable[Named], count: int, *, refuse: Refuse, known: Sequence[Path] = ()) -> list[Lesson]:
    """The adverts that would teach the heads most; texts of the labelled files ``known`` are left out.

    Raises BadInputError where semantics are off: without heads nothing can be unsure.
    """
    from flows.steps.reading import read_advert, screener, semantic_finder
    from indicators.heads.teaching import Teaching, text_key

    finder = semantic_finder()
    if finder is None:
        raise BadInputError("no heads are in use, so none can be unsure", remedy="run: strazha model build; see docs/heads.md")
    rows = (row for path in known for row in read_labelled(path))
    texts = (read_advert(advert_of({"id": row.id, "title": row.title, "body": row.body})) for row in rows)
    teaching: Teaching = Teaching(finder, screener(), count=count, known=frozenset(map(text_key, texts)))
    look_through(corpus, teaching, refuse)
    return teaching.chosen()


def decided(rooms: Rooms, corpus: Iterable[Named]) -> Iterator[Named]:
    """Of a corpus of the store, the adverts that people decided about: themselves, or their cluster."""
    adverts = iter(corpus)
    while some := list(islice(adverts, 500)):
        found = decisions_of(rooms, [advert for _, advert in some])
        yield from ((name, advert) for name, advert in some if advert.id in found)


def decisions_of(rooms: Rooms, adverts: Sequence[Advert]) -> dict[str, Decision]:
    """By advert, the newest decision about it, or else about its cluster."""
    ids = [advert.id for advert in adverts]
    clusters = rooms.ledger.clusters_of(ids)
    of_clusters = rooms.ledger.newest_decisions("cluster", sorted(set(clusters.values())))
    found = {one: of_clusters[cluster] for one, cluster in clusters.items() if cluster in of_clusters}
    return {**found, **rooms.ledger.newest_decisions("advert", ids)}


def row_of(lesson: Lesson, decision: Decision | None = None) -> dict[str, Any]:
    """A row of the labels' scheme, filled in with what the machine found, for a person to correct (``labelled`` is false)."""
    advert, mentions = lesson.advert, lesson.reading.mentions
    kinds: dict[MentionKind, list[Mention]] = {kind: [one for one in mentions if one.kind is kind] for kind in MentionKind}
    spans: dict[str, list[str]] = {}
    for hit in lesson.findings.hits:
        spans.setdefault(hit.indicator, []).extend(_span(hit, advert))
    row = {
        "id": lesson.name,
        "lang": lesson.reading.text.languages[0] if lesson.reading.text.languages else "",
        "latin_bg": lesson.reading.latin_bg,
        # The scheme tells five kinds of harmless adverts apart; the reader corrects it.
        "ad_type": "benign_goods" if lesson.findings.ad_type == "benign" else str(lesson.findings.ad_type),
        "title": advert.title,
        "body": advert.body,
        "phones": _once(one.value for one in kinds[MentionKind.PHONE]),
        "phone_obscured": any(one.obscured for one in kinds[MentionKind.PHONE]),
        "emails": _once(one.value for one in kinds[MentionKind.EMAIL]),
        "handles": _once(one.value for one in kinds[MentionKind.HANDLE]),
        "names": _once(one.value for one in kinds[MentionKind.NAME]),
        "ages": _once(one.value for one in kinds[MentionKind.AGE]),
        "prices": _once(_part(one, ("amount", "currency", "per")) for one in kinds[MentionKind.PRICE]),
        "places": _once(_part(one, ("name", "country")) for one in kinds[MentionKind.PLACE]),
        "indicators": list(spans),
        "spans": {name: texts for name, texts in spans.items() if texts},
        "labelled": False,
        "why": list(lesson.why),
    }
    if decision is not None:
        row["decision"] = {"outcome": str(decision.outcome), "reason": decision.reason, "subject": decision.subject}
    return row


def _span(hit: Hit, advert: Advert) -> list[str]:
    if hit.start is None or hit.end is None:
        return []
    text = (advert.title if hit.field == "title" else advert.body)[hit.start : hit.end]
    return [text] if text else []


def _part(one: Mention, keys: Sequence[str]) -> dict[str, Any]:
    value = one.value if isinstance(one.value, dict) else {}
    return {key: value.get(key) or None for key in keys}


def _once(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
