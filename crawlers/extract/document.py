"""One page, parsed at most once in each of the ways a definition asks for."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

import lxml.etree
import lxml.html
from selectolax.lexbor import LexborHTMLParser

from crawlers.extract.bounds import check_markup
from crawlers.extract.charset import decode
from crawlers.extract.errors import PageError

_GZIP = b"\x1f\x8b\x08"

Found = TypeVar("Found")


def _once(read: Callable[[Document], Found]) -> property:
    """A view that is computed once, also when it fails: every field of a bad page asks for it again."""
    name = read.__name__

    def view(self: Document) -> Found:
        if name not in self._views:
            try:
                self._views[name] = read(self)
            except PageError as error:
                self._views[name] = error
        found = self._views[name]
        if isinstance(found, PageError):
            raise found
        return cast(Found, found)

    view.__doc__ = read.__doc__
    return property(view)


@dataclass
class Document:
    """A page after content decoding. Every view of it raises :class:`PageError` where the page does not allow it."""

    url: str
    body: bytes
    content_type: str
    fetched_at: datetime
    encodings: Sequence[str] = ()
    #: Bound for what unpacking a ``.gz`` body may give.
    max_bytes: int = 24_000_000
    _views: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @_once
    def data(self) -> bytes:
        """The body; a gzip file (``sitemap.xml.gz``) unpacked."""
        return _gunzip(self.body, self.max_bytes) if self.body.startswith(_GZIP) else self.body

    @_once
    def text(self) -> str:
        """The page as text."""
        return decode(self.data, self.content_type, self.encodings)

    @_once
    def html(self) -> LexborHTMLParser:
        """The page for CSS."""
        check_markup(self.data)
        return LexborHTMLParser(self.text)

    @_once
    def tree(self) -> Any:
        """The page for XPath, JSON-LD and microdata: lxml's root element."""
        check_markup(self.data)
        parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True, huge_tree=False)
        # From bytes: lxml refuses text with an encoding declaration.
        data = self.text.encode("utf-8", "replace")
        try:
            root = lxml.html.document_fromstring(data, parser=parser)
        except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError) as error:
            raise PageError("parse", f"no HTML document: {error}") from error
        if root is None:
            raise PageError("parse", "no HTML document")
        return root

    @_once
    def json(self) -> Any:
        """The page as JSON."""
        try:
            return json.loads(self.text, strict=False)
        except (ValueError, RecursionError) as error:
            detail = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise PageError("parse", f"not JSON: {detail}") from error

    @_once
    def xml(self) -> Any:
        """The page as XML (feeds, sitemaps): entities are not resolved, nothing is fetched, small slips are forgiven."""
        parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False, load_dtd=False)
        try:
            root = lxml.etree.fromstring(self.data, parser)
        except (lxml.etree.XMLSyntaxError, ValueError) as error:
            raise PageError("parse", f"not XML: {error}") from error
        if root is None:
            raise PageError("parse", "not XML")
        return root


def _gunzip(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
    try:
        data = unpacker.decompress(body, limit)
    except zlib.error as error:
        raise PageError("parse", f"broken gzip: {error}") from error
    if unpacker.unconsumed_tail:
        raise PageError("bomb", f"unpacks to more than {limit} bytes")
    return data
