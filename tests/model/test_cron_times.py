"""When a cron expression is due next."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from strazha.model.cron import next_time

SOFIA = ZoneInfo("Europe/Sofia")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "after", "due"),
    [
        ("*/30 * * * *", "2026-11-21T09:00", "2026-11-21T09:30"),
        ("0 7 * * *", "2026-11-21T04:59", "2026-11-21T05:00"),  # 7 in Sofia is 5 in UTC
        ("0 7 * * *", "2026-11-21T05:00", "2026-11-22T05:00"),  # due now is not due next
        ("15 */6 * * *", "2026-11-21T09:00", "2026-11-21T10:15"),
        ("30 5 * * 1-5", "2026-11-21T09:00", "2026-11-23T03:30"),  # Saturday: on Monday
        ("30 5 * * mon,sun", "2026-11-21T09:00", "2026-11-22T03:30"),
        ("0 0 1 * 7", "2026-11-21T09:00", "2026-11-21T22:00"),  # the first, or a Sunday
        ("0 12 29 feb *", "2026-11-21T09:00", "2028-02-29T10:00"),
        ("5/20 8 * * *", "2026-11-21T09:00", "2026-11-22T06:05"),
        ("0 3 * * * 30", "2026-11-21T09:00", "2026-11-22T01:00:30"),
        ("30 3 29 3 *", "2026-03-28T09:00", "2026-03-29T01:30"),  # an hour the clock skips
        ("30 3 25 10 *", "2026-10-24T09:00", "2026-10-25T00:30"),  # an hour that comes twice
    ],
)
def test_next(cron: str, after: str, due: str) -> None:
    assert next_time(cron, SOFIA, at(after)) == at(due)


def test_never_and_nonsense() -> None:
    assert next_time("0 0 31 2 *", UTC, at("2026-11-21T09:00")) is None
    with pytest.raises(ValueError, match="fields"):
        next_time("0 0", UTC, at("2026-11-21T09:00"))
