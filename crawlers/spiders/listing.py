"""The generic spider: everything it knows stands in the definition."""

from __future__ import annotations

from crawlers.spiders.base import SourceSpider


class ListingSpider(SourceSpider):
    """Listing pages, paging, adverts, as the definition maps them."""

    name = "listing"
