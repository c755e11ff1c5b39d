"""Signing in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import (
    EVERYBODY,
    LOGIN,
    PUBLIC,
    before_password,
    cookie_name,
    home_of,
    open_to,
    safe_next,
    session_label,
    set_session,
    user_of,
)  # fmt: skip
from review.contexts import LoginPage
from review.i18n import COOKIE, LANGUAGES, marked
from review.render import render
from review.routers.parts import Parts, Person, note, password_fits
from review.services import Services

router = APIRouter()

#: How long a browser remembers the chosen language.
REMEMBERED = timedelta(days=365)
#: One sentence for a wrong name, a wrong password and a locked account, so that it tells a guesser nothing.
REFUSED = marked("That did not work. Check name, password and code; after five wrong ones wait a quarter of an hour.")
ELSEWHERE = marked("Passwords are not taken here. Sign in at the identity provider.")


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
def login_form(request: Request, services: Parts) -> Response:
    """The login form; those who are signed in go on at once."""
    target = safe_next(request.query_params.get("next", "/"))
    if user_of(request) is not None:
        return RedirectResponse(target, 303)
    return render(request, login_page(services, target, ended=request.query_params.get("ended") == "1"))


@router.post(LOGIN)
@open_to(PUBLIC)
def login(
    request: Request,
    services: Parts,
    name: Annotated[str, Form()] = "",
    *,
    password: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    recovery: Annotated[str, Form()] = "",
    target: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Check name, password and code (where there is one); open a session with a new token, whatever cookie came along."""
    at = services.clock()
    clean = name.strip().lower()[:200]
    allowed = services.settings.local_login
    user = password_fits(services, clean, password, recovery or code) if allowed else None
    if user is None:
        detail = {} if services.ledger.totp_readable(clean) else {"reason": "the key of its second factor is missing"}
        services.ledger.audit("-", "login refused", clean, detail, at)
        page = replace(login_page(services, safe_next(target)), name=clean, problem=REFUSED if allowed else ELSEWHERE)
        return render(request, page, status=401)
    answer = RedirectResponse("/account#choose" if user.password_until else safe_next(target), 303)
    begin_session(request, services, user.name, answer)
    return answer


def begin_session(request: Request, services: Services, name: str, answer: Response, **detail: str) -> None:
    """Open a session with a new token, ending the one whose cookie came along, and log it."""
    at = services.clock()
    former = request.cookies.get(cookie_name(https=services.settings.https), "")
    if 0 < len(former) <= 200:
        services.ledger.close_session(former)
    token = services.ledger.open_session(name, at, services.session, agent=request.headers.get("user-agent", ""))
    services.ledger.audit(name, "login", session_label(token), dict(detail), at)
    set_session(answer, services, token)


def login_page(services: Services, target: str, *, ended: bool = False) -> LoginPage:
    """The login form, with the ways in there are. ``ended``: signed out here a moment ago."""
    settings = services.settings
    provider = settings.oidc_label or settings.oidc_issuer
    return LoginPage(
        next=target, local=settings.local_login, provider=provider,
        provider_end="/login/oidc/end" if ended and provider else "",
    )  # fmt: skip


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
@before_password
def logout(request: Request, services: Parts, user: Person) -> Response:
    """End the session, here and in the ledger."""
    cookie = cookie_name(https=services.settings.https)
    token = request.cookies.get(cookie, "")
    services.ledger.close_session(token)
    note(services, user, "logout", session_label(token))
    issuer, _ = services.ledger.identity_of(user.name)
    answer = RedirectResponse(f"{LOGIN}?ended=1" if issuer else LOGIN, 303)
    answer.delete_cookie(cookie, path="/", httponly=True, samesite="strict", secure=services.settings.https)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
