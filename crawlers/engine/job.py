"""What the parts of a running crawl share: the spider carries it as ``spider.job``."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from crawlers.engine.order import Message, MessageKind, Order
from crawlers.engine.recorder import Recorder
from crawlers.engine.tally import Tally
from crawlers.guard.guard import Guard
from strazha.model.source import Source


@dataclass
class Job:
    """One attempt at a crawl, within its own process."""

    order: Order
    guard: Guard
    recorder: Recorder
    tally: Tally
    #: Ids and addresses of adverts that earlier attempts of this run wrote already.
    done_ids: set[str]
    done_urls: set[str]
    #: Why the crawl cannot go on at all, or empty.
    fatal: str = ""
    #: Scrapy's reason for closing the spider.
    closed: str = ""

    @property
    def source(self) -> Source:
        """The source being crawled."""
        return self.order.source

    def say(self, kind: MessageKind, url: str = "") -> None:
        """Tell the parent process that this one lives, and what it is at."""
        message = Message.model_validate(
            {"kind": kind, "url": url[:2000], "pages": self.tally.pages, "adverts": self.tally.adverts}
        )
        sys.stdout.write(message.line() + "\n")
        sys.stdout.flush()
