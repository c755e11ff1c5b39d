"""schema.org objects of a page, from JSON-LD and from microdata, in one plain shape: ``{"@type": ..., property: ...}``."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

import extruct.jsonld
import extruct.w3cmicrodata
import jmespath
import lxml.etree

from crawlers.extract.document import Document
from crawlers.extract.errors import PageError

#: extruct repairs a broken script character by character, and copies the tree for each microdata property: both need bounds.
_MAX_SCRIPT = 1_000_000
_MAX_SCOPES = 500
_MAX_VALUES = 100_000

_SCRIPTS = lxml.etree.XPath('//script[@type="application/ld+json"]')
_SCOPES = lxml.etree.XPath("count(//*[@itemscope])")


def json_ld(document: Document) -> list[dict[str, Any]]:
    """Every JSON-LD object of the page with a type; a script that cannot be read is passed over."""
    extractor = extruct.jsonld.JsonLdExtractor()
    found: list[dict[str, Any]] = []
    scripts: Any = _SCRIPTS(document.tree)
    for script in scripts:
        if len(script.text or "") > _MAX_SCRIPT:
            continue
        try:
            tops = extractor.extract_items(script)
        except (ValueError, RecursionError, AttributeError, IndexError):
            continue  # jstyleson, which extruct falls back to, fails in several ways on what is no JSON at all
        found += _typed(tops)
    return found


def microdata(document: Document) -> list[dict[str, Any]]:
    """Every microdata object of the page with a type."""
    root = document.tree
    scopes: Any = _SCOPES(root)
    if scopes > _MAX_SCOPES:
        raise PageError("parse", f"more than {_MAX_SCOPES} microdata objects")
    extractor = extruct.w3cmicrodata.MicrodataExtractor()
    try:
        items = extractor.extract_items(root, document.url)
    except (ValueError, RecursionError, TypeError, AttributeError, lxml.etree.LxmlError) as error:
        raise PageError("parse", f"broken microdata: {error}") from error
    return _typed([_plain(item) for item in items])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _plain(item) for name, item in value.get("properties", {}).items()}
    return {"@type": value.get("type", ""), **plain} if plain else value.get("value", "")


def _typed(tops: list[Any]) -> list[dict[str, Any]]:
    """All objects with a type, outer before inner, by a walk that neither recurses nor grows without bound."""
    found: list[dict[str, Any]] = []
    waiting: deque[Any] = deque(tops)
    visited = 0
    while waiting and visited < _MAX_VALUES:
        value = waiting.popleft()
        visited += 1
        if isinstance(value, dict):
            if "@type" in value:
                found.append(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def of_type(objects: list[dict[str, Any]], wanted: str) -> Iterator[dict[str, Any]]:
    """The objects of a schema.org type, written with or without ``https://schema.org/``."""
    for value in objects:
        kinds = value["@type"] if isinstance(value["@type"], list) else [value["@type"]]
        if any(str(kind).rstrip("/").rpartition("/")[2].rpartition(":")[2] == wanted for kind in kinds):
            yield value


def strings(value: Any) -> list[str]:
    """What a JSON value says as texts: scalars as they are written, objects by their ``@id``, ``url`` or ``name``."""
    if value is None or isinstance(value, bool):
        return [] if value is None else [json.dumps(value)]
    if isinstance(value, str):
        return [value]
    if isinstance(value, (int, float)):
        return [repr(value)]
    if isinstance(value, list):
        return [text for item in value[:1000] for text in strings(item)]
    for name in ("url", "@id", "name", "@value"):
        if isinstance(value.get(name), str):
            return [value[name]]
    return []


def query(expression: str, value: Any) -> list[str]:
    """What a JMESPath expression finds, as texts. An expression that does not fit the data finds nothing."""
    return strings(search(expression, value))


def search(expression: str, value: Any) -> Any:
    """What a JMESPath expression finds, as JSON."""
    try:
        return jmespath.compile(expression).search(value)
    except (jmespath.exceptions.JMESPathError, RecursionError, TypeError):
        return None
