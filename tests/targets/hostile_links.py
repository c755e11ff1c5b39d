"""Hostile links: what stands in ``href`` on the front page, and base elements that bend it."""

from __future__ import annotations

from collections.abc import Iterable

from tests.targets.hostile_visit import Page, html


def link_pages(base: str, neighbour: str) -> Iterable[Page]:
    """Every link that must not be requested as it stands, and two sections whose links are bent by a base element."""
    host, port = base.removeprefix("http://"), neighbour.rsplit(":", 1)[1]

    def refused(key: str, note: str, href: str) -> Page:
        return Page(f"link-{key}", f"/item/link-{key}", "refused", "link", note, None, "item", href)

    yield refused("offsite", "another host", "http://example.com/item/link-offsite")
    yield refused("relative", "another host without a scheme", "//example.com/item/link-relative")
    yield refused("neighbour", "the neighbour's port", f"{neighbour}/item/link-neighbour")
    yield refused("ipv6", "loopback in IPv6", f"http://[::1]:{port}/item/link-ipv6")
    yield refused("decimal", "loopback as one number", f"http://2130706433:{port}/item/link-decimal")
    yield refused("userinfo", "the allowed host as user name", f"http://{host}@10.0.0.1/item/link-userinfo")
    yield refused("idn", "a host name in Cyrillic letters", "http://пример.example/item/link-idn")
    yield refused("fullwidth", "loopback in full-width digits", f"http://１２７.0.0.1:{port}/item/link-fullwidth")
    yield refused("javascript", "script", "javascript:alert('/item/link-javascript')")
    yield refused("data", "data", "data:text/html,/item/link-data")
    yield refused("file", "a file", "file:///etc/hostname?/item/link-file")
    yield refused("mail", "a mailbox", "mailto:nobody@example.org?/item/link-mail")
    yield refused("brackets", "a broken host", "http://[/item/link-brackets")
    yield refused("port", "a port that cannot be", "http://127.0.0.1:99999/item/link-port")
    yield refused("robots", "forbidden by robots.txt", "/forbidden/item/link-robots")
    bent = '<html><head><base href="{}"></head><body><a class="item" href="item/bent-{}">bent</a></body></html>'
    yield Page(
        "base-private",
        "/base-private",
        "quiet",
        "link",
        "a base element with a private address",
        html(bent.format("http://10.0.0.1/", "private")),
        "section",
    )
    yield Page(
        "base-neighbour",
        "/base-neighbour",
        "quiet",
        "link",
        "a base element with the neighbour's address",
        html(bent.format(neighbour + "/", "neighbour")),
        "section",
    )
    yield Page(
        "base-script",
        "/base-script",
        "quiet",
        "link",
        "a base element that is script",
        html(bent.format("javascript:alert(1)//", "script")),
        "section",
    )
