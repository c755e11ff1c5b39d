"""One's own account: open sessions, ended one by one, the password, the second factor and its recovery codes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import EVERYBODY, before_password, cookie_name, open_to, set_session
from review.contexts import AccountPage
from review.i18n import marked
from review.render import render
from review.routers.parts import Parts, Person, note, password_fits
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.second_factor import address_of, session_id

router = APIRouter()

WRONG_CODE = marked("This code does not fit. Check the clock of your device and type the newest code.")
WRONG_PASSWORD = marked("That did not work. Check your password and the code.")
UNEQUAL = marked("The two new passwords differ.")
TOO_SHORT = marked("A password needs at least ten characters, and must differ from the former one.")


def _token(request: Request, services: Services) -> str:
    return request.cookies.get(cookie_name(https=services.settings.https), "")


def _page(
    request: Request, services: Services, user: User, problem: str = "", *, bad_password: str = "", codes: tuple[str, ...] = ()
) -> Response:
    pending = services.ledger.pending_totp(user.name)
    issuer, _ = services.ledger.identity_of(user.name)
    page = AccountPage(
        sessions=tuple(services.ledger.open_sessions(user.name, services.clock())),
        this=session_id(_token(request, services)),
        totp=services.ledger.has_totp(user.name),
        secret=" ".join(pending[at : at + 4] for at in range(0, len(pending), 4)),
        address=address_of(pending, user.name) if pending else "",
        problem=problem,
        bad_password=bad_password,
        must_choose=user.password_until is not None,
        issuer=issuer,
        codes=codes,
        codes_left=services.ledger.recovery_left(user.name),
        readable=services.ledger.totp_readable(user.name),
    )
    return render(request, page, status=422 if problem or bad_password else 200)


def _refused(request: Request, services: Services, user: User, problem: str) -> Response:
    note(services, user, "second factor refused", user.name)
    return _page(request, services, user, problem)


def _renewed(request: Request, services: Services, user: User, answer: Response) -> Response:
    """The answer with a new token for this session, the account's others ended: what it takes to sign in has changed."""
    former = _token(request, services)
    services.ledger.end_sessions(user.name, but=former)
    fresh = services.ledger.renew_session(former, services.clock())
    if fresh:
        set_session(answer, services, fresh)
    return answer


@router.get("/account")
@open_to(EVERYBODY)
@before_password
def account(request: Request, services: Parts, user: Person) -> Response:
    """Sessions, password and second factor."""
    return _page(request, services, user)


@router.post("/account/sessions/{session_id}/end")
@open_to(EVERYBODY)
def end_session(services: Parts, user: Person, session_id: str) -> Response:
    """End one of one's own sessions, this one included."""
    if not services.ledger.end_session(user.name, session_id[:80]):
        raise HTTPException(404)
    note(services, user, "session ended", session_id[:12])
    return RedirectResponse("/account", 303)


@router.post("/account/password")
@open_to(EVERYBODY)
@before_password
def change_password(
    request: Request, services: Parts, user: Person,
    *, password: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "", fresh: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Choose an own password, with the former one (and the code): every session ends, and this browser gets a new one."""
    if services.ledger.identity_of(user.name)[0]:
        raise HTTPException(409)
    problem = UNEQUAL if fresh != again else TOO_SHORT if fresh == password else ""
    if not problem and password_fits(services, user.name, password, code) is None:
        note(services, user, "password change refused", user.name)
        problem = WRONG_PASSWORD
    if not problem:
        try:
            services.ledger.set_password(user.name, fresh)
        except BadInputError:
            problem = TOO_SHORT
    if problem:
        return _page(request, services, user, bad_password=problem)
    note(services, user, "password changed", user.name)
    token = services.ledger.open_session(
        user.name, services.clock(), services.session, agent=request.headers.get("user-agent", "")
    )
    answer = RedirectResponse("/account", 303)
    set_session(answer, services, token)
    return answer


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
    """Turn the second factor on with the first code, and show recovery codes this once; one that is on stays as it is."""
    if services.ledger.has_totp(user.name):
        raise HTTPException(409)
    if not services.ledger.confirm_totp(user.name, code, services.clock()):
        return _refused(request, services, user, WRONG_CODE)
    codes = tuple(services.ledger.make_recovery_codes(user.name, services.clock()))
    note(services, user, "second factor on", user.name)
    return _renewed(request, services, user, _page(request, services, user, codes=codes))


@router.post("/account/totp/codes")
@open_to(EVERYBODY)
def new_codes(
    request: Request, services: Parts, user: Person,
    *, password: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Make new recovery codes, with password and code; the former ones are good no longer."""
    if not services.ledger.has_totp(user.name):
        raise HTTPException(409)
    if password_fits(services, user.name, password, code) is None:
        return _refused(request, services, user, WRONG_PASSWORD)
    codes = tuple(services.ledger.make_recovery_codes(user.name, services.clock()))
    note(services, user, "recovery codes made", user.name)
    return _page(request, services, user, codes=codes)


@router.post("/account/totp/end")
@open_to(EVERYBODY)
def end(
    request: Request, services: Parts, user: Person,
    *, password: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Turn the second factor off, with password and code: an open session alone must not do. Failures count."""
    if password_fits(services, user.name, password, code) is None:
        return _refused(request, services, user, WRONG_PASSWORD)
    services.ledger.end_totp(user.name)
    note(services, user, "second factor off", user.name)
    return _renewed(request, services, user, RedirectResponse("/account", 303))
