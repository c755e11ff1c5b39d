"""Records of operators' work, and the light ones their pages count with."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from strazha.model.base import Moment, Record


class Switch(Record):
    """A source paused, or resumed."""

    source_id: str
    paused: bool
    done_by: str
    at: Moment
    reason: str = ""


class AskedRun(Record):
    """A run or rescreening that somebody started from a page."""

    id: str
    kind: Literal["run", "rescreen"]
    source_id: str
    asked_by: str
    asked_at: Moment
    reason: str = ""
    state: Literal["asked", "running", "ended", "failed"] = "asked"
    run_id: str = ""
    #: Step under way, units done of it, and how many there are (0 where nobody knows).
    progress: tuple[str, int, int] = ("", 0, 0)
    ended_at: Moment | None = None
    #: Why it failed, for a person.
    problem: str = ""

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state in {"ended", "failed"}


class RunLine(Record):
    """One line of a run's log."""

    number: int
    at: Moment
    level: Literal["info", "warning", "error"]
    text: str


class SetAside(Record):
    """An advert version that broke a reader or a rule, with the run and the reason."""

    advert_id: str
    #: Content (first 16 characters of its hash) and pipeline.
    version: str
    run_id: str
    at: Moment
    source_id: str = ""
    error: str = ""
    #: What was said of it last, if anything.
    action: Literal["retry", "dismiss", ""] = ""
    done_by: str = ""
    done_at: Moment | None = None


class AlarmWord(Record):
    """Somebody took note of an alarm."""

    alarm: str
    done_by: str
    at: Moment
    note: str = ""


class CrawlLine(Record):
    """One crawl in figures, without its list of errors."""

    run_id: str
    state: str
    reason: str = ""
    started_at: Moment
    finished_at: Moment | None = None
    pages: int = 0
    adverts: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    #: Pages in error, by kind.
    errors: dict[str, int] = Field(default_factory=dict)
    #: Per cent of adverts in which a field was filled.
    filled: dict[str, float] = Field(default_factory=dict)

    @property
    def failures(self) -> int:
        """Pages in error."""
        return sum(self.errors.values())

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()


class Verdict(Record):
    """A standing decision with what the machine said then: what precision and times are counted from."""

    id: str
    subject: Literal["advert", "cluster"]
    subject_id: str
    outcome: str
    decided_by: str
    decided_at: Moment
    band: str = ""
    score: int | None = None
    #: The decision it corrects, if any.
    corrects: str = ""
