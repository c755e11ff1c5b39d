"""Taking, handing over and putting back; saved views of the queue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from review import work
from review.access import DECIDERS, LEADS, READERS, may, open_to
from review.ask import QueueAsk, clean
from review.routers.parts import Parts, Person, advert_or_404, cluster_or_404, not_blind, note, usable
from review.services import Services
from review.work import colleagues, href_of
from strazha.errors import BadInputError
from strazha.ledger.work_records import Holding

router = APIRouter()

NOTE_LIMIT, NAME_LIMIT, QUERY_LIMIT = 1000, 60, 3000


def item_of(services: Services, kind: str, item_id: str) -> tuple[str, str]:
    """Kind and id of an item that is there; 404 for any other."""
    if kind == "advert":
        return "advert", advert_or_404(services, item_id).id
    if kind == "cluster":
        return "cluster", cluster_or_404(services, item_id).id
    raise HTTPException(404)


@router.post("/take/{kind}/{item_id:path}")
@open_to(DECIDERS)
def take(services: Parts, user: Person, kind: str, item_id: str) -> Response:
    """Take an item; where somebody has it already, they keep it."""
    subject, one = item_of(services, kind, item_id)
    not_blind(services, subject, one)
    try:
        services.ledger.take(subject, one, user.name, services.clock())
    except BadInputError:
        return RedirectResponse(f"{href_of(subject, one)}?held=1#work", 303)
    note(services, user, "taken", one, kind=subject)
    return RedirectResponse(f"{href_of(subject, one)}#work", 303)


@router.post("/hand/{kind}/{item_id:path}")
@open_to(DECIDERS)
def hand_over(
    *, services: Parts, user: Person, kind: str, item_id: str, to: Annotated[str, Form()] = "",
    words: Annotated[str, Form(alias="note")] = "",
) -> Response:  # fmt: skip
    """Hand an item to a colleague: whoever has it may, anybody may where nobody has it, and leads always."""
    subject, one = item_of(services, kind, item_id)
    not_blind(services, subject, one)
    held = services.ledger.holdings(subject, [one]).get(one)
    if held is not None and held.holder != user.name and not may(user, LEADS):
        raise HTTPException(403)
    if to not in colleagues(services, user):
        raise HTTPException(422)
    said = "\n".join(clean(line, NOTE_LIMIT) for line in words[:NOTE_LIMIT].splitlines())
    given = {"subject": subject, "subject_id": one, "holder": to, "given_by": user.name, "since": services.clock()}
    try:
        services.ledger.hand_over(Holding.model_validate({**given, "note": said}), seen=held.holder if held is not None else "")
    except BadInputError:
        return RedirectResponse(f"{href_of(subject, one)}?held=1#work", 303)
    note(services, user, "handed over", one, kind=subject, to=to)
    return RedirectResponse(f"{href_of(subject, one)}#work", 303)


@router.post("/release/{kind}/{item_id:path}")
@open_to(DECIDERS)
def release(services: Parts, user: Person, kind: str, item_id: str) -> Response:
    """Put an item back: one's own (also what merged or left the index since), or as a lead anybody's."""
    own = services.ledger.holdings(kind, [item_id]).get(item_id) if kind in work.KINDS and usable(item_id) else None
    mine = own is not None and own.holder == user.name
    subject, one = (kind, item_id) if mine else item_of(services, kind, item_id)
    not_blind(services, subject, one)
    held = services.ledger.holdings(subject, [one]).get(one)
    if held is not None and held.holder != user.name and not may(user, LEADS):
        raise HTTPException(403)
    try:
        done = services.ledger.release(subject, one, user.name, services.clock(), seen=held.holder if held is not None else "")
    except BadInputError:
        return RedirectResponse(f"{href_of(subject, one)}?held=1#work", 303)
    if done:
        note(services, user, "put back", one, kind=subject)
    return RedirectResponse(f"{href_of(subject, one)}#work" if work.rows_of(services, [(subject, one)]) else "/queue", 303)


@router.post("/views")
@open_to(READERS)
def save_view(services: Parts, user: Person, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = "") -> Response:
    """Keep the queue's filters under a name."""
    called = clean(name, NAME_LIMIT)
    # Read and written anew: what is kept is an address of the queue and nothing else.
    asked = QueueAsk.read(QueryParams(query[:QUERY_LIMIT])).query()
    if not called:
        raise HTTPException(422)
    try:
        services.ledger.save_view(user.name, called, asked, services.clock())
    except BadInputError as error:
        raise HTTPException(422) from error
    note(services, user, "view saved", called, query=asked)
    return RedirectResponse(f"/queue?{asked}", 303)


@router.post("/views/{view_id}/remove")
@open_to(READERS)
def remove_view(services: Parts, user: Person, view_id: str) -> Response:
    """Remove one of one's own views."""
    if not services.ledger.remove_view(user.name, view_id[:40], services.clock()):
        raise HTTPException(404)
    note(services, user, "view removed", view_id)
    return RedirectResponse("/queue", 303)
