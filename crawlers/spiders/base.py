"""What every spider shares: asking for pages, reading them within bounds, and reporting what failed.

A coded spider subclasses :class:`SourceSpider` and overrides one or more of the three ``read_...`` methods.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Any

import scrapy
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure
from w3lib.url import canonicalize_url

from crawlers.engine.failures import Cause, by_address, cause_of
from crawlers.engine.job import Job
from crawlers.extract.adverts import Reading, id_from_url, read_advert, read_items
from crawlers.extract.document import Document
from crawlers.extract.errors import PageError
from crawlers.extract.links import Links, numbered, read_links
from crawlers.guard.guard import shown
from crawlers.handlers.capture import capture_of
from strazha.errors import RefusedAddressError
from strazha.model.advert import Advert
from strazha.model.source import Source

#: Adverts first, so that what a listing named is fetched before the listing moves on.
_ADVERT_PRIORITY, _PAGE_PRIORITY, _LISTING_PRIORITY = 20, 10, 0


class SourceSpider(scrapy.Spider):
    """Walks listing pages and reads adverts, as the definition in ``self.source`` says."""

    name = "source"

    def __init__(self, job: Job, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.source: Source = job.source
        #: Ids and canonical addresses that were asked for.
        self._asked: set[str] = set()
        self._links_found = 0

    # What a coded spider overrides.

    def read_listing(self, document: Document) -> Links:
        """The links of a listing page."""
        return read_links(self.source, document)

    def read_items(self, document: Document, capture_id: str) -> Reading:
        """The adverts that stand whole on a listing page."""
        if not self.source.listing.items:
            return Reading()
        return read_items(self.source, document, capture_id=capture_id, run_id=self.job.order.run_id)

    def read_advert(self, document: Document, capture_id: str) -> Reading:
        """The advert, or adverts, of an advert page."""
        return read_advert(self.source, document, capture_id=capture_id, run_id=self.job.order.run_id)

    # The walk.

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the start addresses."""
        for url in self.source.start:
            for request in self._listing_requests(url, [url], depth=0, page=1, priority=_LISTING_PRIORITY):
                yield request

    def _listing_requests(
        self, found_on: str, urls: list[str], *, depth: int, page: int, priority: int
    ) -> Iterator[scrapy.Request]:
        for url in urls:
            if self._may_ask(url, found_on) and self._is_new(canonicalize_url(url)):
                kwargs = {"depth": depth, "page": page}
                yield self._request(url, self.parse_listing, self.listing_failed, priority, kwargs)

    def _advert_request(self, url: str, found_on: str) -> scrapy.Request | None:
        """The request for an advert's page; None where it was asked for, or read, in this run already."""
        try:
            known = id_from_url(self.source, url)
        except PageError as error:
            self.job.tally.error(error.kind, url, error.detail)
            known = None
        if known in self.job.done_ids or url in self.job.done_urls or not self._may_ask(url, found_on):
            return None
        if not self._is_new(known or canonicalize_url(url)):
            return None
        return self._request(url, self.parse_advert, self.advert_failed, _ADVERT_PRIORITY, {"asked": url})

    @staticmethod
    def _request(url: str, callback: Any, errback: Any, priority: int, kwargs: dict[str, Any]) -> scrapy.Request:
        # Scrapy's own filter of duplicates stays out: it drops a redirect to a page seen before without telling anybody.
        return scrapy.Request(url, callback, errback=errback, priority=priority, cb_kwargs=kwargs, dont_filter=True)

    def _is_new(self, name: str) -> bool:
        if name in self._asked:
            return False
        self._asked.add(name)
        return True

    def _may_ask(self, url: str, found_on: str) -> bool:
        """Ask the guard before Scrapy parses the address: what is no address at all would end the reading of the whole page."""
        try:
            self.job.guard.check(url)
        except RefusedAddressError as error:
            self.job.tally.error("refused link", found_on, str(error).partition("\n")[0])
            return False
        return True

    def parse_listing(self, response: Response, depth: int, page: int) -> Iterator[Any]:
        """Read a listing page: its own adverts, then its links."""
        document, capture = self._document(response), capture_of(response)
        links, reading = Links(), Reading()
        try:
            with self._bounded(response.url):
                reading = self.read_items(document, capture.id)
                links = self.read_listing(document)
        except PageError as error:
            self._failed_listing(response.url, Cause(error.kind, error.detail))
        self._note(response.url, [*links.problems, *reading.problems])
        if links.problems and not links.adverts and not reading.adverts:
            self.job.tally.missed("listing pages failed")
        self._links_found += len(links.adverts) + len(reading.adverts)
        fresh = [advert for advert in reading.adverts if advert.id not in self.job.done_ids]
        yield from fresh
        requests = [request for url in links.adverts if (request := self._advert_request(url, response.url)) is not None]
        yield from requests
        yield from self._further_listings(response.url, links, depth=depth, page=page, fresh=bool(fresh or requests))

    def _further_listings(self, url: str, links: Links, *, depth: int, page: int, fresh: bool) -> Iterator[scrapy.Request]:
        limits, paging = self.source.limits, self.source.listing.paging
        pages = list(links.pages)
        if paging is not None and paging.parameter is not None and fresh:
            pages.append(numbered(url, paging.parameter, paging.first, paging.step))
        if pages and page >= limits.pages_per_listing:
            self.job.tally.error("paging limit", url, f"more than {limits.pages_per_listing} pages in a row")
            self.job.tally.missed("paging limit")
        else:
            yield from self._listing_requests(url, pages, depth=depth, page=page + 1, priority=_PAGE_PRIORITY)
        if links.listings and depth >= limits.depth:
            self.job.tally.error("depth", url, f"links beyond depth {limits.depth} are not followed")
            return
        yield from self._listing_requests(url, links.listings, depth=depth + 1, page=1, priority=_LISTING_PRIORITY)

    def parse_advert(self, response: Response, asked: str) -> Iterator[Advert]:
        """Read an advert's page."""
        capture = capture_of(response)
        reading = Reading()
        try:
            with self._bounded(response.url):
                reading = self.read_advert(self._document(response), capture.id)
        except PageError as error:
            reading.problems.append(error)
        if not reading.adverts and response.url != asked and id_from_url(self.source, response.url) is None:
            self.job.tally.error("redirected away", asked, f"to {response.url}")
            return
        self._note(response.url, reading.problems)
        if not reading.adverts:
            self._unread(asked, passing=False)
        yield from reading.adverts

    def _note(self, url: str, problems: list[PageError]) -> None:
        # Each once a page: what is wrong with a page fails every field read from it.
        for kind, detail in dict.fromkeys((problem.kind, problem.detail) for problem in problems):
            self.job.tally.error(kind, url, detail)

    # What failed.

    def listing_failed(self, failure: Failure) -> None:
        """Scrapy could not give a listing page."""
        self._failed_listing(*self._cause(failure))

    def _failed_listing(self, url: str, cause: Cause) -> None:
        self.job.tally.error(cause.kind, url, cause.detail)
        self.job.tally.missed("page cap" if cause.kind == "page cap" else "listing pages failed")
        self._stop_if_useless(cause)

    def advert_failed(self, failure: Failure) -> None:
        """Scrapy could not give an advert's page."""
        asked, cause = self._cause(failure)
        self.job.tally.error(cause.kind, asked, cause.detail)
        if not cause.gone:
            self._unread(asked, passing=cause.passing)
        self._stop_if_useless(cause)

    def _cause(self, failure: Failure) -> tuple[str, Cause]:
        """The address first asked for, and why it failed, wherever redirects led."""
        error, request = failure.value, failure.request  # type: ignore[attr-defined]
        assert error is not None  # noqa: S101 - Scrapy hands on failures that hold an exception
        cause = by_address(cause_of(error, self.job.guard), urlparse_cached(request).hostname or "", self.job.guard)
        asked = request.meta.get("redirect_urls", [request.url])[0]
        if asked != request.url:
            cause = replace(cause, detail=f"led to {shown(request.url)} {cause.detail}".strip())
        return asked, cause

    def _unread(self, url: str, *, passing: bool) -> None:
        # Where the address gives the id, the ledger can be told that this advert is not gone; where it does not, or where the
        # site itself was in trouble, nothing is to be called gone after this crawl.
        try:
            known = id_from_url(self.source, url)
        except PageError:
            known = None
        if known is not None:
            self.job.tally.unread([known])
        if known is None or passing:
            self.job.tally.missed("advert pages unread")

    def _stop_if_useless(self, cause: Cause) -> None:
        if cause.kind in {"page cap", "evidence"} and self.crawler.engine.spider is not None and not self.job.closed:
            self.job.closed = cause.kind
            self.crawler.engine.close_spider(self, cause.kind)

    def closed(self, reason: str) -> None:
        """Scrapy's word that the crawl ended."""
        self.job.closed = self.job.closed or reason
        if reason == "finished" and not self._links_found:
            self.job.tally.missed("no adverts found")

    # Reading within bounds.

    def _document(self, response: Response) -> Document:
        content_type = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        return Document(
            response.url,
            response.body,
            content_type,
            capture_of(response).fetched_at,
            self.source.encodings,
            self.source.limits.decompressed_bytes,
        )

    @contextmanager
    def _bounded(self, url: str) -> Iterator[None]:
        """Tell the parent what is being read, and end it after the page's time. A parser deep in C is ended by the parent."""
        seconds = self.source.limits.page_seconds
        self.job.say("reading", url)
        previous = signal.signal(signal.SIGALRM, _too_long)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        except _TooLongError as error:
            raise PageError("hung", f"reading took longer than {seconds:g} s") from error
        except (RecursionError, MemoryError) as error:
            raise PageError("parse", f"{type(error).__name__} while reading") from error
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)


class _TooLongError(BaseException):
    """Not an Exception, so that no library's own handler swallows it."""


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise _TooLongError
