"""Linking everything anew: for a new version of keys, weights or reading, and to hold incremental linking against it.

Runs over the whole ledger by arrays (clusters/bulk.py). Links that were found before and are not among those found now are
scored anew rather than forgotten; people's words stand above all. Clusters keep their ids where their adverts stay together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from flows.rooms import Rooms
from flows.steps.holdings import load_held
from flows.steps.indexing import batches
from flows.steps.linking import with_evidence
from flows.steps.reading import with_meanings
from strazha.clock import now
from strazha.ledger import FoundIdentifier
from strazha.model import Judgement, Link, StepReport

if TYPE_CHECKING:
    from clusters.bulk import Whole
    from clusters.shelf import Pack

#: Written to the history of clusters that a rebuild changes.
RUN = "rebuild"


def rebuild_clusters(rooms: Rooms, *, processes: int = 1) -> StepReport:
    """Link and group all adverts of the ledger anew, and keep links, identifiers and clusters. Repeating it changes nothing."""
    from clusters.bulk import link_whole
    from clusters.grouping import ClusterChanges, assign

    whole = link_whole(_packs(rooms), ruled=rooms.ledger.ruled_identifiers(), processes=processes)
    at = now()
    found = FoundIdentifier
    rooms.ledger.put_identifiers(
        found(key=one.key, adverts=one.adverts, trust=one.trust, why=one.why, found_at=at) for one in whole.doubted.values()
    )
    rooms.ledger.put_links(whole.links())
    rooms.ledger.put_links(_scored_anew(rooms, whole))
    groups = _grouped(rooms, whole)
    existing = list(rooms.ledger.scan_clusters())
    changes: ClusterChanges = assign(groups, existing, at=at, run_id=RUN)
    before = {cluster.id: cluster for cluster in existing}
    changed = {cluster.id for cluster in changes.put}
    kept = [cluster for cluster in existing if cluster.id not in changed and cluster.id not in changes.retired]
    scored = [with_evidence(rooms, cluster) for cluster in [*changes.put, *kept]]
    rooms.ledger.change_clusters([cluster for cluster in scored if before.get(cluster.id) != cluster], changes.retired, at)
    detail = {"clusters": str(len(scored)), "retired": str(len(changes.retired)), "links": str(len(whole.a))}
    return StepReport(step="rebuild", done=len(whole.shelf), detail=detail)


def _packs(rooms: Rooms) -> Iterator[Pack]:
    from clusters.shelf import pack

    for batch in batches((state.advert_id for state in rooms.ledger.scan_adverts()), 1000):
        yield pack(with_meanings([(held.advert, held.linkable) for held in load_held(rooms, batch).values()]))


def _scored_anew(rooms: Rooms, whole: Whole) -> Iterator[Link]:
    """Former links that were not found this time, with the score they have now; where an advert is no longer held, none."""
    from clusters.pair import link

    number = {one: at for at, one in enumerate(whole.shelf.ids)}
    found = set(zip(whole.a.tolist(), whole.b.tolist(), strict=True))
    for former in rooms.ledger.scan_links():
        a, b = number.get(former.a), number.get(former.b)
        if a is None or b is None:
            yield former.model_copy(update={"score": 0.0})
        elif (a, b) not in found:
            yield link(whole.shelf[a], whole.shelf[b], whole.known)


def _grouped(rooms: Rooms, whole: Whole) -> Sequence[Sequence[str]]:
    """Groups by the ledger's links, judged and not, as incremental grouping sees them."""
    from clusters.grouping import group
    from clusters.pair import joins

    counted = (link for link in rooms.ledger.scan_links() if joins(link) or link.judgement is not Judgement.NONE)
    return group((link.model_copy(update={"reasons": ()}) for link in counted), whole.shelf.ids)
