"""Running the application: which address, what is refused, what is printed."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import uvicorn

from review.app import create_app
from strazha.errors import BadInputError
from strazha.settings import Settings


def serve(
    settings: Settings, *, host: str | None = None, port: int | None = None, say: Callable[[str], object] = print
) -> None:
    """Serve the review pages until interrupted; ``say`` is given the address once the server listens.

    Raises BadInputError for an address that others can reach while no host name is set, and where the address is taken.
    """
    address = host or settings.host
    if not settings.hosts and not is_loopback(address):
        raise BadInputError(
            f"{address} can be reached by others, but the host names the pages answer to are not set",
            place="STRAZHA_HOSTS",
            remedy="set it, for example STRAZHA_HOSTS='[\"review.example.org\"]', or serve on 127.0.0.1",
        )
    app = create_app(settings)
    # The proxy's word on scheme and client is not taken: STRAZHA_HTTPS says what the pages are served under.
    config = uvicorn.Config(app, log_level="warning", server_header=False, proxy_headers=False, lifespan="on")
    with _listening(address, settings.port if port is None else port) as listener:
        shown = f"[{address}]" if ":" in address else address
        say(f"Strazha's review pages: http://{shown}:{listener.getsockname()[1]}/ (Ctrl-C ends)")
        uvicorn.Server(config).run(sockets=[listener])


def is_loopback(address: str) -> bool:
    """Whether an address, or the name localhost, is reached from this machine alone."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _listening(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Said to be TCP in words: asyncio sends small pieces at once (TCP_NODELAY) only where the socket says so. Else an answer's
    # body waits for the browser to acknowledge its head, 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        raise BadInputError(
            f"cannot listen on {address} port {port}: {error.strerror or error}", remedy="choose another with --port"
        ) from error
    listener.listen(128)
    return listener
