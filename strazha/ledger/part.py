"""What the parts of the ledger share: the database they speak to."""

from __future__ import annotations

from strazha.ledger.database import Database


class Part:
    """One subject of the ledger (runs, adverts, ...). ``Ledger`` is all of them over one database."""

    def __init__(self, database: Database) -> None:
        self._db = database
