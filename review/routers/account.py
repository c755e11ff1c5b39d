"""One's own account: open sessions, ended one by one, and the second factor."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import EVERYBODY, cookie_name, open_to
from review.contexts import AccountPage
from review.i18n import marked
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.ledger.records import User
from strazha.ledger.second_factor import address_of, session_id

router = APIRouter()

WRONG_CODE = marked("This code does not fit. Check the clock of your device and type the newest code.")
WRONG_PASSWORD = marked("That did not work. Check your password and the code.")


def _page(request: Request, services: Services, user: User, problem: str = "") -> Response:
    token = request.cookies.get(cookie_name(https=services.settings.https), "")
    pending = services.ledger.pending_totp(user.name)
    page = AccountPage(
        sessions=tuple(services.ledger.open_sessions(user.name, services.clock())),
        this=session_id(token),
        totp=services.ledger.has_totp(user.name),
        secret=" ".join(pending[at : at + 4] for at in range(0, len(pending), 4)),
        address=address_of(pending, user.name) if pending else "",
        problem=problem,
    )
    return render(request, page, status=422 if problem else 200)


def _refused(request: Request, services: Services, user: User, problem: str) -> Response:
    note(services, user, "second factor refused", user.name)
    return _page(request, services, user, problem)


@router.get("/account")
@open_to(EVERYBODY)
def account(request: Request, services: Parts, user: Person) -> Response:
    """Sessions and second factor."""
    return _page(request, services, user)


@router.post("/account/sessions/{session_id}/end")
@open_to(EVERYBODY)
def end_session(services: Parts, user: Person, session_id: str) -> Response:
    """End one of one's own sessions, this one included."""
    if not services.ledger.end_session(user.name, session_id[:80]):
        raise HTTPException(404)
    note(services, user, "session ended", session_id[:12])
    return RedirectResponse("/account", 303)


@router.post("/account/totp/begin")
@open_to(EVERYBODY)
def begin(request: Request, services: Parts, user: Person, password: Annotated[str, Form()] = "") -> Response:
    """Make a secret for an app, with the password: an open session alone must not do. One that is on is turned off first."""
    if services.ledger.has_totp(user.name):
        raise HTTPException(409)
    if services.ledger.check_password(user.name, password, services.clock()) is None:
        return _refused(request, services, user, WRONG_PASSWORD)
    services.ledger.begin_totp(user.name)
    note(services, user, "second factor begun", user.name)
    return RedirectResponse("/account", 303)


@router.post("/account/totp/confirm")
@open_to(EVERYBODY)
def confirm(request: Request, services: Parts, user: Person, code: Annotated[str, Form()] = "") -> Response:
    """Turn the second factor on with the first code; one that is on stays as it is."""
    if services.ledger.has_totp(user.name):
        raise HTTPException(409)
    if not services.ledger.confirm_totp(user.name, code, services.clock()):
        return _refused(request, services, user, WRONG_CODE)
    note(services, user, "second factor on", user.name)
    return RedirectResponse("/account", 303)


@router.post("/account/totp/end")
@open_to(EVERYBODY)
def end(
    request: Request, services: Parts, user: Person,
    *, password: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Turn the second factor off, with password and code: an open session alone must not do. Failures count."""
    if services.ledger.check_password(user.name, password, services.clock(), code) is None:
        return _refused(request, services, user, WRONG_PASSWORD)
    services.ledger.end_totp(user.name)
    note(services, user, "second factor off", user.name)
    return RedirectResponse("/account", 303)
