"""Identifiers that unlike advertisers share (hubs): what the machine found and what people ruled, side by side."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import RowMapping, select

from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.records import FoundIdentifier, IdentifierRuling
from strazha.ledger.tables import clean, identifier_rulings, identifiers


class Identifiers(Part):
    """Contacts and pictures that join less than fully, for people to look at."""

    def put_identifiers(self, found: Iterable[FoundIdentifier]) -> None:
        """Keep what was found of identifiers; the newest finding holds."""
        for batch in chunks({one.key: one for one in found}.values()):
            with self._db.write("identifiers") as connection:
                rows = [one.model_dump() for one in batch]
                self._db.put(connection, identifiers, rows, update=("adverts", "trust", "why", "found_at"))

    def found_identifiers(self, limit: int = 1000) -> list[FoundIdentifier]:
        """What was found, the least trusted first, then those that most adverts carry."""
        query = select(identifiers).order_by(identifiers.c.trust, identifiers.c.adverts.desc(), identifiers.c.key).limit(limit)
        with self._db.read() as connection:
            return [FoundIdentifier.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def rule_identifier(self, ruling: IdentifierRuling) -> None:
        """Note what a person says of an identifier; earlier rulings stay in the history."""
        with self._db.write("identifiers") as connection:
            self._db.put(connection, identifier_rulings, [{**ruling.model_dump(), "reason": clean(ruling.reason)}])

    def identifier_rulings(self, key: str = "") -> list[IdentifierRuling]:
        """Every ruling, or those of one identifier, oldest first."""
        query = select(identifier_rulings).order_by(identifier_rulings.c.ruled_at, identifier_rulings.c.key)
        if key:
            query = query.where(identifier_rulings.c.key == key)
        with self._db.read() as connection:
            return [_ruling(row) for row in connection.execute(query).mappings()]

    def ruled_identifiers(self) -> dict[str, bool]:
        """By identifier what holds now: True for a hub, False for a trusted one; rulings taken back are left out."""
        newest = {one.key: one.is_hub for one in self.identifier_rulings()}
        return {key: is_hub for key, is_hub in newest.items() if is_hub is not None}


def _ruling(row: RowMapping) -> IdentifierRuling:
    return IdentifierRuling.model_validate(dict(row))
