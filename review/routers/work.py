"""Taking, handing over and putting back; saved views of the queue. What is done is done by review.holding."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from review import holding, work
from review.access import DECIDERS, READERS, open_to
from review.routers.parts import Parts, Person
from review.work import href_of

router = APIRouter()


@router.post("/take/{kind}/{item_id:path}")
@open_to(DECIDERS)
def take(services: Parts, user: Person, kind: str, item_id: str) -> Response:
    """Take an item; where somebody has it already, they keep it."""
    subject, one = holding.item_of(services, kind, item_id)
    done = holding.take(services, user, subject, one)
    return RedirectResponse(f"{href_of(subject, one)}{'' if done else '?held=1'}#work", 303)


@router.post("/hand/{kind}/{item_id:path}")
@open_to(DECIDERS)
def hand_over(
    *, services: Parts, user: Person, kind: str, item_id: str, to: Annotated[str, Form()] = "",
    words: Annotated[str, Form(alias="note")] = "",
) -> Response:  # fmt: skip
    """Hand an item to a colleague: whoever has it may, anybody may where nobody has it, and leads always."""
    subject, one = holding.item_of(services, kind, item_id)
    done = holding.hand_over(services, user, (subject, one), to, words)
    return RedirectResponse(f"{href_of(subject, one)}{'' if done else '?held=1'}#work", 303)


@router.post("/release/{kind}/{item_id:path}")
@open_to(DECIDERS)
def release(services: Parts, user: Person, kind: str, item_id: str) -> Response:
    """Put an item back: one's own (also what merged or left the index since), or as a lead anybody's."""
    subject, one, done = holding.release(services, user, kind, item_id)
    if not done:
        return RedirectResponse(f"{href_of(subject, one)}?held=1#work", 303)
    return RedirectResponse(f"{href_of(subject, one)}#work" if work.rows_of(services, [(subject, one)]) else "/queue", 303)


@router.post("/views")
@open_to(READERS)
def save_view(services: Parts, user: Person, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = "") -> Response:
    """Keep the queue's filters under a name."""
    return RedirectResponse(f"/queue?{holding.save_view(services, user, name, query).query}", 303)


@router.post("/views/{view_id}/remove")
@open_to(READERS)
def remove_view(services: Parts, user: Person, view_id: str) -> Response:
    """Remove one of one's own views."""
    holding.remove_view(services, user, view_id)
    return RedirectResponse("/queue", 303)
