"""Fetches the start addresses and follows nothing: for trying a definition on one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy.http import Response

from crawlers.spiders.base import SourceSpider


class PageSpider(SourceSpider):
    """Captures each start address; reading is left to whoever asked."""

    name = "page"

    def parse_listing(self, response: Response, depth: int, page: int) -> Iterator[Any]:
        """Nothing to read: the capture is what was wanted."""
        self._links_found += 1
        return iter(())
