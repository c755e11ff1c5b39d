"""People's corrections of mentions and hits, beside what the machine found. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean
from strazha.ledger.work_records import Correction
from strazha.ledger.work_tables import corrections

#: Corrections of one advert: far more than a text has findings, so that a page stays a page.
MOST = 500


class Corrections(Part):
    """Corrections of one advert's findings."""

    def add_correction(self, made: Correction) -> None:
        """Keep a correction; BadInputError where the advert has too many. One can always be taken back."""
        row = {**made.model_dump(), "text": clean(made.text), "note": clean(made.note)}
        with self._db.write("corrections") as connection:
            count = select(corrections.c.id).where(
                corrections.c.advert_id == made.advert_id, corrections.c.action != "takeback"
            )
            if made.action != "takeback" and len(connection.execute(count).all()) >= MOST:
                raise BadInputError(f"an advert takes {MOST} corrections", place=made.advert_id, remedy="write a note instead")
            self._db.put(connection, corrections, [row])

    def corrections(self, advert_id: str) -> list[Correction]:
        """Every correction of an advert, those taken back included, oldest first."""
        query = (
            select(corrections).where(corrections.c.advert_id == advert_id).order_by(corrections.c.made_at, corrections.c.id)
        )
        with self._db.read() as connection:
            return [Correction.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def standing_corrections(self, advert_id: str, content_hash: str, *, by: str = "") -> list[Correction]:
        """The corrections of one version that hold, oldest first; of several about the same finding the newest.

        With ``by`` those of one person alone, as if nobody else had said anything.
        """
        return _standing(
            one for one in self.corrections(advert_id) if one.content_hash == content_hash and by in {"", one.made_by}
        )

    def corrected(self, advert_ids: Iterable[str]) -> dict[str, list[Correction]]:
        """By advert, the corrections of all its versions that hold, oldest first; adverts without any are left out."""
        found: dict[str, list[Correction]] = {}
        for ids in chunks(advert_ids):
            query = (
                select(corrections).where(corrections.c.advert_id.in_(ids)).order_by(corrections.c.made_at, corrections.c.id)
            )
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found.setdefault(row["advert_id"], []).append(Correction.model_validate(dict(row)))
        return {advert_id: standing for advert_id, said in found.items() if (standing := _standing(said))}


def _standing(said: Iterable[Correction]) -> list[Correction]:
    found = list(said)
    gone = {one.takes_back for one in found if one.action == "takeback"}
    standing: dict[object, Correction] = {}
    for one in found:
        if one.id in gone or one.action == "takeback":
            continue
        key: object = one.id if one.action == "add" else (one.content_hash, one.place)
        standing.pop(key, None)
        standing[key] = one
    return list(standing.values())
