"""Signing in at an identity provider.

The session cookie is strict, so that it is not sent on the way back from another site. A second, short-lived and lax cookie
ties the return to the browser that set out; the answer to the return is a page of this site that goes on by itself, so that
the next request counts as coming from here.
"""

from __future__ import annotations

import secrets

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import LOGIN, PUBLIC, home_of, open_to, safe_next
from review.accounts.contexts import HopPage
from review.accounts.provider import NoRoleError, Person, Provider, ProviderError, tail
from review.i18n import marked
from review.render import render
from review.routers.login import begin_session, login_page
from review.routers.parts import Parts
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.accounts import ON_THE_WAY
from strazha.ledger.records import OidcAttempt, User

router = APIRouter()

#: Who the log names where a role changes because the provider says so.
WHO = "identity provider"
REFUSED = marked("That did not work. Try again; if it stays, ask an administrator whether your account may come in here.")
TOO_LONG = 2000


def provider_of(services: Services) -> Provider:
    """The provider of the settings; 404 where none is set."""
    if not services.settings.oidc_issuer:
        raise HTTPException(404)
    if services.provider is None:
        services.provider = Provider(services.settings)
    return services.provider


def cookie_of(services: Services) -> str:
    """Name of the cookie that ties a return to its browser."""
    return "__Secure-strazha-oidc" if services.settings.https else "strazha-oidc"


def _refuse(request: Request, services: Services, reason: str) -> Response:
    services.ledger.audit("-", "sign-in at provider refused", "-", {"reason": reason}, services.clock())
    page = login_page(services, "/")
    answer = render(request, type(page)(next="/", local=page.local, provider=page.provider, problem=REFUSED), status=401)
    answer.delete_cookie(cookie_of(services), path="/login/oidc", httponly=True, samesite="lax", secure=services.settings.https)
    return answer


@router.get("/login/oidc")
@open_to(PUBLIC)
def set_out(request: Request, services: Parts) -> Response:
    """Go to the provider with a state, a nonce and the digest of a verifier that nobody else knows."""
    provider = provider_of(services)
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        # Another site may not begin a sign-in in somebody's name.
        return RedirectResponse(LOGIN, 303)
    state, nonce, browser, verifier = (secrets.token_urlsafe(size) for size in (32, 32, 32, 64))
    at = services.clock()
    attempt = OidcAttempt(nonce=nonce, verifier=verifier, target=safe_next(request.query_params.get("next", "/")), begun_at=at)
    try:
        address = provider.way_there(state=state, nonce=nonce, verifier=verifier, at=at)
        services.ledger.begin_attempt(state, browser, attempt)
    except ProviderError as error:
        return _refuse(request, services, str(error))
    except BadInputError as error:
        return _refuse(request, services, error.problem)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        cookie_of(services), browser, max_age=int(ON_THE_WAY.total_seconds()), path="/login/oidc", httponly=True,
        samesite="lax", secure=services.settings.https,
    )  # fmt: skip
    return answer


@router.get("/login/oidc/return")
@open_to(PUBLIC)
def come_back(request: Request, services: Parts) -> Response:
    """Check what the provider says, and open a session with a new token."""
    provider = provider_of(services)
    asked = {name: request.query_params.get(name, "")[:TOO_LONG] for name in ("state", "code", "iss", "error")}
    at = services.clock()
    attempt = services.ledger.end_attempt(asked["state"], request.cookies.get(cookie_of(services), "")[:200], at)
    try:
        if attempt is None:
            raise ProviderError("the state is unknown, used, too old, or another browser's")
        if asked["error"] or not asked["code"]:
            raise ProviderError(f"the provider says: {''.join(filter(str.isprintable, asked['error']))[:60] or 'no code'}")
        found = provider.way_back(asked["code"], nonce=attempt.nonce, verifier=attempt.verifier, issuer=asked["iss"], at=at)
        user = _account(services, found)
    except ProviderError as error:
        if isinstance(error, NoRoleError):
            _shut_out(services, error)
        return _refuse(request, services, str(error))
    target = safe_next(attempt.target)
    answer = render(request, HopPage(target=home_of(user) if target == "/" else target))
    answer.delete_cookie(cookie_of(services), path="/login/oidc", httponly=True, samesite="lax", secure=services.settings.https)
    begin_session(request, services, user.name, answer, issuer=found.issuer)
    return answer


@router.get("/login/oidc/end")
@open_to(PUBLIC)
def end(services: Parts) -> Response:
    """Go to where the provider ends its own session; a provider that has no such page leaves people here."""
    try:
        return RedirectResponse(provider_of(services).way_out(services.clock()) or LOGIN, 303)
    except ProviderError:
        return RedirectResponse(LOGIN, 303)


def _shut_out(services: Services, error: NoRoleError) -> None:
    """End what is open of an account whose person has no role at the provider any more: its sessions, and its tokens."""
    ledger, at = services.ledger, services.clock()
    name = ledger.account_of(error.issuer, error.subject)
    if name:
        ended = ledger.end_sessions(name)
        tokens = sum(ledger.revoke_token(one.id, WHO, at) for one in ledger.tokens(name) if one.open(at))
        ledger.audit(WHO, "access ended", name, {"sessions": ended, "tokens": tokens}, at)


def _account(services: Services, found: Person) -> User:
    """The account of somebody the provider vouches for, made at the first sign-in; by issuer and subject, nothing else."""
    ledger, at = services.ledger, services.clock()
    name = ledger.account_of(found.issuer, found.subject)
    if not name:
        name = found.name if ledger.user(found.name) is None else f"{found.name}-{tail(found.issuer + found.subject)}"
        try:
            ledger.add_user(name, "", found.role, at)
            ledger.link_account(found.issuer, found.subject, name, at)
        except BadInputError as error:
            raise ProviderError(f"no account can be made: {error.problem}") from error
        ledger.audit(WHO, "account linked", name, {"issuer": found.issuer, "role": found.role.value}, at)
    user = ledger.user(name)
    if user is None or user.disabled_at is not None:
        raise ProviderError(f"the account {name} is closed")
    if user.role is not found.role:
        try:
            ledger.set_role(name, found.role)
        except BadInputError as error:
            raise ProviderError(error.problem) from error
        ledger.audit(WHO, "role changed", name, {"former": user.role.value, "role": found.role.value}, at)
        user = user.model_copy(update={"role": found.role})
    return user
