"""Clusters that keep their ids: what became of each existing cluster when adverts were grouped anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from strazha.model import Cluster, ClusterEvent
from strazha.model.base import digest

_ID_HEX = 16
EventKind = Literal["formed", "grew", "merged", "split", "shrank"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and in which run something happened."""

    at: datetime
    run_id: str

    def event(self, kind: EventKind, size: int, others: tuple[str, ...], text: str) -> ClusterEvent:
        """One line of history."""
        return ClusterEvent(kind=kind, at=self.at, run_id=self.run_id, others=others, size=size, text=text)


@dataclass(frozen=True, slots=True)
class ClusterChanges:
    """What to write: clusters that are new or changed (all fields but the evidence filled in), and ids that are no more.

    ``retired`` maps a former id to the ids its adverts are under now; empty where they are in no cluster any more.
    """

    put: list[Cluster]
    retired: dict[str, tuple[str, ...]]


def assign(groups: Iterable[Sequence[str]], existing: Sequence[Cluster], *, at: datetime, run_id: str) -> ClusterChanges:
    """Give groups of two and more their clusters.

    ``existing`` must hold every cluster that has a member in ``groups``, and ``groups`` every member of those clusters: regroup
    whole clusters, never parts. A cluster that went whole into a group keeps its id there, the oldest first, and the younger
    retire into it; of a cluster that fell apart, the part with most of its adverts keeps the id. Ties go to the smaller id.

    Ids depend on nothing but the members at the moment a cluster formed (for a part that split off, also on what it split
    from), so that a run repeated gives the same ids; unchanged clusters are not returned, so that repeating changes nothing.
    """
    sets = sorted(sorted(set(members)) for members in groups)
    sets = [members for members in sets if len(members) > 1]
    former = {member: cluster.id for cluster in existing for member in cluster.members}
    by_id = {cluster.id: cluster for cluster in existing}
    heirs = _heirs(sets, former, by_id)
    identities: list[str] = []
    taken = set(by_id)
    for index, members in enumerate(sets):
        sources = sorted({former[member] for member in members if member in former})
        identities.append(heirs.get(index) or _new_id(members, sources, by_id, taken))
        taken.add(identities[-1])
    under = {member: identity for identity, members in zip(identities, sets, strict=True) for member in members}
    put: list[Cluster] = []
    for identity, members in zip(identities, sets, strict=True):
        old = by_id.get(identity)
        if old is not None and old.members == tuple(members):
            continue
        events = tuple(_events(members, identity, old, former, under=under, stamp=Stamp(at, run_id)))
        if old is None:
            put.append(Cluster(id=identity, members=tuple(members), history=events))
        else:
            put.append(old.model_copy(update={"members": tuple(members), "history": (*old.history, *events)}))
    kept = set(heirs.values())
    retired = {
        cluster.id: tuple(sorted({under[member] for member in cluster.members if member in under}))
        for cluster in existing
        if cluster.id not in kept
    }
    return ClusterChanges(put, retired)


def _heirs(sets: Sequence[Sequence[str]], former: Mapping[str, str], by_id: Mapping[str, Cluster]) -> dict[int, str]:
    """Group -> the cluster it continues. Each cluster has one heir at most, each group continues one cluster at most."""
    present = Counter(former[member] for members in sets for member in members if member in former)
    claims: list[tuple[tuple[float, ...], str, int]] = []
    for index, members in enumerate(sets):
        for cluster_id, count in Counter(former[member] for member in members if member in former).items():
            born = _born(by_id[cluster_id])
            # Whole clusters first, the oldest name before younger ones; of parts the biggest first.
            rank = (0.0, born, 0.0) if count == present[cluster_id] else (1.0, -float(count), born)
            claims.append((rank, cluster_id, index))
    heirs: dict[int, str] = {}
    for _, cluster_id, index in sorted(claims):
        if index not in heirs and cluster_id not in heirs.values():
            heirs[index] = cluster_id
    return heirs


def _born(cluster: Cluster) -> float:
    return cluster.history[0].at.timestamp() if cluster.history else 0.0


def _new_id(members: Sequence[str], sources: Sequence[str], by_id: Mapping[str, Cluster], taken: set[str]) -> str:
    # The length of the parent's history makes the id of a part new each time it splits off.
    origin = [f"{one}:{len(by_id[one].history)}" for one in sources]
    parts = ["cluster", *origin, *members]
    identity = digest(*parts)[:_ID_HEX]
    while identity in taken:
        parts.append("again")
        identity = digest(*parts)[:_ID_HEX]
    return identity


def _events(
    members: Sequence[str],
    identity: str,
    old: Cluster | None,
    former: Mapping[str, str],
    *,
    under: Mapping[str, str],
    stamp: Stamp,
) -> Iterator[ClusterEvent]:
    """History lines for one cluster: what it lost, then what it gained."""
    size = len(members)
    others = tuple(sorted({former[one] for one in members if former.get(one, identity) != identity}))
    if old is None:
        if others:
            yield stamp.event("split", size, others, f"{_adverts(size)} split off from {_clusters(others)}.")
        else:
            yield stamp.event("formed", size, (), f"{_adverts(size)} {'was' if size == 1 else 'were'} joined.")
        return
    before, now = set(old.members), set(members)
    left = before - now
    if left:
        went = tuple(sorted({under[one] for one in left if one in under}))
        text = f"{_adverts(len(left))} left" + (f" for {_clusters(went)}." if went else ".")
        yield stamp.event("split" if went else "shrank", len(before & now), went, text)
    if others:
        yield stamp.event("merged", size, others, _came(len(now - before), others))
    elif now - before:
        yield stamp.event("grew", size, (), f"{_adverts(len(now - before))} came in.")


def _came(count: int, others: Sequence[str]) -> str:
    return f"{_adverts(count)} came in{', some' if count > 1 else ''} from {_clusters(others)}."


def _adverts(count: int) -> str:
    return "1 advert" if count == 1 else f"{count} adverts"


def _clusters(ids: Sequence[str]) -> str:
    return f"cluster {ids[0]}" if len(ids) == 1 else f"{len(ids)} clusters"
