"""What stands before the application: security headers, host check, cross-site check, size limit. Plain ASGI, no page logic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing inline, nothing from elsewhere. Images only for the application's own icon; adverts' pictures are never loaded.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": under it browsers send forms of this very site with "Origin: null". To other sites nothing is sent.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "X-Robots-Tag": "noindex, nofollow",
}
#: A year; only ever sent over HTTPS.
STRICT_TRANSPORT = "max-age=31536000"

#: As review.access has it; nothing of the application is imported before it is wrapped.
API = "/api/v1/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Bytes of the largest body taken: a pasted text of the longest kind the pages accept, in the widest form a browser sends it.
MAX_BODY = 4_000_000
#: Names under which a machine reaches itself.
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class Shield:
    """Wraps an application. Refuses foreign hosts, cross-site changes and oversized bodies; adds the headers to all answers."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], https: bool) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._with_headers(send, scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        await self.app(scope, _limited(receive), answer)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        api = scope["path"].startswith(API)
        if host_name(headers.get("host", "")) not in self.hosts:
            return _refused(api, 400, "This server does not answer to that host name (setting STRAZHA_HOSTS).")
        # Programs send neither header, and no cookie counts on the API. A page that calls it must be one of this site.
        program = api and "origin" not in headers and "sec-fetch-site" not in headers
        if scope["method"] not in SAFE_METHODS and not program and not same_origin(headers):
            return _refused(api, 403, "Refused: the request did not come from a page of this site.")
        lengths = headers.getlist("content-length") or ["0"]
        if any(not (one.isascii() and one.isdigit()) or int(one[:12]) > MAX_BODY for one in lengths):
            return _refused(api, 413, "Refused: more data than a page of this site sends.")
        return None

    def _with_headers(self, send: Send, scope: Scope) -> Send:
        if not scope["path"].startswith("/static/"):
            keep = "no-store"
        else:
            # The address of a static file names its content, so that it may be kept for good.
            keep = "public, max-age=31536000, immutable" if scope["query_string"].startswith(b"v=") else "no-cache"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self.https:
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
                headers["Cache-Control"] = keep if message["status"] < 400 else "no-store"
            await send(message)

        return answer


def _refused(api: bool, status: int, sentence: str) -> Response:
    if not api:
        return PlainTextResponse(sentence, status)
    told = {"type": f"/api#p-{status}", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    remedy = "Compare the request with the API's description."
    return JSONResponse({**told, "remedy": remedy, "errors": []}, status, media_type="application/problem+json")


def host_name(host: str) -> str:
    """The name in a Host header, lower case, without the port; empty where it is not a plain host."""
    try:
        pieces = urlsplit(f"//{host}")
        pieces.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return ""
    if pieces.path or pieces.query or pieces.fragment or "@" in host or pieces.hostname is None:
        return ""
    return f"[{pieces.hostname}]" if ":" in pieces.hostname else pieces.hostname.rstrip(".")


def same_origin(headers: Headers) -> bool:
    """Whether a changing request comes from a page of this site, by what the browser itself says and no page can forge.

    Sec-Fetch-Site decides where it is sent; Origin, where it is sent, must name this host too. A request with neither is
    refused: every browser of the last years sends at least one with a POST, and programs can set Origin themselves.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return True
    try:
        pieces = urlsplit(origin)
    except ValueError:
        return False
    return pieces.scheme in {"http", "https"} and pieces.netloc.lower() == headers.get("host", "").lower()


def _limited(receive: Receive) -> Receive:
    # A body without a length, or longer than it said, ends the connection as if the client had left.
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > MAX_BODY:
                return {"type": "http.disconnect"}
        return message

    return limited
