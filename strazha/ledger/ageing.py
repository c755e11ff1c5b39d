"""Adverts whose time in the index is over, and clusters that a legal hold keeps there beyond it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.records import LegalHold
from strazha.ledger.tables import aged_adverts, legal_holds


class Ageing(Part):
    """What may leave the index and what may not. Captures, ledger and audit chain are not touched by any of this."""

    def place_hold(self, hold: LegalHold) -> None:
        """Keep a cluster: its members (those named and those that join it later) do not age; those that had come back with the
        next indexing."""
        with self._db.write("holds") as connection:
            changed = ("members", "reason", "placed_by", "placed_at")
            self._db.put(connection, legal_holds, [hold.model_dump()], update=changed)
            for ids in chunks(hold.members):
                connection.execute(delete(aged_adverts).where(aged_adverts.c.advert_id.in_(ids)))

    def lift_hold(self, cluster_id: str) -> bool:
        """End a hold; False if there is none."""
        with self._db.write("holds") as connection:
            return connection.execute(delete(legal_holds).where(legal_holds.c.cluster_id == cluster_id)).rowcount > 0

    def holds(self) -> list[LegalHold]:
        """Every hold, in order of the cluster's id."""
        with self._db.read() as connection:
            rows = connection.execute(select(legal_holds).order_by(legal_holds.c.cluster_id)).mappings()
            return [LegalHold.model_validate(dict(row)) for row in rows]

    def mark_aged(self, advert_ids: Iterable[str], at: datetime) -> None:
        """Note that these adverts have left the index."""
        for ids in chunks(advert_ids):
            with self._db.write("holds") as connection:
                rows = [{"advert_id": one, "aged_at": at} for one in ids]
                self._db.put(connection, aged_adverts, rows, update=("aged_at",))

    def aged(self, advert_ids: Iterable[str]) -> dict[str, datetime]:
        """Which of the adverts have left the index, and when."""
        found: dict[str, datetime] = {}
        for ids in chunks(advert_ids):
            with self._db.read() as connection:
                rows = connection.execute(select(aged_adverts).where(aged_adverts.c.advert_id.in_(ids)))
                found.update((row.advert_id, row.aged_at) for row in rows)
        return found
