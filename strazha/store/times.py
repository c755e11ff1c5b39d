"""Buckets of a timeline, the same on every backend: days, weeks from Monday and months, in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from strazha.store.query import TimeBucket, Timeline

#: What is counted: an advert may claim to be posted in the year 1, and a timeline to that day would show nothing else.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
#: Beyond so many buckets the empty ones are left out: ten years of days, more than any page can draw.
MAX_BUCKETS = 4000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000


def line(timeline: Timeline, counts: Mapping[int, int]) -> tuple[TimeBucket, ...]:
    """Buckets from their first milliseconds since 1970 and their counts, with the empty ones between."""
    if not counts:
        return ()
    known = sorted(counts)
    starts = [known[0]]
    while starts[-1] < known[-1] and len(starts) <= MAX_BUCKETS:
        starts.append(_following(starts[-1], timeline.interval))
    if len(starts) > MAX_BUCKETS:
        starts = known
    return tuple(TimeBucket(start=_moment(start), count=counts.get(start, 0)) for start in starts)


def _following(start: int, interval: str) -> int:
    if interval != "month":
        return start + (7 * DAY if interval == "week" else DAY)
    now = _moment(start)
    return round((now.replace(day=28) + timedelta(days=4)).replace(day=1).timestamp() * 1000)


def _moment(millis: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=millis)
