"""Notes on adverts and clusters: read and written. Changed and taken back by their authors on the pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from review.access import DECIDERS, READERS, open_to
from review.api import asks, parts, work_records
from review.api.problems import ApiError
from review.api.records import Kind
from review.casework.history_view import is_blind, notes_of, shown_note, words_of
from review.casework.places import item_or_404
from review.casework.written import problem_of, written
from review.i18n import marked
from review.routers.parts import Parts, Person, note
from strazha.errors import BadInputError
from strazha.ledger.casework_records import Note
from strazha.ledger.records import User

router = parts.router("Notes")

FULL = marked("This item has too many notes: change one of them instead.")


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
    words = written(body.text)
    if problem := problem_of(words):
        raise ApiError(422, problem)
    try:
        made = services.ledger.add_note(kind, doc.id, words, user.name, services.clock())
    except BadInputError as error:
        raise ApiError(422, FULL) from error
    note(services, user, "note written", doc.id, kind=kind, note=made.id)
    return note_json(made, user)
