"""The address guard: what a source may reach, asked for every request and for every answer of the name system."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote, urlsplit

from crawlers.guard.addresses import numeric_host, reach
from strazha.errors import RefusedAddressError
from strazha.model.source import Host, Source

_REMEDY = "if the source is meant to reach it, add the host (and its port) under hosts in its definition"
_PORTS = {"http": 80, "https": 443}


class Guard:
    """Decides by a source's ``hosts``. Remembers which names were refused for their address, so that reports can say so."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.refused_names: dict[str, str] = {}

    def check(self, url: str) -> Host:
        """The host entry that permits an address; raises :class:`RefusedAddressError` where none does."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise _refusal(url, f"is no valid address: {error}") from error
        if parts.scheme not in _PORTS:
            raise _refusal(url, f"scheme {parts.scheme or '(none)'!r} is not http or https")
        if parts.username is not None or parts.password is not None:
            raise _refusal(url, "carries a user name or password")
        name = plain_host(parts.hostname or "")
        if not name:
            raise _refusal(url, "names no host")
        literal = numeric_host(name)
        entry = self._source.host_of(literal or name)
        if entry is None:
            raise _refusal(url, f"host {name} is not among the source's hosts")
        asked = port or _PORTS[parts.scheme]
        if asked not in entry.ports:
            raise _refusal(url, f"port {asked} is not among the ports of host {entry.host}")
        if literal is not None and not self.permits(entry, literal):
            raise _refusal(url, f"{literal} is a {describe(literal)} address")
        return entry

    def resolved(self, name: str, address: str) -> bool:
        """Whether a connection to ``name`` may go to this answer of the name system; a refusal is remembered."""
        host = plain_host(name)
        entry = self._source.host_of(numeric_host(host) or host)
        if entry is not None and self.permits(entry, address):
            return True
        self.refused_names[host] = f"{host} resolves to {address}, a {describe(address)} address"
        return False

    @staticmethod
    def permits(entry: Host, address: str) -> bool:
        """Whether a host entry permits an IP address."""
        try:
            kind = reach(address)
        except ValueError:
            return False
        return kind == "public" or (kind == "private" and entry.private)


def plain_host(name: str) -> str:
    """A host name as the name system sees it: percent signs, full-width letters and trailing dots resolved, lower case."""
    return unicodedata.normalize("NFKC", unquote(name)).rstrip(".").lower()


def describe(address: str) -> str:
    """``private`` or ``reserved``, for people."""
    try:
        kind = reach(address)
    except ValueError:
        return "malformed"
    return {"private": "private or loopback", "never": "link-local, metadata or reserved", "public": "public"}[kind]


def _refusal(url: str, problem: str) -> RefusedAddressError:
    return RefusedAddressError(problem, place=shown(url), remedy=_REMEDY)


def shown(url: str) -> str:
    """An address fit for a report: bounded, on one line, without a password."""
    text = "".join(char if char.isprintable() else "�" for char in url[:300])
    scheme, mark, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + mark + authority.rpartition("@")[2] + slash + path if mark else text
