"""Filling the pages of the training mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from review.i18n import language, marked
from review.marks import Mark, segments
from review.train.cases import LEVELS, Case, Cases, choices, text_of
from review.train.contexts import CasePage, FeedbackPage, Group, Learner, PeoplePage, ScorePage, Sign, TrainingPage
from review.train.marking import placed
from review.train.progress import by_form, by_kind, due, level_of, rates, stretches
from strazha.ledger.records import TrainingAnswer, User
from strazha.model import Indicator

Catalogue = Mapping[str, Indicator]

#: Names of the dimensions (ILO/EC operational indicators), and of those without one.
DIMENSIONS: Mapping[str, str] = {
    "coercion": marked("Coercion"),
    "recruitment": marked("Recruitment"),
    "exploitation": marked("Exploitation"),
    "vulnerability": marked("Abuse of vulnerability"),
    "movement": marked("Movement"),
    "control": marked("Control by others"),
    "profile": marked("Profile"),
    "concealment": marked("Concealment"),
    "smuggling": marked("Smuggling of people"),
    "other_exploitation": marked("Other exploitation"),
    "": marked("What speaks against"),
}


def training_page(
    cases: Cases, answers: list[TrainingAnswer], at: datetime, languages: tuple[str, ...], *, finished: bool
) -> TrainingPage:
    """Where a learner stands."""
    last = {one.case_id: one.passed for one in answers}
    back = {name: moment for name, moment in due(answers).items() if name in cases}
    levels = {}
    for level in LEVELS:
        mine = [name for name, case in cases.items() if case.key.level == level]
        levels[level] = (len(mine), sum(1 for name in mine if name in last), sum(1 for name in mine if last.get(name)))
    return TrainingPage(
        level=level_of(answers), levels=levels, answered=len(answers), finished=finished, languages=languages,
        due=sum(1 for moment in back.values() if moment <= at), next_at=min(back.values(), default=None),
    )  # fmt: skip


def case_page(case: Case, catalogue: Catalogue, asked: CasePage | None = None) -> CasePage:
    """An exercise; ``asked`` is a form that came back, whose choices stay."""
    groups = tuple(
        Group(DIMENSIONS.get(dimension, dimension), tuple(found))
        for dimension, found in groupby(choices(catalogue), key=lambda one: one.dimension)
    )
    kept = {} if asked is None else {name: getattr(asked, name) for name in ("seen", "words", "outcome", "ground", "problem")}
    key = case.key
    return CasePage(
        id=case.id, language=key.language, level=key.level, title=key.title, body=key.body, groups=groups, **kept
    )  # fmt: skip


def feedback_page(case: Case, answer: TrainingAnswer, catalogue: Catalogue, back_at: datetime | None) -> FeedbackPage:
    """An answer held against the key, with every mark of the key in the text."""
    numbers = {name: number for number, name in enumerate([*case.key.indicators, *answer.wrong], 1)}
    texts = {"title": case.key.title, "body": case.key.body}
    cut = {name: tuple(segments(text, _marks(case, name, numbers, catalogue))) for name, text in texts.items()}

    def signs(names: tuple[str, ...]) -> tuple[Sign, ...]:
        return tuple(_sign(case, answer, catalogue, numbers.get(name, 0), name) for name in names)

    code = language()
    return FeedbackPage(
        answer_id=answer.id, case_id=case.id, language=case.key.language, level=case.key.level, form=case.key.form,
        title=cut["title"], body=cut["body"], hit=signs(answer.hit), missed=signs(answer.missed), wrong=signs(answer.wrong),
        outcome=answer.outcome, ground=answer.ground, verdict=answer.verdict, passed=answer.passed,
        best=tuple(case.key.best), fair=tuple(case.key.fair), grounds=case.key.grounds, why=text_of(case.key.why, code),
        mistakes=text_of(case.key.mistakes, code), rewritten=answer.case_version != case.version, back_at=back_at,
    )  # fmt: skip


def _marks(case: Case, field: str, numbers: Mapping[str, int], catalogue: Catalogue) -> list[Mark]:
    mine = [span for span in case.spans if span.field == field]
    return [
        Mark(one.start, one.end, numbers[one.indicator], _css(catalogue, one.indicator), _label(catalogue, one.indicator))
        for one in mine if one.indicator in numbers
    ]  # fmt: skip


def _css(catalogue: Catalogue, name: str) -> str:
    return f"hit s-{catalogue[name].strength.value}" if name in catalogue else "hit"


def _label(catalogue: Catalogue, name: str) -> str:
    labels = catalogue[name].label if name in catalogue else {}
    return labels.get(language()) or labels.get("en") or name


def _sign(case: Case, answer: TrainingAnswer, catalogue: Catalogue, number: int, name: str) -> Sign:
    words = answer.words.get(name, "")
    return Sign(
        number=number, indicator=catalogue.get(name), id=name, quotes=tuple(case.key.indicators.get(name, ())), words=words,
        placed=placed(case, name, words),
    )  # fmt: skip


def score_page(answers: list[TrainingAnswer], catalogue: Catalogue) -> ScorePage:
    """How sure a learner is of each indicator, least sure first."""
    found = rates(answers)
    kinds = {name: one.dimension for name, one in catalogue.items()}
    order = sorted(found, key=lambda name: (found[name].sensitivity is None, found[name].sensitivity or 0, name))
    return ScorePage(
        answered=len(answers),
        passed=sum(1 for one in answers if one.passed),
        agreed=sum(1 for one in answers if one.verdict != "poor"),
        indicators=tuple((catalogue.get(name), name, found[name]) for name in order),
        by_form=tuple((form, *row) for form, row in by_form(answers).items()),
        stretches=tuple(stretches(answers)),
        by_kind=tuple((DIMENSIONS.get(kind, kind), rate) for kind, rate in by_kind(answers, kinds).items()),
    )


def people_page(cases: Cases, users: list[User], answers: list[TrainingAnswer]) -> PeoplePage:
    """Who has completed what, by name: cases that still exist, each counted once."""
    learners = []
    for user in users:
        mine = [one for one in answers if one.learner == user.name and one.case_id in cases]
        if user.disabled_at is not None:
            continue
        done = {one.case_id for one in mine if one.passed}
        learners.append(
            Learner(
                name=user.name,
                role=user.role.value,
                last=mine[-1].at if mine else None,
                passed=Counter(cases[name].key.level for name in done),
                forms=Counter(cases[name].key.form for name in done),
            )
        )
    return PeoplePage(
        learners=tuple(learners),
        levels=Counter(case.key.level for case in cases.values()),
        forms=Counter(case.key.form for case in cases.values()),
    )
