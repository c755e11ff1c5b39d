"""The index made to hold what landing area and ledger hold: nothing missing, nothing older, nothing that has left."""

from __future__ import annotations

from collections.abc import Sequence

from flows.rooms import Rooms
from flows.steps.indexing import batches, fill_index
from strazha.model import StepReport


def renew_index(rooms: Rooms) -> StepReport:
    """Write what is missing or older in the index, then remove what left meanwhile. Repeating it changes nothing.

    ``skipped`` counts what was removed. A run may go on meanwhile: a cluster it retires, or an advert that ages, between the
    reading of the ledger and the writing here is seen by the second look.
    """
    report = fill_index(rooms)
    removed = _sweep_adverts(rooms) + _sweep_clusters(rooms)
    if removed:
        rooms.index.refresh()
    return report.model_copy(update={"skipped": removed})


def left(rooms: Rooms, kind: str, ids: Sequence[str]) -> set[str]:
    """Of these ids of ``adverts``, ``clusters`` or ``links``, those that the index should not show, by what the ledger says."""
    if kind == "adverts":
        return set(_gone(rooms, ids))
    if kind == "clusters":
        return {one for one in ids if not _stands(rooms, one)}
    ends = {one: one.split("~") for one in ids}
    clusters = rooms.ledger.clusters_of([end for pair in ends.values() for end in pair])
    held = {one: {clusters.get(end, "") for end in pair} for one, pair in ends.items()}
    return {one for one, within in held.items() if len(within) > 1 or not _stands(rooms, *within)}


def _gone(rooms: Rooms, ids: Sequence[str]) -> list[str]:
    states, aged = rooms.ledger.advert_states(ids), rooms.ledger.aged(ids)
    return [one for one in ids if one not in states or (one in aged and states[one].last_seen <= aged[one])]


def _sweep_adverts(rooms: Rooms) -> int:
    removed = 0
    for batch in batches((doc.id for doc in rooms.index.scan_adverts()), 1000):
        if gone := _gone(rooms, batch):
            removed += rooms.index.drop_adverts(gone)
            rooms.index.drop_links([link.id for link in rooms.ledger.links_of(gone)])
    return removed


def _sweep_clusters(rooms: Rooms) -> int:
    removed = 0
    for batch in batches((doc.id for doc in rooms.index.scan_clusters()), 1000):
        gone = [one for one in batch if not _stands(rooms, one)]
        if gone:
            removed += rooms.index.drop_clusters(gone)
    return removed


def _stands(rooms: Rooms, cluster_id: str) -> bool:
    cluster = rooms.ledger.cluster(cluster_id)
    if cluster is None or cluster.id != cluster_id:
        return False
    return len(_gone(rooms, cluster.members)) < len(cluster.members)
