"""Searching adverts and clusters."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.ask import SearchAsk
from review.contexts import SearchPage
from review.i18n import pick
from review.render import render
from review.routers.parts import Parts, Person, note
from review.rows import facets, found_row
from review.services import Services
from review.work import added_of, blinded, cluster_rows
from review.worklist import from_cursor
from strazha.store.query import AdvertPage, ClusterPage, Query

router = APIRouter()

SIZE = 25


@router.get("/search")
@open_to(READERS)
def search(request: Request, services: Parts, user: Person) -> Response:
    """Full text and facets. What was searched for is logged: it can name a person."""
    ask = SearchAsk.read(request.query_params)
    found = _found(services, ask)
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
            sort=ask.sort,
            min_score=ask.min_score,
            seen_from=ask.seen_from.isoformat() if ask.seen_from else "",
            seen_to=ask.seen_to.isoformat() if ask.seen_to else "",
        ),
    )


def _found(services: Services, ask: SearchAsk) -> AdvertPage | ClusterPage:
    low, high = ask.moments()
    query = Query(
        text=ask.text,
        filters=ask.filters,
        min_score=ask.min_score,
        seen_from=low,
        seen_to=high,
        sort=ask.sort,
        facets=ask.facets,
        size=SIZE,
        cursor=ask.cursor,
        highlight=True,
    )
    if ask.kind == "clusters":
        return from_cursor(services.index.search_clusters, query)
    return from_cursor(services.index.search_adverts, query)
