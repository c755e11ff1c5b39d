"""Blind double reviews: two opinions on one item, neither known to the other until both are in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean
from strazha.ledger.work_records import DoubleReview, Opinion
from strazha.ledger.work_tables import double_reviews, review_opinions

#: Opinions a review takes.
READERS = 2
#: States in which a review still waits for somebody.
WAITING = ("open", "disputed")


class Reviews(Part):
    """Double reviews."""

    def open_review(self, subject: str, subject_id: str, by: str, at: datetime) -> DoubleReview:
        """Ask for two blind opinions on an item; where that is asked for already, the review there is."""
        with self._db.write("reviews") as connection:
            found = _waiting(connection, subject, [subject_id])
            if found:
                return found[0]
            made = DoubleReview.model_validate({
                "id": secrets.token_hex(12), "subject": subject, "subject_id": subject_id, "opened_by": by, "opened_at": at,
                "state": "open",
            })  # fmt: skip
            self._db.put(connection, double_reviews, [made.model_dump(exclude={"opinions"})])
        return made

    def give_opinion(self, review_id: str, opinion: Opinion) -> DoubleReview:
        """Add one's opinion. With the second one the review is agreed or disputed; returns it as it is then.

        BadInputError where the review is over, or two others have spoken already.
        """
        with self._db.write("reviews") as connection:
            review = _one(connection, review_id)
            if review is None or review.state != "open":
                raise BadInputError("this double review is over", place=review_id, remedy="look at what was decided")
            others = [one for one in review.opinions if one.reviewer != opinion.reviewer]
            if len(others) >= READERS:
                raise BadInputError("two others have spoken already", place=review_id, remedy="look at what was decided")
            _add(connection, review_id, opinion.reviewer, opinion.model_dump(exclude={"reviewer"}))
            if len(others) + 1 == READERS:
                state = "agreed" if others[0].outcome == opinion.outcome else "disputed"
                _change(connection, review_id, {"state": state})
            found = _one(connection, review_id)
        if found is None:
            raise BadInputError("there is no such double review", place=review_id, remedy="look at the queue")
        return found

    def take_opinion_back(self, review_id: str, reviewer: str, at: datetime) -> bool:
        """Take one's opinion back while the other is not in; returns whether there was one."""
        with self._db.write("reviews") as connection:
            review = _one(connection, review_id)
            if review is None or review.state != "open" or review.by(reviewer) is None:
                return False
            empty = {"outcome": "", "ground": "", "reason": "", "seen": "", "given_at": at}
            _add(connection, review_id, reviewer, empty)
        return True

    def close_review(self, review_id: str, state: str, at: datetime, decision_id: str = "") -> None:
        """End a review: agreed or settled by a decision, or ended without one."""
        with self._db.write("reviews") as connection:
            _change(connection, review_id, {"state": state, "closed_at": at, "decision_id": decision_id})

    def reopen_review(self, decision_id: str) -> DoubleReview | None:
        """Make a settled review disputed again, because its decision was taken back; an agreed one is over for good."""
        with self._db.write("reviews") as connection:
            query = select(double_reviews.c.id).where(
                double_reviews.c.decision_id == decision_id, double_reviews.c.state == "settled"
            )
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            _change(connection, row.id, {"state": "disputed", "closed_at": None, "decision_id": ""})
            return _one(connection, row.id)

    def waiting_reviews(self, subject: str, ids: Iterable[str]) -> dict[str, DoubleReview]:
        """By id, the review an item waits for."""
        found: dict[str, DoubleReview] = {}
        for batch in chunks(ids):
            with self._db.read() as connection:
                found.update((one.subject_id, one) for one in _waiting(connection, subject, batch))
        return found

    def review(self, review_id: str) -> DoubleReview | None:
        """One double review."""
        with self._db.read() as connection:
            return _one(connection, review_id)

    def reviews(self, states: Sequence[str] = (), limit: int = 5000) -> list[DoubleReview]:
        """Double reviews in some states (all without any), newest first."""
        query = select(double_reviews).order_by(double_reviews.c.opened_at.desc(), double_reviews.c.id).limit(limit)
        if states:
            query = query.where(double_reviews.c.state.in_(states))
        with self._db.read() as connection:
            return _filled(connection, connection.execute(query).mappings().all())


def _waiting(connection: Connection, subject: str, ids: Sequence[str]) -> list[DoubleReview]:
    query = select(double_reviews).where(
        double_reviews.c.subject == subject, double_reviews.c.subject_id.in_(ids), double_reviews.c.state.in_(WAITING)
    )
    return _filled(connection, connection.execute(query).mappings().all())


def _one(connection: Connection, review_id: str) -> DoubleReview | None:
    rows = connection.execute(select(double_reviews).where(double_reviews.c.id == clean(review_id))).mappings().all()
    return next(iter(_filled(connection, rows)), None)


def _filled(connection: Connection, rows: Sequence[RowMapping]) -> list[DoubleReview]:
    opinions: dict[str, dict[str, dict[str, Any]]] = {}
    for ids in chunks(row["id"] for row in rows):
        query = (
            select(review_opinions)
            .where(review_opinions.c.review_id.in_(ids))
            .order_by(review_opinions.c.given_at, review_opinions.c.id)
        )
        for row in connection.execute(query).mappings():
            # The newest of a reviewer holds, and takes its place in the order.
            held = opinions.setdefault(row["review_id"], {})
            held.pop(row["reviewer"], None)
            held[row["reviewer"]] = {name: row[name] for name in Opinion.model_fields}
    return [
        DoubleReview.model_validate(
            {**row, "opinions": tuple(one for one in opinions.get(row["id"], {}).values() if one["outcome"])}
        )
        for row in rows
    ]


def _add(connection: Connection, review_id: str, reviewer: str, said: dict[str, Any]) -> None:
    row = {"id": secrets.token_hex(12), "review_id": review_id, "reviewer": reviewer, **said}
    connection.execute(review_opinions.insert(), [row])


def _change(connection: Connection, review_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(double_reviews).where(double_reviews.c.id == clean(review_id)).values(**values))
