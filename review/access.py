"""Who may call what. Every route names its roles with :func:`open_to`; a route that names none is refused to everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Request

from review.services import services_of
from strazha.ledger.records import Role, User

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
#: Keep the accounts.
ADMINS = frozenset({Role.ADMIN})
#: Anybody with an account.
EVERYBODY = frozenset(Role)
#: Anybody at all, also without an account.
PUBLIC: frozenset[Role] = frozenset()

_ROLES = "__strazha_roles__"


class LoginNeededError(Exception):
    """The page needs a login and there is none."""


class ForbiddenError(Exception):
    """The account's role does not reach this page."""


def open_to(roles: Iterable[Role]) -> Callable[[Endpoint], Endpoint]:
    """State who may call an endpoint: a set of roles, or ``PUBLIC`` for everybody without login."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ROLES, frozenset(roles))
        return endpoint

    return mark


def roles_of(endpoint: object) -> frozenset[Role] | None:
    """The roles an endpoint states; ``None`` where it states none and so is closed."""
    found = getattr(endpoint, _ROLES, None)
    return found if isinstance(found, frozenset) else None


def gate(request: Request) -> None:
    """Run before every endpoint: find the session's user, and refuse whoever the endpoint does not name."""
    user = identify(request)
    roles = roles_of(request.scope.get("endpoint"))
    if roles == PUBLIC:
        return
    if user is None and roles is not None:
        raise LoginNeededError
    if user is None or roles is None or user.role not in roles:
        raise ForbiddenError


def identify(request: Request) -> User | None:
    """Look up whose session a request belongs to, and remember it with the request."""
    services = services_of(request)
    token = request.cookies.get(cookie_name(https=services.settings.https), "")
    user = services.ledger.session_user(token, services.clock()) if 0 < len(token) <= 200 else None
    request.state.user = user
    return user


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
