"""Sitemaps: the pages they name, and the further sitemaps of an index."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.extract.document import Document

#: The protocol allows 50,000 addresses a file.
_MAX_ADDRESSES = 50_000


@dataclass(frozen=True)
class Sitemap:
    """Addresses of pages, and of further sitemaps."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def read_sitemap(document: Document) -> Sitemap:
    """The addresses of a sitemap or a sitemap index; of anything else, none."""
    found: dict[str, list[str]] = {"url": [], "sitemap": []}
    total = 0
    for element in document.xml.iter():
        if not isinstance(element.tag, str) or element.tag.rpartition("}")[2] != "loc" or not element.text:
            continue
        parent = element.getparent()
        kind = parent.tag.rpartition("}")[2] if parent is not None and isinstance(parent.tag, str) else ""
        if kind in found:
            found[kind].append(element.text.strip())
            total += 1
            if total >= _MAX_ADDRESSES:
                break
    return Sitemap(tuple(found["url"]), tuple(found["sitemap"]))


def looks_like_xml(document: Document) -> bool:
    """Whether a page is a feed or sitemap rather than HTML, by its first bytes and its declared type."""
    start = document.data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return False
    return start.startswith((b"<?xml", b"<urlset", b"<sitemapindex", b"<rss", b"<feed", b"<rdf:rdf")) or (
        "xml" in document.content_type.lower() and "html" not in document.content_type.lower()
    )
