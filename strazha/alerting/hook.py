"""Alerts by webhook: a signed POST to the hosts an administrator allowed, and to nowhere else.

The host is looked up here, the address is checked, and the connection goes to that very address: a name that changes its mind
between check and connection gains nothing. No redirect is followed, no proxy of the environment used, no answer read.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from strazha.alerting.sending import FailedError
from strazha.errors import RefusedAddressError
from strazha.settings import Settings

#: Seconds a receiver may take for each of connecting, taking and answering.
TIMEOUT = 10.0
#: Characters of the longest address.
MOST_CHARACTERS = 1000
_PORTS = {"https": 443, "http": 80}

#: Looks a host up: name and port in, addresses out. OSError where there are none.
Resolve = Callable[[str, int], Iterable[str]]


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system has them."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def hook_allowed(settings: Settings, url: str) -> bool:
    """Whether alerts may go to an address: its host and port are allowed, and it speaks HTTPS (or is one of our own)."""
    try:
        checked(settings, url)
    except RefusedAddressError:
        return False
    return True


def checked(settings: Settings, url: str) -> SplitResult:
    """The pieces of an allowed address; RefusedAddressError for any other."""
    refused = RefusedAddressError("alerts may not go there", remedy="STRAZHA_WEBHOOK_HOSTS names the hosts alerts may go to")
    if len(url) > MOST_CHARACTERS or not url.isascii() or any(ord(char) <= 32 or char == "\\" for char in url):
        raise refused
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").casefold(), _port(parts)
    except ValueError as error:
        raise refused from error
    allowed = {_with_port(one, parts.scheme) for one in settings.webhook_hosts}
    if parts.username is not None or parts.password is not None or not port or (host, port) not in allowed:
        raise refused
    if parts.scheme != "https" and not _is_own(settings, host):
        raise RefusedAddressError("alerts go over HTTPS alone", remedy="use an https:// address")
    return parts


def _port(parts: SplitResult) -> int:
    return _PORTS.get(parts.scheme, 0) if parts.port is None else parts.port


def _with_port(host: str, scheme: str) -> tuple[str, int]:
    name, colon, port = host.casefold().rpartition(":")
    return (name, int(port)) if colon and port.isdecimal() else (host.casefold(), _PORTS.get(scheme, 443))


def _is_own(settings: Settings, host: str) -> bool:
    return host in {one.casefold() for one in settings.webhook_private}


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of ``<timestamp>.<body>``, as the header carries it."""
    return "sha256=" + hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()


def send_hook(
    settings: Settings, url: str, payload: dict[str, Any], secret: str, at: datetime, *, resolve: Resolve = look_up
) -> None:
    """Send one alert. RefusedAddressError where it may not go, FailedError where it did not arrive."""
    parts = checked(settings, url)
    host = parts.hostname or ""
    port = _port(parts)
    address = _address(settings, host, port, resolve)
    body = json.dumps(payload, separators=(",", ":")).encode()
    stamp = int(at.timestamp())
    headers = {
        "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "strazha",
        "X-Strazha-Delivery": str(payload["delivery"]), "X-Strazha-Timestamp": str(stamp),
        "X-Strazha-Signature": signature(secret, stamp, body),
    }  # fmt: skip
    context = ssl.create_default_context(cafile=str(settings.webhook_ca) if settings.webhook_ca else None)
    literal = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=f"{literal}:{port}", fragment="").geturl()
    try:
        # The certificate is checked against the host's name although the connection goes to its address.
        with (
            httpx.Client(verify=context, timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", target, content=body, headers=headers, extensions={"sni_hostname": host}) as answer,
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise FailedError(type(error).__name__) from error
    if not 200 <= status < 300:
        raise FailedError(f"it answered {status}")


def _address(settings: Settings, host: str, port: int, resolve: Resolve) -> str:
    try:
        found = list(resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise FailedError("its host has no address now") from error
    if not found:
        raise FailedError("its host has no address now")
    if not _is_own(settings, host) and not all(map(is_public, found)):
        raise RefusedAddressError(
            "its host lies within a private network", remedy="STRAZHA_WEBHOOK_PRIVATE names the hosts that may"
        )
    return found[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not private, loopback, link-local, metadata, multicast or reserved."""
    try:
        found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        # 64:ff9b::/96 leads into IPv4 as well (RFC 6052).
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast and not found.is_reserved
