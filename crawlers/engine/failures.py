"""Why a request failed, in the report's words."""

from __future__ import annotations

from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils._compression import _DecompressionMaxSizeExceeded
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from crawlers.content_encoding import BROKEN_BODY
from crawlers.extract.errors import PageError
from crawlers.guard.guard import Guard, plain_host
from crawlers.handlers.capture import CaptureFailedError, PageCapError, TooLargeError
from crawlers.middlewares.guarding import PoisonError, RefusedRequestError
from crawlers.middlewares.robots import RobotsRefusedError
from strazha.errors import RefusedAddressError


@dataclass(frozen=True)
class Cause:
    """Kind and detail for the report; ``passing`` if the next run may well succeed; ``gone`` if the page is no more."""

    kind: str
    detail: str = ""
    passing: bool = False
    gone: bool = False


#: Exception -> (kind, whether it passes), the first that fits.
_KINDS: tuple[tuple[tuple[type[BaseException], ...], str, bool], ...] = (
    ((PageCapError,), "page cap", True),
    ((RefusedRequestError, RefusedAddressError, UnsupportedURLSchemeError, NotSupported), "refused address", False),
    ((RobotsRefusedError,), "robots", False),
    ((PoisonError,), "hung", False),
    ((TooLargeError,), "too large", False),
    ((DownloadTimeoutError,), "timeout", True),
    ((CannotResolveHostError,), "dns", True),
    ((DownloadConnectionRefusedError, ConnectError, ConnectionDone, ConnectionLost), "connection", True),
    ((ResponseDataLossError,), "cut short", True),
    ((DownloadFailedError, DownloadCancelledError), "broken answer", True),
    ((CaptureFailedError,), "evidence", True),
    (BROKEN_BODY, "decoding", False),
)


def cause_of(error: BaseException, guard: Guard) -> Cause:
    """What to report for an exception that reached a request's error callback."""
    if isinstance(error, HttpError):
        return _http(error, guard)
    if isinstance(error, PageError):
        return Cause(error.kind, error.detail)
    return _ignored(error) or _by_kind(error)


def _ignored(error: BaseException) -> Cause | None:
    # Scrapy's middlewares have one exception for everything they drop; the cause or the text tells which it was.
    if type(error) is not IgnoreRequest:
        return None
    if isinstance(error.__cause__, _DecompressionMaxSizeExceeded):
        return Cause("bomb", str(error.__cause__))
    if "max redirections" in str(error):
        return Cause("redirect loop", "too many redirects")
    return None


def _by_kind(error: BaseException) -> Cause:
    if isinstance(error, ValueError) and "in request url" in str(error):
        return Cause("refused address", f"redirect: {error}")  # Scrapy could not even make a request of the Location
    for kinds, kind, passing in _KINDS:
        if isinstance(error, kinds):
            return Cause(kind, _plain(str(error)), passing)
    return Cause("error", f"{type(error).__name__}: {error}", passing=True)


def _plain(text: str) -> str:
    # Twisted wraps the reason in the name of its Failure class, several times over.
    return (
        text.replace("<twisted.python.failure.Failure ", "").replace(">]", "").replace("[", "", 1)
        if "Failure" in text
        else text
    )


def _http(error: HttpError, guard: Guard) -> Cause:
    response = error.response
    location = (response.headers.get(b"Location") or b"").decode("latin-1")
    if 300 <= response.status < 400 and location:
        try:
            guard.check(location)
        except RefusedAddressError as refusal:
            return Cause("refused address", f"redirect: {refusal.problem}")
    return Cause(f"http {response.status}", passing=response.status not in {404, 410}, gone=response.status in {404, 410})


def by_address(cause: Cause, url_host: str, guard: Guard) -> Cause:
    """A name that did not resolve because the guard took away its answers is a refusal, not a failure of the name system."""
    refused = guard.refused_names.get(plain_host(url_host))
    return Cause("refused address", refused) if cause.kind == "dns" and refused else cause
