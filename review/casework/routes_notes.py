"""Notes on adverts and clusters, and their history."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import DECIDERS, LEADS, READERS, may, open_to
from review.accounts.reasons import Given, detail, stated
from review.ask import number
from review.casework.history_view import history_page
from review.casework.places import item_or_404
from review.casework.written import NOTE_LIMIT, problem_of, written
from review.i18n import marked
from review.render import render
from review.routers.parts import Parts, Person, note, note_reading
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc, ClusterDoc

router = APIRouter()

CHANGED = marked("This note cannot be changed: it is somebody else's, or it was changed since. Look again.")


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
    words = written(text[: 2 * NOTE_LIMIT])
    problem = problem_of(words)
    if problem:
        return _refused(request, services, user, doc, problem=problem, typed=words)
    try:
        made = services.ledger.add_note(kind, doc.id, words, user.name, services.clock())
    except BadInputError as error:
        raise HTTPException(422) from error
    note(services, user, "note written", doc.id, kind=kind, note=made.id)
    return RedirectResponse(f"{history_href(kind, doc.id)}#note-{made.id}", 303)


@router.post("/note/{note_id}")
@open_to(DECIDERS)
def change(
    request: Request, services: Parts, user: Person, note_id: str, *, text: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "", action: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Write a further version of one's own note, or take it back; the former versions stay."""
    held = services.ledger.note(note_id[:40])
    if held is None or held.author != user.name:
        raise HTTPException(404)
    every = may(user, LEADS)
    if held.subject == "case":
        case = services.ledger.case_of(held.subject_id, user.name, every=every)
        if case is None:
            raise HTTPException(404)
        if case.closed:
            raise HTTPException(409)
    words = "" if action == "remove" else written(text[: 2 * NOTE_LIMIT])
    problem = "" if action == "remove" else problem_of(words)
    if problem and held.subject == "case":
        raise HTTPException(422)
    doc = item_or_404(services, held.subject, held.subject_id) if held.subject != "case" else None
    if not problem:
        try:
            services.ledger.change_note(held.id, words, user.name, services.clock(), seen=number(seen, 1, 10**6) or 0)
        except BadInputError as error:
            problem = CHANGED
            if doc is None:
                raise HTTPException(409) from error
    if doc is None:
        note(services, user, "note changed" if words else "note taken back", held.subject_id, kind="case", note=held.id)
        return RedirectResponse(f"/cases/{held.subject_id}#notes-h", 303)
    if problem:
        return _refused(request, services, user, doc, problem=problem)
    note(services, user, "note changed" if words else "note taken back", doc.id, kind=held.subject, note=held.id)
    return RedirectResponse(f"{history_href(held.subject, doc.id)}#notes-h", 303)
