"""The application: what it is made of, and what happens when something goes wrong."""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from http import HTTPStatus

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from review.access import ForbiddenError, LoginNeededError, PasswordNeededError, gate, identify, login_path, on_api, user_of
from review.accounts import routes_oidc, routes_users
from review.accounts.provider import check_settings
from review.api import description, pages
from review.api.limits import Rates, TooManyError
from review.api.problems import ApiError, faults, problem
from review.casework import routes_cases, routes_compare, routes_notes, routes_views
from review.contexts import ErrorPage
from review.i18n import Speaks, marked
from review.investigate import routes_map, routes_saved, routes_search, routes_watches
from review.lead import routes as routes_lead
from review.operate import routes as routes_operate
from review.render import STATIC, render
from review.routers import (
    account,
    adverts,
    captures,
    clusters,
    corrections,
    decisions,
    judging,
    login,
    operations,
    paste,
    queue,
    reviews,
    versions,
    work,
)
from review.routers.parts import AgedError
from review.services import Screen, Services, flows_catalogue, flows_screen
from review.shield import LOOPBACK_HOSTS, Shield
from review.train import routes as training
from strazha.clock import now
from strazha.errors import BadInputError, StoreUnavailableError
from strazha.ledger import Ledger, open_ledger
from strazha.model import Indicator
from strazha.sealing import keyring
from strazha.settings import Settings
from strazha.store import open_index
from strazha.store.base import AdIndex

log = logging.getLogger("strazha.review")

#: Every router of the application; a new one is one line here.
ROUTERS = (
    login, account, queue, work, adverts, versions, corrections, captures, clusters, judging, decisions, reviews,
    routes_search, routes_saved, routes_watches, routes_map, paste, operations, routes_operate, routes_lead, pages,
    routes_views, routes_notes, routes_cases, routes_compare,
    training, routes_users, routes_oidc,
)  # fmt: skip

LOST_KEY = (
    "the second factor of %d account(s) cannot be read: its key is missing. Restore the key file from its backup, or turn their"
    " codes off (strazha user totp NAME --off); recovery codes go on working"
)

_WORDS: Mapping[int, tuple[str, str]] = {
    400: (marked("The server did not understand this request."), marked("Go back and try again.")),
    403: (marked("Your account does not reach this page."), marked("Ask an administrator if your work needs it.")),
    404: (marked("There is nothing here."), marked("Check the address, or search for what you need.")),
    405: (marked("This page cannot be used like that."), marked("Go back and use the buttons of the page.")),
    409: (
        marked("This cannot be done now: the item has moved on since you saw it."),
        marked("Go back, load the page anew, and look at what was done."),
    ),
    413: (marked("That is more than the server takes."), marked("Send less at once.")),
    422: (marked("The form was not filled in as it should be."), marked("Go back and check what you entered.")),
    500: (
        marked("Something went wrong in the server. Nothing was recorded."),
        marked("Try again; if it stays, tell an operator."),
    ),
    503: (
        marked("The index or the ledger cannot be reached."),
        marked("Try again in a minute; if it stays, tell an operator."),
    ),
}

#: Where a file cannot be written or read: by the error's number, status and words.
_FULL = (
    marked("The server's disk is full: this could not be done. What was there before is untouched."),
    marked("Tell an operator to make room (the page System shows the disks), then try again."),
)
_FILES = (
    marked("The server cannot read or write one of its files. What was there before is untouched."),
    marked("Tell an operator: the server's log says which file and why. Then try again."),
)
_FULL_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT})
#: Of what left the index with age, to whoever follows a link of a case or an alert.
_AGED = (
    marked("This has left the index: the days for which its source may be kept are over."),
    marked("What was captured stays as evidence. If a case needs it, ask an operator for a legal hold, which brings it back."),
)


def create_app(
    settings: Settings, *, index: AdIndex | None = None, ledger: Ledger | None = None,
    catalogue: Callable[[], Mapping[str, Indicator]] = flows_catalogue, screen: Screen = flows_screen,
    clock: Callable[[], datetime] = now, hosts: Iterable[str] = (),
) -> FastAPI:  # fmt: skip
    """Make the application.

    Index and ledger are opened from the settings when the server starts, and closed when it ends, unless they are handed
    over. It answers to the loopback names, ``settings.hosts`` and ``hosts``, and to no others.
    """

    check_settings(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as opened:
            held = ledger if ledger is not None else opened.enter_context(open_ledger(settings.ledger))
            lost = held.use_keys(keyring(settings))
            if lost:
                log.warning(LOST_KEY, lost)
            app.state.services = Services(
                settings=settings,
                index=index if index is not None else opened.enter_context(open_index(settings)),
                ledger=held,
                catalogue_source=catalogue,
                screen=screen,
                clock=clock,
            )
            yield

    # No generated pages: they load scripts from elsewhere. review.api has its own.
    app = Application(
        title="Strazha", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(gate)]
    )
    app.state.shield = {"hosts": [*LOOPBACK_HOSTS, *settings.hosts, *hosts], "https": settings.https}
    app.state.rates = Rates(settings.api_rate)
    for module in (*ROUTERS, *description.ROUTERS):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    _add_error_pages(app)
    _add_failure_pages(app)
    return app


