"""Searching adverts and clusters on one page."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.ask import DAYS, SearchAsk
from review.blocks import Row
from review.contexts import SearchPage
from review.i18n import pick
from review.investigate.matching import Why
from review.investigate.people import colleagues
from review.investigate.ways import Ways
from review.render import render
from review.routers.parts import Parts, Person, note
from review.rows import facets, found_row
from review.services import Services
from review.work import added_of, blinded, cluster_rows
from review.worklist import from_cursor
from strazha.store.query import AdvertPage, ClusterPage

router = APIRouter()

#: Rows of a page, and clusters shown above the adverts.
SIZE, CLUSTERS_FIRST = 25, 5


@router.get("/search")
@open_to(READERS)
def search(request: Request, services: Parts, user: Person) -> Response:
    """Full text, pieces of contacts, facets, days. What was searched for is logged: it can name a person."""
    ask = SearchAsk.read(request.query_params)
    why = Why(ask)
    found = _found(services, ask)
    rows = _cluster_rows(services, found, why) if isinstance(found, ClusterPage) else _advert_rows(services, ask, found, why)
    clusters, cluster_total = _clusters_first(services, ask, why)
    if not ask.empty:
        note(services, user, "search", ask.kind, text=ask.text, contact=ask.contact, filters=ask.filters, found=found.total)
    days = ask.days()
    return render(
        request,
        SearchPage(
            rows=rows,
            total=found.total,
            facets=facets(found.facets, ask.facets, ask.filters, services.catalogue),
            next_query=ask.query(found.cursor) if found.cursor else "",
            first_query=ask.query(),
            continued=bool(ask.cursor),
            indicator_names={name: pick(entry.label, name) for name, entry in services.catalogue.items()},
            kind=ask.kind,
            text=ask.text,
            contact=ask.contact,
            sort=ask.sort,
            min_score=ask.min_score,
            days={name: days.get(name, "") for name in DAYS},
            clusters=clusters,
            cluster_total=cluster_total,
            cluster_query=replace(ask, kind="clusters", cursor="").query(),
            searches=tuple(services.ledger.saved_searches(user.name)),
            colleagues=tuple(colleagues(services, user)),
            user=user.name,
            ways=Ways.of(services.settings),
        ),
    )


def _found(services: Services, ask: SearchAsk) -> AdvertPage | ClusterPage:
    query = ask.for_index(facets=ask.facets, size=SIZE, highlight=True)
    if ask.kind == "clusters":
        return from_cursor(services.index.search_clusters, query)
    return from_cursor(services.index.search_adverts, query)


def _clusters_first(services: Services, ask: SearchAsk, why: Why) -> tuple[tuple[Row, ...], int]:
    """The first clusters of a search over both, with their number; they stand on its first page alone."""
    if ask.kind != "all" or ask.cursor or ask.empty or not ask.for_clusters():
        return (), 0
    found = services.index.search_clusters(ask.for_index(size=CLUSTERS_FIRST, cursor=""))
    return _cluster_rows(services, found, why), found.total


def _cluster_rows(services: Services, found: ClusterPage, why: Why) -> tuple[Row, ...]:
    rows = cluster_rows(services, found.rows)
    return tuple(replace(row, found=why.cluster(doc)) for row, doc in zip(rows, found.rows, strict=True))


def _advert_rows(services: Services, ask: SearchAsk, found: AdvertPage, why: Why) -> tuple[Row, ...]:
    docs = [row.doc for row in found.rows]
    added = added_of(services, docs)
    made = (replace(found_row(row, services.catalogue, added[row.doc.id]), found=why.advert(row)) for row in found.rows)
    rows = tuple(blinded(services, docs, made))
    # That they are among what was decided so would tell it.
    return tuple(row for row in rows if not row.review) if "decision" in ask.filters else rows
