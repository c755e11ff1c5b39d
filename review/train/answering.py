"""Exercises found, answered and held against their key; pages and API call the same functions."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

from fastapi import HTTPException

from review import cover
from review.blocks import Sum
from review.labels import GROUNDS
from review.rows import score_sum
from review.services import Services
from review.train.cases import Case, Cases, load_cases
from review.train.contexts import FeedbackPage
from review.train.marking import mark
from review.train.progress import due
from review.train.views import feedback_page
from strazha.errors import BadInputError
from strazha.ledger.records import TrainingAnswer, User
from strazha.model import Indicator

WORDS_LIMIT = 200


def cases_of(services: Services) -> Cases:
    """The exercises, read once by each server."""
    if services.exercises is None:
        services.exercises = load_cases(services.catalogue)
    return services.exercises


def case_or_404(services: Services, case_id: str) -> Case:
    """One exercise."""
    found = cases_of(services).get(case_id)
    if found is None:
        raise HTTPException(404)
    return found


def read(
    catalogue: Mapping[str, Indicator], seen: Iterable[str], words: Mapping[str, str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """What a learner says they saw, and the words they give for it, as far as there are such indicators."""
    chosen = tuple(name for name in dict.fromkeys(seen) if name in catalogue)
    return chosen, {name: " ".join(words[name].split())[:WORDS_LIMIT] for name in chosen if words.get(name)}


def keep(
    services: Services, user: User, case: Case, chosen: tuple[str, ...], words: dict[str, str], *, outcome: str, ground: str
) -> TrainingAnswer:
    """Mark an answer (its outcome is one of ``labels.GROUNDS``) and keep it."""
    found = mark(case, chosen, outcome, services.catalogue)
    made = TrainingAnswer(
        id=secrets.token_hex(12), learner=user.name, case_id=case.id, case_version=case.version, level=case.key.level,
        form=case.key.form, hit=found.hit, missed=found.missed, wrong=found.wrong, words=words, outcome=outcome,
        ground=ground if ground in GROUNDS[outcome] else "", verdict=found.verdict, passed=found.passed, at=services.clock(),
    )  # fmt: skip
    services.ledger.add_training_answer(made)
    return made


def feedback(services: Services, user: User, answer_id: str) -> tuple[Case, FeedbackPage]:
    """An answer held against the key; 404 for anybody else's."""
    found = services.ledger.training_answer(user.name, answer_id[:40])
    if found is None:
        raise HTTPException(404)
    case = case_or_404(services, found.case_id)
    back = due(services.ledger.training_answers(user.name)).get(case.id)
    return case, feedback_page(case, found, services.catalogue, back)


def machine_sum(services: Services, case: Case) -> Sum | None:
    """What the machine makes of the invented text, screened in memory and kept nowhere; None where it cannot."""
    try:
        screening = services.screen(case.key.title, case.key.body)
    except BadInputError:
        return None
    return score_sum(screening.reasons, screening.score, screening.band, services.catalogue, cover.contact_words(()))
