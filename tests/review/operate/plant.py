"""A site of invented adverts on loopback, and a house that watches it: real crawls, real runs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SIZE = 24
THINGS = ("oak table", "mountain bicycle", "piano lessons", "garden tools", "winter tyres", "sewing machine")

DEFINITION = """\
id: small-ads
name: Small ads of the valley
kind: classifieds
country: GB
start: ["http://127.0.0.1:{port}/"]
hosts: [{{host: 127.0.0.1, ports: [{port}], private: true}}]
languages: [en]
schedule: "*/30 * * * *"
legal_basis: {{authority: Test only, statute: Test only - invented adverts, purpose: Testing, officer: test@example.org,
  valid_from: 2026-01-01, valid_until: 2036-12-31}}
politeness: {{robots: true, delay: 0, concurrency: 4, user_agent: "Strazha-Test (test@example.org)", retries: 0}}
retention_days: 30
listing:
  adverts: [{{css: "a.ad"}}]
advert:
  key: {{url: '/item/(\\d+)$'}}
  required: [title, body]
  fields:
    title: {{css: h1}}
    body: {{css: ".body"}}
    place: {{css: ".place"}}
"""


@dataclass
class Site:
    """A running site; ``places`` False: its layout has lost the field."""

    port: int = 0
    places: bool = True

    def page(self, path: str) -> str:
        """What it answers."""
        if path == "/":
            return "".join(f"<a class=ad href='item/{number}'>{number}</a> " for number in range(1, SIZE + 1))
        found = re.fullmatch(r"/item/(\d+)", path)
        if not found:
            return ""
        number = int(found[1])
        where = "<span class=place>Leeds</span>" if self.places else "<span class=locality>Leeds</span>"
        thing = THINGS[number % len(THINGS)]
        return f"<h1>{thing} no {number}</h1><div class=body>For sale: {thing}, {number} streets away.</div>{where}"


@contextmanager
def site() -> Iterator[Site]:
    """The site, served until the block ends."""
    running = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = running.page(self.path).encode()
            self.send_response(200 if data else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield running
    server.shutdown()
    server.server_close()
    thread.join()


def defined(folder: Path, port: int) -> Path:
    """A folder with the site's definition."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small-ads.yaml").write_text(DEFINITION.format(port=port), encoding="utf-8")
    return folder