class Application(FastAPI):
    """FastAPI behind the shield: also what the framework itself answers, up to its last error page, carries the headers."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the shield around everything."""
        return Shield(Speaks(super().build_middleware_stack()), **self.state.shield)


def _add_error_pages(app: FastAPI) -> None:
    async def login_needed(request: Request, _: Exception) -> Response:
        if on_api(request):
            return problem(401, headers={"WWW-Authenticate": "Bearer"})
        target = login_path(request)
        if request.headers.get("hx-request") == "true":
            # htmx would put the login page into a part of this one; told so, it goes there as a whole.
            return Response(status_code=401, headers={"HX-Redirect": target})
        if request.method not in {"GET", "HEAD"}:
            return render(
                request, ErrorPage(401, marked("You are signed out."), marked("Sign in, then try again.")), status=401
            )
        return RedirectResponse(target, 303)

    async def password_needed(request: Request, _: Exception) -> Response:
        if request.headers.get("hx-request") == "true":
            return Response(status_code=403, headers={"HX-Redirect": "/account#choose"})
        return RedirectResponse("/account#choose", 303)

    async def forbidden(request: Request, _: Exception) -> Response:
        return _error(request, 403)

    async def http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if user_of(request) is None:
            # An address no route has never came to the gate; a signed-in user still gets the page with its menu.
            await run_in_threadpool(identify, request)
        if on_api(request):
            return _refusal(status, error)
        return _error(request, status, _AGED if isinstance(error, AgedError) else None)

    async def bad_form(request: Request, error: Exception) -> Response:
        if not on_api(request):
            return _error(request, 422)
        # A body that is no JSON is refused before the gate: whoever has no token is told that and no more.
        if user_of(request) is None and await run_in_threadpool(identify, request) is None:
            return problem(401, headers={"WWW-Authenticate": "Bearer"})
        return problem(422, errors=faults(error.errors() if isinstance(error, RequestValidationError) else ()))

    async def too_many(request: Request, error: Exception) -> Response:
        wait = error.wait if isinstance(error, TooManyError) else 1
        return problem(429, headers={"Retry-After": str(max(1, round(wait + 0.5)))})

    app.add_exception_handler(LoginNeededError, login_needed)
    app.add_exception_handler(TooManyError, too_many)
    app.add_exception_handler(ForbiddenError, forbidden)
    app.add_exception_handler(PasswordNeededError, password_needed)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, bad_form)


def _add_failure_pages(app: FastAPI) -> None:
    async def unavailable(request: Request, error: Exception) -> Response:
        log.warning("store unavailable: %s", error)
        return _error(request, 503)

    async def no_file(request: Request, error: Exception) -> Response:
        log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
        if on_api(request):
            return _error(request, 503)
        full = isinstance(error, OSError) and error.errno in _FULL_ERRORS
        return _error(request, 507, _FULL) if full else _error(request, 503, _FILES)

    async def unusable(request: Request, error: Exception) -> Response:
        if not (on_api(request) and isinstance(error, BadInputError)):
            return await failure(request, error)
        # What a store or step cannot use as it stands, and no endpoint foresaw.
        return problem(422, error.problem, error.remedy)

    async def failure(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return _error(request, 500)

    app.add_exception_handler(StoreUnavailableError, unavailable)
    app.add_exception_handler(BadInputError, unusable)
    app.add_exception_handler(OSError, no_file)
    app.add_exception_handler(Exception, failure)


def _error(request: Request, status: int, words: tuple[str, str] | None = None) -> Response:
    if on_api(request):
        return problem(status)
    said, remedy = words or _WORDS.get(status, _WORDS[500 if status >= 500 else 400])
    return render(request, ErrorPage(status, said, remedy), status=status)


def _refusal(status: int, error: Exception) -> Response:
    """What an endpoint of the API refused with, in its own words where it has some."""
    detail = error.detail if isinstance(error, HTTPException) and error.detail != HTTPStatus(status).phrase else ""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    remedy = error.remedy if isinstance(error, ApiError) else ""
    return problem(status, detail, remedy, headers=headers)
