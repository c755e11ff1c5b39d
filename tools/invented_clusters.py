"""Clusters of the invented adverts (invented.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from indicators.cluster import cluster_hits
from indicators.scoring import score_cluster
from strazha.model import Cluster, ClusterEvent, Indicator, Link, LinkReason, MentionKind
from strazha.model.base import digest
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc

START = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
RUN = "20261120T060000Z-demo"
ALIKE = "71% of their wording is the same, names, numbers and alphabet aside."


def cluster_id(operation: str) -> str:
    """The id of an operation's cluster."""
    return digest("invented", operation)[:16]


def clustered(
    operation: str, members: Sequence[AdvertDoc], catalogue: Mapping[str, Indicator]
) -> tuple[ClusterDoc, list[LinkDoc]]:
    """An operation's cluster as linking would have made it, and the links from each member to the next."""
    mentions = [item for doc in members for item in doc.screening.mentions]
    contacts = _values(f"{m.kind.value}:{m.key}" for m in mentions if m.kind in (MentionKind.PHONE, MentionKind.HANDLE))
    counted: dict[str, int] = {}
    for doc in members:
        for name in {hit.indicator for hit in doc.screening.hits}:
            counted[name] = counted.get(name, 0) + 1
    best = max(members, key=lambda doc: doc.screening.score)
    sources = _values(doc.advert.source_id for doc in members)
    own = cluster_hits([(doc.advert, doc.screening) for doc in members])
    scored = score_cluster(own, [doc.screening for doc in members])
    identity = cluster_id(operation)
    cluster = Cluster(
        id=identity,
        members=tuple(sorted(doc.id for doc in members)),
        score=scored.score,
        band=scored.band,
        reasons=scored.reasons,
        hits=tuple(own),
        history=(
            ClusterEvent(
                kind="formed",
                at=START + timedelta(days=8),
                run_id=RUN,
                size=max(2, len(members) - 2),
                text=f"{max(2, len(members) - 2)} adverts were joined.",
            ),
            ClusterEvent(kind="grew", at=START + timedelta(days=14), run_id=RUN, size=len(members), text="2 adverts came in."),
        ),
    )
    newest = max(doc.version for doc in members)
    made = ClusterDoc(
        cluster=cluster,
        size=len(members),
        title=best.advert.title,
        ad_types=tuple({d.screening.ad_type: None for d in members}),
        indicators=counted,
        contacts=contacts,
        names=_values(m.key for m in mentions if m.kind is MentionKind.NAME),
        ages=tuple(sorted({m.value for m in mentions if isinstance(m.value, int)})),
        places=_values(m.key for m in mentions if m.kind is MentionKind.PLACE),
        sources=sources,
        countries=_values(m.key.partition("|")[2] for m in mentions if m.kind is MentionKind.PLACE),
        languages=_values(guess.lang for d in members for guess in d.screening.languages),
        first_seen=min(d.state.first_seen for d in members),
        last_seen=max(d.state.last_seen for d in members),
        head_of_queue=any(catalogue[name].head_of_queue for name in counted if name in catalogue),
        score=scored.score,
        band=scored.band,
        version=newest,
    )
    return made, [_link(a, b, identity, newest) for a, b in pairwise(members)]


def _link(one: AdvertDoc, other: AdvertDoc, cluster: str, version: int) -> LinkDoc:
    a, b = sorted((one.id, other.id))
    phones = [m.key for m in one.screening.mentions if m.kind is MentionKind.PHONE]
    reasons = [LinkReason(comparison="contact", score=0.97, text=f"Both give the telephone {phones[0]}.")]
    if one.advert.source_id == other.advert.source_id:
        reasons.append(LinkReason(comparison="text", score=0.71, text=ALIKE))
    return LinkDoc(link=Link(a=a, b=b, score=0.97, reasons=tuple(reasons)), cluster_id=cluster, version=version)


def _values(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in items if item))
