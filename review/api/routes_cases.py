"""Case folders: those named in one and leads see it, for everybody else there is none."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Query
from fastapi.responses import Response, StreamingResponse

from review.access import DECIDERS, LEADS, may, open_to
from review.api import asks, parts, work_records
from review.api import case_records as told
from review.api.case_json import folder_json, report_json, row_json
from review.api.problems import ApiError
from review.api.records import Kind
from review.api.routes_notes import note_json
from review.casework import keeping
from review.casework.cases_view import case_page
from review.casework.places import item_or_404
from review.casework.routes_cases import case_or_404, sent_bundle
from review.routers.parts import Parts, Person, note

router = parts.router("Cases")


@router.get("/cases", summary="List the cases you may see")
@open_to(DECIDERS)
def cases(services: Parts, user: Person) -> list[told.CaseRow]:
    """Open ones first, then the newest."""
    note(services, user, "cases listed", "own")
    return [row_json(one) for one in services.ledger.cases_of(user.name, every=may(user, LEADS))]


@router.get("/cases/{case_id}", summary="Read a case", responses=parts.problems(404))
@open_to(DECIDERS)
def case(services: Parts, user: Person, case_id: asks.Id) -> told.CaseFolder:
    """What lies in it, and everything done to it. The items themselves are read at their own addresses."""
    found = case_or_404(services, user, case_id)
    note(services, user, "case read", found.id)
    return folder_json(case_page(services, found, user))


@router.post("/cases", status_code=201, summary="Open a case")
@open_to(DECIDERS)
def open_case(services: Parts, user: Person, body: asks.CaseAsked) -> told.CaseRow:
    """Seen by you, by leads, and by whom you name."""
    made = keeping.open_case(services, user, body.title, body.reference)
    if made is None:
        raise ApiError(422, keeping.NO_TITLE)
    return row_json(made)


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


@router.post("/cases/{case_id}/name", summary="Rename a case", responses=parts.problems(404, 409))
@open_to(DECIDERS)
def rename_case(services: Parts, user: Person, case_id: asks.Id, body: told.CaseNamed) -> told.CaseRow:
    """Name and reference number."""
    held = case_or_404(services, user, case_id)
    _done(keeping.rename(services, user, held, body.title, body.reference))
    return row_json(case_or_404(services, user, case_id))


@router.post("/cases/{case_id}/state", summary="Close or reopen a case", responses=parts.problems(404))
@open_to(DECIDERS)
def set_case_state(services: Parts, user: Person, case_id: asks.Id, body: told.CaseState) -> told.CaseRow:
    """With a reason; nothing is put into a closed case, taken out of it or noted in it."""
    held = case_or_404(services, user, case_id)
    _done(keeping.set_state(services, user, held, body.to, body.reason))
    return row_json(case_or_404(services, user, case_id))


@router.post("/cases/{case_id}/report", summary="Report on a case", responses=parts.problems(404))
@open_to(DECIDERS)
def report_on_case(services: Parts, user: Person, case_id: asks.Id, body: told.CaseReportAsked) -> told.CaseReport:
    """What the printed report says; with contacts only where that is asked for. Logged, and kept in the case's history."""
    held = case_or_404(services, user, case_id)
    page = keeping.make_report(services, user, held, body.reason, contacts=body.contacts)
    if isinstance(page, str):
        raise ApiError(422, page)
    return report_json(page)


class ZipFile(StreamingResponse):
    """A ZIP file."""

    media_type = "application/zip"


@router.post(
    "/cases/{case_id}/bundle", summary="Hand out a case's evidence", response_class=ZipFile,
    responses={
        200: {"description": "The bundle", "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
        **parts.problems(404),
    },
)  # fmt: skip
@open_to(DECIDERS)
def bundle_case(services: Parts, user: Person, case_id: asks.Id, body: told.Handed) -> Response:
    """A ZIP file with the digest of each file in it. It holds contacts; logged with the reason and the bundle's digest."""
    held = case_or_404(services, user, case_id)
    made = keeping.make_bundle(services, user, held, body.reason)
    if isinstance(made, str):
        raise ApiError(422, made)
    return sent_bundle(held, made)


def _done(problem: str) -> None:
    if problem:
        raise ApiError(409 if problem in {keeping.FULL, keeping.THERE} else 422, problem)
