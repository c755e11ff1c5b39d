"""Two clusters side by side: what they share, what would join them and why that is or is not enough, when both were active."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from review.access import DECIDERS, may
from review.casework.contexts import Bucket, Common, ComparePage, Crossed, Side
from review.casework.drawing import lanes
from review.casework.facts_view import AGES, CONTACTS, NAMES, PLACES, PRICES, gathered, shown_value
from review.casework.members import Members, members_of
from review.casework.places import rooms_of
from review.casework.sheets_view import texts_of
from review.casework.times_view import appeared, bucketed
from review.i18n import marked
from review.labels import COMPARISONS
from review.sentences import said
from review.services import Services
from review.work import blind_review
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc, ClusterDoc

SOURCES = marked("Sources")
#: Values listed that both give, and that only one gives.
BOTH, ALONE = 40, 12
#: Texts of each cluster that are aligned with each other's.
TEXTS = 60

#: What a comparison's result means for the two clusters.
VERDICTS: Mapping[str, str] = {
    "strong": marked("enough to join them, also as large groups"),
    "small": marked("enough to join small groups, too little to hold two large ones together"),
    "no": marked("not enough to join them"),
}


def compare_page(services: Services, a: ClusterDoc, b: ClusterDoc, user: User, *, uncovered: bool = False) -> ComparePage:
    """Everything the comparison shows. The contacts of both are covered on either side."""
    both = members_of(services, a, uncovered=uncovered), members_of(services, b, uncovered=uncovered)
    words = (*both[0].words, *both[1].words)
    one, other = (replace(held, words=words) for held in both)
    blind = any(blind_review(services, "cluster", doc.id) is not None for doc in (a, b))
    first, last = max(a.first_seen, b.first_seen), min(a.last_seen, b.last_seen)
    ups, downs = _over_time(one, other)
    return ComparePage(
        a=a.id, b=b.id,
        sides=(_side(one), _side(other)),
        commons=_commons(one, other),
        sheets=_sheets(one, other),
        pairs=_pairs(services, one, other),
        drawing=lanes(ups, downs),
        periods=tuple(
            (up.label, up.total, down.total) for up, down in zip(ups, downs, strict=True) if up.total or down.total
        ),
        overlap=(first.date(), last.date()) if first <= last else None,
        together=sum(1 for up, down in zip(ups, downs, strict=True) if up.total and down.total),
        may_merge=may(user, DECIDERS) and not blind,
        uncovered=uncovered,
    )  # fmt: skip


def _side(held: Members) -> Side:
    doc = held.cluster
    days = (doc.last_seen - doc.first_seen).days + 1
    kinds = tuple(kind.value for kind in doc.ad_types)
    return Side(head=held.head(), ad_types=kinds, sources=doc.sources, languages=doc.languages, days=days)


def _over_time(one: Members, other: Members) -> tuple[list[Bucket], list[Bucket]]:
    """Both groups' adverts over the same days, weeks or months."""
    step, _, whole = bucketed((*one.docs, *other.docs))
    labels = [bucket.label for bucket in whole]
    counts: list[dict[str, int]] = []
    for held in (one, other):
        mine: dict[str, int] = {}
        for doc in held.docs:
            label = _label(appeared(doc).date().isoformat(), labels, step)
            mine[label] = mine.get(label, 0) + 1
        counts.append(mine)
    ups, downs = ([Bucket(bucket.label, (mine.get(bucket.label, 0),), 0) for bucket in whole] for mine in counts)
    return ups, downs


def _label(day: str, labels: Sequence[str], step: str) -> str:
    return day[:7] if step == "month" else labels[max(0, bisect_right(labels, day) - 1)]


def _commons(one: Members, other: Members) -> tuple[Common, ...]:
    left, right = gathered(one), gathered(other)
    left[SOURCES], right[SOURCES] = _by_source(one), _by_source(other)
    found = []
    for label in (CONTACTS, NAMES, AGES, PLACES, PRICES, SOURCES):
        ours, theirs = left[label], right[label]
        shared = sorted(ours.keys() & theirs.keys(), key=lambda value: (-len(ours[value]) - len(theirs[value]), value))
        alone = [
            tuple(_shown(one, label, value) for value in sorted(mine.keys() - set(shared), key=lambda v: (-len(mine[v]), v)))
            for mine in (ours, theirs)
        ]
        found.append(
            Common(
                label=label,
                both=tuple((_shown(one, label, value), len(ours[value]), len(theirs[value])) for value in shared[:BOTH]),
                only_a=alone[0][:ALONE],
                only_b=alone[1][:ALONE],
                count_a=len(alone[0]),
                count_b=len(alone[1]),
            )
        )
    return tuple(found)


def _shown(held: Members, label: str, value: str) -> str:
    return value if label == SOURCES else shown_value(held, label, value)


def _by_source(held: Members) -> dict[str, list[AdvertDoc]]:
    found: dict[str, list[AdvertDoc]] = {}
    for doc in held.docs:
        found.setdefault(doc.advert.source_id, []).append(doc)
    return found


def _sheets(one: Members, other: Members) -> tuple[tuple[tuple[tuple[str, int], ...], int, int], ...]:
    """Common texts with copies on both sides."""
    from flows.steps.sheets import sheets

    ours, theirs = texts_of(one)[:TEXTS], texts_of(other)[:TEXTS]
    found = []
    for sheet in sheets([*ours, *theirs]):
        mine = sum(1 for index in sheet.members if index < len(ours))
        if 0 < mine < len(sheet.members):
            pieces = tuple((part.text, 0 if part.slot is None else part.slot + 1) for part in sheet.parts)
            found.append((pieces, mine, len(sheet.members) - mine))
    return tuple(found[:4])


def _pairs(services: Services, one: Members, other: Members) -> tuple[Crossed, ...]:
    """The pairs of adverts most alike, with what each comparison found."""
    from flows.steps.resembling import crossing

    sides = [{doc.id: (doc.advert, doc.screening) for doc in held.docs} for held in (one, other)]
    titles = {doc.id: held.title(doc) for held in (one, other) for doc in held.docs}
    return tuple(
        Crossed(
            a=(found.a, titles[found.a]),
            b=(found.b, titles[found.b]),
            score=found.score,
            verdict=VERDICTS[found.verdict],
            reasons=tuple(
                (COMPARISONS.get(line.comparison, line.comparison), said(one.sentence(line.text))) for line in found.reasons
            ),
        )
        for found in crossing(rooms_of(services), sides[0], sides[1])
    )
