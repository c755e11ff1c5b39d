"""Refuses addresses before robots.txt is asked for; the download handler refuses once more, below everything."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawlers.engine.job import Job
from strazha.errors import RefusedAddressError


class RefusedRequestError(IgnoreRequest):
    """The guard refused a request."""


class PoisonError(IgnoreRequest):
    """The address hung an earlier attempt of this run."""


class GuardMiddleware:
    """First of all downloader middlewares; redirects come by here again."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to build a middleware."""
        return cls(crawler.spider.job)  # type: ignore[union-attr]  # Scrapy sets the spider first; ours has a job

    def process_request(self, request: Request) -> None:
        """Let a request pass, or raise."""
        try:
            self._job.guard.check(request.url)
        except RefusedAddressError as error:
            raise RefusedRequestError(error.problem) from error
        if request.url in self._job.order.poison:
            raise PoisonError("it hung an earlier attempt of this run")
