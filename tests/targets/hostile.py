"""A loopback site on which nearly everything is hostile or broken, for the crawler's tests.

Use it so::

    from tests.targets.hostile import HostileServer, definition

    with HostileServer() as server:
        source = Source.model_validate(definition(server))      # or write_definition(server, folder) for a YAML file
        report = crawl(source, ...)

``server.pages`` lists every page (:class:`tests.targets.hostile_visit.Page`): its ``id`` (the advert's key where it is an
item page), its ``path``, the ``outcome`` that is right, the ``family`` of trouble, and a ``note`` for the reader.

Outcomes:

- ``advert``: a readable advert; it must be captured, its title beginning with ``GOOD_TITLE + id``, no field holding NUL.
- ``error``: nothing can be read; the run report must hold an entry for this address, or the address it led to.
- ``either``: an advert or an entry in the report, both are right. Never neither.
- ``quiet``: a page that is no advert and of which nothing need be said (the trap's pages, an empty feed).
- ``refused``: a link that must never be requested; an entry in the report is welcome, none is required.

Families: good, encoding, size, bomb, content-encoding, redirect, guard, status, connection, headers, markup, linked-data, xml,
trap, link.

What must hold besides: the run completes in bounded time and memory; ``server.neighbour_hits`` stays empty (a second server on
a port that the definition does not list: every redirect, entity, base address or link that leads there must be refused);
every page in ``server.good`` is captured exactly once; nothing of the file ``/etc/hostname`` stands in any field.

``server.hits`` counts requests by path without the query, so that a test can see how often traps were entered.
"""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections import Counter
from pathlib import Path
from typing import Any, Self

import yaml

from tests.targets.hostile_content import content_pages
from tests.targets.hostile_links import link_pages
from tests.targets.hostile_visit import GOOD_TITLE, Page, Visit
from tests.targets.hostile_wire import wire_pages
from tests.targets.hostile_xml import xml_pages

__all__ = ["GOOD_TITLE", "HostileServer", "Page", "definition", "write_definition"]


class _Handler(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self) -> None:
        owner: HostileServer = self.server.owner  # type: ignore[attr-defined]
        try:
            line = self.rfile.readline(65_536).decode("latin-1").split(" ")
            while self.rfile.readline(65_536).strip():
                pass
        except OSError:
            return
        if len(line) < 2:
            return
        if self.server is owner.neighbour:
            owner.neighbour_hits.append(line[1])
            self.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret")
            return
        visit = Visit(line[1], owner.base_url, owner.neighbour_url, self._send, self._reset, owner.stopping)
        owner.hits[visit.path] += 1
        try:
            owner.answer(visit)
        except OSError:
            return  # the crawler hung up, as it should on the endless ones

    def _send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def _reset(self) -> None:
        # Linger of zero seconds: closing sends RST instead of FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    request_queue_size = 64


class HostileServer:
    """The server, started and stopped as a context manager (or by :meth:`start` and :meth:`stop`)."""

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()
        self.neighbour_hits: list[str] = []
        self.stopping = threading.Event()
        self.main = _Server(("127.0.0.1", 0), _Handler)
        self.neighbour = _Server(("127.0.0.1", 0), _Handler)
        self.main.owner = self.neighbour.owner = self  # type: ignore[attr-defined]
        self.port: int = self.main.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.neighbour_url = f"http://127.0.0.1:{self.neighbour.server_address[1]}"
        self.pages: list[Page] = [
            *content_pages(),
            *wire_pages(self.neighbour_url),
            *xml_pages(self.base_url, self.neighbour_url),
            *link_pages(self.base_url, self.neighbour_url),
        ]
        self._by_path = {page.path.partition("?")[0]: page for page in self.pages if page.answer}

    @property
    def good(self) -> list[Page]:
        """The ordinary adverts."""
        return [page for page in self.pages if page.family == "good"]

    def answer(self, visit: Visit) -> None:
        """Answer one request."""
        if visit.path == "/":
            return visit.html(self.front())
        if visit.path == "/robots.txt":
            return visit.page(b"User-agent: *\nDisallow: /forbidden/\n", ["Content-Type: text/plain"])
        # The longest path that fits, so that /calendar/ answers /calendar/2031-01.
        path = visit.path
        while path and path not in self._by_path:
            path = path.rpartition("/")[0]
        page = self._by_path.get(path)
        if page is None or page.answer is None:
            return visit.html("<title>404</title>", "404 Not Found")
        return page.answer(visit)

    def front(self) -> str:
        """The front page: links to all item pages (``a.item``) and to the sections that hold further links (``a.section``)."""
        links = "\n".join(
            f'<li><a class="{page.kind}" href="{page.href or page.path}">{page.id}</a></li>'
            for page in self.pages
            if page.kind in {"item", "section"}
        )
        return f"<!doctype html><html><head><title>hostile</title></head><body><h1>Adverts</h1><ul>{links}</ul></body></html>"

    def start(self) -> Self:
        """Begin to answer."""
        for server in (self.main, self.neighbour):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop; slow and endless answers end with it."""
        self.stopping.set()
        for server in (self.main, self.neighbour):
            server.shutdown()
            server.server_close()

    __enter__ = start

    def __exit__(self, *_: object) -> None:
        self.stop()


def definition(server: HostileServer, **changes: Any) -> dict[str, Any]:
    """A source definition for the server as plain data, its bounds tight enough for a quick test; ``changes`` replace keys."""
    return {
        "id": "hostile",
        "name": "Hostile pages (test)",
        "kind": "classifieds",
        "country": "BG",
        "start": [f"{server.base_url}/", *(server.base_url + page.path for page in server.pages if page.kind == "start")],
        "hosts": [{"host": "127.0.0.1", "ports": [server.port], "private": True}],
        "languages": ["en", "bg"],
        "encodings": ["windows-1251"],
        "schedule": "0 3 * * *",
        "legal_basis": {
            "authority": "Test only",
            "statute": "Test only - invented pages on a loopback address",
            "purpose": "Testing the crawler",
            "officer": "Nobody (test@example.org)",
            "valid_from": "2026-01-01",
            "valid_until": "2036-12-31",
        },
        "politeness": {
            "delay": 0,
            "concurrency": 8,
            "pages_per_day": 2000,
            "user_agent": "Strazha-Test/1.0 (test@example.org)",
            "retries": 0,
        },
        "limits": {
            "body_bytes": 6_000_000,
            "decompressed_bytes": 12_000_000,
            "redirects": 5,
            "depth": 3,
            "pages_per_listing": 25,
            "page_seconds": 8,
            "crawl_seconds": 150,
            "field_chars": 20_000,
        },
        "retention_days": 1,
        "listing": {
            "follow": [{"css": "a.section"}],
            "adverts": [{"css": "a.item"}, {"sitemap": True}, {"feed": True}],
            "paging": {"next": [{"css": "a[rel=next]"}]},
        },
        "advert": {
            "key": {"url": r"/item/([\w-]+)"},
            "required": ["title"],
            "fields": {
                "title": {"css": "h1.title"},
                "body": {"css": "div.body"},
                "price": {"css": ".price"},
                "place": {"css": ".place"},
                "contact": {"css": ".contact"},
                "seller": [{"json_ld": "JobPosting", "path": "hiringOrganization.name"}, {"css": ".seller"}],
            },
        },
        **changes,
    }


def write_definition(server: HostileServer, folder: Path, **changes: Any) -> Path:
    """The same as a YAML file ``hostile.yaml`` in ``folder``."""
    path = folder / "hostile.yaml"
    path.write_text(yaml.safe_dump(definition(server, **changes), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
