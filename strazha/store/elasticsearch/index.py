"""The index on Elasticsearch: AdIndex over aliases, with a loader that repeats and a search that never throws at a user."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from strazha.model import Outcome
from strazha.settings import Settings
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc
from strazha.store.elasticsearch import similarity
from strazha.store.elasticsearch.client import REFUSED, checked, connect, meaning, refused, unavailable
from strazha.store.elasticsearch.deciding import Decisions
from strazha.store.elasticsearch.generations import Generations
from strazha.store.elasticsearch.loading import Loader, RolesChangedError
from strazha.store.elasticsearch.names import KINDS, LAYOUT, Kind, Names, Role
from strazha.store.elasticsearch.quarantine import Quarantine
from strazha.store.elasticsearch.rendering import AnyDoc, Rendered, doc_key, render
from strazha.store.elasticsearch.searching import Search
from strazha.store.entries import read_doc, storable
from strazha.store.marking import snippet
from strazha.store.parse import parse, wanted
from strazha.store.query import AdvertField, AdvertPage, AdvertRow, ClusterField, ClusterPage, Query
from strazha.store.vectors import unit

DocType = TypeVar("DocType", AdvertDoc, ClusterDoc, LinkDoc)
#: Documents per page of a scan, ids per look-up, keys per request.
PAGE, LOOKUP, KEYS = 500, 500, 500
#: An index with fewer documents is emptied in place; beyond that an empty one takes its place (deleting costs a mark a
#: document).
SMALL = 10_000
#: How long a scan may think between two pages before the server forgets its place.
KEPT = "5m"


class ElasticsearchIndex:
    """AdIndex on Elasticsearch. May be shared between threads. Opening sends nothing: the first call notices a server that is
    down, so that whatever needs no index goes on meanwhile.
    """

    def __init__(self, settings: Settings) -> None:
        self.client = connect(settings)
        self.names = Names(settings.elasticsearch_prefix)
        self.generations = Generations(self.client, self.names)
        self.quarantine = Quarantine(settings.home / "quarantine" / f"{self.names.prefix}-refused.jsonl")
        waiting = {"patience": settings.elasticsearch_patience, "timeout": settings.elasticsearch_timeout}
        self._loader = Loader(self.client, self.quarantine, **waiting)
        self._decisions = Decisions(self.client, self.names.decisions, self._targets)
        self._ready = False
        #: Where documents are read: a build of another layout reads what it has written itself.
        self._reading: Role = "current"
        self._lock = threading.Lock()

    # --- writing ---

    def put_adverts(self, docs: Iterable[AdvertDoc]) -> int:
        """Write adverts; return how many were written (older versions and refused ones are not)."""
        return self._put("adverts", docs)

    def put_clusters(self, docs: Iterable[ClusterDoc]) -> int:
        """Write clusters."""
        return self._put("clusters", docs)

    def put_links(self, docs: Iterable[LinkDoc]) -> int:
        """Write links."""
        return self._put("links", docs)

    def replay(self) -> tuple[int, int]:
        """Offer the refused documents again; return how many were written and how many are refused still."""
        self._ensure()
        taken = self.quarantine.take()
        written = 0
        for kind in KINDS:
            written += self._put(kind, [doc for one, doc in taken if one == kind])
        self.quarantine.taken()
        return written, self.quarantine.count()

    def drop_clusters(self, ids: Sequence[str]) -> int:
        """Remove clusters that merged or split away; return how many there were."""
        return self._drop("clusters", ids)

    def drop_adverts(self, ids: Sequence[str]) -> int:
        """Remove adverts whose time is over; return how many there were."""
        return self._drop("adverts", ids)

    def drop_links(self, ids: Sequence[str]) -> int:
        """Remove links of adverts whose time is over; return how many there were."""
        return self._drop("links", ids)

    def decide(self, subject: str, subject_id: str, outcome: Outcome | None, at: datetime) -> None:
        """Show a decision on an advert or cluster at once; an unknown one changes nothing."""
        self._ensure()
        self._decisions.put("adverts" if subject == "advert" else "clusters", subject_id, outcome, at)

    def clear(self) -> None:
        """Empty the index, also one of an older layout, so that it can be rebuilt."""
        with self._lock:
            found = self.generations.status()
            usable = {one.name.kind for one in found if one.role == "current" and one.name.layout == LAYOUT}
            alone = all(one.role == "current" for one in found)
            if usable == set(KINDS) and alone and sum(one.documents for one in found) < SMALL:
                self.generations.ensure()
                everything = [*(self._alias(kind) for kind in KINDS), self.names.decisions]
                with meaning(self._alias("adverts")):
                    self.client.indices.refresh(index=everything)
                    self.client.delete_by_query(index=everything, query={"match_all": {}}, conflicts="proceed", refresh=True)
            else:
                self.generations.replace()
            self._ready = True

    def refresh(self) -> None:
        """Make everything written so far visible to searches."""
        self._ensure()
        with meaning(self._alias("adverts")):
            self.client.indices.refresh(index=[self._alias(kind) for kind in KINDS])

    # --- reading ---

    def advert(self, advert_id: str) -> AdvertDoc | None:
        """One advert, as last written."""
        return next(iter(self.adverts([advert_id])), None)

    def adverts(self, ids: Sequence[str]) -> list[AdvertDoc]:
        """Several adverts, in the order asked for; unknown ids are left out."""
        return self._get("adverts", ids, AdvertDoc)

    def cluster(self, cluster_id: str) -> ClusterDoc | None:
        """One cluster, as last written."""
        return next(iter(self._get("clusters", [cluster_id], ClusterDoc)), None)

    def links(self, cluster_id: str) -> list[LinkDoc]:
        """The links within a cluster, strongest first."""
        query = {"term": {"cluster": storable(cluster_id)}}
        return list(self._scan("links", LinkDoc, query=query, sort=[{"score": "desc"}, {"id": "asc"}]))

    def search_adverts(self, query: Query) -> AdvertPage:
        """Find adverts; BadInputError for an unknown field or a malformed cursor, never for the text."""
        tree = parse(query.text)
        found = self._search("adverts").run(query, tree)
        terms = wanted(tree) if query.highlight else []
        rows = []
        for hit, stems in zip(found.hits, found.stems, strict=True):
            doc = read_doc(AdvertDoc, hit["_source"]["doc"])
            texts = (doc.advert.body, doc.advert.title, doc.screening.reading, doc.advert.body)
            spans = snippet(texts, [*terms, *stems]) if query.highlight else ()
            rows.append(AdvertRow(doc=doc, snippet=spans, relevance=hit.get("_score") or 0.0))
        return AdvertPage(
            total=found.total, rows=tuple(rows), facets=found.facets, timeline=found.timeline, grid=found.grid,
            cursor=found.cursor,
        )  # fmt: skip

    def search_clusters(self, query: Query) -> ClusterPage:
        """Find clusters; text is matched against title, names, contacts and places."""
        found = self._search("clusters").run(query, parse(query.text))
        rows = tuple(read_doc(ClusterDoc, hit["_source"]["doc"]) for hit in found.hits)
        return ClusterPage(total=found.total, rows=rows, facets=found.facets, timeline=found.timeline, cursor=found.cursor)

    def each_advert(self, query: Query) -> Iterator[AdvertDoc]:
        """All adverts a query finds, in its order, as they were when this began (a point in time)."""
        clause, order = self._search("adverts").whole(query, parse(query.text))
        return self._scan("adverts", AdvertDoc, query=clause, sort=order)

    def similar(self, advert_id: str, *, size: int = 10) -> AdvertPage:
        """Adverts like one, best first: by their rarest words and, where it has one, by their vectors; its cluster last."""
        own = self.advert(advert_id)
        if own is None or size < 1:
            return AdvertPage(total=0, rows=())
        return _page(similarity.similar(self.client, self._alias("adverts"), own, size))

    def similar_by_vector(self, vector: Sequence[float], *, query: Query | None = None, size: int = 10) -> AdvertPage:
        """Adverts that a query finds whose vectors are nearest to one."""
        wanted_one, asked = unit(vector), query or Query()
        search = self._search("adverts")
        conditions = [search.whole(asked, parse(asked.text), ranked=False)[0]] if query else []
        if size < 1:
            return AdvertPage(total=0, rows=())
        return _page(similarity.by_vector(self.client, self._alias("adverts"), wanted_one, size, *conditions))

    def by_keys(self, keys: Sequence[str], *, limit: int = 200) -> dict[str, list[str]]:
        """For each blocking key the ids of adverts that carry it, sorted (at most ``limit`` a key)."""
        self._ensure()
        alias, distinct = self._alias("adverts"), list(dict.fromkeys(keys))
        found: dict[str, list[str]] = {}
        for at in range(0, len(distinct), KEYS):
            part = distinct[at : at + KEYS]
            lines: list[dict[str, Any]] = []
            for key in part:
                term = {"term": {"keys": storable(key)[:8191]}}
                search = {"query": {"bool": {"filter": [term]}}, "size": limit, "sort": ["_doc"], "track_total_hits": False}
                # The id alone, from its column: the document itself is not even opened.
                lines += [{}, {**search, "_source": False, "stored_fields": "_none_", "docvalue_fields": ["id"]}]
            with meaning(alias):
                answers = self.client.msearch(index=alias, searches=lines)["responses"]
            for key, answer in zip(part, checked(answers, alias), strict=True):
                hits = answer["hits"]["hits"]
                found[key] = sorted(hit["fields"]["id"][0] for hit in hits)
        return found

    def scan_adverts(self) -> Iterator[AdvertDoc]:
        """All adverts in order of id, as they were when the scan began, in bounded memory."""
        return self._scan("adverts", AdvertDoc)

    def scan_clusters(self) -> Iterator[ClusterDoc]:
        """All clusters in order of id, as they were when the scan began."""
        return self._scan("clusters", ClusterDoc)

    def count(self) -> dict[str, int]:
        """Number of ``adverts``, ``clusters`` and ``links`` that searches can see."""
        self._ensure()
        found: dict[str, int] = {}
        for kind in KINDS:
            with meaning(self._alias(kind)):
                found[kind] = int(self.client.count(index=self._alias(kind))["count"])
        return found

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def build(self) -> None:
        """From now on write to the next indices too, which are made where they are missing; ``generations`` has the rest."""
        with self._lock:
            self.generations.begin()
            self._reading = "next" if self.crossing() else "current"
            self._ready = True

    def crossing(self) -> bool:
        """True where the index in use has another layout: programs of that layout do not write to the next one."""
        return any(self.generations.taken_over(kind) for kind in KINDS)

    def switch(self) -> str:
        """Take the next indices into use; returns what becomes of the former ones, as a sentence."""
        became = self.generations.switch()
        self._reading, self._ready = "current", False
        return became

    def rollback(self) -> str:
        """Take the former indices into use again; returns what becomes of those that were in use, as a sentence."""
        became = self.generations.rollback()
        self._reading, self._ready = "current", False
        return became

    # --- within ---

    def _search(self, kind: Literal["adverts", "clusters"]) -> Search:
        self._ensure()
        fields = tuple(AdvertField) if kind == "adverts" else tuple(ClusterField)
        return Search(self.client, self._alias(kind), fields, stemmed=kind == "adverts")

    def _alias(self, kind: Kind) -> str:
        return self.names.alias(kind, self._reading)

    def _ensure(self) -> None:
        if self._ready:
            return
        with self._lock:
            if not self._ready:
                self.generations.ensure()
                self._ready = True

    def _put(self, kind: Kind, docs: Iterable[AnyDoc]) -> int:
        self._ensure()
        return self._loader.stream(docs, lambda batch: self._put_batch(kind, batch))

    def _put_batch(self, kind: Kind, batch: list[AnyDoc]) -> int:
        rendered = self._renderer(kind)
        written: dict[str, AnyDoc] = {}
        targets = self._targets(kind)
        while True:
            try:
                for role, alias in targets.items():
                    done, replaced = self._loader.write(kind, alias, batch, rendered)
                    if role == self._reading:
                        written |= {doc.id: doc for doc in done}
                    # On a document that was not there nobody can have decided, unless it is there under another alias (or
                    # in an index of another layout, while this one is built).
                    asked = replaced if role == self._reading == "current" else done
                    decidable = [doc for doc in asked if not isinstance(doc, LinkDoc)]
                    self._loader.patiently(partial(self._decisions.restore, kind, decidable), alias)
            except RolesChangedError:
                targets = self._targets(kind)
                continue
            # A build that began while this was written began reading after it, or it is seen here and written to as well.
            before, targets = targets, self._targets(kind)
            if targets == before:
                return len(written)

    def _targets(self, kind: Kind) -> dict[Role, str]:
        def found() -> dict[Role, str]:
            targets = self.generations.targets(kind)
            if self._reading not in targets:
                # Never "written to nothing": a server that has just started may not know its indices yet.
                layout = self.generations.taken_over(kind)
                raise unavailable(
                    f"the index was taken over by a version of Strazha that writes layout {layout}: start this program anew"
                    if layout else "the index is not there", self._alias(kind),
                )  # fmt: skip
            return targets

        return self._loader.patiently(found, self._alias(kind))

    def _renderer(self, kind: Kind) -> Callable[[AnyDoc], Rendered]:
        made: dict[tuple[str, int], Rendered] = {}

        def once(doc: AnyDoc) -> Rendered:
            key = (doc.id, doc.version)
            if key not in made:
                made[key] = render(kind, doc)
            return made[key]

        return once

    def _drop(self, kind: Kind, ids: Sequence[str]) -> int:
        self._ensure()
        distinct = list(dict.fromkeys(doc_key(one) for one in ids))
        gone: set[str] = set()
        targets = self._targets(kind)
        while True:
            for alias in targets.values():
                for at in range(0, len(distinct), LOOKUP):
                    lines = [{"delete": {"_id": one}} for one in distinct[at : at + LOOKUP]]
                    with meaning(alias):
                        items = self.client.bulk(index=alias, operations=lines, require_alias=True)["items"]
                    kept = [item["delete"] for item in items if item["delete"]["status"] not in {200, 404}]
                    for item in kept:
                        if item["status"] in REFUSED:
                            raise refused(item["status"], str(item["error"].get("reason")), alias)
                        raise unavailable(f"Elasticsearch removes nothing now: {item.get('error')}", alias)
                    gone.update(item["delete"]["_id"] for item in items if item["delete"].get("result") == "deleted")
            before, targets = targets, self._targets(kind)
            if targets == before:
                return len(gone)

    def _get(self, kind: Kind, ids: Sequence[str], record: type[DocType]) -> list[DocType]:
        self._ensure()
        keys = {one: doc_key(one) for one in dict.fromkeys(ids)}
        asked, found = list(keys.values()), dict[str, DocType]()
        for at in range(0, len(asked), LOOKUP):
            with meaning(self._alias(kind)):
                answer = self.client.mget(index=self._alias(kind), ids=asked[at : at + LOOKUP])
            items = checked(answer["docs"], self._alias(kind))
            found |= {item["_id"]: read_doc(record, item["_source"]["doc"]) for item in items if item.get("found")}
        return [found[keys[one]] for one in ids if keys[one] in found]

    def _scan(
        self,
        kind: Kind,
        record: type[DocType],
        *,
        query: dict[str, Any] | None = None,
        sort: list[dict[str, str]] | None = None,
    ) -> Iterator[DocType]:
        self._ensure()
        alias, order = self._alias(kind), sort or [{"id": "asc"}]
        with meaning(alias):
            point = str(self.client.open_point_in_time(index=alias, keep_alive=KEPT)["id"])
        try:
            after: list[Any] | None = None
            while True:
                with meaning(alias):
                    answer = self.client.search(
                        pit={"id": point, "keep_alive": KEPT}, size=PAGE, sort=order, search_after=after,
                        query=query or {"match_all": {}}, track_total_hits=False, allow_partial_search_results=False,
                    )  # fmt: skip
                point, hits = str(answer["pit_id"]), answer["hits"]["hits"]
                for hit in hits:
                    yield read_doc(record, hit["_source"]["doc"])
                if len(hits) < PAGE:
                    return
                after = hits[-1]["sort"]
        finally:
            with meaning(alias):
                self.client.options(ignore_status=404).close_point_in_time(id=point)


def _page(ranked: Sequence[tuple[AdvertDoc, float]]) -> AdvertPage:
    rows = tuple(AdvertRow(doc=doc, relevance=relevance) for doc, relevance in ranked)
    return AdvertPage(total=len(rows), rows=rows)
