"""The training mode: marking, what comes next, one's own score, the lead's overview, and that it is apart from real work."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.steps import catalogue
from review.train.cases import load_cases
from review.train.marking import mark, placed
from review.train.progress import AGAIN, ENOUGH, GAPS, by_kind, due, level_of, next_case, rates, stretches
from strazha.ledger.records import Role, TrainingAnswer

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CASES = load_cases(catalogue())
GANG = CASES["en-cabbage-gang"]


def answered(
    case_id: str, at: datetime, *, passed: bool = True, missed: tuple[str, ...] = (), wrong: tuple[str, ...] = ()
) -> Any:
    case = CASES[case_id]
    hit = tuple(name for name in case.key.indicators if name not in missed)
    return TrainingAnswer(
        id=f"{case_id}-{at:%H%M%S%f}", learner="analyst", case_id=case_id, case_version=case.version, level=case.key.level,
        form=case.key.form, hit=hit, missed=missed, wrong=wrong, outcome="refer",
        verdict="best" if passed else "poor", passed=passed, at=at,
    )  # fmt: skip


def test_an_answer_is_held_against_the_key() -> None:
    every = list(GANG.key.indicators)
    right = mark(GANG, every, "refer", catalogue())
    assert (right.hit, right.missed, right.wrong, right.verdict, right.passed) == (tuple(every), (), (), "best", True)
    # A weak sign may be missed, a strong or counter one not; one wrong mark is forgiven, two are not; so is no poor outcome.
    without = lambda name: [one for one in every if one != name]  # noqa: E731
    assert mark(GANG, without("no_interview"), "refer", catalogue()).passed
    assert not mark(GANG, without("documents_withheld"), "refer", catalogue()).passed
    assert mark(GANG, [*every, "debt_bondage"], "refer", catalogue()).passed
    assert not mark(GANG, [*every, "debt_bondage", "no_contract"], "refer", catalogue()).passed
    assert mark(GANG, every, "spam", catalogue()).verdict == "poor"
    own = CASES["en-own-diary"]
    assert not mark(own, ["deposit_required", "stated_limits"], "independent", catalogue()).passed
    assert mark(CASES["en-pram"], [], "not_relevant", catalogue()).passed


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("Passports stay", True),
        ("passports  STAY in the office", True),
        ("We take men and women", False),
        ("", None),
        ("x", False),
    ],
)
def test_selected_words_are_compared(words: str, right: bool | None) -> None:
    assert placed(GANG, "documents_withheld", words) is right
    assert placed(GANG, "employer_unidentified", "anything") is None


def test_what_was_missed_comes_back_first_and_what_is_known_later_and_later() -> None:
    failed = answered("en-cabbage-gang", AT, passed=False, missed=("documents_withheld",))
    assert due([failed]) == {"en-cabbage-gang": AT + AGAIN}
    assert next_case(CASES, [failed], AT + AGAIN / 2, ("en",)).id != GANG.id  # type: ignore[union-attr]
    other = answered("en-pram", AT + AGAIN, passed=True)
    assert next_case(CASES, [failed, other], AT + 2 * AGAIN, ("en",)) == GANG
    held, at = [], AT
    for gap in (*GAPS, GAPS[-1]):
        held.append(answered("en-cabbage-gang", at))
        assert due(held)["en-cabbage-gang"] == at + gap
        at += gap
    # Passed over and over in one sitting it was not kept longer; failed, it comes back at once.
    again = [answered("en-cabbage-gang", AT + timedelta(minutes=number)) for number in range(5)]
    assert due(again) == {"en-cabbage-gang": AT + GAPS[0]}
    slipped = answered("en-cabbage-gang", AT + timedelta(hours=1), passed=False)
    assert due([*again, slipped]) == {"en-cabbage-gang": AT + timedelta(hours=1) + AGAIN}
    # Among new cases of the level those with what is missed more often than seen.
    fresh = next_case(CASES, [failed], AT, ("en", "bg"))
    assert fresh is not None
    assert {"documents_withheld"} & fresh.indicators
    assert fresh.key.level == 1


def test_levels_open_one_after_the_other_and_an_end_is_reached() -> None:
    easy = [name for name, case in CASES.items() if case.key.level == 1]
    answers = [answered(name, AT + timedelta(minutes=number)) for number, name in enumerate(easy[:ENOUGH])]
    assert level_of(answers[:-1]) == 1
    assert level_of(answers) == 2
    assert next_case(CASES, answers, AT + timedelta(hours=1), ("en", "bg")).key.level == 2  # type: ignore[union-attr]
    every = [answered(name, AT) for name in CASES]
    assert next_case(CASES, every, AT, ("en", "bg")) is None
    assert len(stretches(every)) == -(-len(CASES) // 10)


def test_rates_are_of_what_was_there_and_what_was_not() -> None:
    answers = [
        answered("en-cabbage-gang", AT, missed=("documents_withheld",)), answered("en-cabbage-gang", AT + AGAIN),
        answered("en-pram", AT + 2 * AGAIN, wrong=("documents_withheld",)),
    ]  # fmt: skip
    found = rates(answers)["documents_withheld"]
    assert (found.sensitivity, found.alarms) == (0.5, 1.0)


def test_new_cases_come_by_level_and_from_above_last() -> None:
    """At level 2 a case of level 1 that was added since comes after the rest of level 2, but before level 3."""
    every = [case for case in CASES.values() if case.key.language == "en"]
    easy, middle = ([case for case in every if case.key.level == level] for level in (1, 2))
    late = easy[0]
    done = [answered(case.id, AT + timedelta(seconds=number)) for number, case in enumerate(easy[1:])]
    fresh = next_case(CASES, done, AT + timedelta(minutes=1), ("en",))
    assert fresh is not None
    assert (level_of(done), fresh.key.level) == (2, 2)
    # All of level 2 seen, too few of it passed.
    done += [answered(case.id, AT + timedelta(minutes=2, seconds=n), passed=False) for n, case in enumerate(middle)]
    assert level_of(done) == 2
    assert next_case(CASES, done, AT + timedelta(minutes=4), ("en",)) == late


def test_the_score_says_by_kind_of_sign_where_somebody_is_weak() -> None:
    kinds = {"a1": "coercion", "a2": "coercion", "c": "", "m": "movement"}

    def one(number: int, hit: tuple[str, ...], missed: tuple[str, ...], wrong: tuple[str, ...]) -> TrainingAnswer:
        return answered(GANG.id, AT + timedelta(hours=number)).model_copy(update={"hit": hit, "missed": missed, "wrong": wrong})

    answers = [one(0, ("a1",), ("a2",), ("m",)), one(1, ("c",), ("a1",), ("m",)), one(2, ("c",), ("a2",), ("m", "unknown"))]
    found = by_kind(answers, kinds)
    assert [(name, rate.weak) for name, rate in found.items()] == [("movement", "marked"), ("coercion", "missed"), ("", "")]
    assert (found["coercion"].hit, found["coercion"].present) == (1, 4)
    assert (found["movement"].false, found["movement"].absent) == (3, 3)
    # Twice is chance.
    assert by_kind(answers[:2], kinds)["movement"].weak == ""


def test_the_score_page_names_weak_kinds(house: Any) -> None:
    for number in range(3):
        missed = tuple(GANG.key.indicators)
        house.ledger.add_training_answer(answered(GANG.id, AT + timedelta(hours=number), passed=False, missed=missed))
    page = house.client().get("/training/score").text
    assert "Look again at:" in page
    assert "often missed" in page
    assert "Look again at:" not in house.client(Role.LEAD).get("/training/score").text


def test_a_learner_answers_and_sees_the_key(house: Any) -> None:
    client = house.client(Role.OPERATOR)
    page = client.get("/training/cases/en-cabbage-gang").text
    assert "Exercise." in page
    assert "refer.several" in page
    assert "Seeing only the fee" not in page
    data = {
        "seen": ["recruitment_fee", "debt_bondage", "no_such"], "outcome": "refer", "ground": "spam.fraud",
        "words": ["recruitment_fee|costs 180 pounds", "debt_bondage|<script>alert(1)</script>", "no_such|x", "plain"],
    }  # fmt: skip
    sent = client.post("/training/cases/en-cabbage-gang", data=data)
    assert sent.status_code == 303
    shown = client.get(sent.headers["location"])
    text = html.unescape(re.sub(r"\s+", " ", shown.text))
    for words in ("Not passed yet", "Passports stay in the office", "Missed", "Seen, but not there", "the right place", "ILO"):
        assert words in text, words
    assert "Exercise." in text
    assert "<script>alert" not in shown.text
    (kept,) = house.ledger.training_answers("operator")
    assert (kept.ground, kept.verdict, kept.passed, kept.wrong) == ("", "best", False, ("debt_bondage",))
    # Nobody else opens it, and a form without an outcome comes back with what was ticked.
    assert house.client(Role.LEAD).get(sent.headers["location"]).status_code == 404
    back = client.post("/training/cases/en-cabbage-gang", data={"seen": ["recruitment_fee"], "words": ["recruitment_fee|180"]})
    assert back.status_code == 422
    assert re.search(r'value="recruitment_fee" checked', back.text)
    assert 'value="recruitment_fee|180"' in back.text
    for path in ("/training/cases/none", "/training/answers/none", "/training/answers/none/machine"):
        assert client.get(path).status_code == 404, path
    score = client.get("/training/score").text
    assert "You alone see this page" in score
    assert client.get("/training/next").headers["location"].startswith("/training/cases/")


def test_leads_see_who_has_completed_what_and_no_scores(house: Any) -> None:
    house.ledger.add_training_answer(answered("en-cabbage-gang", AT))
    house.ledger.add_training_answer(answered("en-pram", AT + AGAIN, passed=False))
    page = house.client(Role.LEAD).get("/training/people")
    rows = re.findall(r'<tr><th scope="row">(\w+)</th><td>[^<]*</td><td>(\d+)</td>', page.text)
    assert dict(rows)["analyst"] == "1"
    assert [name for name, _ in rows] == sorted(role.value for role in Role)
    assert "%" not in re.sub(r"<head>.*?</head>", "", page.text, flags=re.S)
    assert house.actions()[0][1] == "training overview read"
    assert house.client(Role.ANALYST).get("/training/people").status_code == 403


def test_real_work_never_sees_an_exercise(house: Any) -> None:
    client = house.client()
    before = house.index.count(), len(house.ledger.audit_entries(500))
    for name in ("en-kidney", "bg-mladichka"):
        client.get(f"/training/cases/{name}")
        client.post(f"/training/cases/{name}", data={"seen": ["organ_offer"], "outcome": "refer"})
        assert house.ledger.decisions("advert", name) == house.ledger.decisions("training", name) == []
    assert (house.index.count(), len(house.ledger.audit_entries(500))) == before
    for path in ("/queue", "/search?q=kidney", "/search?q=младичка"):
        assert "kidney for 25,000" not in client.get(path).text
    for title in (CASES["en-kidney"].key.title, CASES["bg-mladichka"].key.title):
        assert all(title not in doc.advert.title for doc in house.filled.adverts.values())


def test_the_machines_points_are_shown_when_asked_for(house: Any) -> None:
    client = house.client()
    sent = client.post("/training/cases/en-cabbage-gang", data={"seen": ["recruitment_fee"], "outcome": "refer"})
    shown = client.get(sent.headers["location"] + "/machine").text
    assert 'id="machine"' in shown
    assert re.search(r'class="pts">[+−]\d', shown) or "Nothing counted" in shown
