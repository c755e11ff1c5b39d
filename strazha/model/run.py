"""What one run of a flow did, in numbers an operator reads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from strazha.model.base import Moment, Record

RunState = Literal["running", "completed", "failed", "refused", "interrupted"]


class PageError(Record):
    """One page that could not be used: where, what kind of error, and how often."""

    kind: str
    url: str = ""
    detail: str = ""
    count: int = Field(default=1, ge=1)


class CrawlReport(Record):
    """What one crawl of one source did. Counts of adverts are filled in when the run is taken in."""

    source_id: str
    run_id: str
    state: RunState
    started_at: Moment
    finished_at: Moment | None = None
    #: Why the crawl ended ("finished", "page cap", "shutdown" ...); adverts are only called gone after "finished".
    reason: str = ""
    requests: int = 0
    pages: int = 0
    bytes: int = 0
    adverts: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    #: Per cent of adverts in which a field was filled, by field name.
    filled: dict[str, float] = Field(default_factory=dict)
    errors: tuple[PageError, ...] = ()
    #: Ids of adverts that a listing named but whose page could not be read: they are not gone.
    unread: tuple[str, ...] = ()


class StepReport(Record):
    """One step of a run: what it handled, what it skipped because it was done already, how long it took."""

    step: str
    done: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    detail: dict[str, str] = Field(default_factory=dict)


class RunReport(Record):
    """One run of the main job over one or several sources."""

    run_id: str
    state: RunState
    started_at: Moment
    finished_at: Moment | None = None
    sources: tuple[str, ...] = ()
    crawls: tuple[CrawlReport, ...] = ()
    steps: tuple[StepReport, ...] = ()
    bands: dict[str, int] = Field(default_factory=dict)
    clusters: int = 0
    errors: tuple[str, ...] = ()
