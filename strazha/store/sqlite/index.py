"""The index on SQLite: adverts and clusters on a shelf each, links beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from strazha.model import Outcome
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc
from strazha.store.entries import advert_entry, cluster_entry, key_hash, read_doc, to_json
from strazha.store.likeness import most_alike
from strazha.store.marking import snippet
from strazha.store.parse import parse, wanted
from strazha.store.query import AdvertField, AdvertPage, AdvertRow, ClusterField, ClusterPage, Query
from strazha.store.sqlite.files import PREFIXES, IndexFile
from strazha.store.sqlite.neighbours import Matrices, nearest
from strazha.store.sqlite.searching import Search
from strazha.store.sqlite.shelf import BATCH, Shelf
from strazha.store.sqlite.similarity import similar
from strazha.store.vectors import unit

_ADVERT_FIELDS = tuple(AdvertField)
_CLUSTER_FIELDS = tuple(ClusterField)


class SqliteIndex:
    """AdIndex on one SQLite file. May be shared between threads; other processes may read and write the same file."""

    def __init__(self, path: Path) -> None:
        self._file = IndexFile(path)
        self._adverts = Shelf(self._file, PREFIXES[0], AdvertDoc, advert_entry)
        self._clusters = Shelf(self._file, PREFIXES[1], ClusterDoc, cluster_entry)
        self._vectors = Matrices()

    def put_adverts(self, docs: Iterable[AdvertDoc]) -> int:
        """Write adverts, a thousand to a transaction; return how many were written (older versions are skipped).

        A decision shown already is kept where the document was built before it was made.
        """
        return self._adverts.put(docs)

    def put_clusters(self, docs: Iterable[ClusterDoc]) -> int:
        """Write clusters."""
        return self._clusters.put(docs)

    def put_links(self, docs: Iterable[LinkDoc]) -> int:
        """Write links."""
        iterator, written = iter(docs), 0
        while batch := list(islice(iterator, BATCH)):
            with self._file.write() as connection:
                for doc in batch:
                    row = (doc.id, doc.cluster_id, doc.version, doc.link.score, to_json(doc))
                    written += connection.execute(
                        "INSERT INTO links VALUES (?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET cluster_id = excluded.cluster_id, "
                        "version = excluded.version, score = excluded.score, body = excluded.body "
                        "WHERE excluded.version > links.version",
                        row,
                    ).rowcount
        return written

    def drop_clusters(self, ids: Sequence[str]) -> int:
        """Remove clusters that merged or split away; return how many there were."""
        return self._clusters.drop(ids)

    def drop_adverts(self, ids: Sequence[str]) -> int:
        """Remove adverts whose time is over; return how many there were."""
        return self._adverts.drop(ids)

    def drop_links(self, ids: Sequence[str]) -> int:
        """Remove links by id; return how many there were."""
        with self._file.write() as connection:
            return sum(connection.execute("DELETE FROM links WHERE id = ?", (one,)).rowcount for one in dict.fromkeys(ids))

    def decide(self, subject: str, subject_id: str, outcome: Outcome | None, at: datetime) -> None:
        """Show a decision on an advert or cluster at once; an unknown one changes nothing."""
        shelf: Shelf[AdvertDoc] | Shelf[ClusterDoc] = self._adverts if subject == "advert" else self._clusters
        shelf.decide(subject_id, outcome, at)

    def advert(self, advert_id: str) -> AdvertDoc | None:
        """One advert."""
        return next(iter(self.adverts([advert_id])), None)

    def adverts(self, ids: Sequence[str]) -> list[AdvertDoc]:
        """Several adverts, in the order asked for; unknown ids are left out."""
        with self._file.read() as connection:
            return self._adverts.get(connection, ids)

    def cluster(self, cluster_id: str) -> ClusterDoc | None:
        """One cluster."""
        with self._file.read() as connection:
            return next(iter(self._clusters.get(connection, [cluster_id])), None)

    def links(self, cluster_id: str) -> list[LinkDoc]:
        """The links within a cluster, strongest first."""
        with self._file.read() as connection:
            rows = connection.execute("SELECT body FROM links WHERE cluster_id = ? ORDER BY score DESC, id", (cluster_id,))
            return [read_doc(LinkDoc, row[0]) for row in rows]

    def search_adverts(self, query: Query) -> AdvertPage:
        """Find adverts; BadInputError for an unknown field or a malformed cursor, never for the text."""
        tree = parse(query.text)
        with self._adverts.look() as view:
            found = Search(view, _ADVERT_FIELDS, query, tree).run()
            docs = self._adverts.rows(view.connection, [doc for doc, _ in found.docs])
        terms = wanted(tree) if query.highlight else []
        rows = []
        for doc, (_, relevance) in zip(docs, found.docs, strict=True):
            texts = (doc.advert.body, doc.advert.title, doc.screening.reading, doc.advert.body)
            spans = snippet(texts, terms) if query.highlight else ()
            rows.append(AdvertRow(doc=doc, snippet=spans, relevance=relevance))
        return AdvertPage(
            total=found.total, rows=tuple(rows), facets=found.facets, timeline=found.timeline, grid=found.grid,
            cursor=found.cursor,
        )  # fmt: skip

    def search_clusters(self, query: Query) -> ClusterPage:
        """Find clusters; text is matched against title, names, contacts and places."""
        with self._clusters.look() as view:
            found = Search(view, _CLUSTER_FIELDS, query, parse(query.text)).run()
            docs = self._clusters.rows(view.connection, [doc for doc, _ in found.docs])
        return ClusterPage(
            total=found.total, rows=tuple(docs), facets=found.facets, timeline=found.timeline, cursor=found.cursor
        )

    def each_advert(self, query: Query) -> Iterator[AdvertDoc]:
        """All adverts a query finds, in its order; one transaction long, in which the log of writes cannot be shortened."""
        with self._adverts.look() as view:
            search = Search(view, _ADVERT_FIELDS, query, parse(query.text))
            for some in search.whole():
                yield from self._adverts.rows(view.connection, some)

    def similar(self, advert_id: str, *, size: int = 10) -> AdvertPage:
        """Adverts like one, best first: by their rarest words and, where it has one, by their vectors; its cluster last."""
        with self._adverts.look() as view:
            own = next(iter(self._adverts.get(view.connection, [advert_id])), None)
            if own is None or size < 1:
                return AdvertPage(total=0, rows=())
            docs = self._adverts.rows(view.connection, similar(view, own, self._vectors, size))
        alike = most_alike(own, docs, size)
        rows = tuple(AdvertRow(doc=doc, relevance=relevance) for doc, relevance in alike)
        return AdvertPage(total=len(rows), rows=rows)

    def similar_by_vector(self, vector: Sequence[float], *, query: Query | None = None, size: int = 10) -> AdvertPage:
        """Adverts that a query finds whose vectors are nearest to one."""
        wanted_one, asked = unit(vector), query or Query()
        with self._adverts.look() as view:
            search = Search(view, _ADVERT_FIELDS, asked, parse(asked.text))
            matrix = self._vectors.at(view)
            ranked = nearest(view, matrix, search.mask, wanted_one, size) if size > 0 else []
            docs = self._adverts.rows(view.connection, [doc for doc, _ in ranked])
        return _page(docs, ranked)

    def by_keys(self, keys: Sequence[str], *, limit: int = 200) -> dict[str, list[str]]:
        """For each blocking key the ids of adverts that carry it, sorted (at most ``limit`` a key)."""
        found: dict[str, list[str]] = {}
        with self._file.read() as connection:
            for key in dict.fromkeys(keys):
                rows = connection.execute(
                    "SELECT h.id FROM advert_keys k JOIN advert_hot h ON h.doc = k.doc WHERE k.hash = ? LIMIT ?",
                    (key_hash(key), limit),
                )
                found[key] = sorted(row[0] for row in rows)
        return found

    def scan_adverts(self) -> Iterator[AdvertDoc]:
        """All adverts in order of id, in bounded memory."""
        return self._adverts.scan()

    def scan_clusters(self) -> Iterator[ClusterDoc]:
        """All clusters in order of id."""
        return self._clusters.scan()

    def count(self) -> dict[str, int]:
        """Number of ``adverts``, ``clusters`` and ``links``."""
        with self._file.read() as connection:
            links = connection.execute("SELECT count(*) FROM links").fetchone()[0]
            return {
                "adverts": self._adverts.count(connection), "clusters": self._clusters.count(connection), "links": int(links)
            }  # fmt: skip

    def clear(self) -> None:
        """Empty the index, also one of an older layout, so that it can be rebuilt."""
        self._file.empty()

    def refresh(self) -> None:
        """Nothing to do: what is committed is seen by the next search."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _page(docs: Sequence[AdvertDoc], ranked: Sequence[tuple[int, float]]) -> AdvertPage:
    rows = tuple(AdvertRow(doc=doc, relevance=relevance) for doc, (_, relevance) in zip(docs, ranked, strict=True))
    return AdvertPage(total=len(rows), rows=rows)
