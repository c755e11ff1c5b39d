"""Saved searches, watches, alerts and their deliveries, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strazha.errors import BadInputError
from strazha.ledger import Ledger, open_ledger
from strazha.ledger.deliveries import LEASE, PATIENCE
from strazha.ledger.watch_records import Asked, Watch
from strazha.ledger.watches import MOST_ITEMS, MOST_SEARCHES, MOST_WATCHES
from strazha.store.query import Query

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return AT + timedelta(minutes=count)


def watch(key: str = "w1", **options: Any) -> Watch:
    asked = (Asked(kinds=("advert", "cluster"), query=Query(text="склад", first_from=AT, filters={"band": ("high",)})),)
    plain: dict[str, Any] = {"owner": "ana", "name": "A \0 name", "kind": "search", "source": "q=x", "created_at": AT}
    return Watch(**{"id": key, "asked": asked} | plain | options)


def test_searches_are_kept_replaced_shared_and_removed(ledger: Ledger) -> None:
    first = ledger.save_search("ana", "Berries", "q=a", AT)
    second = ledger.save_search("ana", "Berries", "q=b", AT, ["boris"])
    assert ledger.saved_searches("ana") == [second]
    assert ledger.saved_searches("boris") == [second]
    assert ledger.saved_searches("vera") == []
    assert ledger.share_search("ana", second.id, ["*"])
    assert [one.id for one in ledger.saved_searches("vera")] == [second.id]
    ledger.save_search("vera", "Aardvarks", "q=c", AT)
    assert [one.name for one in ledger.saved_searches("vera")] == ["Aardvarks", "Berries"]  # one's own first
    for name, one in (("boris", second.id), ("ana", first.id), ("ana", "nothing")):
        assert not ledger.share_search(name, one, [])
        assert not ledger.remove_search(name, one, AT)
    assert ledger.remove_search("ana", second.id, AT)
    assert ledger.saved_searches("ana") == []


def test_nobody_keeps_too_many(ledger: Ledger) -> None:
    for number in range(MOST_SEARCHES):
        ledger.save_search("ana", str(number), "", AT)
    with pytest.raises(BadInputError):
        ledger.save_search("ana", "one more", "", AT)
    assert len(ledger.saved_searches("ana")) == MOST_SEARCHES
    for number in range(MOST_WATCHES):
        ledger.add_watch(watch(str(number)))
    with pytest.raises(BadInputError):
        ledger.add_watch(watch("one more"))
    assert len(ledger.watches("ana")) == len(ledger.watches()) == MOST_WATCHES


def test_a_watch_comes_back_as_it_was(ledger: Ledger) -> None:
    made = ledger.add_watch(watch(mail="ana@example.org", hook="https://example.org/x", secret="s", detail="items"))
    assert ledger.watch("w1") == made.model_copy(update={"name": "A \ufffd name"})
    assert not ledger.end_watch("boris", "w1", AT)
    assert ledger.end_watch("ana", "w1", AT)
    assert not ledger.end_watch("ana", "w1", AT)
    assert ledger.watches() == []
    assert ledger.watch("w1") is not None


def test_a_look_tells_what_is_new_and_what_changed_and_each_once(ledger: Ledger) -> None:
    one = ledger.add_watch(watch())
    assert ledger.record_look(one, {("advert", "a1"): "", ("cluster", "c1"): "x"}, AT, quiet=True) is None
    seen: Any = {("advert", "a1"): "", ("advert", "a2"): "", ("cluster", "c1"): "y", ("cluster", "c2"): "z"}
    alert = ledger.record_look(one, seen, minutes(1))
    assert alert is not None
    assert (alert.adverts, alert.clusters, alert.changed) == (1, 1, 1)
    assert [(item.kind, item.id, item.what) for item in alert.items] == [
        ("advert", "a2", "new"), ("cluster", "c2", "new"), ("cluster", "c1", "changed"),
    ]  # fmt: skip
    assert ledger.record_look(one, seen, minutes(2)) is None
    # What went and comes back is no news.
    assert ledger.record_look(one, {}, minutes(3)) is None
    assert ledger.record_look(one, seen, minutes(4)) is None
    assert ledger.alerts("ana") == [alert]
    assert ledger.alert("ana", alert.id) == alert
    assert ledger.alert("boris", alert.id) is None
    assert (ledger.unread_alerts("ana"), ledger.unread_alerts("boris")) == (1, 0)
    assert ledger.read_alerts("boris", minutes(5), alert.id) == 0
    assert ledger.read_alerts("ana", minutes(5), alert.id) == 1
    assert ledger.read_alerts("ana", minutes(6)) == 0
    assert ledger.alerts("ana")[0].read_at == minutes(5)
    many = ledger.record_look(one, {("advert", str(number)): "" for number in range(MOST_ITEMS + 5)}, minutes(7))
    assert many is not None
    assert (many.adverts, len(many.items)) == (MOST_ITEMS + 5, MOST_ITEMS)
    assert [held.id for held in ledger.alerts("ana")] == [many.id, alert.id]
    ledger.cannot_look("w1", "too_many", minutes(8))
    assert ledger.watches()[0].problem == "too_many"
    ledger.record_look(one, {}, minutes(9))
    assert ledger.watches()[0].problem == ""


def test_a_watch_begins_with_what_is_there_and_ends_for_whoever_looks(ledger: Ledger) -> None:
    # A run that looks before its beginner's own first look is through tells nothing of what was there.
    one = ledger.add_watch(watch(), {("advert", "a1"): ""})
    assert ledger.record_look(one, {("advert", "a1"): ""}, AT) is None
    assert ledger.end_watch("ana", "w1", AT)
    assert ledger.record_look(one, {("advert", "a2"): ""}, AT, targets={"hook": "https://example.org/"}) is None
    assert (ledger.alerts("ana"), ledger.due_deliveries(AT)) == ([], [])


def test_two_looks_at_once_alert_once(url: str) -> None:
    with open_ledger(url) as first, open_ledger(url) as second:
        one = first.add_watch(watch())
        start, found = threading.Barrier(2), []

        def look(ledger: Ledger) -> None:
            start.wait()
            found.append(ledger.record_look(one, {("advert", "a1"): ""}, AT, targets={"hook": "https://example.org/"}))

        threads = [threading.Thread(target=look, args=(ledger,)) for ledger in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(alert is None for alert in found) == [False, True]
        [delivery] = first.due_deliveries(AT)
        assert [first.claim_delivery(delivery, AT), second.claim_delivery(delivery, AT)] == [True, False]


def test_a_delivery_waits_longer_and_longer_and_is_given_up_after_two_weeks(ledger: Ledger) -> None:
    one = ledger.add_watch(watch())
    alert = ledger.record_look(
        one, {("advert", "a1"): ""}, AT, targets={"mail": "a@example.org", "hook": "https://example.org/"}
    )
    assert alert is not None
    assert [held.channel for held in ledger.deliveries([alert.id])[alert.id]] == ["hook", "mail"]
    hook, mail = ledger.deliveries([alert.id])[alert.id]
    assert ledger.claim_delivery(mail, AT)
    assert mail.id not in [held.id for held in ledger.due_deliveries(AT)]
    ledger.delivered(mail.id, minutes(1))
    waits, at = [], AT
    while True:
        due = ledger.due_deliveries(at)
        if not due:
            break
        assert [held.id for held in due] == [hook.id]
        assert ledger.claim_delivery(due[0], at)
        ledger.failed_delivery(due[0], "it answered 500", at)
        [now, _] = ledger.deliveries([alert.id])[alert.id]
        if now.state == "given_up":
            break
        waits.append(now.next_at - at)
        assert ledger.due_deliveries(now.next_at - timedelta(seconds=1)) == []
        at = now.next_at
    assert [wait.total_seconds() / 60 for wait in waits[:7]] == [1, 5, 30, 120, 360, 720, 720]
    assert PATIENCE - timedelta(days=1) < at - AT <= PATIENCE
    assert ledger.due_deliveries(AT + timedelta(days=60)) == []
    [gone, sent] = ledger.deliveries([alert.id])[alert.id]
    assert (gone.state, gone.error, sent.state, sent.sent_at, sent.tries) == (
        "given_up",
        "it answered 500",
        "sent",
        minutes(1),
        1,
    )


def test_a_sender_that_died_is_taken_over_and_its_late_word_counts_no_more(ledger: Ledger) -> None:
    one = ledger.add_watch(watch())
    alert = ledger.record_look(one, {("advert", "a1"): ""}, AT, targets={"hook": "https://example.org/"})
    assert alert is not None
    [delivery] = ledger.due_deliveries(AT)
    assert ledger.claim_delivery(delivery, AT)
    assert ledger.due_deliveries(AT + LEASE - timedelta(seconds=1)) == []
    [again] = ledger.due_deliveries(AT + LEASE)
    assert (again.id, again.state, again.tries) == (delivery.id, "sending", 1)
    assert ledger.claim_delivery(again, AT + LEASE)
    assert not ledger.claim_delivery(again, AT + LEASE)
    ledger.delivered(delivery.id, AT + LEASE)
    ledger.refused_delivery(delivery.id, "late")
    assert ledger.deliveries([alert.id])[alert.id][0].state == "sent"


def test_what_waits_is_not_sent_after_the_watch_ended(ledger: Ledger) -> None:
    one = ledger.add_watch(watch())
    alert = ledger.record_look(one, {("advert", "a1"): ""}, AT, targets={"hook": "https://example.org/"})
    assert alert is not None
    assert ledger.end_watch("ana", one.id, AT)
    assert ledger.due_deliveries(minutes(1)) == []
    assert [held.state for held in ledger.deliveries([alert.id])[alert.id]] == ["given_up"]


def test_what_a_dead_sender_left_is_not_sent_after_the_watch_ended(ledger: Ledger) -> None:
    one = ledger.add_watch(watch())
    assert ledger.record_look(one, {("advert", "a1"): ""}, AT, targets={"hook": "https://example.org/"}) is not None
    [delivery] = ledger.due_deliveries(AT)
    assert ledger.claim_delivery(delivery, AT)
    assert ledger.end_watch("ana", one.id, AT)
    ledger.failed_delivery(delivery, "it answered 500", AT)
    assert ledger.due_deliveries(AT + LEASE) == []
