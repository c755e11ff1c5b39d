"""Trends and hotspots, counted by the index itself: facets and timelines of either backend, no advert is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from review.i18n import marked, pick, tr
from review.labels import FACETS, facet_label
from review.lead.ask import DashAsk
from review.lead.tables import Cell, Column, Table, percent
from review.services import Services
from strazha.store.query import Query, TimeBucket, Timeline

#: Values a chart draws beside the sum, rows and columns of a crossing, hotspots.
DRAWN, ROWS, ACROSS, HOT = 4, 10, 7, 20
#: Adverts seen in the former period below which a change is no figure.
FEW = 5
_UPPER = ("urgent", "high")
_LAST = timedelta(milliseconds=1)

SEEN = marked("Counted are adverts that stood on a site at some time within the period; the former one is as long.")
NEW = marked("Counted are adverts seen for the first time.")


def trend_tables(services: Services, ask: DashAsk) -> list[Table]:
    """Trend, hotspots and crossing for a period and its dimensions."""
    counted = _Counted(services, ask)
    return [counted.trend(), counted.hotspots(), counted.crossing()]


class _Counted:
    """Queries of one period."""

    def __init__(self, services: Services, ask: DashAsk) -> None:
        self._services, self._ask = services, ask
        self._name = _namer(services)
        self._tops = self._facet(ask.dimension, ask.since, ask.until, HOT)

    def trend(self) -> Table:
        """New adverts over time: all, and those of the most frequent values."""
        ask, tops = self._ask, list(self._tops)[:DRAWN]
        lines = [self._timeline({}), *(self._timeline({ask.dimension: (value,)}) for value in tops)]
        starts = sorted({start for line in lines for start in line})
        # Empty stretches count as nothing, or a chart would draw straight over them.
        rows: list[tuple[Cell, ...]] = [(start, *(line.get(start, 0) for line in lines)) for start in _whole(starts, ask)]
        names = [self._name(ask.dimension, value) for value in tops]
        title = tr(marked("New adverts over time"))
        columns = (
            Column(tr(marked("From")), figures=False),
            *(Column(name, series=True) for name in (tr(marked("all")), *names)),
        )
        return Table("trend", title, columns, tuple(rows), (tr(NEW),))

    def hotspots(self) -> Table:
        """Where most is seen, against the period before, and how much of it is urgent or high."""
        ask = self._ask
        length = ask.until - ask.since
        before = self._facet(ask.dimension, ask.since - length, ask.since, 1000)
        upper = self._facet(ask.dimension, ask.since, ask.until, 1000, {"band": _UPPER})
        rows: list[tuple[Cell, ...]] = []
        for value, count in self._tops.items():
            former = before.get(value, 0)
            change = percent(count / former - 1) if former >= FEW else "–"
            above = upper.get(value, 0)
            rows.append((self._name(ask.dimension, value), count, former, change, above, percent(above / count)))
        columns = (
            Column(tr(FACETS[ask.dimension]), figures=False), Column(tr(marked("Seen"))), Column(tr(marked("Period before"))),
            Column(tr(marked("Change"))), Column(tr(marked("Urgent or high"))), Column(tr(marked("Their share"))),
        )  # fmt: skip
        hrefs = tuple(self._href({ask.dimension: value}) for value in self._tops)
        return Table("hotspots", tr(marked("Hotspots")), columns, tuple(rows), (tr(SEEN),), hrefs)

    def crossing(self) -> Table:
        """The most frequent values of one dimension by those of another."""
        ask = self._ask
        across = list(self._facet(ask.across, ask.since, ask.until, ACROSS))
        rows: list[tuple[Cell, ...]] = []
        tops = list(self._tops)[:ROWS]
        for value in tops:
            found = self._facet(ask.across, ask.since, ask.until, 1000, {ask.dimension: (value,)})
            rows.append((self._name(ask.dimension, value), *(found.get(one, 0) for one in across)))
        columns = (
            Column(tr(FACETS[ask.dimension]), figures=False), *(Column(self._name(ask.across, value)) for value in across),
        )  # fmt: skip
        hrefs = tuple(self._href({ask.dimension: value}) for value in tops)
        return Table("crossing", tr(marked("One by the other")), columns, tuple(rows), (tr(SEEN),), hrefs)

    def _facet(
        self, name: str, since: datetime, until: datetime, size: int, filters: Mapping[str, tuple[str, ...]] | None = None
    ) -> dict[str, int]:  # fmt: skip
        query = Query(
            filters=dict(filters or {}), seen_from=since, seen_to=until - _LAST, facets=(name,), facet_size=size, size=0
        )
        found = self._services.index.search_adverts(query).facets.get(name, ())
        return {item.value: item.count for item in found if item.value != "none"}

    def _timeline(self, filters: dict[str, tuple[str, ...]]) -> dict[datetime, int]:
        ask = self._ask
        query = Query(
            filters=filters, seen_from=ask.since, seen_to=ask.until - _LAST, size=0,
            timeline=Timeline(interval=ask.interval, field="first_seen"),
        )  # fmt: skip
        buckets: tuple[TimeBucket, ...] = self._services.index.search_adverts(query).timeline
        begin = ask.since - timedelta(days={"day": 0, "week": 6, "month": 30}[ask.interval])
        return {one.start: one.count for one in buckets if begin <= one.start < ask.until}

    def _href(self, filters: Mapping[str, str]) -> str:
        dates = {"seen_from": self._ask.first.isoformat(), "seen_to": self._ask.last.isoformat()}
        return f"/search?{urlencode({'kind': 'adverts', **dates, **filters})}"


def _whole(starts: list[datetime], ask: DashAsk) -> list[datetime]:
    """Every bucket from the first that counts to the last."""
    if not starts:
        return starts
    if ask.interval == "month":
        first, last = (one.year * 12 + one.month - 1 for one in (starts[0], starts[-1]))
        return [starts[0].replace(year=month // 12, month=month % 12 + 1) for month in range(first, last + 1)]
    step = timedelta(days=1 if ask.interval == "day" else 7)
    count = int((starts[-1] - starts[0]) / step) + 1
    return [starts[0] + number * step for number in range(count)]


def _namer(services: Services) -> Callable[[str, str], str]:
    def name(field: str, value: str) -> str:
        if field == "indicator" and value in services.catalogue:
            return pick(services.catalogue[value].label, value)
        return tr(facet_label(field, value))

    return name
