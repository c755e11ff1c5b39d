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


def _sweep_adverts(rooms: Rooms) -> int:
    removed = 0
    for batch in batches((doc.id for doc in rooms.index.scan_adverts()), 1000):
        states, aged = rooms.ledger.advert_states(batch), rooms.ledger.aged(batch)
        gone = [one for one in batch if one not in states or (one in aged and states[one].last_seen <= aged[one])]
        if gone:
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
    return not _all_aged(rooms, cluster.members)


def _all_aged(rooms: Rooms, members: Sequence[str]) -> bool:
    states, aged = rooms.ledger.advert_states(members), rooms.ledger.aged(members)
    return all(one in aged and (one not in states or states[one].last_seen <= aged[one]) for one in members)
