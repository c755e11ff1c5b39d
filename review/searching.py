"""Searching adverts and clusters: covered, blind where it must be, logged. Pages and API call the same function."""

from __future__ import annotations

from dataclasses import dataclass

from review.ask import SearchAsk
from review.blocks import Row
from review.routers.parts import note
from review.rows import found_row
from review.services import Services
from review.work import added_of, blinded, cluster_rows
from review.worklist import from_cursor
from strazha.ledger.records import User
from strazha.store.query import AdvertPage, ClusterPage, FacetCount, Query


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results."""

    rows: tuple[Row, ...]
    total: int
    facets: dict[str, tuple[FacetCount, ...]]
    cursor: str


def search(services: Services, user: User, ask: SearchAsk, *, size: int) -> Found:
    """Full text and facets. What was searched for is logged: it can name a person."""
    found = _found(services, ask, size)
    if isinstance(found, AdvertPage):
        docs = [row.doc for row in found.rows]
        added = added_of(services, docs)
        rows = tuple(blinded(services, docs, (found_row(row, services.catalogue, added[row.doc.id]) for row in found.rows)))
        if "decision" in ask.filters:
            # That they are among what was decided so would tell it.
            rows = tuple(row for row in rows if not row.review)
    else:
        rows = tuple(cluster_rows(services, found.rows))
    if ask.text or ask.filters:
        note(services, user, "search", ask.kind, text=ask.text, filters=ask.filters, found=found.total)
    return Found(rows, found.total, found.facets, found.cursor)


def _found(services: Services, ask: SearchAsk, size: int) -> AdvertPage | ClusterPage:
    low, high = ask.moments()
    query = Query(
        text=ask.text,
        filters=ask.filters,
        min_score=ask.min_score,
        seen_from=low,
        seen_to=high,
        sort=ask.sort,
        facets=ask.facets,
        size=size,
        cursor=ask.cursor,
        highlight=True,
    )
    if ask.kind == "clusters":
        return from_cursor(services.index.search_clusters, query)
    return from_cursor(services.index.search_adverts, query)
