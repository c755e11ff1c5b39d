"""Saved searches, watches and their alerts: one's own, to read. They are made and ended on the pages."""

from __future__ import annotations

from fastapi import HTTPException

from review.access import READERS, open_to
from review.api import asks, parts, work_records
from review.routers.parts import Parts, Person, note
from strazha.ledger.watch_records import Alert

router = parts.router("Watches")


@router.get("/searches", summary="List saved searches")
@open_to(READERS)
def searches(services: Parts, user: Person) -> list[work_records.SavedSearch]:
    """Yours, and those shared with you."""
    return [
        work_records.SavedSearch(
            id=one.id, owner=one.owner, name=one.name, query=one.query, mine=one.owner == user.name, created_at=one.created_at
        )
        for one in services.ledger.saved_searches(user.name)
    ]


@router.get("/watches", summary="List your watches")
@open_to(READERS)
def watches(services: Parts, user: Person) -> list[work_records.Watch]:
    """Yours alone."""
    note(services, user, "watches read", "own")
    return [
        work_records.Watch(
            id=one.id, name=one.name, kind=one.kind, source=one.source, created_at=one.created_at, looked_at=one.looked_at,
            problem=one.problem,
        )
        for one in services.ledger.watches(user.name)
    ]  # fmt: skip


@router.get("/alerts", summary="List your alerts")
@open_to(READERS)
def alerts(services: Parts, user: Person) -> list[work_records.Alert]:
    """The newest first. Reading them here leaves them unread on the pages."""
    note(services, user, "alerts read", "own")
    return [_alert(one) for one in services.ledger.alerts(user.name)]


@router.get("/alerts/{alert_id}", summary="Read an alert", responses=parts.problems(404))
@open_to(READERS)
def alert(services: Parts, user: Person, alert_id: asks.Id) -> work_records.Alert:
    """One of yours."""
    held = services.ledger.alert(user.name, alert_id[:40])
    if held is None:
        raise HTTPException(404)
    note(services, user, "alert read", held.id, watch=held.watch_id)
    return _alert(held)


def _alert(one: Alert) -> work_records.Alert:
    return work_records.Alert(
        id=one.id, watch=one.watch_id, at=one.at, adverts=one.adverts, clusters=one.clusters, changed=one.changed,
        items=[work_records.AlertItem(kind=item.kind, id=item.id, what=item.what) for item in one.items], read_at=one.read_at,
    )  # fmt: skip
