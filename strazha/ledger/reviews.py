"""Blind double reviews: two opinions on one item, neither known to the other until both are in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.decisions import keep_decision
from strazha.ledger.part import Part
from strazha.ledger.tables import clean, decisions
from strazha.ledger.work_records import DoubleReview, Opinion
from strazha.ledger.work_tables import DECIDING, WAITING, double_reviews, review_opinions
from strazha.model import Decision

#: Opinions a review takes.
READERS = 2


class Reviews(Part):
    """Double reviews."""

    def open_review(self, subject: str, subject_id: str, by: str, at: datetime) -> DoubleReview:
        """Ask for two blind opinions on an item; where that is asked for already, the review there is.

        BadInputError where it can no longer be judged blindly (``judged``).
        """
        with self._db.write(DECIDING) as connection:
            found = _waiting(connection, subject, [subject_id])
            if found:
                return found[0]
            if _judged(connection, subject, [subject_id]):
                raise BadInputError("what people think of this is known", place=subject_id, remedy="choose an undecided item")
            made = DoubleReview.model_validate({
                "id": secrets.token_hex(12), "subject": subject, "subject_id": subject_id, "opened_by": by, "opened_at": at,
                "state": "open",
            })  # fmt: skip
            self._db.put(connection, double_reviews, [made.model_dump(exclude={"opinions"})])
        return made

    def judged(self, subject: str, ids: Iterable[str]) -> set[str]:
        """Which items can no longer be judged blindly: a decision was made, taken back or not, or two opinions were shown."""
        found: set[str] = set()
        for batch in chunks(ids):
            with self._db.read() as connection:
                found |= _judged(connection, subject, batch)
        return found

    def give_opinion(self, review_id: str, opinion: Opinion, decision: Decision | None = None) -> DoubleReview:
        """Add one's opinion. With the second one the review is agreed or disputed; returns it as it is then.

        ``decision`` is what is decided if the two agree; it is kept together with the opinion. BadInputError where the review
        is over, or two others have spoken already.
        """
        with self._db.write(DECIDING) as connection:
            review = _one(connection, review_id)
            if review is None or review.state != "open":
                raise BadInputError("this double review is over", place=review_id, remedy="look at what was decided")
            others = [one for one in review.opinions if one.reviewer != opinion.reviewer]
            if len(others) >= READERS:
                raise BadInputError("two others have spoken already", place=review_id, remedy="look at what was decided")
            _add(connection, review_id, opinion.reviewer, opinion.model_dump(exclude={"reviewer"}))
            if len(others) + 1 == READERS and others[0].outcome != opinion.outcome:
                _change(connection, review_id, {"state": "disputed"})
            elif len(others) + 1 == READERS:
                if decision is not None:
                    keep_decision(self._db, connection, decision)
                name = decision.id if decision is not None else ""
                _change(connection, review_id, {"state": "agreed", "closed_at": opinion.given_at, "decision_id": name})
            found = _one(connection, review_id)
        if found is None:
            raise BadInputError("there is no such double review", place=review_id, remedy="look at the queue")
        return found

    def take_opinion_back(self, review_id: str, reviewer: str, at: datetime) -> bool:
        """Take one's opinion back while the other is not in; returns whether there was one."""
        with self._db.write(DECIDING) as connection:
            review = _one(connection, review_id)
            if review is None or review.state != "open" or review.by(reviewer) is None:
                return False
            empty = {"outcome": "", "ground": "", "reason": "", "seen": "", "given_at": at}
            _add(connection, review_id, reviewer, empty)
        return True

    def end_review(self, review_id: str, at: datetime) -> bool:
        """End a review that waits, without a decision; returns whether it waited."""
        waits = (double_reviews.c.id == clean(review_id)) & double_reviews.c.state.in_(WAITING)
        with self._db.write(DECIDING) as connection:
            ended = update(double_reviews).where(waits).values(state="ended", closed_at=at)
            return connection.execute(ended).rowcount > 0

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


def _judged(connection: Connection, subject: str, ids: Sequence[str]) -> set[str]:
    made = select(decisions.c.subject_id).where(decisions.c.subject == subject, decisions.c.subject_id.in_(ids))
    former = select(double_reviews).where(double_reviews.c.subject == subject, double_reviews.c.subject_id.in_(ids))
    known = _filled(connection, connection.execute(former).mappings().all())
    return {*connection.execute(made).scalars(), *(one.subject_id for one in known if len(one.opinions) >= READERS)}


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
