"""What the operators' pages are made of. Texts of sites (addresses, errors) are untrusted and come with contacts covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from flows.alarms import Alert, Disk
from flows.filling import FieldFill, Filling
from flows.waiting import Depths
from review.contexts import Page
from strazha.ledger.operate_records import AlarmWord, AskedRun, CrawlLine, RunLine, SetAside, Switch
from strazha.ledger.watch_records import FailedDelivery
from strazha.model import LegalBasis, PageError, RunReport, Source

Basis = Literal["missing", "expired", "expiring", "in force"]


@dataclass(frozen=True, slots=True)
class Ring:
    """An alarm as it is shown: its sentence in the page's language, and who took note of it, if anybody did."""

    alert: Alert
    sentence: str
    noted: AlarmWord | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source in the list; ``source`` is None where its definition is not among those this server knows."""

    id: str
    source: Source | None
    basis: Basis
    days: int
    paused: Switch | None
    next_run: datetime | None
    last: CrawlLine | None
    busy: bool
    alarms: int


@dataclass(frozen=True, slots=True)
class SourcesPage(Page):
    """Every source."""

    template: ClassVar[str] = "operate/sources.html"
    rows: tuple[SourceRow, ...]
    #: Address of Prefect's pages; empty where no schedule is known to be served.
    prefect: str
    #: Why definitions could not be read, if so.
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SourcePage(Page):
    """One source: its standing, history, fields, and what can be done."""

    template: ClassVar[str] = "operate/source.html"
    row: SourceRow
    #: Adverts that stand on the site, and those that are gone.
    live: int
    gone: int
    basis: LegalBasis | None
    crawls: tuple[CrawlLine, ...]
    fields: Filling
    #: Fields that no advert ever had filled.
    never: tuple[str, ...]
    rings: tuple[Ring, ...]
    asked: tuple[AskedRun, ...]
    switches: tuple[Switch, ...]
    may_run: bool
    run_here: bool
    #: Why no run can be started now; empty where one can.
    hindrance: str
    #: Adverts the present pipeline has not screened; None until somebody asks.
    due: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RunPage(Page):
    """One run with its log."""

    template: ClassVar[str] = "operate/run.html"
    run: RunReport
    lines: tuple[RunLine, ...]
    errors: Mapping[str, tuple[PageError, ...]]
    asked: AskedRun | None
    busy: bool


@dataclass(frozen=True, slots=True)
class AskedPage(Page):
    """What became of a run that somebody asked for."""

    template: ClassVar[str] = "operate/asked.html"
    asked: AskedRun
    words: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AsideText:
    """One text that was set aside, however many pipelines broke on it: the newest time, and all pipelines, newest first."""

    newest: SetAside
    pipelines: tuple[str, ...]
    #: Each time it was set aside, newest first.
    every: tuple[SetAside, ...]

    @property
    def value(self) -> str:
        """Names it in a form: the advert's id and each version that was set aside."""
        return " ".join((self.newest.advert_id, *dict.fromkeys(one.version for one in self.every)))


@dataclass(frozen=True, slots=True)
class QuarantinePage(Page):
    """What was set aside: adverts that broke a reader, documents the index refused, pages that could not be read."""

    template: ClassVar[str] = "operate/quarantine.html"
    waiting: tuple[AsideText, ...]
    dismissed: tuple[AsideText, ...]
    retried: tuple[AsideText, ...]
    #: When, what, id and reason of documents the index refused.
    refused: tuple[tuple[datetime, str, str, str], ...]
    #: Source and its newest crawl's pages in error.
    pages: tuple[tuple[str, tuple[PageError, ...]], ...]
    may_run: bool
    run_here: bool
    told: str = ""


@dataclass(frozen=True, slots=True)
class SystemPage(Page):
    """What waits where, disks, versions."""

    template: ClassVar[str] = "operate/system.html"
    depths: Depths
    disks: tuple[Disk, ...]
    versions: tuple[tuple[str, str], ...]
    prefect: str
    aside: int
    #: Alerts that did not leave and can be sent again.
    failed: tuple[FailedDelivery, ...] = ()
    may_run: bool = False
    retried: bool = False


@dataclass(frozen=True, slots=True)
class AlarmsPage(Page):
    """Everything an operator should look at."""

    template: ClassVar[str] = "operate/alarms.html"
    open: tuple[Ring, ...]
    noted: tuple[Ring, ...]
    may_run: bool


__all__ = [
    "AlarmsPage", "AsideText", "AskedPage", "Basis", "FieldFill", "QuarantinePage", "Ring", "RunPage", "SourcePage",
    "SourceRow", "SourcesPage", "SystemPage",
]  # fmt: skip
