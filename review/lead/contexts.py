"""What the leads' pages are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from review.blocks import Row
from review.contexts import Page
from review.lead.ask import DIMENSIONS, PERIODS, DashAsk
from review.lead.tables import Table


@dataclass(frozen=True, slots=True)
class DashboardPage(Page):
    """Trends, hotspots, work and precision of a period."""

    template: ClassVar[str] = "lead/dashboard.html"
    ask: DashAsk
    tables: tuple[Table, ...]
    dimensions: tuple[str, ...] = DIMENSIONS
    periods: tuple[int, ...] = PERIODS


@dataclass(frozen=True, slots=True)
class ExportsPage(Page):
    """The form for an export; ``what`` is dashboard or selection, ``query`` what it is asked for with."""

    template: ClassVar[str] = "lead/exports.html"
    what: str
    query: str
    #: Of the dashboard: names and titles of its tables. Of a selection: adverts or clusters.
    tables: tuple[tuple[str, str], ...]
    kind: str
    criteria: tuple[str, ...]
    found: int
    most: int
    printed: int
    may_uncover: bool


@dataclass(frozen=True, slots=True)
class ReportPage(Page):
    """A report to print: the dashboard's tables, or a selection."""

    template: ClassVar[str] = "lead/report.html"
    title: str
    made_by: str
    made_at: datetime
    #: What it was made for: a reason's code, and words.
    reason: str
    words: str
    criteria: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    rows: tuple[Row, ...] = ()
    found: int = 0
    back: str = "/dashboard"
