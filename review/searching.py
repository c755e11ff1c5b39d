"""Searching adverts and clusters: covered, blind where it must be, logged, each row with why it was found.

Pages and API call the same function.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from review.ask import SearchAsk
from review.blocks import Row
from review.investigate.matching import Why
from review.routers.parts import note
from review.rows import found_row
from review.services import Services
from review.work import added_of, blinded, cluster_rows
from review.worklist import from_cursor
from strazha.ledger.records import User
from strazha.store.query import AdvertPage, ClusterPage, FacetCount


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results."""

    rows: tuple[Row, ...]
    total: int
    facets: dict[str, tuple[FacetCount, ...]]
    cursor: str


def search(services: Services, user: User, ask: SearchAsk, *, size: int) -> Found:
    """Full text, pieces of contacts, facets, days. What was searched for is logged: it can name a person.

    A search over both kinds gives the adverts; its clusters are in :func:`clusters_first`.
    """
    query = ask.for_index(facets=ask.facets, size=size, highlight=True)
    found: AdvertPage | ClusterPage
    if ask.kind == "clusters":
        found = from_cursor(services.index.search_clusters, query)
        rows = _cluster_rows(services, ask, found)
    else:
        found = from_cursor(services.index.search_adverts, query)
        rows = _advert_rows(services, ask, found)
    if not ask.empty:
        note(services, user, "search", ask.kind, text=ask.text, contact=ask.contact, filters=ask.filters, found=found.total)
    return Found(rows, found.total, found.facets, found.cursor)


def clusters_first(services: Services, ask: SearchAsk, *, size: int) -> tuple[tuple[Row, ...], int]:
    """The first clusters of a search over both, with their number; they stand on its first page alone."""
    if ask.kind != "all" or ask.cursor or ask.empty or not ask.for_clusters():
        return (), 0
    found = services.index.search_clusters(ask.for_index(size=size, cursor=""))
    return _cluster_rows(services, ask, found), found.total


def _cluster_rows(services: Services, ask: SearchAsk, found: ClusterPage) -> tuple[Row, ...]:
    why = Why(ask)
    rows = cluster_rows(services, found.rows)
    return tuple(replace(row, found=why.cluster(doc)) for row, doc in zip(rows, found.rows, strict=True))


def _advert_rows(services: Services, ask: SearchAsk, found: AdvertPage) -> tuple[Row, ...]:
    docs, why = [row.doc for row in found.rows], Why(ask)
    added = added_of(services, docs)
    made = (replace(found_row(row, services.catalogue, added[row.doc.id]), found=why.advert(row)) for row in found.rows)
    rows = tuple(blinded(services, docs, made))
    # That they are among what was decided so would tell it.
    return tuple(row for row in rows if not row.review) if "decision" in ask.filters else rows
