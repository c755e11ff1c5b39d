"""A small site on loopback whose every answer a test decides, and a source definition that reads it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from strazha.evidence.landing import Landing
from strazha.model.source import Source

RUN = "20261121T100000Z-ab12"
BASIS = {
    "authority": "Example Directorate for Cybercrime",
    "statute": "Example Act, article 1; order 1/2026",
    "purpose": "Tests",
    "officer": "officer@police.example.org",
    "valid_from": "2020-01-01",
    "valid_until": "2099-12-31",
}


@dataclass
class Answer:
    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    #: Called instead, with the handler, for answers that break the rules of HTTP.
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


class Site:
    """Answers by path (query included, then without); notes every path asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append(self.path)
                answer = site.answers.get(self.path) or site.answers.get(self.path.partition("?")[0])
                if answer is None:
                    answer = Answer("not found", 404)
                if answer.act is not None:
                    answer.act(self)
                    return
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                self.send_response(answer.status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # clients that hang up are part of what is tested

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        self.origin = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def page(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> None:
        self.answers[path] = Answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    def adverts(self, numbers: range, *, list_path: str = "/list") -> None:
        """A listing of adverts and their pages."""
        self.page(list_path, "<ul>" + "".join(f'<li><a class="item" href="/item/{n}">{n}</a></li>' for n in numbers) + "</ul>")
        for n in numbers:
            self.page(
                f"/item/{n}",
                f"<h1>Advert {n}</h1><div class=body>Garden table number {n}.<br>Oak.</div><p class=price>{n},50 лв.</p>",
            )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    yield served
    served.close()


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


def definition(site_or_port: Site | int, **changes: Any) -> dict[str, Any]:
    """A plain definition of the small site, with whole keys changed."""
    port = site_or_port if isinstance(site_or_port, int) else site_or_port.port
    return {
        "id": "test-site",
        "name": "Test site",
        "kind": "classifieds",
        "country": "BG",
        "start": [f"http://127.0.0.1:{port}/list"],
        "hosts": [{"host": "127.0.0.1", "ports": [port], "private": True}],
        "languages": ["bg"],
        "time_zone": "Europe/Sofia",
        "schedule": "0 * * * *",
        "legal_basis": BASIS,
        "politeness": {
            "delay": 0, "concurrency": 8, "robots": False, "retries": 0,
            "user_agent": "Strazha-tests (tests@police.example.org)",
        },
        "limits": {"body_bytes": 1_000_000, "decompressed_bytes": 4_000_000, "page_seconds": 5, "crawl_seconds": 60},
        "retention_days": 30,
        "listing": {"adverts": [{"css": "a.item"}], "paging": {"next": [{"css": "a.next"}]}},
        "advert": {
            "key": {"url": r"/item/(\d+)"},
            "fields": {"title": {"css": "h1"}, "body": {"css": ".body"}, "price": {"css": ".price"}},
        },
        **changes,
    }  # fmt: skip


def source_of(site_or_port: Site | int, **changes: Any) -> Source:
    return Source.model_validate(definition(site_or_port, **changes))


def errors_of(report: Any) -> dict[str, list[str]]:
    """Kinds of errors of a report, with the paths they are about."""
    found: dict[str, list[str]] = {}
    for error in report.errors:
        found.setdefault(error.kind, []).append(error.url.partition("://")[2].partition("/")[2])
    return {kind: sorted(paths) for kind, paths in found.items()}


AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
