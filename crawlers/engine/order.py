"""What the parent asks of the crawl's own process, and the lines that process answers with."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from strazha.model.base import Record
from strazha.model.source import Source

MessageKind = Literal["reading", "alive", "done"]


class Order(Record):
    """One attempt at a crawl."""

    source: Source
    #: URL of the landing area.
    landing: str
    run_id: str
    #: Number of the attempt within the run, from 1; file names start with it.
    attempt: int = Field(ge=1)
    #: Pages left of the day's cap.
    pages_left: int = Field(ge=1)
    #: Seconds left of the crawl's time.
    seconds_left: float = Field(gt=0)
    #: Addresses that hung an earlier attempt; they are not asked for again.
    poison: tuple[str, ...] = ()
    #: Bytes after which a new WARC file is begun.
    warc_bytes: int = Field(default=256 * 1024 * 1024, ge=1)


class Message(Record):
    """A sign of life. ``reading`` names the page being read, so that the parent knows which one hangs."""

    kind: MessageKind
    url: str = ""
    pages: int = 0
    adverts: int = 0
