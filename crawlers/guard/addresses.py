"""Which IP addresses a crawl may reach."""

from __future__ import annotations

import ipaddress
from typing import Literal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Reach = Literal["public", "private", "never"]


def _networks(*texts: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# Written out instead of asking ``ipaddress.is_global``: its answers changed between patch releases of Python 3.11.
#: Loopback and private networks: a definition may permit them for a host of its own.
_PRIVATE = _networks("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
#: Never reached, whatever a definition says: they are no web site's address, or hand out a machine's secrets.
_NEVER = _networks(
    "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    # Cloud metadata outside the link-local range: Azure's wire server and Amazon's IPv6 address.
    "168.63.129.16/32", "fd00:ec2::254/128",
    "::/128", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fe80::/10", "fec0::/10", "ff00::/8",
)  # fmt: skip
#: IPv6 networks with an IPv4 address inside, and how far it stands from the right.
_EMBEDDING = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)


def reach(address: str) -> Reach:
    """What an IP address, as a resolver gives it, belongs to. Raises ``ValueError`` where it is no address."""
    return _reach(ipaddress.ip_address(address.split("%", 1)[0]))


def _reach(ip: Address) -> Reach:
    if any(ip in network for network in _NEVER if network.version == ip.version):
        return "never"
    if any(ip in network for network in _PRIVATE if network.version == ip.version):
        return "private"
    if isinstance(ip, ipaddress.IPv6Address):
        for network, shift in _EMBEDDING:
            if ip in network:
                return _reach(ipaddress.IPv4Address((int(ip) >> shift) & 0xFFFFFFFF))
        if ip not in ipaddress.IPv6Network("2000::/3"):
            return "never"
    return "public"


def numeric_host(host: str) -> str | None:
    """The address a host part stands for where it is written as a number in any way browsers and resolvers read.

    ``127.1``, ``2130706433``, ``0x7f.0.0.1`` and ``0177.0.0.1`` all give ``127.0.0.1``; a name gives None.
    """
    text = host.strip("[]").split("%", 1)[0]
    if ":" in text:
        return str(ipaddress.IPv6Address(text)) if _is_ipv6(text) else None
    pieces = text.rstrip(".").split(".")
    if not 1 <= len(pieces) <= 4:
        return None
    numbers = [_number(piece) for piece in pieces]
    if any(number is None for number in numbers):
        return None
    *front, last = [number for number in numbers if number is not None]
    if any(number > 255 for number in front) or last >= 256 ** (4 - len(front)):
        return None
    value = last
    for place, number in enumerate(front):
        value += number << (8 * (3 - place))
    return str(ipaddress.IPv4Address(value))


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _number(piece: str) -> int | None:
    lowered = piece.lower()
    if not lowered or not lowered.isascii() or len(lowered) > 24:
        return None
    try:
        if lowered.startswith("0x"):
            return int(lowered[2:] or "0", 16)
        if len(lowered) > 1 and lowered.startswith("0"):
            return int(lowered, 8)
        return int(lowered) if lowered.isdigit() else None
    except ValueError:
        return None
