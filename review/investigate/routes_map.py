"""The map: adverts by place."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.ask import SearchAsk
from review.investigate.contexts import MapPage
from review.investigate.placing import map_of
from review.render import render
from review.routers.parts import Parts, Person, note
from review.rows import facets

router = APIRouter()

#: What the map is filtered by.
FACETS = ("ad_type", "indicator", "band", "country", "source", "language")


@router.get("/map")
@open_to(READERS)
def places(request: Request, services: Parts, user: Person) -> Response:
    """Adverts by place; clicking a place leads to the search for it. What was asked for is logged, as for every search."""
    ask = replace(SearchAsk.read(request.query_params), kind="adverts", cursor="")
    data, total, left_out = map_of(services, ask)
    counted = services.index.search_adverts(ask.for_index(size=0, facets=FACETS))
    note(services, user, "map read", "adverts", text=ask.text, contact=ask.contact, filters=ask.filters, found=total)
    return render(
        request,
        MapPage(
            data=data, total=total, left_out=left_out,
            facets=facets(counted.facets, FACETS, ask.filters, services.catalogue), text=ask.text, contact=ask.contact,
            seen_from=ask.seen_from.isoformat() if ask.seen_from else "",
            seen_to=ask.seen_to.isoformat() if ask.seen_to else "", search_query=ask.query(),
        ),
    )  # fmt: skip
