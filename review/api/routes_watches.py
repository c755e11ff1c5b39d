"""Watches and their alerts: one's own."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import HTTPException

from review.access import READERS, open_to
from review.api import asks, parts, work_records
from review.api.problems import ApiError
from review.ask import clean
from review.investigate.routes_watches import NAME_LIMIT, begun, end, read_all, read_one
from review.investigate.ways import WatchForm
from review.routers.parts import Parts, Person, note
from strazha.errors import BadInputError
from strazha.ledger.watch_records import Alert, Delivery, Watch

router = parts.router("Watches")


@router.get("/watches", summary="List your watches")
@open_to(READERS)
def watches(services: Parts, user: Person) -> list[work_records.Watch]:
    """Yours alone."""
    note(services, user, "watches read", "own")
    return [_watch(one) for one in services.ledger.watches(user.name)]


@router.post("/watches", status_code=201, summary="Begin a watch")
@open_to(READERS)
def begin_watch(services: Parts, user: Person, body: asks.WatchAsked) -> work_records.Watch:
    """What is there already is known to it; only what comes later is told, on the pages and at GET /alerts."""
    form = WatchForm(kind=body.kind, name=clean(body.name, NAME_LIMIT), source=body.source)
    try:
        return _watch(begun(services, user, form))
    except BadInputError as error:
        raise ApiError(422, error.problem) from error


@router.delete("/watches/{watch_id}", status_code=204, summary="End a watch", responses=parts.problems(404))
@open_to(READERS)
def end_watch(services: Parts, user: Person, watch_id: asks.Id) -> None:
    """One of yours; its alerts stay."""
    end(services, user, watch_id)


@router.get("/alerts", summary="List your alerts")
@open_to(READERS)
def alerts(services: Parts, user: Person) -> list[work_records.Alert]:
    """The newest first. Reading them leaves them unread until they are marked."""
    note(services, user, "alerts read", "own")
    held = services.ledger.alerts(user.name)
    sent = services.ledger.deliveries(one.id for one in held)
    return [_alert(one, sent.get(one.id, ())) for one in held]


@router.get("/alerts/{alert_id}", summary="Read an alert", responses=parts.problems(404))
@open_to(READERS)
def alert(services: Parts, user: Person, alert_id: asks.Id) -> work_records.Alert:
    """One of yours."""
    held = services.ledger.alert(user.name, alert_id[:40])
    if held is None:
        raise HTTPException(404)
    note(services, user, "alert read", held.id, watch=held.watch_id)
    return _alert(held, services.ledger.deliveries([held.id]).get(held.id, ()))


@router.post("/alerts/{alert_id}/read", status_code=204, summary="Mark an alert read", responses=parts.problems(404))
@open_to(READERS)
def mark_read(services: Parts, user: Person, alert_id: asks.Id) -> None:
    """One of yours."""
    read_one(services, user, alert_id)


@router.post("/alerts/read", status_code=204, summary="Mark all your alerts read")
@open_to(READERS)
def mark_all_read(services: Parts, user: Person) -> None:
    """Yours alone."""
    read_all(services, user)


def _watch(one: Watch) -> work_records.Watch:
    return work_records.Watch(
        id=one.id, name=one.name, kind=one.kind, source=one.source, created_at=one.created_at, looked_at=one.looked_at,
        problem=one.problem,
    )  # fmt: skip


def _alert(one: Alert, sent: Iterable[Delivery]) -> work_records.Alert:
    return work_records.Alert(
        id=one.id, watch=one.watch_id, at=one.at, adverts=one.adverts, clusters=one.clusters, changed=one.changed,
        items=[work_records.AlertItem(kind=item.kind, id=item.id, what=item.what) for item in one.items], read_at=one.read_at,
        sent=[
            work_records.Sent(channel=way.channel, state=way.state, tries=way.tries, sent_at=way.sent_at) for way in sent
        ],
    )  # fmt: skip
