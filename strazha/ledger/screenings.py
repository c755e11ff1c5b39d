"""Where the screenings lie, by advert version and pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import RowMapping, select

from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.records import ScreeningRef
from strazha.ledger.tables import adverts, screenings

_UPDATE = ("landing_file", "landing_offset", "landing_length", "band", "score", "run_id")


class Screenings(Part):
    """References to screenings; the screenings themselves are lines of the landing area."""

    def save_screenings(self, rows: Sequence[ScreeningRef]) -> None:
        """Keep references; screening the same version by the same pipeline again moves the reference."""
        for batch in chunks(rows):
            with self._db.write() as connection:
                self._db.put(connection, screenings, [_row(ref) for ref in batch], update=_UPDATE)

    def screening_refs(
        self, advert_ids: Iterable[str], *, pipeline: str | None = None, other_than: str | None = None
    ) -> dict[str, ScreeningRef]:
        """By advert id, the newest screening of the advert's newest version (by run id, which sorts by time).

        ``pipeline`` asks for that pipeline's screening alone, ``other_than`` for any other pipeline's. Adverts without one are
        left out.
        """
        found: dict[str, ScreeningRef] = {}
        for ids in chunks(advert_ids):
            query = (
                select(screenings)
                .join(
                    adverts,
                    (adverts.c.advert_id == screenings.c.advert_id) & (adverts.c.content_hash == screenings.c.content_hash),
                )
                .where(screenings.c.advert_id.in_(ids))
                .order_by(screenings.c.run_id, screenings.c.landing_file, screenings.c.landing_offset)
            )
            if pipeline is not None:
                query = query.where(screenings.c.pipeline == pipeline)
            if other_than is not None:
                query = query.where(screenings.c.pipeline != other_than)
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found[row["advert_id"]] = _ref(row)
        return found

    def screenings_of(self, keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], ScreeningRef]:
        """By advert id, content hash and pipeline, that very screening; those that are not there are left out."""
        wanted = set(keys)
        found: dict[tuple[str, str, str], ScreeningRef] = {}
        for ids in chunks(sorted({advert_id for advert_id, _, _ in wanted})):
            with self._db.read() as connection:
                for row in connection.execute(select(screenings).where(screenings.c.advert_id.in_(ids))).mappings():
                    key = (row["advert_id"], row["content_hash"], row["pipeline"])
                    if key in wanted:
                        found[key] = _ref(row)
        return found

    def version_screenings(self, advert_id: str) -> dict[str, ScreeningRef]:
        """By content hash, the newest screening of each version of one advert."""
        query = (
            select(screenings)
            .where(screenings.c.advert_id == advert_id)
            .order_by(screenings.c.run_id, screenings.c.landing_file, screenings.c.landing_offset)
        )
        with self._db.read() as connection:
            return {row["content_hash"]: _ref(row) for row in connection.execute(query).mappings()}


def _row(ref: ScreeningRef) -> dict[str, object]:
    return {
        "advert_id": ref.advert_id, "content_hash": ref.content_hash, "pipeline": ref.pipeline,
        "landing_file": ref.file, "landing_offset": ref.offset, "landing_length": ref.length,
        "band": ref.band.value, "score": ref.score, "run_id": ref.run_id,
    }  # fmt: skip


def _ref(row: RowMapping) -> ScreeningRef:
    plain = dict(row)
    for name in ("file", "offset", "length"):
        plain[name] = plain.pop(f"landing_{name}")
    return ScreeningRef.model_validate(plain)
