"""Several sources crawled side by side: each waits most of its time out of politeness, in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TYPE_CHECKING

from strazha.model import CrawlReport, Source

if TYPE_CHECKING:
    from crawlers.engine import Progress

#: Crawls at a time; a crawl's process holds about 100 MB.
AT_ONCE = 4

Outcome = CrawlReport | Exception
#: Crawls one source; is handed a function to call with its progress.
CrawlOne = Callable[[Source, "Callable[[Progress], None]"], Outcome]


class StoppedError(Exception):
    """Raised within a crawl to end it: the run it belongs to is being stopped."""


def crawl_all(sources: Sequence[Source], crawl_one: CrawlOne, told: Callable[[str, int], None]) -> list[Outcome]:
    """Crawl the sources, some at a time; what ``crawl_one`` gave for each, in their order.

    ``told`` hears each source's pages. Where ``crawl_one`` raises, or this is interrupted, the other crawls are ended too;
    each leaves what it captured to be gone on with.
    """
    stop = threading.Event()

    def one(source: Source) -> Outcome:
        def progress(now: Progress) -> None:
            if stop.is_set():
                raise StoppedError
            told(source.id, now.pages)

        return crawl_one(source, progress)

    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="crawl") as pool:
        # Each in a copy of this context: a Prefect task finds its flow there.
        crawls = [pool.submit(copy_context().run, one, source) for source in sources]
        try:
            wait(crawls, return_when=FIRST_EXCEPTION)
        finally:
            stop.set()
            for crawl in crawls:
                crawl.cancel()
    failed = [error for crawl in crawls if not crawl.cancelled() and (error := crawl.exception()) is not None]
    for error in sorted(failed, key=lambda error: isinstance(error, StoppedError)):
        raise error
    return [crawl.result() for crawl in crawls]
