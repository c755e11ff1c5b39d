"""Searching adverts and clusters on one page."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review import searching
from review.access import READERS, open_to
from review.ask import DAYS, SearchAsk
from review.contexts import SearchPage
from review.i18n import pick
from review.investigate.people import colleagues
from review.investigate.ways import Ways
from review.render import render
from review.routers.parts import Parts, Person
from review.rows import facets

router = APIRouter()

#: Rows of a page, and clusters shown above the adverts.
SIZE, CLUSTERS_FIRST = 25, 5


@router.get("/search")
@open_to(READERS)
def search(request: Request, services: Parts, user: Person) -> Response:
    """Full text, pieces of contacts, facets, days. What was searched for is logged: it can name a person."""
    ask = SearchAsk.read(request.query_params)
    found = searching.search(services, user, ask, size=SIZE)
    clusters, cluster_total = searching.clusters_first(services, ask, size=CLUSTERS_FIRST)
    days = ask.days()
    return render(
        request,
        SearchPage(
            rows=found.rows,
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
