"""What people do with adverts and clusters: holding, correcting, deciding twice, taking back, and signing in with a code."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from strazha.errors import BadInputError
from strazha.ledger import Ledger
from strazha.ledger.second_factor import matching_step, session_id, totp
from strazha.ledger.work_records import Correction, Holding, Opinion
from strazha.model import Decision, Judgement, Outcome
from strazha.sealing import Keyring, new_key

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


def decided(name: str, outcome: Outcome = Outcome.REFER, minutes: int = 0) -> Decision:
    return Decision(
        id=name, subject="cluster", subject_id="c1", outcome=outcome, reason="why", decided_by="ana",
        decided_at=NOW + timedelta(minutes=minutes),
    )  # fmt: skip


def test_an_item_is_with_one_person_and_its_way_is_kept(ledger: Ledger) -> None:
    assert ledger.take("cluster", "c1", "ana", NOW).holder == "ana"
    assert ledger.take("cluster", "c1", "ana", NOW + timedelta(hours=1)).since == NOW
    with pytest.raises(BadInputError, match="ana has it"):
        ledger.take("cluster", "c1", "bob", NOW)
    given = Holding(
        subject="cluster", subject_id="c1", holder="bob", given_by="ana", since=NOW + timedelta(hours=2), note="no \0 time"
    )
    ledger.hand_over(given)
    assert ledger.holdings("cluster", ["c1", "c2"])["c1"].note == "no \ufffd time"
    assert ledger.holdings("advert", ["c1"]) == {}
    assert [one.subject_id for one in ledger.held_by("bob")] == ["c1"]
    assert ledger.held_by("ana") == []
    assert ledger.release("cluster", "c1", "bob", NOW + timedelta(hours=3))
    assert not ledger.release("cluster", "c1", "bob", NOW + timedelta(hours=3))
    steps = [(one.action, one.holder, one.done_by) for one in ledger.holding_history("cluster", "c1")]
    assert steps == [("taken", "ana", "ana"), ("handed", "bob", "ana"), ("released", "", "bob")]


def test_views_are_ones_own(ledger: Ledger) -> None:
    view = ledger.save_view("ana", "youth", "f=1&band=urgent", NOW)
    newer = ledger.save_view("ana", "youth", "f=1&band=high", NOW)
    assert [one.query for one in ledger.saved_views("ana")] == ["f=1&band=high"]
    assert ledger.saved_views("bob") == []
    assert not ledger.remove_view("bob", newer.id, NOW)
    assert not ledger.remove_view("ana", view.id, NOW)
    assert ledger.remove_view("ana", newer.id, NOW)
    for number in range(30):
        ledger.save_view("ana", str(number), "", NOW)
    with pytest.raises(BadInputError, match="30 views"):
        ledger.save_view("ana", "one more", "", NOW)


def test_a_decision_taken_back_stays_and_does_not_count(ledger: Ledger) -> None:
    ledger.add_decision(decided("d1"))
    ledger.add_decision(decided("d2", Outcome.SPAM, 5))
    assert ledger.withdraw_decision("d2", "ana", NOW)
    assert not ledger.withdraw_decision("d2", "ana", NOW)
    assert ledger.newest_decisions("cluster", ["c1"])["c1"].id == "d1"
    assert [one.id for one in ledger.decisions("cluster", "c1")] == ["d1", "d2"]
    assert list(ledger.withdrawals(["d1", "d2"])) == ["d2"]
    assert ledger.withdraw_decision("d1", "ana", NOW)
    assert ledger.newest_decisions("cluster", ["c1"]) == {}
    assert ledger.decision("d1") == decided("d1")
    with pytest.raises(BadInputError):
        ledger.withdraw_decision("d9", "ana", NOW)
    with pytest.raises(ValueError, match="reason or a ground"):
        decided("d3").model_validate({**decided("d3").model_dump(), "reason": ""})


def opinion(who: str, outcome: Outcome, minutes: int = 0) -> Opinion:
    return Opinion(reviewer=who, outcome=outcome, reason="r", given_at=NOW + timedelta(minutes=minutes))


def test_two_opinions_make_a_review_agreed_or_disputed(ledger: Ledger) -> None:
    first = ledger.open_review("cluster", "c7", "lead", NOW)
    assert ledger.open_review("cluster", "c7", "lead", NOW).id == first.id
    assert ledger.give_opinion(first.id, opinion("ana", Outcome.REFER)).state == "open"
    # Said again, one's own opinion replaces the former and makes no second.
    assert ledger.give_opinion(first.id, opinion("ana", Outcome.MONITOR, 1)).state == "open"
    assert ledger.take_opinion_back(first.id, "ana", NOW + timedelta(minutes=2))
    assert not ledger.take_opinion_back(first.id, "ana", NOW + timedelta(minutes=3))
    assert ledger.waiting_reviews("cluster", ["c7"])["c7"].opinions == ()
    ledger.give_opinion(first.id, opinion("ana", Outcome.REFER, 4))
    both = ledger.give_opinion(first.id, opinion("bob", Outcome.SPAM, 5))
    assert (both.state, [one.reviewer for one in both.opinions]) == ("disputed", ["ana", "bob"])
    assert not ledger.take_opinion_back(first.id, "bob", NOW + timedelta(minutes=6))
    with pytest.raises(BadInputError, match="over"):
        ledger.give_opinion(first.id, opinion("eva", Outcome.SPAM, 7))
    settled = {"subject_id": "c7", "review": first.id}
    ledger.add_decision(decided("s1").model_copy(update=settled), expects="")
    assert ledger.waiting_reviews("cluster", ["c7"]) == {}
    ended = ledger.review(first.id)
    assert ended is not None
    assert (ended.state, ended.decision_id) == ("settled", "s1")
    # Taken back while a newer decision stands, the settlement leaves nothing to dispute.
    ledger.add_decision(decided("s2", minutes=9).model_copy(update={"subject_id": "c7"}), expects="s1")
    ledger.withdraw_decision("s1", "lead", NOW)
    assert ledger.waiting_reviews("cluster", ["c7"]) == {}
    ledger.withdraw_decision("s2", "lead", NOW)
    assert ledger.waiting_reviews("cluster", ["c7"])["c7"].state == "disputed"
    second = ledger.open_review("advert", "a1", "lead", NOW)
    ledger.give_opinion(second.id, opinion("bob", Outcome.SPAM))
    assert ledger.give_opinion(second.id, opinion("ana", Outcome.SPAM)).state == "agreed"
    assert {one.state for one in ledger.reviews()} == {"agreed", "disputed"}
    assert [one.id for one in ledger.reviews(["disputed"])] == [first.id]


def test_of_two_at_once_one_stands(ledger: Ledger) -> None:
    def outcomes(*acts: Callable[[], object]) -> list[bool]:
        gate = threading.Barrier(len(acts))

        def tried(act: Callable[[], object]) -> bool:
            gate.wait()
            try:
                return act() is not False
            except BadInputError:
                return False

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(tried, acts))

    def disputed(item: str) -> str:
        review = ledger.open_review("cluster", item, "lead", NOW)
        ledger.give_opinion(review.id, opinion("ana", Outcome.REFER))
        return ledger.give_opinion(review.id, opinion("bob", Outcome.SPAM)).id

    for number in range(6):
        of = {"subject_id": f"x{number}"}
        one, other = (decided(f"{who}{number}").model_copy(update=of) for who in "ab")
        made = outcomes(
            lambda one=one: ledger.add_decision(one, expects=""), lambda two=other: ledger.add_decision(two, expects="")
        )
        assert sorted(made) == [False, True]
        assert len(ledger.decisions("cluster", of["subject_id"])) == 1
        # A decision beside the opening of a review; two settlements; an end beside the second opinion.
        of = {"subject_id": f"y{number}"}
        lone = decided(f"c{number}").model_copy(update=of)
        assert sorted(outcomes(
            lambda lone=lone: ledger.add_decision(lone, expects=""),
            lambda of=of: ledger.open_review("cluster", of["subject_id"], "lead", NOW),
        )) == [False, True]  # fmt: skip
        of = {"subject_id": f"z{number}", "review": disputed(f"z{number}")}
        one, other = (decided(f"{who}{number}").model_copy(update=of) for who in "de")
        made = outcomes(
            lambda one=one: ledger.add_decision(one, expects=""), lambda two=other: ledger.add_decision(two, expects="")
        )
        assert sorted(made) == [False, True]
        review = ledger.open_review("cluster", f"v{number}", "lead", NOW)
        ledger.give_opinion(review.id, opinion("ana", Outcome.REFER))
        agreed = decided(f"f{number}").model_copy(update={"subject_id": f"v{number}", "review": review.id})
        ended, given = outcomes(
            lambda review=review: ledger.end_review(review.id, NOW),
            lambda review=review, agreed=agreed: ledger.give_opinion(review.id, opinion("bob", Outcome.REFER), agreed),
        )
        after = ledger.review(review.id)
        assert after is not None
        assert (ended, given) in {(True, False), (False, True)}
        assert after.state == ("ended" if ended else "agreed")
        assert after.decision_id == ("" if ended else agreed.id)
        assert len(ledger.decisions("cluster", f"v{number}")) == given


def test_a_decision_is_kept_only_while_what_was_expected_stands(ledger: Ledger) -> None:
    ledger.add_decision(decided("d1"), expects="")
    for expects in ("", "d9"):
        with pytest.raises(BadInputError, match="faster"):
            ledger.add_decision(decided("d2", minutes=1), expects=expects)
    ledger.add_decision(decided("d2", minutes=1), expects="d1")
    review = ledger.open_review("advert", "a1", "lead", NOW)
    for said in ("", review.id, "another"):
        with pytest.raises(BadInputError, match="faster"):
            ledger.add_decision(
                decided("d3").model_copy(update={"subject": "advert", "subject_id": "a1", "review": said}), expects=""
            )
    assert [one.id for one in ledger.scan_decisions()] == ["d1", "d2"]
    assert ledger.end_review(review.id, NOW)
    assert not ledger.end_review(review.id, NOW)


def test_what_people_think_of_is_judged_blindly_once(ledger: Ledger) -> None:
    ledger.add_decision(decided("d1"))
    ledger.withdraw_decision("d1", "ana", NOW)
    half, full = (ledger.open_review("cluster", item, "lead", NOW) for item in ("c2", "c3"))
    for review, who in ((half, "ana"), (full, "ana"), (full, "bob")):
        ledger.give_opinion(review.id, opinion(who, Outcome.SPAM if who == "bob" else Outcome.REFER))
    for review in (half, full):
        assert ledger.end_review(review.id, NOW)
    assert ledger.judged("cluster", ["c1", "c2", "c3", "c4"]) == {"c1", "c3"}
    assert ledger.judged("advert", ["c1", "c3"]) == set()
    for item in ("c1", "c3"):
        with pytest.raises(BadInputError, match="known"):
            ledger.open_review("cluster", item, "lead", NOW)
    assert ledger.open_review("cluster", "c2", "lead", NOW).id != half.id


def test_an_item_moves_only_from_whom_it_was_seen_with(ledger: Ledger) -> None:
    given = Holding(subject="cluster", subject_id="c1", holder="bob", given_by="lead", since=NOW)
    ledger.take("cluster", "c1", "ana", NOW)
    for seen in ("", "eva"):
        with pytest.raises(BadInputError, match="ana has it by now"):
            ledger.hand_over(given, seen=seen)
        with pytest.raises(BadInputError, match="ana has it by now"):
            ledger.release("cluster", "c1", "lead", NOW, seen=seen)
    assert ledger.hand_over(given, seen="ana").holder == "bob"
    assert ledger.release("cluster", "c1", "lead", NOW, seen="bob")


def made(
    name: str, action: str, label: str = "", takes_back: str = "", version: str = "0" * 64, by: str = "ana"
) -> Correction:  # fmt: skip
    return Correction.model_validate({
        "id": name, "advert_id": "a1", "content_hash": version, "about": "mention", "action": action,
        "machine": "" if action == "add" else "age", "label": label, "field": "body", "start": 3, "end": 5, "text": "22",
        "made_by": by, "made_at": NOW, "takes_back": takes_back,
    })  # fmt: skip


def test_corrections_stand_beside_the_finding_until_taken_back(ledger: Ledger) -> None:
    ledger.add_correction(made("1", "remove"))
    ledger.add_correction(made("2", "relabel", "price"))
    ledger.add_correction(made("3", "add", "name"))
    ledger.add_correction(made("4", "add", "name", version="1" * 64))
    assert [one.id for one in ledger.standing_corrections("a1", "0" * 64)] == ["2", "3"]
    ledger.add_correction(made("5", "takeback", takes_back="2"))
    assert [one.id for one in ledger.standing_corrections("a1", "0" * 64)] == ["1", "3"]
    assert len(ledger.corrections("a1")) == 5
    assert [one.id for one in ledger.corrected(["a1", "a2"])["a1"]] == ["1", "3", "4"]
    ledger.add_correction(made("6", "remove", by="bob"))
    assert [one.id for one in ledger.standing_corrections("a1", "0" * 64)] == ["3", "6"]
    assert [one.id for one in ledger.standing_corrections("a1", "0" * 64, by="ana")] == ["1", "3"]


def test_the_last_correction_an_advert_takes_can_be_taken_back(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strazha.ledger.corrections.MOST", 2)
    for name in ("1", "2"):
        ledger.add_correction(made(name, "add", "name"))
    with pytest.raises(BadInputError, match="2 corrections"):
        ledger.add_correction(made("3", "add", "name"))
    ledger.add_correction(made("4", "takeback", takes_back="2"))
    assert [one.id for one in ledger.standing_corrections("a1", "0" * 64)] == ["1"]


def test_an_act_of_judging_is_found_as_one_and_says_what_of_it_stands(ledger: Ledger) -> None:
    ledger.judge_links([("a1", "a2"), ("a1", "a3")], Judgement.NEVER, "ana", NOW)
    ledger.judge_link("a3", "a1", Judgement.NONE, "bob", NOW + timedelta(minutes=1))
    newest, oldest = ledger.judging_acts(["a1"])
    assert (newest.judged_by, newest.pairs, newest.standing) == ("bob", 1, 1)
    assert (oldest.judgement, oldest.pairs, oldest.standing) == (Judgement.NEVER, 2, 1)
    assert ledger.standing_pairs("ana", NOW) == [("a1", "a2")]
    assert ledger.judging_acts(["a9"]) == []
    # More members than one query takes, and pairs with an end in each.
    many = [f"m{number:04}" for number in range(1200)]
    ledger.judge_links([(many[0], one) for one in many[1:]], Judgement.NEVER, "ana", NOW)
    (act,) = ledger.judging_acts(many)
    assert (act.pairs, act.standing) == (1199, 1199)


def test_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B: the secret "12345678901234567890", eight digits there, the last six here.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037"), (20000000000, "353130")):
        assert totp(secret, seconds // 30) == code
    at = datetime.fromtimestamp(1111111109, UTC)
    assert matching_step(secret, "081 804", at, 0) == 1111111109 // 30
    assert matching_step(secret, "081804", at + timedelta(seconds=30), 0)
    for code, moment, used in (
        ("081804", at + timedelta(seconds=90), 0), ("081804", at, 1111111109 // 30), ("081805", at, 0), ("", at, 0),
        ("٠٨١٨٠٤", at, 0), ("0818041", at, 0),
    ):  # fmt: skip
        assert not matching_step(secret, code, moment, used)
    assert not matching_step("", "081804", at, 0)


def test_a_second_factor_is_asked_for_once_it_is_confirmed(ledger: Ledger) -> None:
    ledger.add_user("ana", PASSWORD, at=NOW)
    ledger.use_keys(Keyring([new_key()]))
    secret = ledger.begin_totp("ana")
    assert ledger.pending_totp("ana") == secret
    assert ledger.check_password("ana", PASSWORD, NOW) is not None
    assert not ledger.confirm_totp("ana", "000000" if totp(secret, int(NOW.timestamp()) // 30) != "000000" else "1", NOW)
    assert ledger.confirm_totp("ana", totp(secret, int(NOW.timestamp()) // 30), NOW)
    assert ledger.has_totp("ana")
    later = NOW + timedelta(minutes=5)
    code = totp(secret, int(later.timestamp()) // 30)
    assert ledger.check_password("ana", PASSWORD, later) is None
    assert ledger.check_password("ana", "wrong password", later, code) is None
    assert ledger.check_password("ana", PASSWORD, later, code) is not None
    assert ledger.check_password("ana", PASSWORD, later, code) is None, "a code is good once"
    for _ in range(4):
        ledger.check_password("ana", PASSWORD, later, "x")
    after = later + timedelta(minutes=1)
    assert ledger.check_password("ana", PASSWORD, after, totp(secret, int(after.timestamp()) // 30)) is None, "locked"
    # Another secret cannot be put in its place.
    other = ledger.begin_totp("ana")
    assert not ledger.confirm_totp("ana", totp(other, int(after.timestamp()) // 30), after)
    ledger.end_totp("ana")
    assert ledger.check_password("ana", PASSWORD, after + timedelta(minutes=20)) is not None


def test_sessions_are_listed_and_ended_by_their_owner_alone(ledger: Ledger) -> None:
    for name in ("ana", "bob"):
        ledger.add_user(name, PASSWORD, at=NOW)
    token = ledger.open_session("ana", NOW, timedelta(hours=1), agent="Browser\0" + "x" * 500)
    (info,) = ledger.open_sessions("ana", NOW)
    assert info.id == session_id(token)
    assert token not in info.line()
    assert len(info.agent) == 300
    assert not ledger.end_session("bob", info.id)
    assert not ledger.end_session("ana", "%" * 16)
    assert not ledger.end_session("ana", "")
    assert ledger.end_session("ana", info.id)
    assert ledger.session_user(token, NOW) is None
    assert ledger.open_sessions("ana", NOW) == []


@pytest.mark.parametrize("table", ["withdrawn_decisions", "holding_events", "corrections", "review_opinions"])
def test_what_people_did_cannot_be_changed(ledger: Ledger, table: str) -> None:
    test_a_decision_taken_back_stays_and_does_not_count(ledger)
    test_an_item_is_with_one_person_and_its_way_is_kept(ledger)
    test_corrections_stand_beside_the_finding_until_taken_back(ledger)
    test_two_opinions_make_a_review_agreed_or_disputed(ledger)
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {'decision_id' if table[0] == 'w' else 'id'} = 'x'"):
        with pytest.raises(DatabaseError, match="only ever added"), ledger._db.write() as connection:
            connection.execute(text(change))
