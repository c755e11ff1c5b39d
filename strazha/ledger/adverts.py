"""Adverts over time: their state, their versions, and which of them wait for screening."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, exists, select

from strazha.ledger.database import CHUNK, chunks
from strazha.ledger.part import Part
from strazha.ledger.records import AdvertVersion
from strazha.ledger.tables import advert_versions, adverts, screenings
from strazha.model import AdvertState


class Adverts(Part):
    """Reading adverts. They are written by taking in a crawl (takein.py)."""

    def advert_state(self, advert_id: str) -> AdvertState | None:
        """What is known of one advert."""
        return self.advert_states([advert_id]).get(advert_id)

    def advert_states(self, advert_ids: Iterable[str]) -> dict[str, AdvertState]:
        """What is known of several adverts, by id; unknown ids are left out."""
        found: dict[str, AdvertState] = {}
        for ids in chunks(advert_ids):
            with self._db.read() as connection:
                rows = connection.execute(select(adverts).where(adverts.c.advert_id.in_(ids))).mappings()
                found.update((row["advert_id"], _state(row)) for row in rows)
        return found

    def scan_adverts(self, source_id: str | None = None) -> Iterator[AdvertState]:
        """Every advert in order of id, in bounded memory; of one source if one is named."""
        query = select(adverts)
        if source_id is not None:
            query = query.where(adverts.c.source_id == source_id)
        return self._scan(query)

    def due(self, pipeline_key: str) -> Iterator[AdvertState]:
        """Adverts whose newest version that pipeline has not screened, in order of id.

        Screenings may be saved while this runs.
        """
        screened = exists().where(
            screenings.c.advert_id == adverts.c.advert_id,
            screenings.c.content_hash == adverts.c.content_hash,
            screenings.c.pipeline == pipeline_key,
        )
        return self._scan(select(adverts).where(~screened))

    def versions(self, advert_id: str) -> list[AdvertVersion]:
        """Every version of an advert, in order of capture."""
        query = (
            select(advert_versions)
            .where(advert_versions.c.advert_id == advert_id)
            .order_by(advert_versions.c.captured_at, advert_versions.c.number)
        )
        with self._db.read() as connection:
            return [_version(row) for row in connection.execute(query).mappings()]

    def _scan(self, query: Select[Any]) -> Iterator[AdvertState]:
        # A short transaction per chunk: a scan of a million rows must neither hold a snapshot nor be upset by writers.
        last = ""
        while True:
            page = query.where(adverts.c.advert_id > last).order_by(adverts.c.advert_id).limit(CHUNK)
            with self._db.read() as connection:
                rows: Sequence[RowMapping] = connection.execute(page).mappings().all()
            for row in rows:
                yield _state(row)
            if len(rows) < CHUNK:
                return
            last = rows[-1]["advert_id"]


def _state(row: RowMapping) -> AdvertState:
    return AdvertState.model_validate(dict(row))


def _version(row: RowMapping) -> AdvertVersion:
    plain = dict(row)
    for name in ("file", "offset", "length"):
        plain[name] = plain.pop(f"landing_{name}")
    return AdvertVersion.model_validate(plain)
