"""robots.txt as RFC 9309 has it: a host whose robots.txt cannot be reached is not crawled; a missing one permits all."""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from twisted.internet.defer import Deferred

#: RFC 9309 lets a crawler stop reading after 500 KiB.
_MAX_BYTES = 500 * 1024


class RobotsRefusedError(IgnoreRequest):
    """robots.txt forbids the address, or could not be reached."""


class StrictRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, which by itself lets everything pass where robots.txt answers 503 or not at all."""

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raise unless the parser allows the request."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsRefusedError("forbidden by robots.txt") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            body = b"User-agent: *\nDisallow: /\n"
        elif 200 <= response.status < 300:
            body = response.body[:_MAX_BYTES]
        else:
            body = b""
        await super()._parse_robots(response.replace(body=body), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting = self._parsers[netloc]
        parser = ProtegoRobotParser(b"User-agent: *\nDisallow: /\n", self.crawler.spider)
        self._parsers[netloc] = parser
        assert isinstance(waiting, Deferred)  # noqa: S101 - set by the caller, and replaced only here
        waiting.callback(parser)
