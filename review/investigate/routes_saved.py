"""Saved searches: kept under a name, shared with colleagues, removed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import READERS, open_to
from review.investigate import saving
from review.investigate.contexts import SearchesPage
from review.investigate.people import colleagues
from review.investigate.ways import Ways
from review.render import render
from review.routers.parts import Parts, Person

router = APIRouter()


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
    saving.save(services, user, name, query, shared or ())
    return RedirectResponse("/searches", 303)


@router.post("/searches/{search_id}/share")
@open_to(READERS)
def share(
    services: Parts, user: Person, search_id: str, shared: Annotated[list[str] | None, Form()] = None
) -> Response:  # fmt: skip
    """Share a search of one's own with these people, and with nobody else any more."""
    saving.share(services, user, search_id, shared or ())
    return RedirectResponse("/searches", 303)


@router.post("/searches/{search_id}/remove")
@open_to(READERS)
def remove(services: Parts, user: Person, search_id: str) -> Response:
    """Remove a search of one's own."""
    saving.remove(services, user, search_id)
    return RedirectResponse("/searches", 303)
