"""Keeping, sharing and removing searches; pages and API call the same functions."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import HTTPException
from starlette.datastructures import QueryParams

from review.ask import SearchAsk, clean
from review.investigate.people import colleagues
from review.routers.parts import note
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.watch_records import EVERYBODY, SavedSearch

NAME_LIMIT, QUERY_LIMIT = 60, 6000


def save(services: Services, user: User, name: str, query: str, shared: Iterable[str]) -> SavedSearch:
    """Keep a search under a name; the same name again replaces the former. 422 without a name, or with too many."""
    called = clean(name, NAME_LIMIT)
    # Read and written anew: what is kept is an address of the search page and nothing else.
    asked = SearchAsk.read(QueryParams(query[:QUERY_LIMIT])).query()
    if not called:
        raise HTTPException(422)
    people = _people(services, user, shared)
    try:
        made = services.ledger.save_search(user.name, called, asked, services.clock(), people)
    except BadInputError as error:
        raise HTTPException(422) from error
    note(services, user, "search saved", called, query=asked, shared=people)
    return made


def share(services: Services, user: User, search_id: str, shared: Iterable[str]) -> None:
    """Share a search of one's own with these people, and with nobody else any more; 404 where it is none."""
    people = _people(services, user, shared)
    if not services.ledger.share_search(user.name, search_id[:40], people):
        raise HTTPException(404)
    note(services, user, "search shared", search_id, shared=people)


def remove(services: Services, user: User, search_id: str) -> None:
    """Remove a search of one's own; 404 where it is none."""
    if not services.ledger.remove_search(user.name, search_id[:40], services.clock()):
        raise HTTPException(404)
    note(services, user, "search removed", search_id)


def _people(services: Services, user: User, shared: Iterable[str]) -> list[str]:
    """Those of the names typed that are colleagues, or everybody."""
    wanted = set(shared)
    return [EVERYBODY] if EVERYBODY in wanted else [name for name in colleagues(services, user) if name in wanted]
