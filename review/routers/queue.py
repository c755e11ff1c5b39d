"""The queue: what to look at next."""

from __future__ import annotations

from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from review import work, worklist
from review.access import READERS, open_to
from review.ask import QUEUE_FACETS, QueueAsk
from review.contexts import QueuePage
from review.i18n import pick
from review.render import render
from review.routers.parts import Parts, Person
from review.rows import facets
from review.services import Services

router = APIRouter()

#: Rows a page: what a person goes through before looking at the list again.
SIZE = 25
#: Pages looked through for something that waits for this person.
PAGES = 8
#: Remembers the filters of the queue in the browser, so that "next" stays within them; a longer address is not kept.
COOKIE, COOKIE_LIMIT = "strazha-queue", 1500


@router.get("/queue")
@open_to(READERS)
def queue(request: Request, services: Parts, user: Person) -> Response:
    """Clusters and single adverts, most pressing first, with filters."""
    ask = QueueAsk.read(request.query_params)
    found = worklist.for_person(services, user, ask, size=SIZE)
    answer = render(
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
            hold=ask.hold,
            held=len(work.held_rows(services, user)),
            views=tuple(services.ledger.saved_views(user.name)),
            done=work.done(services, user, request.query_params.get("done", "")),
        ),
    )
    _remember(answer, services, ask)
    return answer


def _remember(answer: Response, services: Services, ask: QueueAsk) -> None:
    kept = quote(ask.query(), safe="=&")
    if len(kept) <= COOKIE_LIMIT:
        answer.set_cookie(COOKIE, kept, path="/", httponly=True, samesite="strict", secure=services.settings.https)


@router.get("/queue/next")
@open_to(READERS)
def next_item(request: Request, services: Parts, user: Person) -> Response:
    """Go to the most pressing item that waits for this person, other than the one they come from, within their filters."""
    former, last = request.query_params.get("after", ""), request.query_params.get("done", "")[:80]
    tail = f"?done={quote(last, safe='')}" if last else ""
    ask = QueueAsk.read(QueryParams(unquote(request.cookies.get(COOKIE, ""))[: 2 * COOKIE_LIMIT]))
    if ask.filters.get("decision", ("none",)) != ("none",) or ask.hold == "mine":
        # What is decided, or nobody else's, is looked through by hand; what comes next is undecided.
        ask = QueueAsk(ask.kind, {**ask.filters, "decision": ("none",)}, hold=ask.hold)
    for _ in range(PAGES):
        found = worklist.for_person(services, user, ask, size=SIZE)
        for row in found.rows:
            if row.id != former and row.decision is None and work.waits_for(row, user):
                return RedirectResponse(row.href + tail, 303)
        if not found.cursor:
            break
        ask = QueueAsk(ask.kind, ask.filters, found.cursor, ask.hold)
    return RedirectResponse(f"/queue{tail}", 303)
