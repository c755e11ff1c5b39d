"""Answers to exercises of the training mode. No other part of the ledger reads them, and they refer to no real advert."""

from __future__ import annotations

from sqlalchemy import Row, select

from strazha.ledger.accounts_tables import training_answers
from strazha.ledger.part import Part
from strazha.ledger.records import TrainingAnswer


class Training(Part):
    """Who answered which exercise how."""

    def add_training_answer(self, answer: TrainingAnswer) -> None:
        """Keep an answer; the same id twice is kept once."""
        with self._db.write() as connection:
            self._db.put(connection, training_answers, [answer.model_dump()])

    def training_answer(self, learner: str, answer_id: str) -> TrainingAnswer | None:
        """One of a learner's own answers."""
        mine = (training_answers.c.learner == learner) & (training_answers.c.id == answer_id)
        with self._db.read() as connection:
            row = connection.execute(select(training_answers).where(mine)).one_or_none()
        return None if row is None else _answer(row)

    def training_answers(self, learner: str | None = None) -> list[TrainingAnswer]:
        """A learner's answers (all people's without a name), oldest first."""
        query = select(training_answers).order_by(training_answers.c.at, training_answers.c.id)
        if learner is not None:
            query = query.where(training_answers.c.learner == learner)
        with self._db.read() as connection:
            return [_answer(row) for row in connection.execute(query)]


def _answer(row: Row[tuple[object, ...]]) -> TrainingAnswer:
    return TrainingAnswer.model_validate({name: getattr(row, name) for name in TrainingAnswer.model_fields})
