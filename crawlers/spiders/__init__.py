"""Spiders by the name a definition gives under ``spider:``. A coded spider is registered here, and nowhere else."""

from __future__ import annotations

#: Name -> ``module:Class``; the class is imported in the crawl's own process only.
SPIDERS: dict[str, str] = {
    # Driven by the definition alone.
    "listing": "crawlers.spiders.listing:ListingSpider",
    # Fetches the start addresses and nothing else: for ``strazha sources test``.
    "page": "crawlers.spiders.page:PageSpider",
}
