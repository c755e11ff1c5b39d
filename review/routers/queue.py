"""The queue: what to look at next."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from review import worklist
from review.access import READERS, open_to
from review.ask import QUEUE_FACETS, QueueAsk
from review.contexts import QueuePage
from review.i18n import pick
from review.render import render
from review.routers.parts import Parts
from review.rows import facets

router = APIRouter()

#: Rows a page: what a person goes through before looking at the list again.
SIZE = 25


@router.get("/queue")
@open_to(READERS)
def queue(request: Request, services: Parts) -> Response:
    """Clusters and single adverts, most pressing first, with filters."""
    ask = QueueAsk.read(request.query_params)
    found = worklist.page(services.index, services.catalogue, ask, size=SIZE)
    return render(
        request,
        QueuePage(
            rows=found.rows,
            total=found.clusters + found.adverts,
            facets=facets(found.facets, QUEUE_FACETS, ask.filters, services.catalogue),
            next_query=ask.query(found.cursor) if found.cursor else "",
            first_query=ask.query(),
            continued=bool(ask.cursor),
            indicator_names={name: pick(entry.label, name) for name, entry in services.catalogue.items()},
            kind=ask.kind,
            clusters=found.clusters,
            adverts=found.adverts,
        ),
    )


@router.get("/queue/next")
@open_to(READERS)
def next_item(request: Request, services: Parts) -> Response:
    """Go to the most pressing undecided item, other than the one the user comes from."""
    former = request.query_params.get("after", "")
    found = worklist.page(services.index, services.catalogue, QueueAsk.read(QueryParams()), size=2)
    return RedirectResponse(next((row.href for row in found.rows if row.id != former), "/queue"), 303)
