"""What the ledger forgets after a time: logs of runs, alerts that were read, deliveries that are over.

Evidence and what people said are not among it. Each call may be repeated; each removes so much at a time that nobody waits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select

from strazha.ledger.casework_tables import case_items, cases
from strazha.ledger.database import chunks
from strazha.ledger.operate_tables import run_lines
from strazha.ledger.part import Part
from strazha.ledger.tables import advert_versions, runs
from strazha.ledger.watch_tables import WATCHING, watch_alerts, watch_deliveries

#: States in which a delivery is over, and in which a run still has something to say.
OVER, UNDER_WAY = ("sent", "refused", "given_up"), ("running", "interrupted")


class Keeping(Part):
    """Forgetting what served its purpose."""

    def open_case_items(self) -> list[tuple[str, str]]:
        """What lies in cases that are open, as (kind, id)."""
        query = select(case_items.c.subject, case_items.c.subject_id).distinct()
        query = query.join(cases, cases.c.id == case_items.c.case_id).where(cases.c.closed_at.is_(None))
        with self._db.read() as connection:
            return sorted((row[0], row[1]) for row in connection.execute(query))

    def runs_that_captured(self, advert_ids: Iterable[str]) -> set[str]:
        """The runs in which some version of the adverts was captured."""
        found: set[str] = set()
        for ids in chunks(advert_ids):
            query = select(advert_versions.c.run_id).where(advert_versions.c.advert_id.in_(ids)).distinct()
            with self._db.read() as connection:
                found.update(connection.execute(query).scalars())
        return found

    def forget_run_logs(self, before: datetime, keep: Collection[str]) -> int:
        """Remove the logs of runs that began before a moment and are over, but for ``keep``; returns how many runs'.

        The runs themselves, their counts and errors, stay.
        """
        held = select(run_lines.c.run_id).distinct()
        # A log may have lost its run, or be written before there is one: its own lines say how old it is.
        going = select(runs.c.run_id).where(or_(runs.c.started_at >= before, runs.c.state.in_(UNDER_WAY)))
        young = select(run_lines.c.run_id).where(run_lines.c.at >= before)
        query = held.where(run_lines.c.run_id.not_in(going), run_lines.c.run_id.not_in(young))
        with self._db.read() as connection:
            due = sorted(set(connection.execute(query).scalars()) - set(keep))
        for ids in chunks(due):
            with self._db.write("run log") as connection:
                connection.execute(delete(run_lines).where(run_lines.c.run_id.in_(ids)))
        return len(due)

    def forget_alerts(self, at: datetime, keeps: timedelta, keep: Collection[tuple[str, str]]) -> int:
        """Remove alerts raised longer ago than ``keeps`` (twice as long where nobody read them) with their deliveries.

        Those that name something of ``keep`` (kind, id) stay, and those still on their way; returns how many went.
        """
        table = watch_alerts
        read = and_(table.c.at < at - keeps, table.c.read_at.isnot(None))
        on_the_way = select(watch_deliveries.c.alert_id).where(watch_deliveries.c.state.not_in(OVER))
        query = select(table.c.id, table.c["items"].label("named")).where(
            or_(read, table.c.at < at - 2 * keeps), table.c.id.not_in(on_the_way)
        )
        with self._db.read() as connection:
            due = [row.id for row in connection.execute(query) if not _names(row.named, keep)]
        for ids in chunks(due):
            with self._db.write(WATCHING) as connection:
                connection.execute(delete(watch_deliveries).where(watch_deliveries.c.alert_id.in_(ids)))
                connection.execute(delete(table).where(table.c.id.in_(ids)))
        return len(due)

    def forget_deliveries(self, before: datetime, keep: Collection[tuple[str, str]]) -> int:
        """Remove deliveries that are over and made before a moment; those of alerts that name something of ``keep`` stay."""
        table = watch_deliveries
        query = select(table.c.id, watch_alerts.c["items"].label("named")).outerjoin(
            watch_alerts, watch_alerts.c.id == table.c.alert_id
        )
        query = query.where(table.c.state.in_(OVER), table.c.made_at < before)
        with self._db.read() as connection:
            due = [row.id for row in connection.execute(query) if not _names(row.named, keep)]
        for ids in chunks(due):
            with self._db.write(WATCHING) as connection:
                connection.execute(delete(table).where(table.c.id.in_(ids)))
        return len(due)


def _names(items: str | None, keep: Collection[tuple[str, str]]) -> bool:
    held: Sequence[Sequence[str]] = json.loads(items) if items else ()
    return any((kind, one) in keep for kind, one, *_ in held)
