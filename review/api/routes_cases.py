"""Case folders: those named in one and leads see it, for everybody else there is none.

Renamed, closed, reopened and handed out as report or bundle they are on the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import HTTPException, Query

from review.access import DECIDERS, LEADS, may, open_to
from review.api import asks, parts, work_records
from review.api.problems import ApiError
from review.api.records import Answer, Kind, Text
from review.api.routes_notes import note_json
from review.casework import keeping
from review.casework.cases_view import case_page
from review.casework.places import item_or_404
from review.casework.routes_cases import NO_TITLE, case_or_404
from review.routers.parts import Parts, Person, note
from strazha.ledger.casework_records import Case

router = parts.router("Cases")


class CaseRow(Answer):
    """A case folder in a list."""

    id: str
    title: Text
    reference: Text
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    people: list[str]


class CaseItem(Answer):
    """An advert or cluster in a case, who put it there, when and why."""

    kind: Kind
    id: Text
    added_by: str
    added_at: datetime
    reason: Text


class CaseEvent(Answer):
    """One line of a case's history."""

    action: str
    subject: str
    subject_id: Text
    reason: Text
    done_by: str
    at: datetime


class CaseFolder(CaseRow):
    """A case folder with what lies in it and its history."""

    items: list[CaseItem]
    history: list[CaseEvent]


@router.get("/cases", summary="List the cases you may see")
@open_to(DECIDERS)
def cases(services: Parts, user: Person) -> list[CaseRow]:
    """Open ones first, then the newest."""
    note(services, user, "cases listed", "own")
    return [CaseRow.model_validate(_row(one)) for one in services.ledger.cases_of(user.name, every=may(user, LEADS))]


@router.get("/cases/{case_id}", summary="Read a case", responses=parts.problems(404))
@open_to(DECIDERS)
def case(services: Parts, user: Person, case_id: asks.Id) -> CaseFolder:
    """What lies in it, and everything done to it. The items themselves are read at their own addresses."""
    found = case_or_404(services, user, case_id)
    note(services, user, "case read", found.id)
    return CaseFolder.model_validate({
        **_row(found),
        "items": [
            {
                "kind": one.subject, "id": one.subject_id, "added_by": one.added_by, "added_at": one.added_at,
                "reason": one.reason,
            }
            for one in services.ledger.case_items(found.id)
        ],
        "history": [one.model_dump() for one in services.ledger.case_history(found.id)],
    })  # fmt: skip


@router.post("/cases", status_code=201, summary="Open a case")
@open_to(DECIDERS)
def open_case(services: Parts, user: Person, body: asks.CaseAsked) -> CaseRow:
    """Seen by you, by leads, and by whom you name."""
    made = keeping.open_case(services, user, body.title, body.reference)
    if made is None:
        raise ApiError(422, NO_TITLE)
    return CaseRow.model_validate(_row(made))


@router.post("/cases/{case_id}/items", status_code=204, summary="Put an item into a case", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def put_into_case(services: Parts, user: Person, case_id: asks.Id, body: asks.CasePut) -> None:
    """An advert or cluster; why is kept."""
    held = case_or_404(services, user, case_id)
    _done(keeping.put(services, user, held, item_or_404(services, body.kind, body.id), body.reason))


@router.delete(
    "/cases/{case_id}/items/{kind}/{item_id}", status_code=204, summary="Take an item out of a case",
    responses=parts.problems(404, 409),
)  # fmt: skip
@open_to(DECIDERS)
def take_out_of_case(
    *, services: Parts, user: Person, case_id: asks.Id, kind: Kind, item_id: asks.Id, ask: Annotated[asks.Removed, Query()]
) -> None:  # fmt: skip
    """That it was there stays in the history; why is kept."""
    held = case_or_404(services, user, case_id)
    _done(keeping.take_out(services, user, held, (kind, item_id), ask.reason))


@router.post("/cases/{case_id}/people", status_code=204, summary="Let somebody see a case", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def let_see_case(services: Parts, user: Person, case_id: asks.Id, body: asks.PersonNamed) -> None:
    """For whoever opened it, and leads."""
    held = case_or_404(services, user, case_id)
    _done(keeping.name_person(services, user, held, body.name, body.reason, add=True))


@router.delete(
    "/cases/{case_id}/people/{name}", status_code=204, summary="Let somebody see a case no longer",
    responses=parts.problems(404, 409),
)  # fmt: skip
@open_to(DECIDERS)
def let_see_no_longer(
    *, services: Parts, user: Person, case_id: asks.Id, name: asks.Id, ask: Annotated[asks.Removed, Query()]
) -> None:  # fmt: skip
    """For whoever opened it, and leads."""
    held = case_or_404(services, user, case_id)
    _done(keeping.name_person(services, user, held, name, ask.reason, add=False))


@router.get("/cases/{case_id}/notes", summary="List a case's notes", responses=parts.problems(404))
@open_to(DECIDERS)
def case_notes(services: Parts, user: Person, case_id: asks.Id) -> list[work_records.Note]:
    """Oldest first, as they stand now, contacts covered."""
    held = case_or_404(services, user, case_id)
    note(services, user, "case read", held.id)
    return [note_json(one, user) for one in case_page(services, held, user).notes]


@router.post("/cases/{case_id}/notes", status_code=201, summary="Write a note in a case", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def write_case_note(services: Parts, user: Person, case_id: asks.Id, body: asks.NoteAsked) -> work_records.Note:
    """For those who see the case."""
    held = case_or_404(services, user, case_id)
    made, problem = keeping.write_note(services, user, held, body.text)
    _done(problem)
    kept = services.ledger.note(made)
    if kept is None:
        raise HTTPException(404)
    return note_json(kept, user)


def _done(problem: str) -> None:
    if problem:
        raise ApiError(409 if problem in {keeping.FULL, keeping.THERE} else 422, problem)


def _row(one: Case) -> dict[str, object]:
    return {
        "id": one.id, "title": one.title, "reference": one.reference, "opened_by": one.opened_by,
        "opened_at": one.opened_at, "closed_at": one.closed_at, "people": list(one.people),
    }  # fmt: skip
