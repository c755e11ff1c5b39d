"""What the API is asked and answers about operators' work: sources, runs asked for, quarantine, alarms, the system."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from review.api.asks import Body, Value
from review.api.records import Answer, Text
from review.api.work_records import Source


class RunAsked(Body):
    """Why a run is started."""

    reason: str = Field(default="", max_length=500)


class RescreenAsked(RunAsked):
    """Why a source is screened again, and that it is meant: it can take hours."""

    sure: Literal[True]


class Paused(Body):
    """Why a source is paused."""

    reason: str = Field(min_length=1, max_length=500)


class Resumed(Body):
    """Why a source is taken up again."""

    reason: str = Field(default="", max_length=500)


class AlarmNoted(Body):
    """Of which alarm somebody takes note."""

    alarm: str = Field(min_length=1, max_length=400, description="'key' of the alarm: this occurrence rings no more")
    reason: str = Field(default="", max_length=500)


class AsideItem(Body):
    """One thing in quarantine."""

    advert: Value
    version: Value


class AsideChosen(Body):
    """What in quarantine is meant."""

    items: list[AsideItem] = Field(min_length=1, max_length=500)


class Alarm(Answer):
    """Something an operator should look at."""

    key: Text = Field(description="Names this occurrence")
    kind: str
    source: str
    since: datetime | None
    grave: bool = Field(description="Stops work, or blinds a source")
    sentence: Text
    noted_by: str = Field(description="Who took note of it; empty for nobody yet")
    noted_at: datetime | None
    note: Text


class Alarms(Answer):
    """Every alarm there is now."""

    open: list[Alarm]
    noted: list[Alarm]


class Share(Answer):
    """So many of so many adverts."""

    adverts: int
    of: int
    share: float | None


class FieldFill(Answer):
    """In how many adverts a field is filled, in the newest crawl and before."""

    field: str
    now: Share
    before: Share
    state: Literal["", "empty", "falling"] = Field(description="Where a person should look")
    since: datetime | None = Field(description="First crawl in which no advert had it, where it is empty now")


class Fields(Answer):
    """A source's fields, those in alarm first."""

    fields: list[FieldFill]
    never: list[str] = Field(description="Mapped fields that no advert ever had filled")
    adverts: int
    past: int
    enough: bool = Field(description="Whether there are adverts enough on either side to compare")


class Switch(Answer):
    """A source paused, or resumed."""

    paused: bool
    done_by: str
    at: datetime
    reason: Text


class AskedRun(Answer):
    """A run or rescreening that somebody asked for, and what became of it."""

    id: str
    kind: Literal["run", "rescreen"]
    source: str
    asked_by: str
    asked_at: datetime
    reason: Text
    state: Literal["asked", "running", "ended", "failed"]
    run: str = Field(description="Number of its run, once there is one")
    step: str
    done: int
    total: int = Field(description="0 where nobody knows")
    ended_at: datetime | None
    problem: Text
    last_words: Text = Field(
        default="", description="End of what its process printed, where it failed; at its own address alone"
    )


class SourceDetail(Source):
    """One source with its fields, history and what can be done."""

    adverts_live: int
    adverts_gone: int
    fields: Fields
    alarms_now: list[Alarm] = Field(description="Noted ones among them")
    asked: list[AskedRun]
    switches: list[Switch]
    hindrance: Literal["", "undefined", "off", "basis", "busy"] = Field(description="Why no run can be started now")
    runs_here: bool = Field(description="Whether runs may be started from this server at all")
    due: int | None = Field(description="Adverts the present pipeline has not screened; counted with due=true")


class LogLine(Answer):
    """One line of a run's log."""

    number: int
    at: datetime
    level: Literal["info", "warning", "error"]
    text: Text


class PageError(Answer):
    """Pages that could not be used, contacts in their addresses covered."""

    source: str
    kind: str
    url: Text
    detail: Text
    count: int


class RunLog(Answer):
    """A run's log, and the pages in error of its crawls."""

    run: str
    state: str
    busy: bool = Field(description="Whether it is at work now")
    asked: AskedRun | None = Field(description="Who asked for it, where somebody did")
    lines: list[LogLine]
    errors: list[PageError]


class Aside(Answer):
    """An advert version that broke a reader or a rule."""

    advert: Text
    version: str
    source: str
    run: str
    at: datetime
    error: Text
    action: Literal["", "retry", "dismiss"] = Field(description="What was said of it last")
    done_by: str
    done_at: datetime | None


class Refused(Answer):
    """A document the index refused."""

    at: datetime
    kind: str
    id: Text
    reason: Text


class Quarantine(Answer):
    """What was set aside, contacts in its reasons covered."""

    waiting: list[Aside]
    dismissed: list[Aside]
    retried: list[Aside]
    refused: list[Refused]
    pages: list[PageError] = Field(description="Pages in error of each source's newest crawl")


class Spoken(Answer):
    """What was said of things in quarantine."""

    items: int = Field(description="How many of them were there")
    started: bool = Field(description="Whether their sources are being screened again now; else their next run does it")


class Replayed(Answer):
    """Refused documents offered to the index again."""

    written: int
    left: int


class Disk(Answer):
    """A disk, and what lies on it."""

    what: list[str]
    total: int
    free: int
    nearly_full: bool


class Part(Answer):
    """A part of the machine and its version."""

    name: str
    version: str


class System(Answer):
    """What waits where, disks, versions."""

    unfinished_runs: list[str]
    to_take_in: int = Field(description="Adverts captured and not taken in")
    to_screen: int
    to_screen_by_source: dict[str, int]
    to_link: int = Field(description="Files of screened adverts that wait to be linked")
    to_index: int
    adverts: int
    indexed: int
    clusters: int
    clusters_indexed: int
    in_quarantine: int
    disks: list[Disk]
    versions: list[Part]
    prefect: str = Field(description="Address of Prefect's own pages; empty where none is known")
