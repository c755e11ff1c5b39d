"""A cluster's facts for reviewers, drawn from its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from flows.steps.holdings import Held
from flows.steps.reading import catalogue
from strazha.model import Cluster, Decision
from strazha.store import ClusterDoc

#: A page shows some dozens; a cluster of ten thousand adverts must not make a document of megabytes.
MOST = 200

Value = TypeVar("Value")


def cluster_doc(cluster: Cluster, members: Sequence[Held], decision: Decision | None, *, version: int) -> ClusterDoc:
    """The review document of a cluster. ``members`` must not be empty; values that most members share come first."""
    linkables = [one.linkable for one in members]
    carried = Counter(name for one in members for name in {hit.indicator for hit in one.screening.hits})
    for hit in cluster.hits:
        carried.setdefault(hit.indicator, len(members))
    face = min(members, key=lambda one: (-one.screening.score, -len(one.advert.title), one.advert.id))
    return ClusterDoc(
        cluster=cluster,
        size=len(cluster.members),
        title=face.advert.title,
        ad_types=_common((one.screening.ad_type,) for one in members),
        indicators=dict(sorted(carried.items())),
        contacts=_common(one.contacts for one in linkables),
        names=_common(one.names for one in linkables),
        ages=tuple(sorted(_common(one.ages for one in linkables))),
        places=_common(one.places for one in linkables),
        sources=_common((one.advert.source_id,) for one in members),
        countries=_common(_countries(one) for one in members),
        languages=_common(tuple(guess.lang for guess in one.screening.languages) for one in members),
        first_seen=min(one.state.first_seen for one in members),
        last_seen=max(one.state.last_seen for one in members),
        head_of_queue=heads_queue(carried),
        score=cluster.score,
        band=cluster.band,
        decision=decision.outcome if decision else None,
        decided_at=decision.decided_at if decision else None,
        version=version,
    )


def heads_queue(indicators: Iterable[str]) -> bool:
    """Whether any of the indicators puts what carries it at the head of the queue."""
    known = catalogue()
    return any(known[name].head_of_queue for name in indicators if name in known)


def _common(values: Iterable[Iterable[Value]]) -> tuple[Value, ...]:
    counted = Counter(value for of_one in values for value in set(of_one))
    return tuple(value for value, _ in sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))[:MOST])


def _countries(one: Held) -> tuple[str, ...]:
    named = [place.rpartition("|")[2] for place in one.linkable.places]
    return tuple(dict.fromkeys(code for code in [one.advert.country or "", *named] if code))
