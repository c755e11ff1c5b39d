"""Training: invented adverts to judge, answers held against their key, one's own score, for leads who has completed what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from review.access import EVERYBODY, LEADS, open_to
from review.api import asks, parts, rows_json
from review.api import training_records as told
from review.i18n import LANGUAGES, pick, tr
from review.routers.parts import Parts, Person, note
from review.services import Services
from review.train import answering, progress
from review.train.cases import FORMS, Case, choices
from review.train.contexts import FeedbackPage, ScorePage, Sign
from review.train.views import DIMENSIONS, people_page, score_page, training_page
from strazha.ledger.records import User

router = parts.router("Training")


@router.get("/training", summary="Where you stand in training")
@open_to(EVERYBODY)
def training(services: Parts, user: Person) -> told.Standing:
    """Your level, what is answered, what comes back."""
    answers = services.ledger.training_answers(user.name)
    page = training_page(answering.cases_of(services), answers, services.clock(), tuple(LANGUAGES), finished=False)
    return told.Standing(
        level=page.level,
        levels=[
            told.Level(level=level, exercises=there, answered=answered, passed=passed)
            for level, (there, answered, passed) in page.levels.items()
        ],
        answered=page.answered, due=page.due, next_at=page.next_at, languages=list(page.languages),
    )  # fmt: skip


@router.get("/training/cases", summary="List the exercises")
@open_to(EVERYBODY)
def exercises(services: Parts, user: Person) -> list[told.ExerciseRow]:
    """Easier ones first, without their keys."""
    answers = services.ledger.training_answers(user.name)
    last, back = {one.case_id: one.passed for one in answers}, progress.due(answers)
    return [
        told.ExerciseRow(
            id=name, language=case.key.language, level=case.key.level, title=case.key.title, answered=name in last,
            passed=last.get(name, False), back_at=back.get(name),
        )
        for name, case in answering.cases_of(services).items()
    ]  # fmt: skip


@router.get("/training/next", summary="Read the exercise that comes next")
@open_to(EVERYBODY)
def next_exercise(services: Parts, user: Person, language: Literal["en", "bg"] | None = None) -> told.NextExercise:
    """One that is due, else a new one of your level; adverts in one language alone where you name it."""
    answers = services.ledger.training_answers(user.name)
    wanted = (language,) if language else tuple(LANGUAGES)
    found = progress.next_case(answering.cases_of(services), answers, services.clock(), wanted)
    return told.NextExercise(exercise=_exercise(services, found) if found is not None else None)


@router.get("/training/cases/{case_id}", summary="Read an exercise", responses=parts.problems(404))
@open_to(EVERYBODY)
def exercise(services: Parts, user: Person, case_id: asks.Id) -> told.Exercise:
    """An invented advert, and the indicators to choose from."""
    return _exercise(services, answering.case_or_404(services, case_id))


def _exercise(services: Services, case: Case) -> told.Exercise:
    key = case.key
    return told.Exercise(
        id=case.id, language=key.language, level=key.level, title=key.title, body=key.body,
        choices=[
            told.Choice(
                id=one.id, label=pick(one.label, one.id), explanation=pick(one.explanation),
                dimension=tr(DIMENSIONS.get(one.dimension, one.dimension)),
            )
            for one in choices(services.catalogue)
        ],
    )  # fmt: skip


@router.post("/training/cases/{case_id}/answers", status_code=201, summary="Answer an exercise", responses=parts.problems(404))
@open_to(EVERYBODY)
def answer(services: Parts, user: Person, case_id: asks.Id, body: told.Answered) -> told.Feedback:
    """Kept, and answered with the key. What is no indicator of the catalogue is left out."""
    case = answering.case_or_404(services, case_id)
    chosen, words = answering.read(services.catalogue, body.seen, body.words)
    made = answering.keep(services, user, case, chosen, words, outcome=body.outcome.value, ground=body.ground)
    return _feedback(services, user, made.id, machine=False)


@router.get("/training/answers/{answer_id}", summary="Read an answer with its key", responses=parts.problems(404))
@open_to(EVERYBODY)
def answered(services: Parts, user: Person, answer_id: asks.Id, *, machine: bool = False) -> told.Feedback:
    """One of your own; with ``machine`` also what the machine makes of the text, screened in memory and kept nowhere."""
    return _feedback(services, user, answer_id, machine=machine)


def _feedback(services: Services, user: User, answer_id: str, *, machine: bool) -> told.Feedback:
    case, page = answering.feedback(services, user, answer_id)
    made = answering.machine_sum(services, case) if machine else None
    return told.Feedback.model_validate({
        "id": page.answer_id, "exercise": page.case_id, "level": page.level, "form": tr(FORMS[page.form]),
        "outcome": page.outcome, "ground": page.ground, "verdict": page.verdict, "passed": page.passed,
        **_signs(page), "best": page.best, "fair": page.fair, "grounds": page.grounds, "why": page.why,
        "mistakes": page.mistakes, "rewritten": page.rewritten, "back_at": page.back_at,
        "machine": {
            "score": made.score, "band": made.band.value, "reasons": [one.model_dump() for one in rows_json.lines(made.lines)],
        } if made is not None else None,
    })  # fmt: skip


def _signs(page: FeedbackPage) -> dict[str, list[told.Sign]]:
    def listed(found: Iterable[Sign]) -> list[told.Sign]:
        return [
            told.Sign(
                indicator=one.id, label=pick(one.indicator.label, one.id) if one.indicator is not None else one.id,
                quotes=list(one.quotes), words=one.words, placed=one.placed,
            )
            for one in found
        ]  # fmt: skip

    return {"hit": listed(page.hit), "missed": listed(page.missed), "wrong": listed(page.wrong)}


@router.get("/training/score", summary="Read your own score")
@open_to(EVERYBODY)
def score(services: Parts, user: Person) -> told.Score:
    """How sure you are of each indicator; told to you alone."""
    page = score_page(services.ledger.training_answers(user.name), services.catalogue)
    return told.Score(
        answered=page.answered, passed=page.passed, agreed=page.agreed, indicators=_rates(page),
        forms=[
            told.FormRate(name=form, label=tr(FORMS.get(form, form)), exercises=there, agreed=agreed, **_figures(rate))
            for form, rate, there, agreed in page.by_form
        ],
        stretches=[
            told.Stretch(
                begun=one.begun, answers=one.answers, present=one.present, hit=one.hit, false=one.false, agreed=one.agreed,
                passed=one.passed,
            )
            for one in page.stretches
        ],
    )  # fmt: skip


def _rates(page: ScorePage) -> list[told.Rate]:
    return [
        told.Rate(name=name, label=pick(known.label, name) if known is not None else name, **_figures(rate))
        for known, name, rate in page.indicators
    ]


def _figures(rate: progress.Rate) -> Mapping[str, int | float | None]:
    return {
        "present": rate.present, "hit": rate.hit, "absent": rate.absent, "false": rate.false,
        "sensitivity": rate.sensitivity, "false_alarms": rate.alarms,
    }  # fmt: skip


@router.get("/training/people", summary="Who has completed what")
@open_to(LEADS)
def learners(services: Parts, user: Person) -> told.Learners:
    """By name and without scores. Looking at colleagues' training is logged."""
    note(services, user, "training overview read", "-")
    page = people_page(answering.cases_of(services), services.ledger.users(), services.ledger.training_answers())
    return told.Learners(
        learners=[
            told.Learner(
                name=one.name, role=one.role, passed_by_level=_named(one.passed), passed_by_form=dict(one.forms), last=one.last
            )
            for one in page.learners
        ],
        exercises_by_level=_named(page.levels), exercises_by_form=dict(page.forms),
    )  # fmt: skip


def _named(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(level): count for level, count in counts.items()}
