"""Searching adverts and clusters."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review import searching
from review.access import READERS, open_to
from review.ask import SearchAsk
from review.contexts import SearchPage
from review.i18n import pick
from review.render import render
from review.routers.parts import Parts, Person
from review.rows import facets

router = APIRouter()

SIZE = 25


@router.get("/search")
@open_to(READERS)
def search(request: Request, services: Parts, user: Person) -> Response:
    """Full text and facets. What was searched for is logged: it can name a person."""
    ask = SearchAsk.read(request.query_params)
    found = searching.search(services, user, ask, size=SIZE)
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
            sort=ask.sort,
            min_score=ask.min_score,
            seen_from=ask.seen_from.isoformat() if ask.seen_from else "",
            seen_to=ask.seen_to.isoformat() if ask.seen_to else "",
        ),
    )
