"""Accounts, for administrators: add, change role, close and open, reset, end sessions, unlock. Every change is logged."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import ADMINS, open_to
from review.accounts.contexts import UsersPage
from review.i18n import marked
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import Role, User

router = APIRouter()

#: How long a password made here is good for choosing an own one: over a weekend.
FIRST_PASSWORD = timedelta(days=3)
#: Words without letters that look alike; three groups of five from 32 are 75 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

TAKEN = marked("This name cannot be used: it is taken, or is not of a-z, 0-9, dot and dash.")
LAST_ADMIN = marked("This is the last administrator. Make another one first.")
OWN = marked("Nobody changes their own role or closes their own account. Ask another administrator.")
ELSEWHERE = marked("This account signs in at the identity provider: its role and password are kept there.")
DONE = {
    "role": marked("The role is changed; the account signs in anew."),
    "disable": marked("The account is closed and its sessions are ended."),
    "enable": marked("The account is open again."),
    "unlock": marked("The account is unlocked."),
    "sessions": marked("The account's sessions are ended."),
    "totp": marked("The second factor is off; the account signs in with its password alone."),
}


def _page(request: Request, services: Services, *, status: int = 200, **more: object) -> Response:
    at = services.clock()
    page = UsersPage(accounts=tuple(services.ledger.accounts(at)), now=at, roles=tuple(Role), **more)  # type: ignore[arg-type]
    return render(request, page, status=status)


def _known(services: Services, name: str) -> User:
    found = services.ledger.user(name[:80]) if name.isprintable() else None
    if found is None:
        raise HTTPException(404)
    return found


def first_password() -> str:
    """A password for one use, easy to read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))


@router.get("/users")
@open_to(ADMINS)
def users(request: Request, services: Parts, user: Person) -> Response:
    """Every account."""
    note(services, user, "accounts read", "-")
    done = DONE.get(request.query_params.get("done", ""), "")
    return _page(request, services, done=done)


@router.post("/users")
@open_to(ADMINS)
def add(
    request: Request, services: Parts, user: Person, name: Annotated[str, Form()] = "", role: Annotated[str, Form()] = ""
) -> Response:
    """Make an account with a password that is shown once and good for choosing an own one."""
    clean, password = name.strip().lower()[:80], first_password()
    until = services.clock() + FIRST_PASSWORD
    try:
        made = services.ledger.add_user(clean, password, role, services.clock(), until=until)
    except BadInputError:
        return _page(request, services, status=422, problem=TAKEN, name=clean, role=role[:20])
    note(services, user, "account made", made.name, role=made.role.value)
    return _page(request, services, made=made.name, password=password, until=until)


@router.post("/users/{name}/password")
@open_to(ADMINS)
def reset(request: Request, services: Parts, user: Person, name: str) -> Response:
    """Make a new password, shown once; the account's sessions end, a lock too."""
    found = _known(services, name)
    if services.ledger.identity_of(found.name)[0]:
        return _page(request, services, status=409, problem=ELSEWHERE)
    password, until = first_password(), services.clock() + FIRST_PASSWORD
    services.ledger.set_password(found.name, password, until=until)
    note(services, user, "password reset", found.name)
    return _page(request, services, made=found.name, password=password, until=until)


@router.post("/users/{name}/role")
@open_to(ADMINS)
def change_role(request: Request, services: Parts, user: Person, name: str, role: Annotated[str, Form()] = "") -> Response:
    """Change what an account is for; never one's own."""
    found = _known(services, name)
    if role not in set(Role):
        raise HTTPException(422)
    if found.name == user.name:
        return _page(request, services, status=409, problem=OWN)
    if services.ledger.identity_of(found.name)[0]:
        return _page(request, services, status=409, problem=ELSEWHERE)
    try:
        services.ledger.set_role(found.name, Role(role))
    except BadInputError:
        return _page(request, services, status=409, problem=LAST_ADMIN)
    note(services, user, "role changed", found.name, former=found.role.value, role=role)
    return RedirectResponse("/users?done=role", 303)


@router.post("/users/{name}/disable")
@open_to(ADMINS)
def disable(request: Request, services: Parts, user: Person, name: str) -> Response:
    """Close an account; its sessions end at once."""
    found = _known(services, name)
    if found.name == user.name:
        return _page(request, services, status=409, problem=OWN)
    try:
        services.ledger.disable_user(found.name, services.clock())
    except BadInputError:
        return _page(request, services, status=409, problem=LAST_ADMIN)
    note(services, user, "account disabled", found.name)
    return RedirectResponse("/users?done=disable", 303)


@router.post("/users/{name}/enable")
@open_to(ADMINS)
def enable(services: Parts, user: Person, name: str) -> Response:
    """Open a closed account again."""
    found = _known(services, name)
    services.ledger.enable_user(found.name)
    note(services, user, "account opened again", found.name)
    return RedirectResponse("/users?done=enable", 303)


@router.post("/users/{name}/unlock")
@open_to(ADMINS)
def unlock(services: Parts, user: Person, name: str) -> Response:
    """End a lock after too many wrong passwords."""
    found = _known(services, name)
    services.ledger.unlock_user(found.name)
    note(services, user, "account unlocked", found.name)
    return RedirectResponse("/users?done=unlock", 303)


@router.post("/users/{name}/sessions")
@open_to(ADMINS)
def end_sessions(services: Parts, user: Person, name: str) -> Response:
    """End every session of an account."""
    found = _known(services, name)
    ended = services.ledger.end_sessions(found.name)
    note(services, user, "sessions ended", found.name, ended=ended)
    return RedirectResponse("/users?done=sessions", 303)


@router.post("/users/{name}/totp")
@open_to(ADMINS)
def end_totp(services: Parts, user: Person, name: str) -> Response:
    """Turn off a second factor whose device or key is lost; the account's sessions end."""
    found = _known(services, name)
    services.ledger.reset_totp(found.name)
    note(services, user, "second factor off", found.name)
    return RedirectResponse("/users?done=totp", 303)
