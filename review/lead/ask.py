"""Which period and which dimensions a lead asks for, read leniently from an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from review.ask import day

Interval = Literal["day", "week", "month"]

#: Dimensions to count by. Decisions are none of them: while two people judge an item blindly nothing may tell of one.
DIMENSIONS = ("place", "ad_type", "indicator", "source", "language", "country", "band")
PERIODS = (7, 30, 90, 365)
#: Days of the longest period; more buckets than this nobody reads.
LONGEST = 3660


@dataclass(frozen=True, slots=True)
class DashAsk:
    """A period (both days count) and the dimensions: of the trend and hotspots, and of the columns they are crossed with."""

    first: date
    last: date
    interval: Interval
    dimension: str
    across: str

    @classmethod
    def read(cls, params: QueryParams, today: date) -> DashAsk:
        """Read an address; without one, the last 30 days by place and type."""
        return cls.of(params, today)

    @classmethod
    def of(cls, params: Mapping[str, str], today: date) -> DashAsk:
        """The same from what an address holds, by name."""
        days = next((one for one in PERIODS if params.get("days") == str(one)), 30)
        first, last = day(params.get("from", "")), day(params.get("to", ""))
        last = min(last or today, today)
        first = first if first is not None and first <= last else last - timedelta(days=days - 1)
        first = max(first, last - timedelta(days=LONGEST - 1))
        dimension = params.get("by", "")
        across = params.get("across", "")
        dimension = dimension if dimension in DIMENSIONS else "place"
        return cls(
            first=first,
            last=last,
            interval=_interval(params.get("interval", ""), (last - first).days),
            dimension=dimension,
            across=across if across in DIMENSIONS and across != dimension else "ad_type" if dimension != "ad_type" else "place",
        )

    @property
    def days(self) -> int:
        """Length of the period."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """First moment of the period."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def until(self) -> datetime:
        """First moment after the period."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)

    @property
    def query(self) -> str:
        """The address that asks for it."""
        return urlencode({
            "from": self.first.isoformat(), "to": self.last.isoformat(), "interval": self.interval,
            "by": self.dimension, "across": self.across,
        })  # fmt: skip


def _interval(asked: str, days: int) -> Interval:
    if asked == "day" and days <= 400:
        return "day"
    if asked == "month" or (asked != "week" and days > 400):
        return "month"
    return "week" if asked in {"week", "day"} or days > 45 else "day"
