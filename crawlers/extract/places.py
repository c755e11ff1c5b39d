"""Finding what a definition's place points at: on a whole page, or within one item of a listing page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import lxml.etree

from crawlers.extract import feeds, linked_data, patterns
from crawlers.extract.document import Document
from crawlers.extract.text import lexbor_text, lxml_text
from strazha.model.extraction import Place

#: Values taken from one place on one page.
_MAX_VALUES = 5_000


@dataclass(frozen=True)
class Scope:
    """A page, or one item of it: ``item`` is what the place of kind ``how`` found."""

    document: Document
    limit: int
    how: str = ""
    item: Any = None


def find(scope: Scope, place: Place) -> list[str]:
    """The raw texts a place gives, in the order of the page; only the first unless the place asks for all."""
    values = _FINDERS[place.how](scope, place)
    return values[:_MAX_VALUES] if place.all else values[:1]


def items(document: Document, places: Sequence[Place], limit: int) -> list[Scope]:
    """The items of a listing page: each stands for one advert."""
    for place in places:
        found = _ITEMS[place.how](document, place) if place.how in _ITEMS else []
        if found:
            return [Scope(document, limit, place.how, item) for item in found[:_MAX_VALUES]]
    return []


def _css(scope: Scope, place: Place) -> list[str]:
    root = scope.item if scope.how == "css" else scope.document.html
    nodes = root.css(place.css or "")[: _MAX_VALUES if place.all else 1]
    if place.attribute:
        return [value for node in nodes if (value := node.attributes.get(place.attribute))]
    return [lexbor_text(node, scope.limit) for node in nodes]


@lru_cache(maxsize=512)
def _xpath_of(expression: str) -> Any:
    return lxml.etree.XPath(expression)


def xpath_nodes(root: Any, expression: str) -> list[Any]:
    """What an XPath expression gives, as a list; an expression that fails on this page gives nothing."""
    try:
        found = _xpath_of(expression)(root)
    except lxml.etree.XPathError:
        return []
    return found if isinstance(found, list) else [found]


def _xpath(scope: Scope, place: Place) -> list[str]:
    root = scope.item if scope.how == "xpath" else scope.document.tree
    nodes = xpath_nodes(root, place.xpath or "")[: _MAX_VALUES if place.all else 1]
    return [_xpath_text(node, place.attribute, scope.limit) for node in nodes]


def _xpath_text(node: Any, attribute: str | None, limit: int) -> str:
    if isinstance(node, lxml.etree._Element):
        return str(node.get(attribute) or "") if attribute else lxml_text(node, limit)
    if isinstance(node, float):
        return repr(int(node)) if node.is_integer() else repr(node)
    return str(node)


def _jmespath(scope: Scope, place: Place) -> list[str]:
    value = scope.item if scope.how == "jmespath" else scope.document.json
    return linked_data.query(place.jmespath or "", value)


def _linked(read: Callable[[Document], list[dict[str, Any]]]) -> Callable[[Scope, Place], list[str]]:
    def finder(scope: Scope, place: Place) -> list[str]:
        wanted = place.json_ld or place.microdata or ""
        # Within an item the item's own object comes first, then what the page says.
        objects = [scope.item] if scope.how == place.how else read(scope.document)
        found = linked_data.of_type(objects, wanted)
        return [text for value in found for text in linked_data.query(place.path or "@", value)]

    return finder


def _feed(scope: Scope, place: Place) -> list[str]:
    entries = [scope.item] if scope.how == "feed" else feeds.entries(scope.document)
    name = place.feed or ""
    return [entry[name] for entry in entries if name in entry]


def _meta(scope: Scope, place: Place) -> list[str]:
    wanted = (place.meta or "").lower()
    found = []
    for node in scope.document.html.css("meta[content]"):
        attributes = node.attributes
        if wanted in {(attributes.get(key) or "").lower() for key in ("name", "property", "itemprop")}:
            found.append(attributes.get("content") or "")
    return found


def _url(scope: Scope, place: Place) -> list[str]:
    found = patterns.search(place.url or "", scope.document.url)
    return [] if found is None else [found]


def _const(scope: Scope, place: Place) -> list[str]:
    return [place.const or ""]


_json_ld = _linked(linked_data.json_ld)
_microdata = _linked(linked_data.microdata)

_FINDERS: dict[str, Callable[[Scope, Place], list[str]]] = {
    "css": _css,
    "xpath": _xpath,
    "jmespath": _jmespath,
    "json_ld": _json_ld,
    "microdata": _microdata,
    "feed": _feed,
    "meta": _meta,
    "url": _url,
    "const": _const,
}


def _json_items(document: Document, place: Place) -> list[Any]:
    found = linked_data.search(place.jmespath or "", document.json)
    return found if isinstance(found, list) else []


_ITEMS: dict[str, Callable[[Document, Place], list[Any]]] = {
    "css": lambda document, place: document.html.css(place.css or ""),
    "xpath": lambda document, place: xpath_nodes(document.tree, place.xpath or ""),
    "jmespath": _json_items,
    "json_ld": lambda document, place: list(linked_data.of_type(linked_data.json_ld(document), place.json_ld or "")),
    "microdata": lambda document, place: list(linked_data.of_type(linked_data.microdata(document), place.microdata or "")),
    "feed": lambda document, _: feeds.entries(document),
}
