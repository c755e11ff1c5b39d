"""Clusters of adverts: who belongs where now, and what became of clusters that merged or split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from strazha.ledger.database import CHUNK, chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import cluster_members, clusters
from strazha.model import Cluster


class Clusters(Part):
    """Clusters and membership."""

    def put_clusters(self, changed: Iterable[Cluster]) -> None:
        """Keep clusters as they are now: an advert moves to the cluster that names it last."""
        self.change_clusters(list(changed), {}, None)

    def retire_clusters(self, retired: Mapping[str, Sequence[str]], at: datetime) -> None:
        """Retire clusters that merged or split away: old id to the ids that took over, the largest first."""
        self.change_clusters([], retired, at)

    def change_clusters(self, put: Sequence[Cluster], retired: Mapping[str, Sequence[str]], at: datetime | None) -> None:
        """Retire and keep clusters in one transaction: no reader sees an advert in between."""
        with self._db.write("clusters") as connection:
            for ids in chunks(retired):
                # Retiring twice keeps the first moment.
                fresh = clusters.c.cluster_id.in_(ids) & clusters.c.retired_at.is_(None)
                connection.execute(update(clusters).where(fresh).values(retired_at=at))
                gone: list[dict[str, Any]] = [
                    {"cluster_id": old, "record": {}, "retired_at": at, "successors": list(retired[old])} for old in ids
                ]
                self._db.put(connection, clusters, gone, update=("successors",))
                self._forget_members(connection, ids)
            for batch in chunks({cluster.id: cluster for cluster in put}.values()):
                kept: list[dict[str, Any]] = [
                    {"cluster_id": c.id, "record": c.plain(), "retired_at": None, "successors": []} for c in batch
                ]
                self._db.put(connection, clusters, kept, update=("record", "retired_at", "successors"))
                self._forget_members(connection, [cluster.id for cluster in batch])
            # After all the old memberships are gone, so that the order of the clusters does not matter.
            members = ({"advert_id": m, "cluster_id": c.id} for c in put for m in c.members)
            for part in chunks(members):
                last = {row["advert_id"]: row for row in part}
                self._db.put(connection, cluster_members, list(last.values()), update=("cluster_id",))

    @staticmethod
    def _forget_members(connection: Connection, ids: Sequence[str]) -> None:
        connection.execute(delete(cluster_members).where(cluster_members.c.cluster_id.in_(ids)))

    def cluster(self, cluster_id: str) -> Cluster | None:
        """A cluster; the id of a retired one leads to the cluster that took over (the largest, after a split)."""
        seen: set[str] = set()
        with self._db.read() as connection:
            while cluster_id not in seen:
                seen.add(cluster_id)
                row = connection.execute(select(clusters).where(clusters.c.cluster_id == cluster_id)).mappings().one_or_none()
                if row is None:
                    return None
                if row["retired_at"] is None:
                    return Cluster.model_validate(row["record"])
                if not row["successors"]:
                    return None
                cluster_id = row["successors"][0]
        return None

    def clusters_of(self, advert_ids: Iterable[str]) -> dict[str, str]:
        """By advert id, the id of its cluster; adverts in none are left out."""
        found: dict[str, str] = {}
        for ids in chunks(advert_ids):
            query = select(cluster_members).where(cluster_members.c.advert_id.in_(ids))
            with self._db.read() as connection:
                found.update((row.advert_id, row.cluster_id) for row in connection.execute(query))
        return found

    def scan_clusters(self) -> Iterator[Cluster]:
        """Every cluster that is not retired, in order of id."""
        last = ""
        while True:
            page = (
                select(clusters.c.cluster_id, clusters.c.record)
                .where(clusters.c.cluster_id > last, clusters.c.retired_at.is_(None))
                .order_by(clusters.c.cluster_id)
                .limit(CHUNK)
            )
            with self._db.read() as connection:
                rows: Sequence[Any] = connection.execute(page).all()
            for row in rows:
                yield Cluster.model_validate(row.record)
            if len(rows) < CHUNK:
                return
            last = rows[-1].cluster_id
