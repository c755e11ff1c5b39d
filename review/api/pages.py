"""Pages of the API: what it can do, and its tokens. Signed in by session like every page; the API itself takes tokens alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from review.access import ADMINS, DESCRIPTION, EVERYBODY, may, open_to
from review.api.contexts import ReferencePage, TokensPage
from review.api.description import description, sections
from review.api.problems import WORDS
from review.ask import clean, number
from review.i18n import marked
from review.render import render
from review.routers.parts import Parts, Person, note, password_fits
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.tokens import MOST_DAYS, TokenScope

router = APIRouter()

WRONG_PASSWORD = marked("That did not work. Check your password and the code.")
UNFIT = marked("This token cannot be made: it needs an open account, a name new to that account, and 1 to 366 days.")


@router.get("/api")
@open_to(EVERYBODY)
def reference(request: Request, services: Parts, user: Person) -> Response:
    """What the API can do, in full, without anything from elsewhere."""
    page = ReferencePage(
        sections=sections(),
        problems=tuple((status, *words) for status, words in WORDS.items()),
        tokens=tuple(services.ledger.tokens(user.name)),
        now=services.clock(),
        rate=services.settings.api_rate,
    )
    return render(request, page)


@router.get(DESCRIPTION)
@open_to(EVERYBODY)
def openapi() -> Response:
    """The OpenAPI description, for those signed in and for tokens."""
    return JSONResponse(description())


def _page(services: Services, user: User) -> TokensPage:
    return TokensPage(
        tokens=tuple(services.ledger.tokens()),
        now=services.clock(),
        owners=tuple((one.name, one.role.value) for one in services.ledger.users() if one.disabled_at is None),
        code=services.ledger.has_totp(user.name),
    )


@router.get("/tokens")
@open_to(ADMINS)
def tokens(request: Request, services: Parts, user: Person) -> Response:
    """Every token: whose, how far it reaches, until when, last used."""
    note(services, user, "tokens read", "all")
    return render(request, _page(services, user))


@router.post("/tokens")
@open_to(ADMINS)
def make(
    request: Request, services: Parts, user: Person, owner: Annotated[str, Form()] = "",
    *, name: Annotated[str, Form()] = "", scope: Annotated[str, Form()] = "", days: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "", code: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Make a token and show it, this once. It takes one's password: an open session alone must not outlive itself."""
    asked = replace(
        _page(services, user), owner=owner[:64], name=clean(name, 60), days=days[:4],
        scope=scope if scope in set(TokenScope) else TokenScope.READ.value,
    )  # fmt: skip
    if password_fits(services, user.name, password, code) is None:
        note(services, user, "token refused", owner)
        return render(request, replace(asked, problem=WRONG_PASSWORD), status=422)
    try:
        made, secret = services.ledger.add_token(
            owner, asked.name, scope=TokenScope(asked.scope), days=number(days, 1, MOST_DAYS) or 0, made_by=user.name,
            at=services.clock(),
        )  # fmt: skip
    except BadInputError:
        return render(request, replace(asked, problem=UNFIT), status=422)
    note(services, user, "token made", made.id, name=made.name, owner=made.owner, scope=made.scope.value)
    return render(request, replace(_page(services, user), made=made, secret=secret))


@router.post("/tokens/{token_id}/revoke")
@open_to(EVERYBODY)
def revoke(services: Parts, user: Person, token_id: str) -> Response:
    """End a token at once: one's own, or as an administrator anybody's."""
    admin = may(user, ADMINS)
    found = services.ledger.token(token_id[:40])
    if found is None or (found.owner != user.name and not admin):
        raise HTTPException(404)
    if services.ledger.revoke_token(found.id, user.name, services.clock()):
        note(services, user, "token revoked", found.id, name=found.name, owner=found.owner)
    return RedirectResponse("/tokens" if admin else "/api", 303)
