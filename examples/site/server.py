"""Serves both platforms on loopback, in this process, with the standard library's threading server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from examples.site.adverts import PLATFORMS, adverts
from examples.site.pages import Answer, classifieds, jobs

#: Ports of the definitions in sources/demo/; ``serve(port=0)`` takes free ones instead.
DEFAULT_PORT = 8471


@dataclass
class Site:
    """The running example site. ``state`` may be set while it runs: the next request shows the other state."""

    state: int
    #: Platform -> address without a slash at the end.
    base_urls: dict[str, str] = field(default_factory=dict)

    def show(self, state: int) -> None:
        """Switch to a state (1 or 2)."""
        adverts(state)
        self.state = state


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoSite"
    sys_version = ""
    # Answers are two small writes; without this each keep-alive request would wait 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    timeout = 30
    site: Site
    platform: str

    def do_GET(self) -> None:
        self._send(self._answer(), body=True)

    def do_HEAD(self) -> None:
        self._send(self._answer(), body=False)

    def _answer(self) -> Answer:
        if self.platform == "classifieds":
            return classifieds(self.site.state, self.path)
        return jobs(self.site.state, self.path, self.site.base_urls["jobs"])

    def _send(self, answer: Answer, body: bool) -> None:
        status, content_type, text = answer
        data = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Keep quiet: the crawl's own report tells what was fetched."""


@contextmanager
def serve(state: int = 1, port: int = 0) -> Iterator[Site]:
    """Serve both platforms while the block runs.

    ``port`` is the classifieds site's, the job board takes the next one; 0 takes free ports. Raises ``OSError`` where a
    port is taken. Only loopback is listened on.
    """
    adverts(state)
    site = Site(state)
    servers: list[ThreadingHTTPServer] = []
    threads: list[threading.Thread] = []
    try:
        for offset, platform in enumerate(PLATFORMS):
            handler = type("Handler", (_Handler,), {"site": site, "platform": platform})
            server = ThreadingHTTPServer(("127.0.0.1", port + offset if port else 0), handler)
            servers.append(server)
            site.base_urls[platform] = f"http://127.0.0.1:{server.server_address[1]}"
        for server in servers:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            threads.append(thread)
        yield site
    finally:
        for server in servers[: len(threads)]:
            server.shutdown()
        for server in servers:
            server.server_close()
