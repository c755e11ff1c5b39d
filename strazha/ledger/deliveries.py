"""Alerts on their way out: each is claimed before it is sent, so that two senders never send the same one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean
from strazha.ledger.watch_records import Delivery, FailedDelivery
from strazha.ledger.watch_tables import WATCHING, watch_alerts, watch_deliveries, watches

#: How long a sender may be silent before another one takes over: it was killed in the middle.
LEASE = timedelta(minutes=15)
#: How long to wait after each failure; the last one is repeated.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
#: A receiver that is away for so long does not want it any more; the alert itself stays on the pages.
PATIENCE = timedelta(days=14)


class Deliveries(Part):
    """What waits to be sent, what was, and what came of it."""

    def due_deliveries(self, at: datetime, limit: int = 500) -> list[Delivery]:
        """What is to be tried now, oldest first."""
        table = watch_deliveries
        query = select(table).where(table.c.state.in_(("pending", "sending")), table.c.next_at <= at)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(table.c.made_at, table.c.id).limit(limit)).mappings()
            return [Delivery.model_validate(dict(row)) for row in rows]

    def claim_delivery(self, delivery: Delivery, at: datetime) -> bool:
        """Take a delivery to send it; False where somebody else has taken it in the meantime."""
        table = watch_deliveries
        mine = (table.c.id == delivery.id) & (table.c.state == delivery.state) & (table.c.tries == delivery.tries)
        values = {"state": "sending", "tries": delivery.tries + 1, "next_at": at + LEASE}
        with self._db.write(WATCHING) as connection:
            return connection.execute(update(table).where(mine).values(**values)).rowcount > 0

    def delivered(self, delivery_id: str, at: datetime) -> None:
        """Note that it arrived: it is never sent again."""
        self._end_sending(delivery_id, {"state": "sent", "sent_at": at, "error": ""})

    def refused_delivery(self, delivery_id: str, error: str) -> None:
        """Note that it may not be sent, now or later."""
        self._end_sending(delivery_id, {"state": "refused", "error": error})

    def failed_delivery(self, delivery: Delivery, error: str, at: datetime) -> None:
        """Note a failure: it is tried again later, with longer and longer waits, and given up after two weeks."""
        wait = WAITS[min(delivery.tries, len(WAITS) - 1)]
        state = "given_up" if at + wait > delivery.made_at + PATIENCE else "pending"
        self._end_sending(delivery.id, {"state": state, "error": error, "next_at": at + wait})

    def retry_delivery(self, delivery_id: str, at: datetime) -> bool:
        """Send one again that was given up or refused, as if it was made now; False where it is not in that state.

        That of a watch which was ended stays as it is: its owner said that nothing more leaves.
        """
        table = watch_deliveries
        goes_on = select(watch_alerts.c.id).join(watches, watches.c.id == watch_alerts.c.watch_id)
        over = (table.c.id == clean(delivery_id)) & table.c.state.in_(("given_up", "refused"))
        over &= table.c.alert_id.in_(goes_on.where(watches.c.removed_at.is_(None)))
        values = {"state": "pending", "tries": 0, "next_at": at, "made_at": at, "error": ""}
        with self._db.write(WATCHING) as connection:
            return connection.execute(update(table).where(over).values(**values)).rowcount > 0

    def failed_deliveries(self, owner: str | None = None, limit: int = 200) -> list[FailedDelivery]:
        """What was given up or refused and can be tried again, newest first, everybody's or somebody's."""
        table = watch_deliveries
        query = select(table, watch_alerts.c.owner, watch_alerts.c.at)
        query = query.join(watch_alerts, watch_alerts.c.id == table.c.alert_id).join(
            watches, watches.c.id == watch_alerts.c.watch_id
        )
        query = query.where(table.c.state.in_(("given_up", "refused")), watches.c.removed_at.is_(None))
        if owner is not None:
            query = query.where(watch_alerts.c.owner == owner)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(table.c.made_at.desc(), table.c.id).limit(limit)).mappings()
            return [_failed(row) for row in rows]

    def _end_sending(self, delivery_id: str, values: dict[str, object]) -> None:
        table = watch_deliveries
        with self._db.write(WATCHING) as connection:
            connection.execute(update(table).where(table.c.id == delivery_id, table.c.state == "sending").values(**values))

    def deliveries(self, alert_ids: Iterable[str]) -> dict[str, list[Delivery]]:
        """By alert, its deliveries."""
        found: dict[str, list[Delivery]] = {}
        table = watch_deliveries
        for ids in chunks(alert_ids):
            query = select(table).where(table.c.alert_id.in_(ids)).order_by(table.c.channel)
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found.setdefault(row["alert_id"], []).append(Delivery.model_validate(dict(row)))
        return found


def _failed(row: Mapping[Any, Any]) -> FailedDelivery:
    delivery = Delivery.model_validate({name: row[name] for name in Delivery.model_fields})
    return FailedDelivery(delivery=delivery, owner=row["owner"], raised_at=row["at"])
