"""RSS, Atom and RDF feeds: entries by the local names of their parts, whatever the name space."""

from __future__ import annotations

from typing import Any

from crawlers.extract.document import Document

_ENTRIES = frozenset(["item", "entry"])
_MAX_ENTRIES = 20_000


def entries(document: Document) -> list[dict[str, str]]:
    """The entries of a feed: local element name to text; ``link`` is the address, in Atom that of the page itself."""
    found = []
    for element in document.xml.iter():
        if _name(element) in _ENTRIES:
            found.append(_entry(element))
            if len(found) >= _MAX_ENTRIES:
                break
    return found


def _entry(element: Any) -> dict[str, str]:
    entry: dict[str, str] = {}
    for part in element:
        name = _name(part)
        if name == "link" and part.get("href"):
            if part.get("rel", "alternate") == "alternate":
                entry.setdefault("link", part.get("href").strip())
            continue
        text = "".join(part.itertext()).strip() if name else ""
        if text:
            entry.setdefault(name, text)
    return entry


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
