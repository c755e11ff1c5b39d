"""Who may call what. Every route names its roles with :func:`open_to`; a route that names none is refused to everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import Response

from review.services import Services, services_of
from strazha.ledger.records import Role, User
from strazha.ledger.tokens import TokenScope

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

#: Where a page that needs a login sends those who have none.
LOGIN = "/login"


#: May read adverts and clusters. Administrators keep accounts and see no case by virtue of that.
READERS = frozenset({Role.ANALYST, Role.INVESTIGATOR, Role.LEAD, Role.AUDITOR})
#: May decide. An auditor checks decisions and so makes none; an operator needs no advert to run a crawl.
DECIDERS = frozenset({Role.ANALYST, Role.INVESTIGATOR, Role.LEAD})
#: Give opinions in blind double reviews; whoever settles a disagreement gives none.
REVIEWERS = frozenset({Role.ANALYST, Role.INVESTIGATOR})
#: Open double reviews, settle them, and see how far people agree.
LEADS = frozenset({Role.LEAD})
#: May see how the crawls and steps fare.
OPERATORS = frozenset({Role.OPERATOR, Role.LEAD, Role.AUDITOR, Role.ADMIN})
#: May start runs, pause sources, decide on quarantine and take note of alarms.
RUNNERS = frozenset({Role.OPERATOR, Role.ADMIN})
#: May read the audit log.
AUDITORS = frozenset({Role.AUDITOR, Role.LEAD, Role.ADMIN})
#: See figures of adverts and people's work, and export them.
OVERSEERS = frozenset({Role.LEAD, Role.AUDITOR})
#: Keep the accounts, and the API's tokens.
ADMINS = frozenset({Role.ADMIN})
#: Anybody with an account.
EVERYBODY = frozenset(Role)
#: Anybody at all, also without an account.
PUBLIC: frozenset[Role] = frozenset()

#: Addresses of the API begin so; cookies are never read there, tokens nowhere else.
API = "/api/v1/"
#: The API's description, which people read too: with a token, or signed in.
DESCRIPTION = f"{API}openapi.json"

_ROLES, _READS, _FIRST = "__strazha_roles__", "__strazha_only_reads__", "__strazha_before_password__"


class TokenUser(User):
    """Somebody who calls the API: an account, and the token that speaks for it."""

    token_id: str
    token_name: str
    read_only: bool


class LoginNeededError(Exception):
    """The page needs a login and there is none."""


class PasswordNeededError(Exception):
    """The account's password was made by somebody else; an own one comes first."""


class ForbiddenError(Exception):
    """The account's role does not reach this page."""


def open_to(roles: Iterable[Role]) -> Callable[[Endpoint], Endpoint]:
    """State who may call an endpoint: a set of roles, or ``PUBLIC`` for everybody without login."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ROLES, frozenset(roles))
        return endpoint

    return mark


def before_password(endpoint: Endpoint) -> Endpoint:
    """Let an endpoint be called also by those who still have to choose a password of their own."""
    setattr(endpoint, _FIRST, True)
    return endpoint


def only_reads(endpoint: Endpoint) -> Endpoint:
    """State that an endpoint of the API changes nothing although it is no GET, so that tokens for reading reach it."""
    setattr(endpoint, _READS, True)
    return endpoint


def roles_of(endpoint: object) -> frozenset[Role] | None:
    """The roles an endpoint states; ``None`` where it states none and so is closed."""
    found = getattr(endpoint, _ROLES, None)
    return found if isinstance(found, frozenset) else None


def gate(request: Request) -> None:
    """Run before every endpoint: find the session's or token's user, and refuse whoever the endpoint does not name."""
    user = identify(request)
    endpoint = request.scope.get("endpoint")
    roles = roles_of(endpoint)
    if roles == PUBLIC:
        return
    if user is None and roles is not None:
        raise LoginNeededError
    if user is None or roles is None or user.role not in roles:
        raise ForbiddenError
    if isinstance(user, TokenUser):
        if user.read_only and request.method != "GET" and not getattr(endpoint, _READS, False):
            raise ForbiddenError
    elif user.password_until is not None and not getattr(endpoint, _FIRST, False):
        raise PasswordNeededError


def identify(request: Request) -> User | None:
    """Look up whose session or token a request carries, and remember it with the request."""
    services = services_of(request)
    user: User | None = None
    if on_api(request) and not (request.url.path == DESCRIPTION and "authorization" not in request.headers):
        user = _bearer(services, request)
    else:
        token = request.cookies.get(cookie_name(https=services.settings.https), "")
        idle = timedelta(minutes=services.settings.session_idle)
        user = services.ledger.session_user(token, services.clock(), idle) if 0 < len(token) <= 200 else None
    request.state.user = user
    return user


def on_api(request: Request) -> bool:
    """Whether a request is one of the API, so that it is answered in JSON and only a token counts."""
    return request.url.path.startswith(API)


def _bearer(services: Services, request: Request) -> TokenUser | None:
    # Two headers of that name could be read as one by a proxy and as the other here.
    sent = request.headers.getlist("authorization")
    scheme, _, secret = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    found = services.ledger.token_user(secret.strip(), services.clock()) if scheme.lower() == "bearer" else None
    if found is None:
        return None
    user, token = found
    return TokenUser(
        **user.model_dump(), token_id=token.id, token_name=token.name, read_only=token.scope is TokenScope.READ
    )  # fmt: skip


def user_of(request: Request) -> User | None:
    """Who is logged in, if anybody."""
    found: User | None = getattr(request.state, "user", None)
    return found


def person(request: Request) -> User:
    """Who is logged in; for endpoints that are not public."""
    found = user_of(request)
    if found is None:
        raise LoginNeededError
    return found


def may(user: User | None, roles: Iterable[Role]) -> bool:
    """Whether a user has one of the roles."""
    return user is not None and user.role in frozenset(roles)


def cookie_name(*, https: bool) -> str:
    """Name of the session cookie; under HTTPS with the prefix that ties it to this very host, path and transport."""
    return "__Host-strazha" if https else "strazha"


def set_session(answer: Response, services: Services, token: str) -> None:
    """Hand a session's token to the browser, out of reach of scripts and of other sites."""
    answer.set_cookie(
        cookie_name(https=services.settings.https), token, max_age=int(services.session.total_seconds()), path="/",
        httponly=True, samesite="strict", secure=services.settings.https,
    )  # fmt: skip


def session_label(token: str) -> str:
    """A short name of a session for the audit log, from which the token cannot be had back."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]


def safe_next(target: str) -> str:
    """Where to go after login: a path of this site, or ``/``. Anything that could lead elsewhere becomes ``/``."""
    if not target.startswith("/") or target.startswith("//") or len(target) > 2000:
        return "/"
    # Browsers read a backslash as a slash and drop tabs and line breaks, so that "/\\host" and "/\t/host" leave the site.
    if any(char == "\\" or ord(char) < 33 or ord(char) == 127 for char in target):
        return "/"
    try:
        pieces = urlsplit(target)
    except ValueError:
        return "/"
    if pieces.scheme or pieces.netloc or pieces.path in {LOGIN, "/logout"}:
        return "/"
    return target


def login_path(request: Request) -> str:
    """The login page, remembering a page that was asked for with GET."""
    if request.method != "GET":
        return LOGIN
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{LOGIN}?next={quote(target, safe='')}" if safe_next(target) == target != "/" else LOGIN


def home_of(user: User) -> str:
    """The page an account starts on."""
    return {Role.OPERATOR: "/runs", Role.ADMIN: "/users"}.get(user.role, "/queue")
