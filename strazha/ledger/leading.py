"""What leads count: standing decisions of a period, and who took, decided and holds how much."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from strazha.ledger.operate_records import Verdict
from strazha.ledger.part import Part
from strazha.ledger.tables import decisions
from strazha.ledger.work_tables import holding_events, holdings, withdrawn_decisions


class Leading(Part):
    """Counting people's work."""

    def verdicts(self, since: datetime, until: datetime) -> list[Verdict]:
        """Of each item decided on between two moments, the newest decision of then that was not taken back; oldest first."""
        newest: dict[tuple[str, str], Verdict] = {}
        for one in self._standing(since, until):
            newest.pop((one.subject, one.subject_id), None)
            newest[one.subject, one.subject_id] = one
        return list(newest.values())

    def first_verdicts(self, since: datetime, until: datetime) -> list[Verdict]:
        """Of each item the first decision made between two moments, unless it corrects one; later ones change nothing."""
        first: dict[tuple[str, str], Verdict] = {}
        for one in self._standing(since, until):
            if not one.corrects:
                first.setdefault((one.subject, one.subject_id), one)
        return list(first.values())

    def _standing(self, since: datetime, until: datetime) -> list[Verdict]:
        query = (
            select(*(decisions.c[name] for name in Verdict.model_fields))
            .where(
                decisions.c.decided_at >= since,
                decisions.c.decided_at < until,
                decisions.c.id.not_in(select(withdrawn_decisions.c.decision_id)),
            )
            .order_by(decisions.c.decided_at, decisions.c.id)
        )
        with self._db.read() as connection:
            return [Verdict.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def work_done(self, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
        """By person: items they took or were handed, and decisions they made, those taken back left out, in a period."""
        event = holding_events.c
        taken = (
            select(event.holder, func.count())
            .where(event.action.in_(("taken", "handed")), event.at >= since, event.at < until)
            .group_by(event.holder)
        )
        decided = (
            select(decisions.c.decided_by, func.count())
            .where(
                decisions.c.decided_at >= since,
                decisions.c.decided_at < until,
                decisions.c.id.not_in(select(withdrawn_decisions.c.decision_id)),
            )
            .group_by(decisions.c.decided_by)
        )
        with self._db.read() as connection:
            took = {row[0]: int(row[1]) for row in connection.execute(taken)}
            made = {row[0]: int(row[1]) for row in connection.execute(decided)}
        return {name: (took.get(name, 0), made.get(name, 0)) for name in sorted({*took, *made})}

    def in_hand(self) -> dict[str, tuple[int, datetime]]:
        """By person, how many items they hold now, and since when the oldest of them."""
        query = select(holdings.c.holder, func.count(), func.min(holdings.c.since)).group_by(holdings.c.holder)
        with self._db.read() as connection:
            return {name: (count, oldest) for name, count, oldest in connection.execute(query)}
