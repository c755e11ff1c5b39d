"""The queue and people's work on its items: taking, handing over, decisions, views."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from review import deciding, holding, work, worklist
from review.access import DECIDERS, READERS, open_to
from review.api import asks, parts, records, rows_json, work_records
from review.api.problems import ApiError
from review.api.work_json import item_json, recorded_json, repeated_json
from review.ask import QUEUE_FACETS
from review.deciding import CHANGED, NO_OUTCOME, NO_REASON, NOT_ASKED, OVERTAKEN, TOO_LONG, Done, Item
from review.i18n import marked
from review.routers.parts import Parts, Person, advert_or_404, cluster_or_404, note
from review.rows import facets
from review.services import Services
from strazha.ledger.records import User

router = parts.router("Queue and decisions")

HELD = marked("Somebody else has this item.")
HELD_REMEDY = marked("Read the item to see who; they, or a lead, can hand it over.")
IN_REVIEW = marked("This item is in a double review: it takes opinions, not decisions.")
IN_REVIEW_REMEDY = marked("Give an opinion with POST /reviews/{id}/opinion; leads settle with /reviews/{id}/settlement.")
_STATUS = {CHANGED: 409, OVERTAKEN: 409, NOT_ASKED: 409, NO_OUTCOME: 422, NO_REASON: 422, TOO_LONG: 422}


@router.get("/queue", summary="List what waits, most pressing first")
@open_to(READERS)
def queue(services: Parts, user: Person, ask: Annotated[asks.Queued, Query()]) -> records.RowPage:
    """Clusters and adverts that are in none, in the order of the queue's page; without a decision named what is undecided."""
    asked = ask.ask()
    found = worklist.for_person(services, user, asked, size=ask.limit)
    note(services, user, "queue read", ask.kind, filters=asked.filters, hold=ask.hold)
    return records.RowPage(
        rows=rows_json.rows(found.rows),
        total=found.clusters + found.adverts,
        next=ask.sealed(found.cursor),
        facets=rows_json.facets(facets(found.facets, QUEUE_FACETS, asked.filters, services.catalogue)),
    )


def item_of(services: Services, kind: records.Kind, item_id: str) -> Item:
    """An item that is there; 404 for any other."""
    return Item(kind, advert_or_404(services, item_id) if kind == "advert" else cluster_or_404(services, item_id))


@router.get("/items/{kind}/{item_id}", summary="Read people's work on an item", responses=parts.problems(404))
@open_to(READERS)
def item(services: Parts, user: Person, response: Response, kind: records.Kind, item_id: asks.Id) -> work_records.Item:
    """Who has it, what was decided, where it stands in a double review, and what you may do."""
    found = item_of(services, kind, item_id)
    note(services, user, "work read", found.doc.id, kind=kind)
    told = item_json(services, user, found)
    parts.tagged(response, told.seen, told.standing)
    return told


