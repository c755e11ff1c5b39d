"""Watches at the end of a run: what is new is told once, also after a kill; alerts go where they were asked for, once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner
from sqlalchemy import event

from cli.main import app
from flows.rooms import Rooms, open_rooms
from flows.steps import watching
from flows.steps.watching import TooManyError, begin, watch
from strazha.ledger.deliveries import LEASE
from strazha.ledger.records import Role
from strazha.ledger.watch_records import Asked, Watch
from strazha.model import Band
from strazha.settings import Settings, settings
from strazha.store.query import Query
from tests.alerting.receivers import Box, Receiver, free_port
from tests.contracts.backend_documents import CLUSTERS, MARKET, PHONE, advert, cluster

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
PHONES = (Asked(kinds=("advert", "cluster"), query=Query(text="phone:88800")),)


def a_watch(**options: Any) -> Watch:
    plain: dict[str, Any] = {"owner": "ana", "name": "0888 001 234", "kind": "list", "source": "0888 00", "created_at": AT}
    return Watch(**{"id": "w1", "asked": PHONES} | plain | options)


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[Rooms]:
    with open_rooms(Settings(home=folder, public_url="https://review.example.org", **options)) as rooms:
        if not rooms.ledger.users():
            rooms.ledger.add_user("ana", "correct horse battery", Role.INVESTIGATOR)
            rooms.index.put_adverts(MARKET)
            rooms.index.put_clusters(CLUSTERS)
        yield rooms


def more(rooms: Rooms) -> None:
    """A further advert with the number, whose cluster grows."""
    rooms.index.put_adverts([advert("9", "A further advert", mentions=[PHONE], band="high", score=44)])
    grown = CLUSTERS[0].cluster.model_copy(update={"members": ("a", "b", "9")})
    rooms.index.put_clusters([CLUSTERS[0].model_copy(update={"cluster": grown, "size": 3, "version": 2})])


def test_only_what_came_later_is_told_and_each_once(tmp_path: Path) -> None:
    with opened(tmp_path) as rooms:
        begin(rooms.ledger, rooms.index, a_watch(), AT)
        assert watch(rooms, AT).alerts == []
        more(rooms)
        [alert] = watch(rooms, AT).alerts
        assert (alert.adverts, alert.clusters, alert.changed) == (1, 0, 1)
        assert watch(rooms, AT).alerts == []
        # Another band of a cluster is a change, another title is none.
        rooms.index.put_clusters([CLUSTERS[0].model_copy(update={"title": "Other", "band": Band.LOW, "version": 3})])
        assert [one.changed for one in watch(rooms, AT).alerts] == [1]
        assert rooms.ledger.deliveries([alert.id]) == {}


def test_a_watch_of_everything_rests_and_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_SEEN", 5)
    whole = (Asked(kinds=("advert", "cluster"), query=Query()),)
    with opened(tmp_path) as rooms:
        with pytest.raises(TooManyError):
            begin(rooms.ledger, rooms.index, a_watch(asked=whole), AT)
        assert rooms.ledger.watches() == []
        rooms.ledger.add_watch(a_watch(asked=whole))
        found = watch(rooms, AT)
        assert (found.looked, found.too_broad, found.alerts) == (0, 1, [])
        assert rooms.ledger.watches()[0].problem == "too_many"
        rooms.ledger.add_watch(a_watch(id="w2", asked=(Asked(kinds=("cluster",), query=Query()),)))
        rooms.index.put_clusters([cluster(f"more{n}") for n in range(3)])
        assert watch(rooms, AT).too_broad == 2


def test_nothing_is_told_to_those_who_may_not_read_any_more(tmp_path: Path) -> None:
    with opened(tmp_path) as rooms:
        rooms.ledger.add_watch(a_watch())
        rooms.ledger.set_role("ana", Role.OPERATOR)
        assert (watch(rooms, AT).looked, rooms.ledger.alerts("ana")) == (0, [])
        rooms.ledger.set_role("ana", Role.ANALYST)
        rooms.ledger.disable_user("ana", AT)
        assert watch(rooms, AT).looked == 0
        rooms.ledger.enable_user("ana")
        assert len(watch(rooms, AT).alerts) == 1


@pytest.mark.parametrize("detail", ["counts", "items"])
def test_alerts_go_out_by_mail_and_webhook_with_what_was_asked_for(tmp_path: Path, detail: Any) -> None:
    box, receiver = Box(), Receiver()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    ways = {
        "smtp_host": "127.0.0.1", "smtp_port": controller.port, "smtp_tls": "none", "mail_domains": ("example.org",),
        "webhook_hosts": (f"localhost:{receiver.port}",), "webhook_private": ("localhost",),
    }  # fmt: skip
    hook = f"http://localhost:{receiver.port}/in"
    try:
        with opened(tmp_path, **ways) as rooms:
            begin(rooms.ledger, rooms.index, a_watch(mail="ana@example.org", hook=hook, secret="s", detail=detail), AT)
            more(rooms)
            found = watch(rooms, AT)
            assert (found.sent, found.failed, found.refused) == (2, 0, 0)
            assert watch(rooms, AT + timedelta(days=1)).sent == 0
            [alert] = found.alerts
    finally:
        receiver.close()
        controller.stop()
    [(_, to, message)], [(_, _, posted)] = box.got, receiver.got
    assert to == ["ana@example.org"]
    assert message["Subject"] == "Strazha: 1 new advert, 1 changed cluster"
    words, body = message.get_payload(decode=True).decode(), json.loads(posted)
    link = f"https://review.example.org/watches/alerts/{alert.id}"
    assert link in words
    assert (body["link"], body["new_adverts"], body["new_clusters"], body["changed_clusters"]) == (link, 1, 0, 1)
    # Neither words of an advert nor contacts leave; the watch's name (a number here) only where its owner chose so.
    for text in (words, posted.decode()):
        assert "further" not in text
        assert "359888" not in text
        assert ("0888 001 234" in text) == (detail == "items")
        assert ("https://review.example.org/clusters/c1" in text) == (detail == "items")
        assert ("https://review.example.org/adverts/" in text) == (detail == "items")
    if detail == "items":
        assert [(item["kind"], item["what"], item["band"], item["score"]) for item in body["items"]] == [
            ("advert", "new", "high", 44), ("cluster", "changed", "urgent", 80),
        ]  # fmt: skip


def test_nothing_leaves_that_is_not_allowed_now(tmp_path: Path) -> None:
    asked = a_watch(mail="ana@example.org", hook="https://hooks.example.org/x", secret="s")
    with opened(tmp_path) as rooms:
        begin(rooms.ledger, rooms.index, asked, AT)
        more(rooms)
        [alert] = watch(rooms, AT).alerts
        assert rooms.ledger.deliveries([alert.id]) == {}
    with opened(tmp_path, webhook_hosts=("hooks.example.org",)) as rooms:
        rooms.index.put_adverts([advert("10", "More", mentions=[PHONE])])
        found = watch(rooms, AT, resolve=lambda host, port: ["10.0.0.7"])
        assert (found.sent, found.failed, found.refused) == (0, 0, 1)
        [delivery] = rooms.ledger.deliveries([found.alerts[0].id])[found.alerts[0].id]
        assert (delivery.state, delivery.error) == ("refused", "its host lies within a private network")
        assert watch(rooms, AT + timedelta(days=1)).refused == 0
        # Allowed when the alert was made, no longer when it would go out.
        rooms.index.put_adverts([advert("11", "More", mentions=[PHONE])])
        watch(rooms, AT, resolve=lambda host, port: [])
    with opened(tmp_path) as rooms:
        assert watch(rooms, AT + timedelta(hours=1)).refused == 1


def test_a_receiver_that_is_down_gets_everything_later_once(tmp_path: Path) -> None:
    receiver = Receiver(status=503)
    ways = {"webhook_hosts": (f"localhost:{receiver.port}",), "webhook_private": ("localhost",)}
    try:
        with opened(tmp_path, **ways) as rooms:
            hook = f"http://localhost:{receiver.port}/in"
            begin(rooms.ledger, rooms.index, a_watch(hook=hook, secret="s"), AT)
            begin(rooms.ledger, rooms.index, a_watch(id="w2", hook=hook, secret="s"), AT)
            more(rooms)
            found = watch(rooms, AT)
            # The second alert does not knock at a door that was just found closed.
            assert (len(found.alerts), found.sent, found.failed, len(receiver.got)) == (2, 0, 1, 1)
            receiver.status = 204
            assert watch(rooms, AT + timedelta(seconds=5)).sent == 1
            assert watch(rooms, AT + timedelta(minutes=2)).sent == 1
            assert watch(rooms, AT + timedelta(days=2)).sent == 0
            bodies = [json.loads(body) for _, _, body in receiver.got[1:]]
            assert {body["alert"] for body in bodies} == {alert.id for alert in found.alerts}
            # The one that was tried twice carries the same number both times.
            assert json.loads(receiver.got[0][2])["delivery"] in {body["delivery"] for body in bodies}
    finally:
        receiver.close()


def test_what_was_being_sent_when_its_watch_ended_is_not_sent_again(tmp_path: Path) -> None:
    receiver = Receiver()
    hook = f"http://localhost:{receiver.port}/in"
    try:
        with opened(tmp_path, webhook_hosts=(f"localhost:{receiver.port}",), webhook_private=("localhost",)) as rooms:
            one = a_watch(hook=hook, secret="s")
            begin(rooms.ledger, rooms.index, one, AT)
            rooms.ledger.record_look(one, {("advert", "new"): ""}, AT, targets={"hook": hook})
            [delivery] = rooms.ledger.due_deliveries(AT)
            assert rooms.ledger.claim_delivery(delivery, AT)
            assert rooms.ledger.end_watch(one.owner, one.id, AT)
            rooms.ledger.failed_delivery(delivery, "no answer", AT)
            found = watch(rooms, AT + timedelta(minutes=2))
            assert (found.sent, found.failed, receiver.got) == (0, 0, [])
            [kept] = rooms.ledger.deliveries([delivery.alert_id])[delivery.alert_id]
            assert (kept.state, kept.error) == ("given_up", "the watch was ended")
    finally:
        receiver.close()


def in_a_child(work: Any) -> int:
    """Do something in a process of its own that is killed in the middle of it; its exit code."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_anywhere_and_run_again_alerts_once(tmp_path: Path) -> None:
    receiver = Receiver()
    ways = {"webhook_hosts": (f"localhost:{receiver.port}",), "webhook_private": ("localhost",)}
    with opened(tmp_path, **ways) as rooms:
        hook = f"http://localhost:{receiver.port}/in"
        begin(rooms.ledger, rooms.index, a_watch(hook=hook, secret="s"), AT)
        more(rooms)

    def killed_before_commit() -> None:
        with opened(tmp_path, **ways) as rooms:
            event.listen(rooms.ledger._db.engine, "commit", lambda connection: os._exit(9) if wrote(connection) else None)
            watch(rooms, AT)

    def wrote(connection: Any) -> bool:
        return connection.exec_driver_sql("SELECT count(*) FROM watch_alerts").scalar() > 0

    def killed_while_sending() -> None:
        with opened(tmp_path, **ways) as rooms:
            watch(rooms, AT, resolve=lambda host, port: os._exit(9))

    try:
        for work in (killed_before_commit, killed_while_sending):
            assert in_a_child(work) == 9
        with opened(tmp_path, **ways) as rooms:
            assert watch(rooms, AT + timedelta(minutes=1)).alerts == []  # made before the second kill
            assert len(rooms.ledger.alerts("ana")) == 1
            assert receiver.got == []
            assert watch(rooms, AT + LEASE + timedelta(minutes=1)).sent == 1
            assert watch(rooms, AT + 3 * LEASE).sent == 0
            assert len(receiver.got) == 1
    finally:
        receiver.close()


