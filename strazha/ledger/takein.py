"""Taking in what a crawl saw: which adverts are new, changed, the same, or gone. Safe to stop anywhere and to repeat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, or_, select, update

from strazha.ledger.database import CHUNK, chunks
from strazha.ledger.part import Part
from strazha.ledger.records import SeenAdvert, TakeIn
from strazha.ledger.tables import advert_versions, adverts, sightings

_NEWEST = ("url", "content_hash", "landing_file", "landing_offset", "landing_length")
#: Outcome of adverts that a run neither saw nor found gone.
_UNREAD = "unread"
_CHANGING = ("first_seen", "last_seen", "gone_since", "versions", *_NEWEST)


class TakingIn(Part):
    """Writes adverts, versions and sightings."""

    def take_in(
        self,
        source_id: str,
        run_id: str,
        seen: Iterable[SeenAdvert],
        *,
        complete: bool,
        at: datetime,
        unread: Iterable[str] = (),
    ) -> TakeIn:
        """Note what a run saw of a source and return the run's counts so far.

        Repeating a call, or a part of it, changes nothing: each advert's outcome is kept per run. ``complete`` says that
        the crawl saw everything the source shows; only then are adverts it did not see marked gone, since ``at`` (the
        run's moment), except those of ``unread``: adverts a listing named but whose page could not be read. An advert that
        is seen again is no longer gone. Where a run saw one advert several times, the newest capture counts. A capture
        older than what is known adds a version but does not become the newest.
        """
        for batch in chunks(seen):
            with self._db.write(f"take-in {source_id}") as connection:
                self._take_batch(connection, source_id, run_id, batch)
        if complete:
            self._keep_unread(source_id, run_id, unread, at)
            while self._mark_gone(source_id, run_id, at):
                pass
        with self._db.read() as connection:
            counts = connection.execute(
                select(sightings.c.outcome, func.count())
                .where(sightings.c.run_id == run_id, sightings.c.source_id == source_id, sightings.c.outcome != _UNREAD)
                .group_by(sightings.c.outcome)
            )
            return TakeIn.model_validate({row[0]: row[1] for row in counts})

    def _take_batch(self, connection: Connection, source_id: str, run_id: str, batch: list[SeenAdvert]) -> None:
        newest: dict[str, SeenAdvert] = {}
        for item in batch:
            known = newest.get(item.advert_id)
            if known is None or item.captured_at > known.captured_at:
                newest[item.advert_id] = item
        ids = list(newest)
        by_id = {
            row["advert_id"]: row for row in connection.execute(select(adverts).where(adverts.c.advert_id.in_(ids))).mappings()
        }
        in_run = and_(sightings.c.run_id == run_id, sightings.c.source_id == source_id, sightings.c.advert_id.in_(ids))
        seen = {row["advert_id"]: row for row in connection.execute(select(sightings).where(in_run)).mappings()}
        changes = _Changes(source_id, run_id)
        versions = self._versions(connection, [i for i in newest.values() if _differs(i, by_id.get(i.advert_id))])
        for item in newest.values():
            before = seen.get(item.advert_id)
            if before is None or before["outcome"] in {"gone", _UNREAD} or item.captured_at > before["captured_at"]:
                changes.add(item, by_id.get(item.advert_id), before, versions.get(item.advert_id, set()))
        self._db.put(connection, adverts, changes.adverts, update=_CHANGING)
        self._db.put(connection, advert_versions, changes.versions)
        self._db.put(connection, sightings, changes.sightings, update=("outcome", "captured_at"))

    @staticmethod
    def _versions(connection: Connection, items: list[SeenAdvert]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        if items:
            rows = connection.execute(
                select(advert_versions.c.advert_id, advert_versions.c.content_hash).where(
                    advert_versions.c.advert_id.in_([item.advert_id for item in items])
                )
            )
            for advert_id, content_hash in rows:
                found.setdefault(advert_id, set()).add(content_hash)
        return found

    def _keep_unread(self, source_id: str, run_id: str, unread: Iterable[str], at: datetime) -> None:
        for ids in chunks(unread):
            known = select(adverts.c.advert_id).where(adverts.c.source_id == source_id, adverts.c.advert_id.in_(ids))
            with self._db.write(f"take-in {source_id}") as connection:
                key = {"run_id": run_id, "source_id": source_id, "outcome": _UNREAD, "captured_at": at}
                rows = [{**key, "advert_id": one} for one in connection.execute(known).scalars()]
                self._db.put(connection, sightings, rows)

    def _mark_gone(self, source_id: str, run_id: str, at: datetime) -> int:
        # An advert seen after `at` was seen by a later run: repeating an old run's call must not declare it gone.
        unseen = (
            select(adverts.c.advert_id)
            .outerjoin(
                sightings,
                and_(
                    sightings.c.run_id == run_id,
                    sightings.c.source_id == source_id,
                    sightings.c.advert_id == adverts.c.advert_id,
                ),
            )
            .where(
                adverts.c.source_id == source_id,
                adverts.c.gone_since.is_(None),
                adverts.c.last_seen <= at,
                sightings.c.advert_id.is_(None),
            )
            .limit(CHUNK)
        )
        with self._db.write(f"take-in {source_id}") as connection:
            ids = list(connection.execute(unseen).scalars())
            if ids:
                connection.execute(update(adverts).where(adverts.c.advert_id.in_(ids)).values(gone_since=at))
                rows = [
                    {"run_id": run_id, "source_id": source_id, "advert_id": i, "outcome": "gone", "captured_at": at}
                    for i in ids
                ]
                self._db.put(connection, sightings, rows)
        return len(ids)

    def run_adverts(self, run_id: str, source_id: str, outcomes: Iterable[str] = ("new", "changed")) -> list[str]:
        """Ids of the adverts with one of these outcomes (new, changed, same, gone) in a run, sorted."""
        wanted = or_(*(sightings.c.outcome == outcome for outcome in outcomes))
        query = select(sightings.c.advert_id).where(sightings.c.run_id == run_id, sightings.c.source_id == source_id, wanted)
        with self._db.read() as connection:
            return sorted(connection.execute(query).scalars())


def _differs(item: SeenAdvert, state: RowMapping | None) -> bool:
    return state is not None and state["content_hash"] != item.content_hash


@dataclass
class _Changes:
    """The rows one batch writes."""

    source_id: str
    run_id: str
    adverts: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    sightings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, item: SeenAdvert, state: RowMapping | None, before: RowMapping | None, known: set[str]) -> None:
        """Decide what one sighting means."""
        if state is None:
            row = {
                "advert_id": item.advert_id, "source_id": self.source_id, "first_seen": item.captured_at,
                "last_seen": item.captured_at, "gone_since": None, "versions": 1, **_newest(item),
            }  # fmt: skip
            outcome = "new"
            self._version(item, 1)
        else:
            row, outcome = self._seen_again(item, state, known)
            if before is not None and before["outcome"] in {"new", "changed"}:
                outcome = before["outcome"]  # seen twice in this run: what it was at first still holds
        self.adverts.append(row)
        self.sightings.append({
            "run_id": self.run_id, "source_id": self.source_id, "advert_id": item.advert_id,
            "outcome": outcome, "captured_at": item.captured_at,
        })  # fmt: skip

    def _seen_again(self, item: SeenAdvert, state: RowMapping, known: set[str]) -> tuple[dict[str, Any], str]:
        row = dict(state)
        newer = item.captured_at > state["last_seen"]
        row["first_seen"] = min(state["first_seen"], item.captured_at)
        row["last_seen"] = max(state["last_seen"], item.captured_at)
        if state["gone_since"] is not None and item.captured_at >= state["gone_since"]:
            row["gone_since"] = None
        if not _differs(item, state) or (not newer and item.content_hash in known):
            return row, "same"
        row["versions"] = state["versions"] + 1
        self._version(item, row["versions"])
        if newer:
            row.update(_newest(item))
        return row, "changed"

    def _version(self, item: SeenAdvert, number: int) -> None:
        self.versions.append({
            "advert_id": item.advert_id, "number": number, "captured_at": item.captured_at, "run_id": self.run_id,
            **_newest(item),
        })  # fmt: skip


def _newest(item: SeenAdvert) -> dict[str, Any]:
    return {
        "url": item.url, "content_hash": item.content_hash, "landing_file": item.file,
        "landing_offset": item.offset, "landing_length": item.length,
    }  # fmt: skip
