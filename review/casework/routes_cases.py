"""Case folders. Those named and leads see one; to everybody else it does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from review.access import DECIDERS, LEADS, may, open_to
from review.ask import clean
from review.casework import keeping
from review.casework.cases_view import case_page, cases_page
from review.casework.keeping import NO_TITLE, REFERENCE
from review.casework.places import named_item
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.ledger.casework_records import Case
from strazha.ledger.records import User

router = APIRouter()


def case_or_404(services: Services, user: User, case_id: str) -> Case:
    """A case the user may see; for everybody else there is none."""
    found = services.ledger.case_of(case_id[:40], user.name, every=may(user, LEADS))
    if found is None:
        raise HTTPException(404)
    return found


def _again(request: Request, services: Services, user: User, case: Case, problem: str) -> Response:
    fresh = case_or_404(services, user, case.id)
    note(services, user, "case read", case.id)
    return render(request, case_page(services, fresh, user, problem=problem), status=422)


def _back(case: Case, place: str = "") -> Response:
    return RedirectResponse(f"/cases/{case.id}{place}", 303)


@router.get("/cases")
@open_to(DECIDERS)
def cases(request: Request, services: Parts, user: Person) -> Response:
    """The cases the user may see."""
    note(services, user, "cases listed", "own")
    return render(request, cases_page(services, user))


@router.post("/cases")
@open_to(DECIDERS)
def open_case(
    request: Request, services: Parts, user: Person, *, title: Annotated[str, Form()] = "",
    reference: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Open a case folder."""
    made = keeping.open_case(services, user, title, reference)
    if made is None:
        page = cases_page(services, user, problem=NO_TITLE, reference=clean(reference, REFERENCE))
        return render(request, page, status=422)
    return _back(made)


@router.get("/cases/{case_id}")
@open_to(DECIDERS)
def case(request: Request, services: Parts, user: Person, case_id: str) -> Response:
    """One case folder, contacts covered."""
    found = case_or_404(services, user, case_id)
    note(services, user, "case read", found.id)
    return render(request, case_page(services, found, user))


@router.post("/cases/{case_id}/name")
@open_to(DECIDERS)
def rename(
    request: Request, services: Parts, user: Person, case_id: str, *, title: Annotated[str, Form()] = "",
    reference: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Change name and reference number."""
    found = case_or_404(services, user, case_id)
    problem = keeping.rename(services, user, found, title, reference)
    if problem:
        return _again(request, services, user, found, problem)
    return _back(found)


@router.post("/collect")
@open_to(DECIDERS)
def collect(
    request: Request, services: Parts, user: Person, *, case_id: Annotated[str, Form(alias="case")] = "",
    item: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Put an advert or cluster, named by number or address, into a case."""
    found = case_or_404(services, user, case_id)
    problem = keeping.put(services, user, found, named_item(services, item), reason)
    if problem:
        return _again(request, services, user, found, problem)
    return _back(found, "#items-h")


@router.post("/cases/{case_id}/remove")
@open_to(DECIDERS)
def remove(
    request: Request, services: Parts, user: Person, case_id: str, *, kind: Annotated[str, Form()] = "",
    item: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Take an item out of a case."""
    found = case_or_404(services, user, case_id)
    problem = keeping.take_out(services, user, found, (kind, item), reason)
    if problem:
        return _again(request, services, user, found, problem)
    return _back(found, "#items-h")


@router.post("/cases/{case_id}/people")
@open_to(DECIDERS)
def people(
    request: Request, services: Parts, user: Person, case_id: str, *, name: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "add", reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Let somebody see a case, or no longer: whoever opened it and leads say so."""
    found = case_or_404(services, user, case_id)
    problem = keeping.name_person(services, user, found, name, reason, add=action == "add")
    if problem:
        return _again(request, services, user, found, problem)
    # Whoever took themselves off sees it no more.
    still = services.ledger.case_of(found.id, user.name, every=may(user, LEADS)) is not None
    return _back(found, "#people-h") if still else RedirectResponse("/cases", 303)


@router.post("/cases/{case_id}/state")
@open_to(DECIDERS)
def state(
    request: Request, services: Parts, user: Person, case_id: str, *, to: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Close or reopen a case."""
    found = case_or_404(services, user, case_id)
    if to not in {"closed", "reopened"}:
        raise HTTPException(422)
    problem = keeping.set_state(services, user, found, "closed" if to == "closed" else "reopened", reason)
    if problem:
        return _again(request, services, user, found, problem)
    return _back(found)


@router.post("/cases/{case_id}/notes")
@open_to(DECIDERS)
def write(request: Request, services: Parts, user: Person, case_id: str, *, text: Annotated[str, Form()] = "") -> Response:
    """Write a note in a case."""
    found = case_or_404(services, user, case_id)
    _, problem = keeping.write_note(services, user, found, text)
    if problem:
        return _again(request, services, user, found, problem)
    return _back(found, "#notes-h")


@router.post("/cases/{case_id}/report")
@open_to(DECIDERS)
def report(
    request: Request, services: Parts, user: Person, case_id: str, *, reason: Annotated[str, Form()] = "",
    contacts: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """The case as a printable report; with contacts only where that was asked for. Logged with the reason."""
    found = case_or_404(services, user, case_id)
    made = keeping.make_report(services, user, found, reason, contacts=contacts == "1")
    return _again(request, services, user, found, made) if isinstance(made, str) else render(request, made)


@router.post("/cases/{case_id}/bundle")
@open_to(DECIDERS)
def bundle(request: Request, services: Parts, user: Person, case_id: str, *, reason: Annotated[str, Form()] = "") -> Response:
    """The case's evidence as a ZIP file with the digest of each file in it. Holds contacts; logged with reason and digest."""
    found = case_or_404(services, user, case_id)
    made = keeping.make_bundle(services, user, found, reason)
    return _again(request, services, user, found, made) if isinstance(made, str) else sent_bundle(found, made)


def sent_bundle(case: Case, out: IO[bytes]) -> StreamingResponse:
    """A bundle as an answer; its file is closed when it has been sent or given up."""
    size = out.tell()
    out.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="case-{case.id}.zip"', "Content-Length": str(size)}
    return StreamingResponse(_read(out), media_type="application/zip", headers=headers)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(65536):
            yield piece
