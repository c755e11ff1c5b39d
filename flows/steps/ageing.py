"""Retention: adverts leave the index when their source's days are over, unless a legal hold keeps their cluster.

What leaves is the review document alone. Captures stay in the landing area and the history in the ledger: evidence is removed
by whoever is answerable for it, not by a job. Logs of runs and alerts are no evidence: they have days of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.rooms import Rooms
from flows.steps.indexing import batches
from strazha.errors import BadInputError
from strazha.ledger import LegalHold
from strazha.model import Source, StepReport

STEP = "age"


def age(rooms: Rooms, sources: Sequence[Source], at: datetime, *, who: str = "strazha") -> StepReport:
    """Remove adverts from the index that were last seen before their source's retention began; one audit entry a source.

    ``done`` counts adverts removed, ``skipped`` those that a legal hold keeps. Safe to repeat after being stopped anywhere.
    """
    kept = held_adverts(rooms)
    done = skipped = 0
    for source in sources:
        before = at - timedelta(days=source.retention_days)
        states = (state for state in rooms.ledger.scan_adverts(source.id) if state.last_seen < before)
        over = [state.advert_id for state in states]
        due = [one for one in over if one not in kept]
        skipped += len(over) - len(due)
        removed = 0
        for batch in batches(due, 1000):
            # Marked first: if the index goes down in between, no later indexing brings them back, and this is repeated.
            rooms.ledger.mark_aged(batch, at)
            removed += rooms.index.drop_adverts(batch)
            _drop_around(rooms, batch)
        done += removed
        if removed or len(over) > len(due):
            detail = {"removed": removed, "held": len(over) - len(due), "last seen before": before.isoformat()}
            rooms.ledger.audit(who, "retention", source.id, detail, at)
    rooms.index.refresh()
    return StepReport(step=STEP, done=done, skipped=skipped)


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much the ledger forgot: logs of runs, alerts, deliveries."""

    run_logs: int
    alerts: int
    deliveries: int


def tidy(rooms: Rooms, at: datetime, *, who: str = "strazha") -> Tidied:
    """Let the ledger forget logs of runs, alerts and deliveries whose days (settings) are over; one audit entry.

    What concerns adverts under a legal hold or in an open case stays: the logs of the runs that captured them, alerts that
    name them or their cluster, and where those went. Safe to repeat after being stopped anywhere.
    """
    own, ledger = rooms.settings, rooms.ledger
    adverts, items = _in_use(rooms)
    logs = alerts = deliveries = 0
    if own.keep_run_logs:
        logs = ledger.forget_run_logs(at - timedelta(days=own.keep_run_logs), ledger.runs_that_captured(sorted(adverts)))
    if own.keep_deliveries:
        deliveries = ledger.forget_deliveries(at - timedelta(days=own.keep_deliveries), items)
    if own.keep_alerts:
        alerts = ledger.forget_alerts(at, timedelta(days=own.keep_alerts), items)
    if logs or alerts or deliveries:
        detail = {"run logs": logs, "alerts": alerts, "deliveries": deliveries}
        ledger.audit(who, "retention", "ledger", detail, at)
    return Tidied(logs, alerts, deliveries)


def _in_use(rooms: Rooms) -> tuple[set[str], set[tuple[str, str]]]:
    """Adverts under a hold or in an open case, and all that stands for them: (kind, id) of each advert and cluster."""
    adverts, clusters = held_adverts(rooms), {placed.cluster_id for placed in rooms.ledger.holds()}
    for kind, one in rooms.ledger.open_case_items():
        if kind == "advert":
            adverts.add(one)
        else:
            clusters.add(one)
    for one in sorted(clusters):
        cluster = rooms.ledger.cluster(one)
        if cluster is not None:
            adverts.update(cluster.members)
            clusters.add(cluster.id)
    clusters.update(rooms.ledger.clusters_of(sorted(adverts)).values())
    return adverts, {*(("advert", one) for one in adverts), *(("cluster", one) for one in clusters)}


def hold(rooms: Rooms, cluster_id: str, reason: str, who: str, at: datetime) -> LegalHold:
    """Keep a cluster in the index while it is under investigation. BadInputError for an unknown cluster or no reason."""
    cluster = rooms.ledger.cluster(cluster_id)
    if cluster is None:
        raise BadInputError("there is no such cluster", place=cluster_id, remedy="take the id from the cluster's page")
    if not reason.strip():
        raise BadInputError("a hold needs a reason", place=cluster_id, remedy="name the case it is for")
    placed = LegalHold(cluster_id=cluster.id, members=cluster.members, reason=reason, placed_by=who, placed_at=at)
    rooms.ledger.place_hold(placed)
    rooms.ledger.audit(who, "hold", cluster.id, {"reason": reason, "members": len(cluster.members)}, at)
    return placed


def lift(rooms: Rooms, cluster_id: str, who: str, at: datetime) -> None:
    """End a hold: retention applies again. BadInputError where there is none."""
    if not rooms.ledger.lift_hold(cluster_id):
        raise BadInputError("no hold is on this cluster", place=cluster_id, remedy="`strazha index holds` lists them")
    rooms.ledger.audit(who, "lift hold", cluster_id, {}, at)


def held_adverts(rooms: Rooms) -> set[str]:
    """Adverts under a hold: members when it was placed, and members of what became of the cluster."""
    found: set[str] = set()
    for placed in rooms.ledger.holds():
        found.update(placed.members)
        cluster = rooms.ledger.cluster(placed.cluster_id)
        found.update(cluster.members if cluster is not None else ())
    return found


def _drop_around(rooms: Rooms, advert_ids: Sequence[str]) -> None:
    """Remove clusters of which nothing is left, and the links of adverts that left."""
    links = [link.id for link in rooms.ledger.links_of(advert_ids)]
    if links:
        rooms.index.drop_links(links)
    empty = []
    for one in sorted(set(rooms.ledger.clusters_of(advert_ids).values())):
        cluster = rooms.ledger.cluster(one)
        if cluster is not None and len(rooms.ledger.aged(cluster.members)) == len(cluster.members):
            empty.append(cluster.id)
    if empty:
        rooms.index.drop_clusters(empty)