def test_a_run_ends_with_a_look_and_the_command_looks_too(tmp_path: Path) -> None:
    def strazha(*arguments: str) -> str:
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    rows = ['{"id": "a", "title": "Oak table"}', '{"id": "b", "title": "Flat to let", "body": "Call 0888 001 234"}']
    for number, row in enumerate(rows):
        if number:
            with open_rooms(settings()) as rooms:
                rooms.ledger.add_user("ana", "correct horse battery", Role.INVESTIGATOR)
                begin(rooms.ledger, rooms.index, a_watch(), AT)
        (tmp_path / "in.jsonl").write_text(f"{row}\n")
        strazha("import", str(tmp_path / "in.jsonl"), "--source", "partner", "--basis", "Order 1/2026, invented")
    with open_rooms(settings()) as rooms:
        [alert] = rooms.ledger.alerts("ana")
        assert (alert.adverts, alert.clusters) == (1, 0)
        newest, first = rooms.ledger.runs(limit=2)
        assert [step.step for step in newest.steps][-1] == "watch"
        assert newest.steps[-1].detail == {"alerts": "1"}
        assert "watch" not in [step.step for step in first.steps]
    assert "looked: 1, alerts: 0, sent: 0, to be tried again: 0" in strazha("watch", "check")
    assert "0888" not in strazha("watch", "list")
