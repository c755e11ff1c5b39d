"""Decisions of people. Rows are only ever added: a correction is a further decision that names the one it corrects, and
one taken back has a row beside it that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean, decisions
from strazha.ledger.work_records import Withdrawal
from strazha.ledger.work_tables import withdrawn_decisions
from strazha.model import Decision


class Decisions(Part):
    """Decisions about adverts and clusters."""

    def add_decision(self, decision: Decision) -> None:
        """Keep a decision. Adding the same one again changes nothing; another one under a known id is refused."""
        with self._db.write() as connection:
            self._db.put(connection, decisions, [{**decision.plain(), "decided_at": decision.decided_at}])
            stored = connection.execute(select(decisions).where(decisions.c.id == decision.id)).mappings().one()
        if _decision(stored) != decision.model_copy(update={"reason": clean(decision.reason)}):
            raise BadInputError(
                "another decision has this id", place=decision.id, remedy="add a correction under an id of its own"
            )

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
        """Take a decision back: it stays in the history and no longer counts. False where that was done before."""
        with self._db.write() as connection:
            known = connection.execute(select(decisions.c.id).where(decisions.c.id == decision_id)).one_or_none()
            if known is None:
                raise BadInputError("there is no such decision", place=decision_id, remedy="take the id from the item's page")
            gone = select(withdrawn_decisions).where(withdrawn_decisions.c.decision_id == decision_id)
            if connection.execute(gone).one_or_none() is not None:
                return False
            row = {"decision_id": decision_id, "withdrawn_by": by, "withdrawn_at": at}
            self._db.put(connection, withdrawn_decisions, [row])
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
            query = (
                select(decisions)
                .where(
                    decisions.c.subject == subject,
                    decisions.c.subject_id.in_(batch),
                    decisions.c.id.not_in(select(withdrawn_decisions.c.decision_id)),
                )
                .order_by(decisions.c.decided_at, decisions.c.id)
            )
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found[row["subject_id"]] = _decision(row)
        return found

    def scan_decisions(self) -> Iterator[Decision]:
        """Every decision, those taken back included, oldest first (people make few, machines none)."""
        with self._db.read() as connection:
            rows = connection.execute(select(decisions).order_by(decisions.c.decided_at, decisions.c.id)).mappings().all()
        yield from (_decision(row) for row in rows)


def _decision(row: RowMapping) -> Decision:
    plain: dict[str, Any] = dict(row)
    return Decision.model_validate(plain)
