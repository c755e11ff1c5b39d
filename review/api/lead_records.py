"""What the API is asked and answers about trends, work and exports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import QueryParams

from review.accounts.reasons import WORDS_LIMIT, GivenReason
from review.api.asks import Body, Day, Why
from review.api.problems import ApiError
from review.api.records import Answer, Row, Text
from review.ask import SearchAsk, clean, day
from review.i18n import marked
from review.lead.ask import DIMENSIONS, PERIODS, DashAsk, Interval
from review.lead.exporting import QUERY_LIMIT

Dimension = Literal["place", "ad_type", "indicator", "source", "language", "country", "band"]
TableName = Literal["trend", "hotspots", "crossing", "workload", "times", "precision"]
#: Texts first: "12" is a text.
Cell = Text | datetime | int | float | None

BACKWARDS = marked("The period ends before it begins.")
SAY_WHY = marked("Send reason with a code of GET /vocabulary, and words with 'other'; they go to the audit log.")
NO_FILTER = marked("The query holds something that filters nothing, so that more would be exported than was meant.")
TAKE_ADDRESS = marked("Take it from the address of the page, or mend the name or value.")
NO_TABLE = marked("Name a table of the dashboard.")


class DashboardAsked(BaseModel):
    """A period (both days count, UTC) and what it is counted by."""

    model_config = ConfigDict(extra="forbid")

    first: Day = Field(default=None, description="First day; without it, the last 30 days")
    last: Day = Field(default=None, description="Last day; today at the latest")
    interval: Interval | None = Field(default=None, description="Steps of the trend; too fine ones for the period are widened")
    by: Dimension = "place"
    across: Dimension | None = Field(default=None, description="What 'by' is crossed with")

    def ask(self, today: date) -> DashAsk:
        """The same as the page asks it."""
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ApiError(422, BACKWARDS)
        named = {
            "from": self.first.isoformat() if self.first else "", "to": self.last.isoformat() if self.last else "",
            "interval": self.interval or "", "by": self.by, "across": self.across or "",
        }  # fmt: skip
        return DashAsk.of(named, today)


class Stated(Body):
    """Why something leaves the house."""

    reason: Why = Field(description="A code of /vocabulary; it goes to the audit log")
    words: str = Field(default="", max_length=WORDS_LIMIT, description="The reason in words, needed with 'other'")

    def given(self) -> GivenReason:
        """The reason; 422 for one that says nothing."""
        made = GivenReason(self.reason, clean(self.words, WORDS_LIMIT))
        if made.problem:
            raise ApiError(422, made.problem, SAY_WHY)
        return made


class ReportAsked(Stated):
    """What is exported: the dashboard, or what a search finds."""

    what: Literal["dashboard", "selection"]
    query: str = Field(
        default="", max_length=QUERY_LIMIT,
        description="As in the address of the dashboard (from=2026-11-01&by=place) or search (kind=clusters&band=urgent)",
    )  # fmt: skip

    def asked(self) -> str:
        """The query; 422 where something in it would be passed over, and more leave the house than was meant."""
        if not (_for_dashboard(self.query) if self.what == "dashboard" else _for_search(self.query)):
            raise ApiError(422, NO_FILTER, TAKE_ADDRESS)
        return self.query


def _for_dashboard(query: str) -> bool:
    """Whether all of a query counts on the dashboard."""
    known = {"by": DIMENSIONS, "across": DIMENSIONS, "interval": get_args(Interval), "days": tuple(map(str, PERIODS))}
    return all(
        not value or (day(value) is not None if name in {"from", "to"} else value in known.get(name, ()))
        for name, value in parse_qsl(query, keep_blank_values=True)
    )


def _for_search(query: str) -> bool:
    """Whether all of a query filters a search of its kind."""
    kept = set(parse_qsl(SearchAsk.read(QueryParams(query)).query()))
    free = {"q", "contact", "sort", "f"}
    return all(not value or name in free or (name, value) in kept for name, value in parse_qsl(query, keep_blank_values=True))


class CsvAsked(ReportAsked):
    """An export as a table."""

    table: TableName | None = Field(default=None, description="Which table of the dashboard")
    bom: bool = Field(default=False, description="Begin with what tells Excel that the file is UTF-8")
    uncovered: bool = Field(default=False, description="Contacts of a selection in the open: for leads alone")


class Column(Answer):
    """One column of a table: its heading in your language, and whether it holds figures."""

    label: Text
    figures: bool


class Table(Answer):
    """Figures as a table; a cell is a text, a figure, a moment or nothing."""

    name: str
    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    notes: list[str] = Field(description="What is counted, and how")
    warning: str = Field(description="Why its figures say little, where they do")


class Dashboard(Answer):
    """Trends, hotspots, workload, times and precision of a period."""

    first: date
    last: date
    interval: Interval
    by: Dimension
    across: Dimension
    tables: list[Table]


class Report(Answer):
    """What the printed report says, contacts covered."""

    title: str
    made_by: str
    made_at: datetime
    reason: str
    words: Text
    criteria: list[Text]
    tables: list[Table]
    rows: list[Row]
    found: int = Field(description="Items of the selection; the report holds the first of them")
