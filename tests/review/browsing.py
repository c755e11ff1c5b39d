"""A real headless Chromium on pages of a server of one's own, and everything a page did that a page should not do."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from review.app import create_app
from strazha.ledger.records import StatedReason

#: No contact with the outside: no updates, no sync, no prefetching.
ARGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


#: What a console says when something is wrong, a breach of the policy among it; the rest is information.
LOUD = frozenset({"error", "warning"})


@dataclass
class Watched:
    """A page and all it did that a page should not do."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.address + path)

    def clean(self) -> None:
        """Nothing was asked of another host, nothing was complained about."""
        assert self.complaints == []
        assert [url for url in self.requests if not url.startswith(self.address + "/")] == []


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, as Debian has it."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGS), timeout=120_000)
        yield launched
        launched.close()


@contextmanager
def serving(house: Any) -> Iterator[str]:
    """The application of a house on a free port of loopback."""
    app = create_app(house.settings, index=house.index, ledger=house.ledger, clock=house.clock)
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


def watched(context: BrowserContext, address: str) -> Watched:
    """A new page of a context, watched."""
    found = Watched(context.new_page(), address)
    found.page.set_default_timeout(30_000)
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("console", lambda message: found.complaints.append(message.text) if message.type in LOUD else None)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("dialog", lambda dialog: (found.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return found


@contextmanager
def signed_in(
    house: Any, browser: Browser, address: str, name: str, *, reasoned: bool = True, **options: Any
) -> Iterator[Watched]:
    """A page of somebody signed in, in a context of their own.

    ``reasoned``: they have said already, for this session, why they look at what is covered.
    """
    context = browser.new_context(**{"viewport": {"width": 1366, "height": 800}, **options})
    token = house.ledger.open_session(name, house.clock(), timedelta(hours=10))
    if reasoned:
        give_reason(house, token, name)
    context.add_cookies([{"name": "strazha", "value": token, "url": address, "httpOnly": True, "sameSite": "Strict"}])
    yield watched(context, address)
    context.close()


def give_reason(house: Any, token: str, name: str) -> None:
    """What a person says when they first uncover something: why, and that it holds for the session."""
    house.ledger.state_reason(
        token,
        StatedReason(
            name=name, act="uncover", subject="advert", subject_id="-", code="triage", standing=True, at=house.clock()
        ),
    )
