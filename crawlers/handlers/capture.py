"""The download handler: guards, bounds and captures every exchange before anything else sees it.

It sits below all middlewares, so robots.txt, redirects, retries and error answers pass here too, and bodies are still as the
server sent them (content-encoded; only the transfer encoding is gone).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError, StopDownload
from scrapy.http import Response

from crawlers.engine.job import Job
from strazha.clock import now
from strazha.evidence.warc import Exchange
from strazha.model.advert import Capture

CAPTURE = "strazha_capture"


class PageCapError(IgnoreRequest):
    """The day's page cap is reached."""


class TooLargeError(IgnoreRequest):
    """A body is larger than the definition allows; what came until then is captured."""


class CaptureFailedError(Exception):
    """A response could not be written to the landing area."""


class CapturingHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler, with guard, page cap, byte bound and WARC."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # The bound is kept below, where a body that is too long is cut and captured instead of thrown away.
        self._default_maxsize = 0
        self._job: Job = crawler.spider.job  # type: ignore[union-attr]  # Scrapy sets the spider first; ours has a job
        self._limit = self._job.source.limits.body_bytes
        # Bytes so far of the requests under way here; Scrapy has a second handler, for https, that hears the same signal.
        self._sizes: dict[Request, int] = {}
        crawler.signals.connect(self._received, signals.bytes_received)

    def _received(self, data: bytes, request: Request) -> None:
        if request in self._sizes:
            self._sizes[request] += len(data)
            if self._sizes[request] > self._limit:
                raise StopDownload(fail=False)

    async def download_request(self, request: Request) -> Response:
        """Fetch, capture, then hand up; ``request.meta[CAPTURE]`` names the capture."""
        self._job.guard.check(request.url)
        tally = self._job.tally
        if tally.requests >= self._job.order.pages_left:
            tally.missed("page cap")
            raise PageCapError("the day's pages are used up")
        tally.requests += 1
        request.meta.pop(CAPTURE, None)
        self._sizes[request] = 0
        try:
            response = await super().download_request(request)
        finally:
            del self._sizes[request]
        self._record(request, response)
        if "download_stopped" in response.flags:
            raise TooLargeError(f"more than {self._limit} bytes")
        if "dataloss" in response.flags:
            # Captured, but not read: half an advert would pass for a changed one.
            raise ResponseDataLossError("the connection ended before the body did")
        return response

    def _record(self, request: Request, response: Response) -> None:
        tally = self._job.tally
        try:
            capture = self._job.recorder.exchange(_exchange(request, response))
        except OSError as error:
            # Without evidence there is no use in reading on: a full disk ends the crawl.
            self._job.fatal = f"cannot write the capture: {error}"
            raise CaptureFailedError(self._job.fatal) from error
        tally.pages += 1
        tally.bytes += len(response.body)
        request.meta[CAPTURE] = capture
        # From here on the page is decoded and read; should that hang, the parent knows on which page.
        self._job.say("reading", request.url)


def capture_of(response: Response) -> Capture:
    """The capture of a response that came through the handler."""
    capture = response.meta[CAPTURE]
    assert isinstance(capture, Capture)  # noqa: S101 - only the handler above sets it
    return capture


def _exchange(request: Request, response: Response) -> Exchange:
    truncated = ""
    if "download_stopped" in response.flags:
        truncated = "length"
    elif "dataloss" in response.flags:
        truncated = "disconnect"
    return Exchange(
        url=request.url, method=request.method, request_headers=_texts(request.headers), request_body=request.body,
        status=response.status, reason=_reason(response.status), headers=_texts(response.headers), payload=response.body,
        fetched_at=now(), protocol=response.protocol or "HTTP/1.1", ip_address=str(response.ip_address or ""),
        truncated=truncated,
    )  # fmt: skip


def _texts(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
