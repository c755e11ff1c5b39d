"""One hostile page, and the means to answer a request down to the byte. See tests/targets/hostile.py."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

GOOD_TITLE = "Kettle, good as new: "
KIND = "text/html; charset=utf-8"
MEGABYTE = 1_000_000


@dataclass
class Visit:
    """One request and the means to answer it, down to the byte."""

    target: str
    base: str
    neighbour: str
    send: Callable[[bytes], None]
    reset: Callable[[], None]
    stopping: threading.Event

    @property
    def path(self) -> str:
        """The request's path, without query."""
        return self.target.partition("?")[0]

    def query(self, name: str, default: str) -> str:
        """A query parameter."""
        return parse_qs(self.target.partition("?")[2]).get(name, [default])[0]

    def head(self, headers: Iterable[str], status: str = "200 OK") -> None:
        """Send a status line and headers, byte for byte."""
        self.send("\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1"))

    def page(self, body: bytes, headers: Sequence[str], status: str = "200 OK") -> None:
        """Send a whole answer with the right length."""
        self.head([*headers, f"Content-Length: {len(body)}", "Connection: close"], status)
        self.send(body)

    def html(self, text: str, status: str = "200 OK") -> None:
        """Send an HTML page."""
        self.page(text.encode("utf-8"), [f"Content-Type: {KIND}"], status)

    def stream(self, pieces: Iterable[bytes], headers: Sequence[str]) -> None:
        """Send pieces in chunks until they, the reader or the server end."""
        self.head([*headers, "Transfer-Encoding: chunked", "Connection: close"])
        for piece in pieces:
            if self.stopping.is_set():
                return
            self.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.send(b"0\r\n\r\n")


Answer = Callable[[Visit], None]


@dataclass(frozen=True)
class Page:
    """One hostile page, and what is right to happen with it."""

    id: str
    path: str
    outcome: str
    family: str
    note: str
    #: None: there is nothing to answer, the link itself is the hostile part.
    answer: Answer | None
    #: ``item`` and ``section`` are linked from the front page, ``start`` stands among the start addresses.
    kind: str = "item"
    #: The link as the front page writes it, where it differs from the path.
    href: str = ""
    #: For redirects: the report may name the address led to instead of the page's own; this stands in it, and in no other.
    leads: str = ""


def advert(key: str, *, head: str = "", body: str = "Boils a litre in three minutes. 0888 000 000", extra: str = "") -> str:
    """An ordinary advert page with something added."""
    return (
        f"<!doctype html><html><head><meta name=x content=y>{head}<title>{key}</title></head><body><article>"
        f'<h1 class="title">{GOOD_TITLE}{key}</h1><p class="price">12 EUR</p><p class="place">Sofia</p>'
        f'<p class="contact">0888 000 000</p><p class="seller">Ina</p>'
        f'<div class="body">{body}</div></article>{extra}</body></html>'
    )


def html(text: str) -> Answer:
    """The answer is an HTML page."""
    return lambda visit: visit.html(text)


def raw(body: bytes, *headers: str, status: str = "200 OK") -> Answer:
    """The answer is this body with these headers and its right length."""
    return lambda visit: visit.page(body, headers, status)


def exact(data: bytes, *, then: str = "") -> Answer:
    """Exactly these bytes, then the end of the connection, or a reset."""

    def answer(visit: Visit) -> None:
        visit.send(data)
        if then == "reset":
            visit.reset()

    return answer


def item(key: str, outcome: str, family: str, note: str, answer: Answer) -> Page:
    """An item page under /item/<key>."""
    return Page(key, f"/item/{key}", outcome, family, note, answer)
