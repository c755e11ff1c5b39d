"""Linking a run's adverts to each other and to what is known, and grouping the links into clusters.

A run's adverts are in the index with their blocking keys before the first of them is linked, so every pair finds each other
whatever the order of the batches, and a batch that is linked again after a kill gives the same links.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from flows.rooms import Rooms
from flows.steps.holdings import Held, load_held
from flows.steps.indexing import batches, index_adverts
from flows.steps.reading import with_meanings
from flows.steps.screening import read_screenings, screened_files
from strazha.clock import now
from strazha.ledger import FoundIdentifier
from strazha.model import Cluster, Judgement, Link, Linkable, StepReport
from strazha.store import AdIndex

STEP = "link"


class IndexCandidates:
    """Candidates of the linker: found by the index's blocking keys, read from the landing area."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._index: AdIndex = rooms.index

    def find(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """For each key the ids of adverts that carry it, smallest first."""
        return self._index.by_keys(keys)

    def get(self, ids: Sequence[str]) -> dict[str, Linkable]:
        """The adverts by id."""
        held = load_held(self._rooms, ids)
        return dict(zip(held, with_meanings([(one.advert, one.linkable) for one in held.values()]), strict=True))


def linked_version() -> str:
    """What a link made now is made by."""
    from clusters.keys import SCHEME

    return SCHEME


def unlinked_files(rooms: Rooms, run_id: str) -> list[str]:
    """The run's batch files that are not linked yet."""
    version = linked_version()
    return [file for file in screened_files(rooms, run_id) if not rooms.ledger.is_done(STEP, file, version)]


def index_batch(rooms: Rooms, file: str) -> StepReport:
    """Write the adverts of a batch file to the index with their blocking keys, so that linking finds them."""
    return index_adverts(rooms, [screening.advert_id for _, screening in read_screenings(rooms, file)])


def link_batch(rooms: Rooms, run_id: str, file: str) -> StepReport:
    """Link the adverts of one batch file and keep the links."""
    held = load_held(rooms, (screening.advert_id for _, screening in read_screenings(rooms, file)))
    links = _link(rooms, held.values())
    # Ends outside the batch: a shared contact that turned out a hub revises links of adverts this run never saw.
    touched = sorted({end for link in links for end in (link.a, link.b)} - held.keys())
    rooms.ledger.mark_done(STEP, file, linked_version(), run_id, now(), {"links": len(links), "touched": touched})
    return StepReport(step=STEP, done=len(held), detail={"links": str(len(links))})


def relink(rooms: Rooms, advert_ids: Collection[str]) -> set[str]:
    """Link adverts anew, former links included: for when what is known of an identifier changed. Returns all it touched."""
    touched = set(advert_ids)
    for batch in batches(sorted(touched), rooms.settings.batch_size):
        links = _link(rooms, load_held(rooms, batch).values(), former=rooms.ledger.links_of(batch))
        touched.update(end for link in links for end in (link.a, link.b))
    return touched


def _link(rooms: Rooms, held: Iterable[Held], former: Iterable[Link] = ()) -> list[Link]:
    from clusters.linker import Linker

    linker = Linker(IndexCandidates(rooms), ruled=rooms.ledger.ruled_identifiers())
    links = linker.link(with_meanings([(one.advert, one.linkable) for one in held]), former=former)
    rooms.ledger.put_links(links)
    at = now()
    doubted = [one for one in linker.spreads.values() if one.trust < 1.0]
    rooms.ledger.put_identifiers(
        FoundIdentifier(key=one.key, adverts=one.adverts, trust=one.trust, why=one.why, found_at=at) for one in doubted
    )
    return links


def run_seeds(rooms: Rooms, run_id: str) -> set[str]:
    """Adverts whose links a run may have changed."""
    seeds: set[str] = set()
    for file in screened_files(rooms, run_id):
        seeds.update(screening.advert_id for _, screening in read_screenings(rooms, file))
        seeds.update((rooms.ledger.step_detail(STEP, file, linked_version()) or {}).get("touched", ()))
    return seeds


def regroup(rooms: Rooms, run_id: str, seeds: Iterable[str]) -> StepReport:
    """Group everything that hangs together with ``seeds`` anew, score the clusters, and keep them in one transaction.

    Clusters keep their ids while they grow. Doing it again changes nothing.
    """
    from clusters.grouping import group
    from clusters.identity import assign

    members, existing = _component(rooms, seeds)
    links = [link for link in rooms.ledger.links_of(members) if link.a in members and link.b in members]
    at = now()
    changes = assign(group(links, sorted(members)), existing, at=at, run_id=run_id)
    changed = {cluster.id for cluster in changes.put}
    kept = [cluster for cluster in existing if cluster.id not in changed and cluster.id not in changes.retired]
    scored = [with_evidence(rooms, cluster) for cluster in [*changes.put, *kept]]
    before = {cluster.id: cluster for cluster in existing}
    put = [cluster for cluster in scored if before.get(cluster.id) != cluster]
    rooms.ledger.change_clusters(put, changes.retired, at)
    return StepReport(
        step="group", done=len(members), detail={"clusters": str(len(scored)), "retired": str(len(changes.retired))}
    )


def with_evidence(rooms: Rooms, cluster: Cluster) -> Cluster:
    """The cluster with its hits and score, drawn from its members as they are now."""
    from indicators.cluster import cluster_hits
    from indicators.scoring import score_cluster

    held: list[Held] = list(load_held(rooms, cluster.members).values())
    hits = cluster_hits([(one.advert, one.screening) for one in held])
    scored = score_cluster(hits, [one.screening for one in held])
    return cluster.model_copy(
        update={"hits": tuple(hits), "score": scored.score, "band": scored.band, "reasons": tuple(scored.reasons)}
    )


def _component(rooms: Rooms, seeds: Iterable[str]) -> tuple[set[str], list[Cluster]]:
    """All adverts that joining links, judgements or clusters connect with the seeds, and those clusters."""
    from clusters.pair import joins

    members: set[str] = set()
    existing: dict[str, Cluster] = {}
    fresh = set(seeds)
    while fresh:
        members |= fresh
        near: set[str] = set()
        for link in rooms.ledger.links_of(sorted(fresh)):
            if joins(link) or link.judgement is not Judgement.NONE:
                near.update((link.a, link.b))
        for cluster_id in sorted(set(rooms.ledger.clusters_of(sorted(fresh)).values()) - existing.keys()):
            cluster = rooms.ledger.cluster(cluster_id)
            if cluster is not None:
                existing[cluster.id] = cluster
                near.update(cluster.members)
        fresh = near - members
    return members, [existing[one] for one in sorted(existing)]
