"""What one run of a flow did, in numbers an operator reads."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field

from strazha.model.base import Moment, Record
from strazha.model.screening import Band

RunState = Literal["running", "completed", "failed", "refused", "interrupted"]


class PageError(Record):
    """One page that could not be used: where, what kind of error, and how often."""

    kind: str
    url: str = ""
    detail: str = ""
    count: int = Field(default=1, ge=1)


class Shares(Record):
    """In how many adverts something was seen; adverts with one text count once, so that an operation's copies are one voice."""

    adverts: int = 0
    indicators: dict[str, int] = Field(default_factory=dict)
    languages: dict[str, int] = Field(default_factory=dict)
    types: dict[str, int] = Field(default_factory=dict)

    def __add__(self, other: Shares) -> Shares:
        """Both together."""
        summed = {
            name: dict(sorted((Counter(getattr(self, name)) + Counter(getattr(other, name))).items()))
            for name in ("indicators", "languages", "types")
        }
        return Shares(adverts=self.adverts + other.adverts, **summed)


class Alarm(Record):
    """A share that is another than it was, by more than chance and by enough to matter (docs/drift.md)."""

    source_id: str
    kind: Literal["indicator", "language", "type"]
    name: str
    #: Adverts with it, and all of them: in the crawls before, and now.
    before: tuple[int, int]
    now: tuple[int, int]
    #: Chance of even one such alarm in this comparison if nothing had changed.
    chance: float

    def line(self) -> str:
        """One sentence for people."""
        before, now = (f"{count / of:.1%} of {of}" if of else "none" for count, of in (self.before, self.now))
        return f"{self.source_id}: {self.kind} {self.name}: {before} before, {now} now"


class Moved(Record):
    """One advert's band before and after it was screened again."""

    advert_id: str
    before: Band
    after: Band
    score_before: int
    score_after: int
    #: Indicators seen now and not before, and the other way round.
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class Rescreened(Record):
    """What screening again with a changed pipeline moved. Counts are of adverts whose text is the same as before."""

    pipeline: str
    #: Former pipeline -> adverts it had screened.
    former: dict[str, int] = Field(default_factory=dict)
    adverts: int = 0
    scores: int = 0
    #: ``low>high`` -> adverts.
    bands: dict[str, int] = Field(default_factory=dict)
    gained: dict[str, int] = Field(default_factory=dict)
    lost: dict[str, int] = Field(default_factory=dict)
    #: Adverts whose band moved, those that rose furthest first, as many as a person looks at.
    moved: tuple[Moved, ...] = ()


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
    #: Shares that shifted against the crawls before.
    alarms: tuple[Alarm, ...] = ()
    #: What moved in adverts screened again after a change of the pipeline; None where there were none.
    rescreened: Rescreened | None = None
    errors: tuple[str, ...] = ()
