"""Notes on adverts and clusters, and changing one's own, also in a case; pages and API call the same functions."""

from __future__ import annotations

from fastapi import HTTPException

from review.access import LEADS, may
from review.casework.places import item_or_404
from review.casework.written import problem_of, written
from review.i18n import marked
from review.routers.parts import note
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.casework_records import Note
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc, ClusterDoc

CHANGED = marked("This note cannot be changed: it is somebody else's, or it was changed since. Look again.")
CLOSED = marked("The case is closed: reopen it first.")
FULL = marked("This item has too many notes: change one of them instead.")


def write(services: Services, user: User, doc: AdvertDoc | ClusterDoc, text: str) -> Note | str:
    """Write a note on an item, or say why it is not kept."""
    kind = "advert" if isinstance(doc, AdvertDoc) else "cluster"
    words = written(text)
    problem = problem_of(words)
    if problem:
        return problem
    try:
        made = services.ledger.add_note(kind, doc.id, words, user.name, services.clock())
    except BadInputError:
        return FULL
    note(services, user, "note written", doc.id, kind=kind, note=made.id)
    return made


def own_note(services: Services, user: User, note_id: str) -> Note:
    """A note of one's own that one may still change.

    404 for anybody else's, and for one in a case one is not let into any more; 409 while its case is closed.
    """
    held = services.ledger.note(note_id[:40])
    if held is None or held.author != user.name:
        raise HTTPException(404)
    if held.subject == "case":
        case = services.ledger.case_of(held.subject_id, user.name, every=may(user, LEADS))
        if case is None:
            raise HTTPException(404)
        if case.closed:
            raise HTTPException(409, CLOSED)
    return held


def change(services: Services, user: User, held: Note, text: str | None, *, seen: int) -> str:
    """Write a further version of one's own note, without a text take it back; the former versions stay.

    ``seen`` is the version that is changed. Gives why nothing was done, or an empty text; 404 where its item is gone.
    """
    words = "" if text is None else written(text)
    problem = "" if text is None else problem_of(words)
    subject = item_or_404(services, held.subject, held.subject_id).id if held.subject != "case" else held.subject_id
    if problem:
        return problem
    try:
        services.ledger.change_note(held.id, words, user.name, services.clock(), seen=seen)
    except BadInputError:
        return CHANGED
    note(services, user, "note changed" if words else "note taken back", subject, kind=held.subject, note=held.id)
    return ""
