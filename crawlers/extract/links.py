"""From a listing page to the addresses it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit, urlunsplit

from crawlers.extract import feeds, linked_data, patterns, sitemaps
from crawlers.extract.adverts import absolute
from crawlers.extract.document import Document
from crawlers.extract.errors import PageError
from crawlers.extract.places import xpath_nodes
from strazha.model.extraction import LinkRule
from strazha.model.source import Source

#: Links taken from one page (a sitemap may name 50,000), and letters of one address.
_MAX_LINKS = 50_000
_MAX_LENGTH = 2_000


@dataclass
class Links:
    """Absolute addresses without fragments, each once, in the order of the page."""

    adverts: list[str] = field(default_factory=list)
    #: Further listing pages: a step deeper.
    listings: list[str] = field(default_factory=list)
    #: The continuation of this listing.
    pages: list[str] = field(default_factory=list)
    problems: list[PageError] = field(default_factory=list)


def read_links(source: Source, document: Document) -> Links:
    """What a listing page leads to, by the definition's ``listing``."""
    links = Links()
    listing = source.listing
    rules = (*listing.adverts, *listing.follow)
    if any(rule.sitemap for rule in rules) and sitemaps.looks_like_xml(document):
        links.listings += _tidy(document, sitemaps.read_sitemap(document).sitemaps, LinkRule(sitemap=True), links.problems)
    links.adverts += _by_rules(listing.adverts, document, links.problems)
    links.listings += _by_rules(listing.follow, document, links.problems)
    if listing.paging is not None:
        links.pages += _by_rules(listing.paging.next, document, links.problems)
    return links


def numbered(url: str, parameter: str, first: int, step: int) -> str:
    """The address of the page after this one, where a query parameter counts the pages."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    current = next((value for name, value in pairs if name == parameter), "")
    number = int(current) if current.isascii() and current.isdigit() and len(current) < 10 else first
    kept = [(name, value) for name, value in pairs if name != parameter]
    return urlunsplit(parts._replace(query=urlencode([*kept, (parameter, str(number + step))]), fragment=""))


def _by_rules(rules: Sequence[LinkRule], document: Document, problems: list[PageError]) -> list[str]:
    found: dict[str, None] = {}
    for rule in rules:
        finder = next(find for name, find in _FINDERS.items() if getattr(rule, name))
        try:
            found.update(dict.fromkeys(_tidy(document, finder(document, rule), rule, problems)))
        except PageError as error:
            problems.append(error)
    return list(found)[:_MAX_LINKS]


def _tidy(document: Document, raw: Iterable[str], rule: LinkRule, problems: list[PageError]) -> list[str]:
    kept = []
    for link in raw:
        url = absolute(document.url, link)
        if url is None:
            continue
        url = urldefrag(url)[0]
        if len(url) > _MAX_LENGTH:
            problems.append(PageError("link", f"an address of {len(url)} characters was left out"))
            continue
        if rule.match is not None and patterns.search(rule.match, url) is None:
            continue
        if rule.exclude is not None and patterns.search(rule.exclude, url) is not None:
            continue
        kept.append(url)
    return kept


def _css(document: Document, rule: LinkRule) -> list[str]:
    nodes = document.html.css(rule.css or "")[:_MAX_LINKS]
    return [value for node in nodes if (value := node.attributes.get(rule.attribute))]


def _xpath(document: Document, rule: LinkRule) -> list[str]:
    nodes = xpath_nodes(document.tree, rule.xpath or "")[:_MAX_LINKS]
    return [str(node.get(rule.attribute) or "") if hasattr(node, "get") else str(node) for node in nodes]


def _jmespath(document: Document, rule: LinkRule) -> list[str]:
    return linked_data.query(rule.jmespath or "", document.json)


def _objects(objects: list[dict[str, Any]], wanted: str, path: str | None) -> list[str]:
    return [text for value in linked_data.of_type(objects, wanted) for text in linked_data.query(path or "url", value)]


def _feed(document: Document, _: LinkRule) -> list[str]:
    if not sitemaps.looks_like_xml(document):
        return []
    return [entry["link"] for entry in feeds.entries(document) if "link" in entry]


def _sitemap(document: Document, _: LinkRule) -> Sequence[str]:
    return sitemaps.read_sitemap(document).pages if sitemaps.looks_like_xml(document) else ()


_FINDERS: dict[str, Callable[[Document, LinkRule], Sequence[str]]] = {
    "css": _css,
    "xpath": _xpath,
    "jmespath": _jmespath,
    "json_ld": lambda document, rule: _objects(linked_data.json_ld(document), rule.json_ld or "", rule.path),
    "microdata": lambda document, rule: _objects(linked_data.microdata(document), rule.microdata or "", rule.path),
    "feed": _feed,
    "sitemap": _sitemap,
}
