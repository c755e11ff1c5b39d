"""Decisions of people. Rows are only ever added: a correction is a further decision that names the one it corrects, and
one taken back has a row beside it that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from strazha.errors import BadInputError
from strazha.ledger.database import Database, chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean, decisions
from strazha.ledger.work_records import Withdrawal
from strazha.ledger.work_tables import DECIDING, WAITING, double_reviews, withdrawn_decisions
from strazha.model import Decision


class Decisions(Part):
    """Decisions about adverts and clusters."""

    def add_decision(self, decision: Decision, *, expects: str | None = None) -> None:
        """Keep a decision. Adding the same one again changes nothing; another one under a known id is refused.

        With ``expects`` (the decision that stands, empty for none) it is kept only while that is so and no double review of the
        item waits, but for the disputed one it settles; that one ends with it. Otherwise BadInputError.
        """
        with self._db.write(DECIDING) as connection:
            if expects is not None:
                self._settle(connection, decision, expects)
            keep_decision(self._db, connection, decision)

    def _settle(self, connection: Connection, decision: Decision, expects: str) -> None:
        of = (double_reviews.c.subject == decision.subject) & (double_reviews.c.subject_id == decision.subject_id)
        waiting = connection.execute(
            select(double_reviews.c.id, double_reviews.c.state).where(of, double_reviews.c.state.in_(WAITING))
        ).all()
        settles = [(decision.review, "disputed")] if decision.review else []
        standing = _standing(connection, decision.subject, [decision.subject_id]).get(decision.subject_id)
        if [(row.id, row.state) for row in waiting] != settles or (standing.id if standing is not None else "") != expects:
            raise BadInputError(
                "somebody was faster", place=decision.subject_id, remedy="look at what was decided, then correct it"
            )
        ended = {"state": "settled", "closed_at": decision.decided_at, "decision_id": decision.id}
        connection.execute(update(double_reviews).where(double_reviews.c.id == decision.review).values(**ended))

    def decisions(self, subject: str, subject_id: str) -> list[Decision]:
        """Every decision about one advert or cluster, those taken back included, oldest first."""
        query = (
            select(decisions)
            .where(decisions.c.subject == subject, decisions.c.subject_id == subject_id)
            .order_by(decisions.c.decided_at, decisions.c.id)
        )
        with self._db.read() as connection:
            return [_decision(row) for row in connection.execute(query).mappings()]

    def withdraw_decision(self, decision_id: str, by: str, at: datetime) -> bool:
        """Take a decision back: it stays in the history and no longer counts. False where that was done before.

        Where no decision is left, a double review that was settled is disputed again; an agreed one is over for good.
        """
        with self._db.write(DECIDING) as connection:
            known = connection.execute(select(decisions).where(decisions.c.id == decision_id)).one_or_none()
            if known is None:
                raise BadInputError("there is no such decision", place=decision_id, remedy="take the id from the item's page")
            gone = select(withdrawn_decisions).where(withdrawn_decisions.c.decision_id == decision_id)
            if connection.execute(gone).one_or_none() is not None:
                return False
            row = {"decision_id": decision_id, "withdrawn_by": by, "withdrawn_at": at}
            self._db.put(connection, withdrawn_decisions, [row])
            if not _standing(connection, known.subject, [known.subject_id]):
                settled = (
                    (double_reviews.c.subject == known.subject)
                    & (double_reviews.c.subject_id == known.subject_id)
                    & (double_reviews.c.state == "settled")
                )
                again = {"state": "disputed", "closed_at": None, "decision_id": ""}
                connection.execute(update(double_reviews).where(settled).values(**again))
        return True

    def decision(self, decision_id: str) -> Decision | None:
        """One decision, taken back or not."""
        with self._db.read() as connection:
            row = connection.execute(select(decisions).where(decisions.c.id == clean(decision_id))).mappings().one_or_none()
        return None if row is None else _decision(row)

    def withdrawals(self, decision_ids: Iterable[str]) -> dict[str, Withdrawal]:
        """By decision, who took it back and when; those that stand are left out."""
        found: dict[str, Withdrawal] = {}
        for batch in chunks(decision_ids):
            query = select(withdrawn_decisions).where(withdrawn_decisions.c.decision_id.in_(batch))
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found[row["decision_id"]] = Withdrawal.model_validate(dict(row))
        return found

    def newest_decisions(self, subject: str, ids: Iterable[str]) -> dict[str, Decision]:
        """By id, the newest decision that stands; undecided ids are left out."""
        found: dict[str, Decision] = {}
        for batch in chunks(ids):
            with self._db.read() as connection:
                found.update(_standing(connection, subject, batch))
        return found

    def scan_decisions(self) -> Iterator[Decision]:
        """Every decision, those taken back included, oldest first (people make few, machines none)."""
        with self._db.read() as connection:
            rows = connection.execute(select(decisions).order_by(decisions.c.decided_at, decisions.c.id)).mappings().all()
        yield from (_decision(row) for row in rows)


def keep_decision(database: Database, connection: Connection, decision: Decision) -> None:
    """Write a decision within a transaction; BadInputError where another one has its id."""
    database.put(connection, decisions, [{**decision.plain(), "decided_at": decision.decided_at}])
    stored = connection.execute(select(decisions).where(decisions.c.id == decision.id)).mappings().one()
    if _decision(stored) != decision.model_copy(update={"reason": clean(decision.reason)}):
        raise BadInputError("another decision has this id", place=decision.id, remedy="add a correction under an id of its own")


def _standing(connection: Connection, subject: str, ids: Sequence[str]) -> dict[str, Decision]:
    query = (
        select(decisions)
        .where(
            decisions.c.subject == subject,
            decisions.c.subject_id.in_(ids),
            decisions.c.id.not_in(select(withdrawn_decisions.c.decision_id)),
        )
        .order_by(decisions.c.decided_at, decisions.c.id)
    )
    return {row["subject_id"]: _decision(row) for row in connection.execute(query).mappings()}


def _decision(row: RowMapping) -> Decision:
    plain: dict[str, Any] = dict(row)
    return Decision.model_validate(plain)
