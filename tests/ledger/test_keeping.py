"""What the ledger forgets after a time, what it keeps then too, and the order of what operators said; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from strazha.ledger import Ledger, open_ledger
from strazha.ledger.operate_records import Switch
from strazha.ledger.watch_records import Asked, Watch
from strazha.model import CrawlReport
from strazha.store.query import Query

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def watch(key: str) -> Watch:
    asked = (Asked(kinds=("advert",), query=Query(text="x")),)
    return Watch(id=key, owner="ana", name=key, kind="search", source="q=x", created_at=AT, asked=asked)


def test_switches_of_one_instant_and_of_a_clock_put_back_keep_their_order(ledger: Ledger) -> None:
    for number in range(9):
        at = AT if number < 6 else AT - timedelta(hours=number)
        assert ledger.switch_source(Switch(source_id="s", paused=number % 2 == 0, done_by=f"o{number}", at=at))
    assert [one.done_by for one in ledger.switches("s")] == [f"o{number}" for number in reversed(range(9))]
    assert ledger.paused()["s"].done_by == "o8"
    assert ledger.switch_source(Switch(source_id="s", paused=False, done_by="o9", at=AT - timedelta(days=2)))
    assert ledger.paused() == {}


def test_switches_there_were_are_numbered_by_the_clock_and_stay_as_they_are(url: str) -> None:
    with open_ledger(url) as ledger, ledger._db.write("migrate") as connection:
        config = Config()
        config.set_main_option("script_location", "strazha.ledger:migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
        for name, hours, paused in (("b", 2, False), ("a", 3, True), ("c", 1, True)):
            row = {"id": name, "paused": paused, "at": (AT + timedelta(hours=hours)).replace(tzinfo=None)}
            connection.execute(text(
                "INSERT INTO source_switches (id, source_id, paused, done_by, at, reason) "
                "VALUES (:id, 's', :paused, :id, :at, '')"
            ), row)  # fmt: skip
    with open_ledger(url) as ledger:
        assert [one.done_by for one in ledger.switches("s")] == ["a", "b", "c"]
        assert ledger.switch_source(Switch(source_id="s", paused=False, done_by="d", at=AT))
        assert [one.done_by for one in ledger.switches("s")] == ["d", "a", "b", "c"]
        with ledger._db.read() as connection:
            held = connection.execute(text("SELECT number FROM source_switches ORDER BY number")).scalars()
            assert list(held) == [1, 2, 3, 4]


def test_the_newest_crawl_with_a_field_is_found_however_long_ago(ledger: Ledger) -> None:
    for number, filled in enumerate(({"price": 3.5, "extra.size": 100.0}, {"price": 0.1}, {"price": 0.0}, {})):
        ledger.save_crawl(CrawlReport(
            source_id="s", run_id=f"r{number}", state="completed", started_at=AT + number * DAY, adverts=5, filled=filled,
        ))  # fmt: skip
    ledger.save_crawl(CrawlReport(source_id="t", run_id="r", state="completed", started_at=AT, filled={"price": 9.0}))
    assert ledger.last_filled("s") == {"price": AT + DAY, "extra.size": AT}
    assert [one.run_id for one in ledger.crawl_lines("s", 9, until=AT + DAY)] == ["r1", "r0"]
    assert [one.run_id for one in ledger.crawls_after("s", AT + DAY)] == ["r2", "r3"]


def test_logs_of_runs_go_when_their_days_are_over(ledger: Ledger) -> None:
    for name, days, state in (
        ("old", 400, "completed"),
        ("kept", 400, "completed"),
        ("going", 400, "running"),
        ("new", 3, "failed"),
    ):
        report = ledger.start_run(name, ["s"], AT - days * DAY)
        ledger.save_run(report.model_copy(update={"state": state}))
        ledger.log_line(name, "info", "a line", AT - days * DAY)
    ledger.log_line("without a run", "info", "a line", AT - 400 * DAY)
    assert ledger.forget_run_logs(AT - 365 * DAY, {"kept"}) == 2
    assert ledger.forget_run_logs(AT - 365 * DAY, {"kept"}) == 0
    assert [name for name in ("old", "without a run", "kept", "going", "new") if ledger.run_lines(name)] == [
        "kept",
        "going",
        "new",
    ]
    assert ledger.run("old") is not None


def test_alerts_and_deliveries_go_when_their_days_are_over(ledger: Ledger) -> None:
    def alert(name: str, days: int, *, read: bool, advert: str = "a") -> None:
        made = ledger.add_watch(watch(name))
        found = ledger.record_look(made, {("advert", advert): ""}, AT - days * DAY, targets={"mail": f"{name}@example.org"})
        assert found is not None
        if read:
            ledger.read_alerts("ana", AT, found.id)

    def held() -> set[str]:
        return {one.watch_id for one in ledger.alerts("ana")}

    def sent_to() -> set[str]:
        return {one.target.partition("@")[0] for held in ledger.deliveries(one.id for one in ledger.alerts("ana")).values()
                for one in held}  # fmt: skip

    alert("read", 400, read=True)
    alert("unread", 400, read=False)
    alert("long unread", 800, read=False)
    alert("in a case", 800, read=True, advert="kept")
    alert("new", 100, read=True)
    for one in ledger.due_deliveries(AT):
        assert ledger.claim_delivery(one, AT)
        ledger.delivered(one.id, AT)
    alert("on its way", 800, read=True)
    keep = {("advert", "kept")}
    assert ledger.forget_deliveries(AT - 180 * DAY, keep) == 3
    assert sent_to() == {"in a case", "new", "on its way"}
    assert ledger.forget_alerts(AT, 365 * DAY, keep) == 2
    assert held() == {"unread", "in a case", "new", "on its way"}
    assert ledger.forget_alerts(AT, 365 * DAY, set()) == 1
    assert sent_to() == {"new", "on its way"}


def test_what_was_given_up_is_sent_again_unless_its_watch_was_ended(ledger: Ledger) -> None:
    for name in ("w1", "w2"):
        ledger.record_look(ledger.add_watch(watch(name)), {("advert", "a"): ""}, AT, targets={"mail": f"{name}@example.org"})
    for one in ledger.due_deliveries(AT):
        assert not ledger.retry_delivery(one.id, AT), "it is on its way"
        assert ledger.claim_delivery(one, AT)
        ledger.failed_delivery(one, "TimeoutError", AT + 20 * DAY)
    assert ledger.end_watch("ana", "w2", AT + 20 * DAY)
    later = AT + 21 * DAY
    assert ledger.due_deliveries(later) == []
    (failed,) = ledger.failed_deliveries()
    assert (failed.owner, failed.delivery.target, failed.delivery.error) == ("ana", "w1@example.org", "TimeoutError")
    assert ledger.failed_deliveries("ana") == [failed]
    assert ledger.failed_deliveries("boris") == []
    every = [one for held in ledger.deliveries(one.id for one in ledger.alerts("ana")).values() for one in held]
    assert [ledger.retry_delivery(one.id, later) for one in sorted(every, key=lambda one: one.target)] == [True, False]
    assert not ledger.retry_delivery("\0 nothing", later)
    (due,) = ledger.due_deliveries(later)
    assert (due.tries, due.made_at) == (0, later)
    # It has its patience anew: the next failure does not end it.
    assert ledger.claim_delivery(due, later)
    ledger.failed_delivery(due, "TimeoutError", later)
    assert ledger.failed_deliveries() == []