@router.post("/items/{kind}/{item_id}/take", summary="Take an item", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def take(services: Parts, user: Person, kind: records.Kind, item_id: asks.Id) -> work_records.Item:
    """Taking what you have already changes nothing."""
    found = item_of(services, kind, item_id)
    if not holding.take(services, user, kind, found.doc.id):
        raise ApiError(409, HELD, HELD_REMEDY)
    return item_json(services, user, found)


@router.post("/items/{kind}/{item_id}/hand-over", summary="Hand an item to a colleague", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def hand_over(
    *, services: Parts, user: Person, kind: records.Kind, item_id: asks.Id, body: asks.HandOver
) -> work_records.Item:  # fmt: skip
    """Whoever has it may, anybody may where nobody has it, and leads always."""
    found = item_of(services, kind, item_id)
    if not holding.hand_over(services, user, (kind, found.doc.id), body.to, body.note):
        raise ApiError(409, HELD, HELD_REMEDY)
    return item_json(services, user, found)


@router.post("/items/{kind}/{item_id}/release", status_code=204, summary="Put an item back", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def release(services: Parts, user: Person, kind: records.Kind, item_id: asks.Id) -> None:
    """Your own (also one that merged or left since), or as a lead anybody's."""
    _, _, done = holding.release(services, user, kind, item_id)
    if not done:
        raise ApiError(409, HELD, HELD_REMEDY)


@router.get("/items/{kind}/{item_id}/decisions", summary="List an item's decisions", responses=parts.problems(404))
@open_to(READERS)
def decisions(services: Parts, user: Person, kind: records.Kind, item_id: asks.Id) -> list[work_records.Decision]:
    """Newest first, those taken back too; none while a double review is open."""
    found = item_of(services, kind, item_id)
    note(services, user, "work read", found.doc.id, kind=kind)
    return item_json(services, user, found).decisions


@router.post(
    "/items/{kind}/{item_id}/decisions", status_code=201, summary="Decide on an item",
    responses={200: {"model": work_records.Recorded, "description": "Recorded before, with the same Idempotency-Key"},
               **parts.problems(404, 409, 412)},
)  # fmt: skip
@open_to(DECIDERS)
def decide(
    *, services: Parts, user: Person, response: Response, kind: records.Kind, item_id: asks.Id, body: asks.DecisionAsked,
    key: asks.IdempotencyKey = None, if_match: asks.IfMatch = None,
) -> work_records.Recorded:  # fmt: skip
    """With what you saw: where data or another decision came in since, nothing is recorded (409). A correction names the one
    it corrects. With an Idempotency-Key a repeated request records nothing further and answers 200."""
    found = item_of(services, kind, item_id)
    own = work.work_of(services, user, kind, found.doc.id, found.cluster_id)
    if (before := repeated_json(services, user, found, body, key)) is not None:
        response.status_code = 200
        return before
    if own.review is not None:
        raise ApiError(409, IN_REVIEW, IN_REVIEW_REMEDY)
    parts.require(if_match, found.seen, own.standing)
    try:
        return record(services, user, found, body, corrects=body.corrects, key=key)
    except ApiError:
        # The same request may have come twice at once, and the other one was first.
        if (before := repeated_json(services, user, found, body, key)) is None:
            raise
        response.status_code = 200
        return before


def record(
    services: Services, user: User, found: Item, body: asks.OpinionAsked, *, corrects: str, key: str | None = None
) -> work_records.Recorded:
    """Record a decision or opinion as the page's form does, and answer with it."""
    form = deciding.read(
        outcome=body.outcome.value, ground=body.ground, reason=body.reason, seen=body.seen, corrects=corrects
    )  # fmt: skip
    if body.ground and not form.ground:
        raise ApiError(422, NO_GROUND, SEE_VOCABULARY)
    made: Done = deciding.decide(services, user, found, form, new_id=deciding.id_of(user, key) if key else "")
    if made.problem:
        raise ApiError(_STATUS[made.problem], made.problem)
    return recorded_json(services, user, made.done)


NO_GROUND = marked("This ground is not one of this outcome.")
SEE_VOCABULARY = marked("Take it from GET /vocabulary.")


@router.delete("/decisions/{decision_id}", status_code=204, summary="Take a decision back", responses=parts.problems(404))
@open_to(DECIDERS)
def undo(services: Parts, user: Person, decision_id: asks.Id) -> None:
    """Your own, or as a lead anybody's. It stays in the history; what stood before counts again."""
    deciding.undo_decision(services, user, decision_id)


@router.get("/views", summary="List your saved views")
@open_to(READERS)
def views(services: Parts, user: Person) -> list[work_records.View]:
    """Yours alone."""
    return [_view(one) for one in services.ledger.saved_views(user.name)]


@router.post("/views", status_code=201, summary="Save a view")
@open_to(READERS)
def save_view(services: Parts, user: Person, body: asks.ViewAsked) -> work_records.View:
    """What is no filter of the queue is left out of the query. A name you use already is given to this view."""
    return _view(holding.save_view(services, user, body.name, body.query))


@router.delete("/views/{view_id}", status_code=204, summary="Remove a saved view", responses=parts.problems(404))
@open_to(READERS)
def remove_view(services: Parts, user: Person, view_id: asks.Id) -> None:
    """One of yours."""
    holding.remove_view(services, user, view_id)


def _view(one: Any) -> work_records.View:
    return work_records.View(id=one.id, name=one.name, query=one.query, created_at=one.created_at)
