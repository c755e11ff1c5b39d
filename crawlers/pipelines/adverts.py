"""Adverts into the landing area: each once a run."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawlers.engine.job import Job
from strazha.model.advert import Advert


class AdvertPipeline:
    """Writes adverts as they come; one that was written already in this run is dropped."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a pipeline."""
        return cls(crawler.spider.job)  # type: ignore[union-attr]  # Scrapy sets the spider first; ours has a job

    def process_item(self, item: Advert) -> Advert:
        """Write an advert."""
        if item.id in self._job.done_ids:
            raise DropItem("seen in this run", log_level="DEBUG")
        self._job.done_ids.add(item.id)
        self._job.recorder.advert(item)
        self._job.tally.advert(item)
        return item
