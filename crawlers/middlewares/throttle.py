"""AutoThrottle that never goes below what robots.txt asks for."""

from __future__ import annotations

from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

#: A Crawl-delay beyond this would make a crawl endless; the page cap and the crawl's time bound it anyway.
_LONGEST = 60.0


class PoliteThrottle(AutoThrottle):
    """Slows down with the site's answers; ``Crawl-delay`` is a floor, as is the definition's delay."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._floors: dict[str, float] = {}
        crawler.signals.connect(self._robots, signals.robots_parsed)

    def _robots(self, robotparser: Any, request: Request) -> None:
        asked = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        if asked:
            slot = self.crawler.engine.downloader.get_slot_key(request)
            self._floors[slot] = min(float(asked), _LONGEST)

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        key = next((key for key, known in self.crawler.engine.downloader.slots.items() if known is slot), "")
        slot.delay = max(slot.delay, self._floors.get(key, 0.0))
