"""The index, written from ledger and landing area alone, so that writing it twice or anew gives the same.

A document's version is the newest moment (in milliseconds) of anything it shows: capture, vanishing, screening, change of
cluster, decision, judgement. It grows with every change and is the same however often the document is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice

from flows.rooms import Rooms
from flows.steps.cluster_facts import cluster_doc, heads_queue
from flows.steps.holdings import Held, load_held
from flows.steps.reading import advert_vectors, with_meanings
from strazha.model import Cluster, Link, StepReport
from strazha.store import AdvertDoc, ClusterDoc, LinkDoc

STEP = "index"


def index_adverts(rooms: Rooms, advert_ids: Collection[str]) -> StepReport:
    """Write adverts with their blocking keys, cluster and newest decision; clusters they left for good are removed first."""
    from clusters.keys import keys_of_many

    held = _unaged(rooms, load_held(rooms, advert_ids))
    clusters = rooms.ledger.clusters_of(held)
    decisions = rooms.ledger.newest_decisions("advert", list(held))
    linkables = with_meanings([(one.advert, one.linkable) for one in held.values()])
    keys = dict(zip(held, keys_of_many(linkables), strict=True))
    # First: once the adverts name their new cluster, nothing in the index would tell which old one to remove.
    _drop_retired(rooms, held, clusters)
    changed_at = _changed_at(rooms, set(clusters.values()))
    # One call for all of them: known texts come from the cache, new ones are encoded in batches of like length.
    vectors = dict(zip(held, advert_vectors([item.advert for item in held.values()]), strict=True))
    docs = []
    for one, item in held.items():
        decision = decisions.get(one)
        times = (decision.decided_at if decision else None, changed_at.get(clusters.get(one, "")))
        docs.append(
            AdvertDoc(
                advert=item.advert,
                state=item.state,
                screening=item.screening,
                cluster_id=clusters.get(one, ""),
                keys=tuple(keys[one]),
                head_of_queue=heads_queue(hit.indicator for hit in item.screening.hits),
                decision=decision.outcome if decision else None,
                decided_at=decision.decided_at if decision else None,
                vector=vectors[one],
                version=_newest(item.moment, times),
            )
        )
    return StepReport(step=STEP, done=rooms.index.put_adverts(docs))


def index_clusters(rooms: Rooms, cluster_ids: Iterable[str]) -> StepReport:
    """Write clusters, all their members and the links between them."""
    done = 0
    for batch in batches(sorted(set(cluster_ids)), 100):
        found = (rooms.ledger.cluster(one) for one in batch)
        clusters = {cluster.id: cluster for cluster in found if cluster is not None}
        decisions = rooms.ledger.newest_decisions("cluster", list(clusters))
        docs: list[ClusterDoc] = []
        links: list[LinkDoc] = []
        for cluster in clusters.values():
            held = load_held(rooms, cluster.members)
            if not _unaged(rooms, held):
                continue
            own, crossing = _links_of(rooms, cluster)
            # What led out of the cluster once may have been inside it when it was written.
            rooms.index.drop_links([link.id for link in crossing])
            decision = decisions.get(cluster.id)
            moment = max(item.moment for item in held.values())
            times = (decision.decided_at if decision else None, _last_change(cluster), *(link.judged_at for link in own))
            docs.append(cluster_doc(cluster, list(held.values()), decision, version=_newest(moment, times)))
            links.extend(_link_doc(link, cluster, held) for link in own)
        done += rooms.index.put_clusters(docs)
        rooms.index.put_links(links)
    return StepReport(step=STEP, done=done)


def clusters_around(rooms: Rooms, advert_ids: Collection[str]) -> tuple[set[str], set[str]]:
    """Clusters that hold any of the adverts, and their other members."""
    clusters = set(rooms.ledger.clusters_of(advert_ids).values())
    known = set(advert_ids)
    others: set[str] = set()
    for one in sorted(clusters):
        cluster = rooms.ledger.cluster(one)
        others.update(() if cluster is None else (member for member in cluster.members if member not in known))
    return clusters, others


def rebuild_index(rooms: Rooms) -> StepReport:
    """Empty the index and write it anew from landing area and ledger; decisions come back from the ledger."""
    rooms.index.clear()
    return fill_index(rooms)


def fill_index(rooms: Rooms) -> StepReport:
    """Write everything that landing area and ledger hold; what the index has already is left as it is."""
    adverts = 0
    for batch in batches((state.advert_id for state in rooms.ledger.scan_adverts()), rooms.settings.batch_size):
        adverts += index_adverts(rooms, batch).done
    clusters = index_clusters(rooms, (cluster.id for cluster in rooms.ledger.scan_clusters())).done
    rooms.index.refresh()
    return StepReport(step=STEP, done=adverts, detail={"clusters": str(clusters)})


def batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    """The items in lists of at most ``size``."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _unaged(rooms: Rooms, held: dict[str, Held]) -> dict[str, Held]:
    """Without adverts that have left the index for their age (flows/steps/ageing.py), unless they were seen again since."""
    aged = rooms.ledger.aged(held)
    return {one: item for one, item in held.items() if one not in aged or item.state.last_seen > aged[one]}


def _drop_retired(rooms: Rooms, held: dict[str, Held], clusters: dict[str, str]) -> None:
    shown = {doc.cluster_id for doc in rooms.index.adverts(list(held)) if doc.cluster_id}
    gone = []
    for one in sorted(shown - set(clusters.values())):
        successor = rooms.ledger.cluster(one)
        if successor is None or successor.id != one:
            gone.append(one)
    if gone:
        rooms.index.drop_clusters(gone)


def _changed_at(rooms: Rooms, cluster_ids: Collection[str]) -> dict[str, datetime | None]:
    found = ((one, rooms.ledger.cluster(one)) for one in sorted(cluster_ids))
    return {one: _last_change(cluster) for one, cluster in found if cluster is not None}


def _last_change(cluster: Cluster) -> datetime | None:
    return max((event.at for event in cluster.history), default=None)


def _links_of(rooms: Rooms, cluster: Cluster) -> tuple[list[Link], list[Link]]:
    """Links within the cluster, and those that lead out of it."""
    members = set(cluster.members)
    own: list[Link] = []
    crossing: list[Link] = []
    for link in rooms.ledger.links_of(cluster.members):
        (own if link.a in members and link.b in members else crossing).append(link)
    return own, crossing


def _link_doc(link: Link, cluster: Cluster, held: dict[str, Held]) -> LinkDoc:
    moment = max(held[end].moment for end in (link.a, link.b) if end in held)
    return LinkDoc(link=link, cluster_id=cluster.id, version=_newest(moment, (link.judged_at, _last_change(cluster))))


def _newest(moment: int, times: Iterable[datetime | None]) -> int:
    return max([moment, *(int(time.timestamp() * 1000) for time in times if time is not None)])
