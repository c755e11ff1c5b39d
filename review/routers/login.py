"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import EVERYBODY, LOGIN, PUBLIC, cookie_name, home_of, open_to, safe_next, session_label, user_of
from review.contexts import LoginPage
from review.i18n import COOKIE, LANGUAGES, marked
from review.render import render
from review.routers.parts import Parts, Person, note

router = APIRouter()

#: A working day; after it everyone signs in again.
SESSION = timedelta(hours=10)
#: How long a browser remembers the chosen language.
REMEMBERED = timedelta(days=365)
#: One sentence for a wrong name, a wrong password and a locked account, so that it tells a guesser nothing.
REFUSED = marked("That did not work. Check name, password and code; after five wrong ones wait a quarter of an hour.")


@router.get("/")
@open_to(EVERYBODY)
def home(user: Person) -> Response:
    """Go to the page this account starts on."""
    return RedirectResponse(home_of(user), 303)


@router.get("/health")
@open_to(PUBLIC)
def health() -> dict[str, str]:
    """Whether the server answers."""
    return {"status": "ok"}


@router.get(LOGIN)
@open_to(PUBLIC)
def login_form(request: Request) -> Response:
    """The login form; those who are signed in go on at once."""
    target = safe_next(request.query_params.get("next", "/"))
    if user_of(request) is not None:
        return RedirectResponse(target, 303)
    return render(request, LoginPage(next=target))


@router.post(LOGIN)
@open_to(PUBLIC)
def login(
    request: Request,
    services: Parts,
    name: Annotated[str, Form()] = "",
    *,
    password: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    target: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Check name, password and code (where there is one); open a session with a new token, whatever cookie came along."""
    at = services.clock()
    clean = name.strip().lower()[:200]
    user = services.ledger.check_password(clean, password, at, code)
    if user is None:
        services.ledger.audit("-", "login refused", clean, {}, at)
        return render(request, LoginPage(next=safe_next(target), name=clean, problem=REFUSED), status=401)
    cookie = cookie_name(https=services.settings.https)
    former = request.cookies.get(cookie, "")
    if 0 < len(former) <= 200:
        services.ledger.close_session(former)
    token = services.ledger.open_session(user.name, at, SESSION, agent=request.headers.get("user-agent", ""))
    services.ledger.audit(user.name, "login", session_label(token), {}, at)
    answer = RedirectResponse(safe_next(target), 303)
    answer.set_cookie(
        cookie, token, max_age=int(SESSION.total_seconds()), path="/", httponly=True, samesite="strict",
        secure=services.settings.https,
    )  # fmt: skip
    return answer


@router.post("/language")
@open_to(PUBLIC)
def speak(
    services: Parts,
    chosen: Annotated[str, Form(alias="language")] = "",
    target: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Choose the pages' language, and go back to the page it was chosen on. An unknown language changes nothing."""
    answer = RedirectResponse(safe_next(target), 303)
    if chosen in LANGUAGES:
        answer.set_cookie(
            COOKIE, chosen, max_age=int(REMEMBERED.total_seconds()), path="/", httponly=True, samesite="strict",
            secure=services.settings.https,
        )  # fmt: skip
    return answer


@router.post("/logout")
@open_to(EVERYBODY)
def logout(request: Request, services: Parts, user: Person) -> Response:
    """End the session, here and in the ledger."""
    cookie = cookie_name(https=services.settings.https)
    token = request.cookies.get(cookie, "")
    services.ledger.close_session(token)
    note(services, user, "logout", session_label(token))
    answer = RedirectResponse(LOGIN, 303)
    answer.delete_cookie(cookie, path="/", httponly=True, samesite="strict", secure=services.settings.https)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
