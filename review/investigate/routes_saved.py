"""Saved searches: kept under a name, shared with colleagues, removed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from review.access import READERS, open_to
from review.ask import SearchAsk, clean
from review.investigate.contexts import SearchesPage
from review.investigate.people import colleagues
from review.investigate.ways import Ways
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.watch_records import EVERYBODY

router = APIRouter()

NAME_LIMIT, QUERY_LIMIT = 60, 6000


@router.get("/searches")
@open_to(READERS)
def saved(request: Request, services: Parts, user: Person) -> Response:
    """One's own saved searches and those shared with one."""
    held = services.ledger.saved_searches(user.name)
    page = SearchesPage(
        own=tuple(one for one in held if one.owner == user.name),
        shared=tuple(one for one in held if one.owner != user.name),
        colleagues=tuple(colleagues(services, user)),
        ways=Ways.of(services.settings),
    )
    return render(request, page)


@router.post("/searches")
@open_to(READERS)
def save(
    services: Parts, user: Person, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = "",
    shared: Annotated[list[str] | None, Form()] = None,
) -> Response:  # fmt: skip
    """Keep a search under a name; the same name again replaces the former."""
    called = clean(name, NAME_LIMIT)
    # Read and written anew: what is kept is an address of the search page and nothing else.
    asked = SearchAsk.read(QueryParams(query[:QUERY_LIMIT])).query()
    if not called:
        raise HTTPException(422)
    people = _people(services, user, shared)
    try:
        services.ledger.save_search(user.name, called, asked, services.clock(), people)
    except BadInputError as error:
        raise HTTPException(422) from error
    note(services, user, "search saved", called, query=asked, shared=people)
    return RedirectResponse("/searches", 303)


@router.post("/searches/{search_id}/share")
@open_to(READERS)
def share(
    services: Parts, user: Person, search_id: str, shared: Annotated[list[str] | None, Form()] = None
) -> Response:  # fmt: skip
    """Share a search of one's own with these people, and with nobody else any more."""
    people = _people(services, user, shared)
    if not services.ledger.share_search(user.name, search_id[:40], people):
        raise HTTPException(404)
    note(services, user, "search shared", search_id, shared=people)
    return RedirectResponse("/searches", 303)


@router.post("/searches/{search_id}/remove")
@open_to(READERS)
def remove(services: Parts, user: Person, search_id: str) -> Response:
    """Remove a search of one's own."""
    if not services.ledger.remove_search(user.name, search_id[:40], services.clock()):
        raise HTTPException(404)
    note(services, user, "search removed", search_id)
    return RedirectResponse("/searches", 303)


def _people(services: Services, user: User, shared: list[str] | None) -> list[str]:
    """Those of the names typed that are colleagues, or everybody."""
    wanted = set(shared or ())
    return [EVERYBODY] if EVERYBODY in wanted else [name for name in colleagues(services, user) if name in wanted]
