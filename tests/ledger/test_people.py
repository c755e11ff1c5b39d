"""Decisions, accounts, sessions and the audit chain."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from strazha.errors import BadInputError
from strazha.ledger import Ledger, Role, open_ledger
from strazha.ledger.users import LOCK, MAX_FAILURES
from strazha.model import Decision, Outcome

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
PASSWORD = "correct horse battery"


def decision(key: str, subject_id: str = "a1", minute: int = 0, **more: object) -> Decision:
    plain: dict[str, object] = {
        "id": key, "subject": "advert", "subject_id": subject_id, "outcome": "refer", "reason": "two numbers, one sheet",
        "decided_by": "ana", "decided_at": NOW + timedelta(minutes=minute), "score": 40,
    }  # fmt: skip
    return Decision.model_validate(plain | more)


def test_decisions_are_added_and_the_newest_counts(ledger: Ledger) -> None:
    first, second = decision("d1"), decision("d2", minute=5, outcome="spam", corrects="d1")
    other = decision("d3", "c1", subject="cluster")
    for item in (second, first, other, first):
        ledger.add_decision(item)
    assert ledger.decisions("advert", "a1") == [first, second]
    assert ledger.newest_decisions("advert", ["a1", "a2", "c1"]) == {"a1": second}
    assert ledger.newest_decisions("cluster", ["c1"])["c1"].outcome is Outcome.REFER
    assert [item.id for item in ledger.scan_decisions()] == ["d1", "d3", "d2"]


def test_a_decision_is_never_overwritten(ledger: Ledger) -> None:
    ledger.add_decision(decision("d1"))
    with pytest.raises(BadInputError, match="another decision"):
        ledger.add_decision(decision("d1", outcome="spam"))
    with pytest.raises(BadInputError, match="another decision"):
        ledger.add_decision(decision("d1", reason="changed my mind"))
    assert ledger.decisions("advert", "a1") == [decision("d1")]


def test_a_reason_with_control_characters_is_kept(ledger: Ledger) -> None:
    item = decision("d1", reason="line\none \u202e two \0 <b>")
    ledger.add_decision(item)
    ledger.add_decision(item)
    assert ledger.decisions("advert", "a1")[0].reason == "line\none \u202e two \ufffd <b>"


@pytest.mark.parametrize("table", ["audit_log", "decisions", "advert_versions", "link_judgements"])
def test_the_database_itself_refuses_changes(ledger: Ledger, table: str) -> None:
    ledger.audit("ana", "sign-in", "ana", {}, NOW)
    ledger.add_decision(decision("d1"))
    from strazha.ledger import SeenAdvert
    from strazha.model import Judgement

    item = SeenAdvert(advert_id="a1", content_hash="0" * 64, captured_at=NOW, file="f", offset=0, length=1)
    ledger.take_in("s", "r", [item], complete=True, at=NOW)
    ledger.judge_link("a1", "a2", Judgement.CUT, "ana", NOW)
    column = {"audit_log": "who", "link_judgements": "judgement"}.get(table, "content_hash")
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = 'x'"):
        with pytest.raises(DatabaseError, match="only ever added"), ledger._db.write() as connection:
            connection.execute(text(change))


def test_accounts(ledger: Ledger) -> None:
    user = ledger.add_user("ana", PASSWORD, "lead", NOW)
    assert (user.name, user.role, user.created_at) == ("ana", Role.LEAD, NOW)
    assert ledger.user("ana") == user
    assert ledger.user("bob") is None
    ledger.add_user("bob", PASSWORD, at=NOW)
    assert [item.name for item in ledger.users()] == ["ana", "bob"]
    assert ledger.check_password("ana", PASSWORD, NOW) == user
    assert ledger.check_password("ana", PASSWORD + "x", NOW) is None
    assert ledger.check_password("nobody", PASSWORD, NOW) is None
    assert ledger.check_password("an\0a", "\ud800" * 5000, NOW) is None
    ledger.set_password("ana", PASSWORD + "2")
    assert ledger.check_password("ana", PASSWORD, NOW) is None
    assert ledger.check_password("ana", PASSWORD + "2", NOW) is not None
    ledger.set_role("ana", Role.AUDITOR)
    changed = ledger.user("ana")
    assert changed is not None
    assert changed.role is Role.AUDITOR
    with ledger._db.read() as connection:
        stored = connection.execute(text("SELECT password_hash FROM users")).scalars().all()
    assert all(value.startswith("$argon2id$") and PASSWORD not in value for value in stored)


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("Ana", PASSWORD, "lead"), ("", PASSWORD, "lead"), ("a b", PASSWORD, "lead"), ("ana", "short", "lead"),
     ("ana", "x" * 2000, "lead"), ("ana", PASSWORD, "god"), ("taken", PASSWORD, "lead"), ("a" * 65, PASSWORD, "lead")],
)  # fmt: skip
def test_accounts_that_cannot_be(ledger: Ledger, name: str, password: str, role: str) -> None:
    ledger.add_user("taken", PASSWORD)
    with pytest.raises(BadInputError) as caught:
        ledger.add_user(name, password, role)
    assert caught.value.remedy
    assert password not in str(caught.value)


def test_changes_to_an_unknown_account_are_refused(ledger: Ledger) -> None:
    with pytest.raises(BadInputError):
        ledger.set_password("nobody", PASSWORD)
    with pytest.raises(BadInputError):
        ledger.disable_user("nobody", NOW)
    with pytest.raises(BadInputError):
        ledger.open_session("nobody", NOW, timedelta(hours=1))


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(ledger: Ledger) -> None:
    ledger.add_user("ana", PASSWORD)
    for _ in range(MAX_FAILURES - 1):
        assert ledger.check_password("ana", "wrong", NOW) is None
    assert ledger.check_password("ana", PASSWORD, NOW) is not None, "a right one in time starts the count again"
    for _ in range(MAX_FAILURES):
        assert ledger.check_password("ana", "wrong", NOW) is None
    assert ledger.check_password("ana", PASSWORD, NOW + LOCK - timedelta(seconds=1)) is None
    locked = ledger.user("ana")
    assert locked is not None
    assert locked.locked_until == NOW + LOCK
    assert ledger.check_password("ana", PASSWORD, NOW + LOCK) is not None
    again = ledger.user("ana")
    assert again is not None
    assert again.locked_until is None


def test_sessions_end_by_time_by_closing_by_password_and_by_closing_the_account(ledger: Ledger) -> None:
    ledger.add_user("ana", PASSWORD, "investigator")
    hour = timedelta(hours=1)

    def opened() -> str:
        return ledger.open_session("ana", NOW, hour)

    token = opened()
    user = ledger.session_user(token, NOW)
    assert user is not None
    assert (user.name, user.role) == ("ana", Role.INVESTIGATOR)
    assert ledger.session_user(token, NOW + hour) is None
    assert ledger.session_user(token + "x", NOW) is None
    assert ledger.session_user("", NOW) is None
    assert ledger.session_user("\ud800\0", NOW) is None
    other = opened()
    assert other != token
    ledger.close_session(token)
    ledger.close_session("unknown")
    assert ledger.session_user(token, NOW) is None
    assert ledger.session_user(other, NOW) is not None
    ledger.set_password("ana", PASSWORD + "2")
    assert ledger.session_user(other, NOW) is None
    third = opened()
    ledger.disable_user("ana", NOW)
    assert ledger.session_user(third, NOW) is None
    assert ledger.check_password("ana", PASSWORD + "2", NOW) is None
    with pytest.raises(BadInputError):
        opened()
    ledger.enable_user("ana")
    assert ledger.check_password("ana", PASSWORD + "2", NOW) is not None
    with ledger._db.read() as connection:
        kept = connection.execute(text("SELECT token_sha256 FROM sessions")).scalars().all()
    assert not {token, other, third} & set(kept)


def test_the_audit_chain_holds_and_pages(ledger: Ledger) -> None:
    assert ledger.verify_audit() is None
    assert ledger.audit_head() == (0, "0" * 64)
    for number in range(25):
        who = "ana" if number % 2 else "bob\0"
        ledger.audit(who, "read", f"advert {number % 3}", {"n": number, "what": "å\0\ud800"}, NOW + timedelta(seconds=number))
    assert ledger.verify_audit() is None
    newest = ledger.audit_entries(10)
    assert [entry.number for entry in newest] == list(range(25, 15, -1))
    assert newest[0].detail == {"n": 24, "what": "å\0\ud800"}
    assert newest[0].former == newest[1].hash
    assert [entry.number for entry in ledger.audit_entries(2, before=3)] == [2, 1]
    assert {entry.who for entry in ledger.audit_entries(who="ana")} == {"ana"}
    assert len(ledger.audit_entries(subject="advert 0")) == 9
    assert ledger.audit_holds(*ledger.audit_head())
    assert not ledger.audit_holds(99, "0" * 64)


@pytest.mark.parametrize(
    "change",
    ["SET who = 'eve' WHERE number = 3", "SET at = '2020-01-01 00:00:00.000000' WHERE number = 3",
     "SET detail = '{\"n\":9}' WHERE number = 3", "SET former = hash WHERE number = 3", "DELETE 3"],
)  # fmt: skip
def test_a_change_behind_the_back_of_the_ledger_is_found(ledger: Ledger, change: str) -> None:
    for number in range(5):
        ledger.audit("ana", "read", "advert", {"n": number}, NOW)
    sql = "DELETE FROM audit_log WHERE number = 3" if change == "DELETE 3" else f"UPDATE audit_log {change}"
    with ledger._db.write() as connection:
        for name in ("update", "delete"):
            on = "" if ledger._db.sqlite else " ON audit_log"
            connection.execute(text(f"DROP TRIGGER audit_log_no_{name}{on}"))
        connection.exec_driver_sql(sql)
    broken = ledger.verify_audit()
    assert broken is not None
    assert broken.number == (4 if change == "DELETE 3" else 3)


def write_entries(url: str, who: str) -> None:
    with open_ledger(url) as ledger:
        for number in range(15):
            ledger.audit(who, "write", "x", {"n": number}, NOW)


def test_many_writers_make_one_chain(url: str) -> None:
    open_ledger(url).close()
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=write_entries, args=(url, f"process {n}")) for n in range(2)]
    for process in others:
        process.start()
    with open_ledger(url) as ledger:
        threads = [
            threading.Thread(target=lambda n=n: [ledger.audit(f"thread {n}", "write", "x", {}, NOW) for _ in range(15)])
            for n in range(2)
        ]
        for thread in threads:
            thread.start()
        for item in [*threads, *others]:
            item.join(60)
        assert [process.exitcode for process in others] == [0, 0]
        assert ledger.audit_head()[0] == 60
        assert ledger.verify_audit() is None
