"""Notes: those on adverts and clusters read and written, one's own (in cases too) changed and taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Query

from review.access import DECIDERS, READERS, open_to
from review.api import asks, parts, work_records
from review.api.problems import ApiError
from review.api.records import Kind
from review.casework import noting
from review.casework.history_view import is_blind, notes_of, shown_note, words_of
from review.casework.places import item_or_404
from review.routers.parts import Parts, Person
from review.services import Services
from strazha.ledger.casework_records import Note
from strazha.ledger.records import User

router = parts.router("Notes")


def note_json(one: Note, user: User) -> work_records.Note:
    """A note as the API tells it."""
    newest = one.newest
    return work_records.Note(
        id=one.id, text=newest.text, author=one.author, mine=one.author == user.name, version=newest.number,
        written_at=newest.written_at,
    )  # fmt: skip


@router.get("/items/{kind}/{item_id}/notes", summary="List an item's notes", responses=parts.problems(404))
@open_to(READERS)
def item_notes(
    *, services: Parts, user: Person, kind: Kind, item_id: asks.Id, ask: Annotated[asks.Uncover, Query()]
) -> list[work_records.Note]:  # fmt: skip
    """Oldest first, as they stand now; while a double review is open your own alone. Contacts are covered unless a reason
    is given; logged."""
    doc = item_or_404(services, kind, item_id)
    uncovered = parts.read(services, user, doc, ask)
    words = words_of(services, doc)
    found = [note_json(one, user) for one in notes_of(services, doc, user, blind=is_blind(services, doc))]
    return [one.model_copy(update={"text": shown_note(one.text, words, uncovered=uncovered)}) for one in found]


@router.post("/items/{kind}/{item_id}/notes", status_code=201, summary="Write a note", responses=parts.problems(404))
@open_to(DECIDERS)
def write_item_note(
    services: Parts, user: Person, kind: Kind, item_id: asks.Id, body: asks.NoteAsked
) -> work_records.Note:  # fmt: skip
    """For colleagues, as long as the item lives. Contacts you write are covered when it is read."""
    doc = item_or_404(services, kind, item_id)
    made = noting.write(services, user, doc, body.text)
    if isinstance(made, str):
        raise ApiError(422, made)
    return note_json(made, user)


@router.put("/notes/{note_id}", summary="Change a note of yours", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def change_note(services: Parts, user: Person, note_id: asks.Id, body: asks.NoteChanged) -> work_records.Note:
    """On an item or in a case. The former versions stay; where it was changed since ``seen``, nothing is (409)."""
    _change(services, user, note_id, body.text, body.seen)
    kept = services.ledger.note(note_id)
    if kept is None:
        raise HTTPException(404)
    return note_json(kept, user)


@router.delete("/notes/{note_id}", status_code=204, summary="Take a note of yours back", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def take_note_back(services: Parts, user: Person, note_id: asks.Id, seen: asks.SeenVersion) -> None:
    """It says nothing any more; the former versions stay."""
    _change(services, user, note_id, None, seen)


def _change(services: Services, user: User, note_id: str, text: str | None, seen: int) -> None:
    problem = noting.change(services, user, noting.own_note(services, user, note_id), text, seen=seen)
    if problem:
        raise ApiError(409 if problem == noting.CHANGED else 422, problem)
