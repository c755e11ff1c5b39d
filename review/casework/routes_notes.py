"""Notes on adverts and clusters, and their history."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import DECIDERS, READERS, open_to
from review.accounts.reasons import Given, detail, stated
from review.ask import number
from review.casework import noting
from review.casework.history_view import history_page
from review.casework.places import item_or_404
from review.casework.written import NOTE_LIMIT, written
from review.render import render
from review.routers.parts import Parts, Person, note, note_reading
from review.services import Services
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc, ClusterDoc

router = APIRouter()


def history_href(kind: str, item_id: str) -> str:
    """Address of an item's history."""
    return f"/history/{kind}/{quote(item_id, safe='')}"


def _refused(
    request: Request, services: Services, user: User, doc: AdvertDoc | ClusterDoc, *, problem: str, typed: str = ""
) -> Response:
    note_reading(services, user, doc)
    page = history_page(services, doc, user, problem=problem, typed=typed[:NOTE_LIMIT])
    return render(request, page, status=422)


@router.get("/history/{kind}/{item_id:path}")
@open_to(READERS)
def history(request: Request, services: Parts, user: Person, kind: str, item_id: str) -> Response:
    """Notes and everything that happened, newest first."""
    doc = item_or_404(services, kind, item_id)
    if doc.id != item_id:
        return RedirectResponse(history_href(kind, doc.id), 303)
    note_reading(services, user, doc)
    return render(request, history_page(services, doc, user))


@router.post("/uncover/history/{kind}/{item_id:path}")
@open_to(READERS)
def uncover(request: Request, services: Parts, user: Person, kind: str, item_id: str, *, given: Given) -> Response:
    """The same with contacts readable; logged with the reason."""
    doc = item_or_404(services, kind, item_id)
    why = stated(request, services, user, act="uncover", item=(kind, doc.id), given=given)
    if why is None:
        note_reading(services, user, doc)
        return render(request, history_page(services, doc, user), status=422)
    note(services, user, "contacts uncovered", doc.id, kind=kind, view="history", **detail(why))
    return render(request, history_page(services, doc, user, uncovered=True))


@router.post("/notes/{kind}/{item_id:path}")
@open_to(DECIDERS)
def write(
    request: Request, services: Parts, user: Person, kind: str, item_id: str, *, text: Annotated[str, Form()] = ""
) -> Response:
    """Write a note on an advert or cluster."""
    doc = item_or_404(services, kind, item_id)
    made = noting.write(services, user, doc, text[: 2 * NOTE_LIMIT])
    if made == noting.FULL:
        raise HTTPException(422)
    if isinstance(made, str):
        return _refused(request, services, user, doc, problem=made, typed=written(text[: 2 * NOTE_LIMIT]))
    return RedirectResponse(f"{history_href(kind, doc.id)}#note-{made.id}", 303)


@router.post("/note/{note_id}")
@open_to(DECIDERS)
def change(
    request: Request, services: Parts, user: Person, note_id: str, *, text: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "", action: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Write a further version of one's own note, or take it back; the former versions stay."""
    held = noting.own_note(services, user, note_id)
    words = None if action == "remove" else text[: 2 * NOTE_LIMIT]
    problem = noting.change(services, user, held, words, seen=number(seen, 1, 10**6) or 0)
    if held.subject == "case":
        if problem:
            raise HTTPException(409 if problem == noting.CHANGED else 422)
        return RedirectResponse(f"/cases/{held.subject_id}#notes-h", 303)
    doc = item_or_404(services, held.subject, held.subject_id)
    if problem:
        return _refused(request, services, user, doc, problem=problem)
    return RedirectResponse(f"{history_href(held.subject, doc.id)}#notes-h", 303)
