"""A cluster, its links and why two adverts are (not) linked, as the API tells them; covered and blind as on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from review import cover
from review.api import records
from review.api.rows_json import lines
from review.blocks import ClusterHit, Tie
from review.cluster_view import cluster_page, seen_of, ties
from review.i18n import pick, tr
from review.sentences import said
from review.services import Services
from review.work import added_of, blind_review, cluster_words
from strazha.ledger.records import User
from strazha.model import Link
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc


def cluster_json(
    services: Services, doc: ClusterDoc, user: User, *, asked: str = "", uncovered: bool = False
) -> records.Cluster:  # fmt: skip
    """One cluster, contacts covered unless ``uncovered``; ``asked`` is the number the caller used."""
    page = cluster_page(services, doc, user, uncovered=uncovered)
    return records.Cluster(
        id=doc.id,
        former_id=asked if asked != doc.id else "",
        title=page.title,
        band=page.band,
        score=page.score,
        size=page.size,
        head_of_queue=page.head_of_queue,
        ad_types=list(page.ad_types),
        reasons=lines(page.sum.lines),
        own_hits=_hits(page.own_hits),
        evidence=_hits(page.evidence),
        counter_evidence=_hits(page.counter),
        contacts=list(page.contacts),
        names=list(page.names),
        ages=list(page.ages),
        places=list(page.places),
        sources=list(page.sources),
        countries=list(page.countries),
        languages=list(page.languages),
        first_seen=page.first_seen,
        last_seen=page.last_seen,
        links=page.tie_count,
        links_by_comparison=[
            records.LinkSum(comparison=one.comparison, links=one.count, example=one.example) for one in page.tie_sums
        ],
        history=[records.ClusterEvent(at=at, text=tr(text), size=size) for at, text, size in page.history],
        seen=seen_of(doc),
        standing=page.work.standing,
        uncovered=uncovered,
    )


def links_json(
    services: Services, doc: ClusterDoc, user: User, found: Sequence[LinkDoc], *, uncovered: bool = False
) -> list[records.Link]:  # fmt: skip
    """Links of a cluster; while two people judge it blindly each is told their own words alone."""
    words = [] if uncovered else cluster_words(services, [doc])[doc.id]
    teller = user.name if blind_review(services, "cluster", doc.id) is not None else ""
    return _links(ties(services, found, words, (), teller, uncovered=uncovered))


def explanation_json(
    services: Services, pair: tuple[AdvertDoc, AdvertDoc], *, uncovered: bool = False
) -> records.Explanation:  # fmt: skip
    """Compare two adverts and say why they are together or not. For adverts and clusters that nobody judges blindly."""
    from flows.steps.explaining import explain

    with services.rooms() as rooms:
        found = explain(rooms, pair[0].id, pair[1].id)
    words = [] if uncovered else _words(services, pair)

    def told(text: str) -> str:
        return said(text if uncovered else cover.covered_sentence(text, words))

    return records.Explanation(
        a=found.a,
        b=found.b,
        clusters=list(found.clusters),
        score=found.why.score,
        sentences=[told(one) for one in found.sentences],
        comparisons=[
            records.Comparison(comparison=one.comparison, score=one.score, weight=one.weight, text=told(one.text))
            for one in found.why.lines
        ],
        common_keys=[one if uncovered else cover.covered_contact(one) for one in found.keys],
        way=[_chained(one, words, uncovered=uncovered) for one in found.way],
        bridges=[_chained(one, words, uncovered=uncovered) for one in found.bridges],
    )


def _words(services: Services, pair: Iterable[AdvertDoc]) -> list[str]:
    """Every writing of the contacts of two adverts and of the clusters they are in."""
    held = list(pair)
    clusters = [services.index.cluster(one.cluster_id) for one in held if one.cluster_id]
    known = cluster_words(services, [one for one in clusters if one is not None])
    added = added_of(services, held)
    mentions = cover.contact_words(chain.from_iterable((*one.screening.mentions, *added[one.id]) for one in held))
    return sorted({*mentions, *chain.from_iterable(known.values())}, key=len, reverse=True)


def _chained(link: Link, words: Sequence[str], *, uncovered: bool) -> records.Link:
    texts = [said(one.text if uncovered else cover.covered_sentence(one.text, words)) for one in link.reasons]
    return records.Link(a=link.a, b=link.b, score=link.score, reasons=texts, judgement=link.judgement)


def _links(found: Iterable[Tie]) -> list[records.Link]:
    return [
        records.Link.model_validate({
            "a": one.a, "b": one.b, "score": one.score, "reasons": list(one.reasons), "judgement": one.judgement,
        })
        for one in found
    ]  # fmt: skip


def _hits(found: Iterable[ClusterHit]) -> list[records.ClusterHit]:
    return [
        records.ClusterHit(
            indicator=one.id,
            label=pick(one.indicator.label, one.id) if one.indicator is not None else one.id,
            strength=one.indicator.strength if one.indicator is not None else None,
            members=one.members,
            notes=list(one.notes),
        )
        for one in found
    ]


def member_rows(services: Services, doc: ClusterDoc, after: str, size: int) -> tuple[list[AdvertDoc], str]:
    """Members after an id, in order of id, so that one that comes or goes meanwhile moves no other; and where to go on."""
    left = [one for one in sorted(doc.cluster.members) if one > after]
    return services.index.adverts(left[:size]), left[size - 1] if len(left) > size else ""
