"""Fill rates against a source's own past: what is an alarm, and what is chance, a small crawl or the usual."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.filling import BACK, filling
from strazha.ledger.operate_records import CrawlLine

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def crawl(number: int, adverts: int = 60, new: int = 5, **filled: float) -> CrawlLine:
    """The crawl of so many days ago."""
    at = AT - timedelta(days=number)
    return CrawlLine(run_id=f"r{number}", state="completed", started_at=at, adverts=adverts, new=new, filled=filled)


def states(crawls: list[CrawlLine]) -> dict[str, str]:
    return {one.name: one.state for one in filling("s", crawls).fields}


def test_a_field_that_goes_empty_is_told_with_its_first_crawl() -> None:
    past = [crawl(n, title=100, price=80) for n in range(2, 9)]
    found = filling("s", [crawl(0, title=100), crawl(1, title=100), *past])
    (alarm,) = found.alarms
    assert (alarm.name, alarm.state, alarm.since_run) == ("price", "empty", "r1")
    assert (alarm.now.count, alarm.now.of) == (0, 60)
    assert 0.79 < alarm.before.share < 0.81
    assert found.fields[0] is alarm


def test_an_alarm_stays_until_the_field_comes_back() -> None:
    empty = [crawl(n, title=100) for n in range(3 * BACK)]
    past = [crawl(3 * BACK + n, title=100, price=70) for n in range(BACK)]
    assert states([*empty, *past])["price"] == "empty"
    assert states([crawl(0, title=100, price=69), *empty[1:], *past])["price"] == ""


@pytest.mark.parametrize(
    ("now", "past"),
    [
        ([crawl(0, title=100, price=20)], [crawl(n, title=100, price=22) for n in range(1, 9)]),  # the usual
        ([crawl(0, adverts=30, title=100)], [crawl(n, title=100, price=2) for n in range(1, 9)]),  # rare before, too
        ([crawl(0, adverts=9, title=100)], []),  # a first, small crawl
        ([crawl(0, title=100)], []),  # a first crawl
        ([crawl(0, title=100)], [crawl(1, adverts=6, new=0, title=100, price=100)]),  # a past of six adverts
        ([crawl(0, title=100)], [crawl(n, adverts=0) for n in range(1, 9)]),  # a past without adverts
        ([], []),
    ],
)
def test_no_alarm(now: list[CrawlLine], past: list[CrawlLine]) -> None:
    assert set(states([*now, *past]).values()) <= {""}


def test_crawls_of_the_same_adverts_do_not_pile_up_to_a_large_past() -> None:
    found = filling("s", [crawl(0, title=100), *(crawl(n, adverts=60, new=0, title=100, price=5) for n in range(1, 9))])
    assert next(one for one in found.fields if one.name == "price").before.of == 60
    assert found.past == 60


def test_small_crawls_are_looked_at_together_and_a_fall_is_told() -> None:
    small = [crawl(n, adverts=7, new=7, title=100, price=0) for n in range(3)]
    past = [crawl(3 + n, adverts=7, new=7, title=100, price=100) for n in range(9)]
    assert filling("s", [*small, *past]).adverts == 21
    assert states([*small, *past])["price"] == "empty"
    fallen = [crawl(0, title=100, price=40), *(crawl(n, title=100, price=95) for n in range(1, 9))]
    assert states(fallen)["price"] == "falling"
