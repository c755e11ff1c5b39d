"""Decisions of people. Rows are only ever added: a correction is a further decision that names the one it corrects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import RowMapping, select

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean, decisions
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
        """Every decision about one advert or cluster, oldest first."""
        query = (
            select(decisions)
            .where(decisions.c.subject == subject, decisions.c.subject_id == subject_id)
            .order_by(decisions.c.decided_at, decisions.c.id)
        )
        with self._db.read() as connection:
            return [_decision(row) for row in connection.execute(query).mappings()]

    def newest_decisions(self, subject: str, ids: Iterable[str]) -> dict[str, Decision]:
        """By id, the newest decision; undecided ids are left out."""
        found: dict[str, Decision] = {}
        for batch in chunks(ids):
            query = (
                select(decisions)
                .where(decisions.c.subject == subject, decisions.c.subject_id.in_(batch))
                .order_by(decisions.c.decided_at, decisions.c.id)
            )
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found[row["subject_id"]] = _decision(row)
        return found

    def scan_decisions(self) -> Iterator[Decision]:
        """Every decision, oldest first (people make few, machines none)."""
        with self._db.read() as connection:
            rows = connection.execute(select(decisions).order_by(decisions.c.decided_at, decisions.c.id)).mappings().all()
        yield from (_decision(row) for row in rows)


def _decision(row: RowMapping) -> Decision:
    plain: dict[str, Any] = dict(row)
    return Decision.model_validate(plain)
