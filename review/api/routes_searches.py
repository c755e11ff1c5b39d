"""Saved searches, kept and shared, and what a search finds by place."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from review.access import READERS, open_to
from review.api import asks, parts, rows_json, search_asks, view_records, work_records
from review.api.problems import ApiError
from review.api.view_json import places_json
from review.i18n import marked
from review.investigate import saving
from review.investigate.placing import map_of
from review.investigate.routes_map import FACETS
from review.routers.parts import Parts, Person, note
from review.rows import facets
from strazha.ledger.records import User
from strazha.ledger.watch_records import SavedSearch

router = parts.router("Searches and the map")

NO_NAME = marked("Give the search a name.")


@router.get("/searches", summary="List saved searches")
@open_to(READERS)
def searches(services: Parts, user: Person) -> list[work_records.SavedSearch]:
    """Yours, and those shared with you."""
    return [_saved(one, user) for one in services.ledger.saved_searches(user.name)]


@router.post("/searches", status_code=201, summary="Save a search")
@open_to(READERS)
def save_search(services: Parts, user: Person, body: search_asks.SearchSaved) -> work_records.SavedSearch:
    """What is no search is left out of the query. A name you use already is given to this one."""
    if not body.name.strip():
        raise ApiError(422, NO_NAME)
    return _saved(saving.save(services, user, body.name, body.query, body.shared), user)


@router.post("/searches/{search_id}/share", status_code=204, summary="Share a search", responses=parts.problems(404))
@open_to(READERS)
def share_search(services: Parts, user: Person, search_id: asks.Id, body: search_asks.SearchShared) -> None:
    """One of yours, with these people and nobody else any more."""
    saving.share(services, user, search_id, body.shared)


@router.delete("/searches/{search_id}", status_code=204, summary="Remove a saved search", responses=parts.problems(404))
@open_to(READERS)
def remove_search(services: Parts, user: Person, search_id: asks.Id) -> None:
    """One of yours."""
    saving.remove(services, user, search_id)


def _saved(one: SavedSearch, user: User) -> work_records.SavedSearch:
    mine = one.owner == user.name
    return work_records.SavedSearch(
        id=one.id, owner=one.owner, name=one.name, query=one.query, mine=mine, shared=list(one.shared) if mine else [],
        created_at=one.created_at,
    )  # fmt: skip


@router.get("/map", summary="Count what a search finds by place")
@open_to(READERS)
def places(services: Parts, user: Person, ask: Annotated[search_asks.Mapped, Query()]) -> view_records.Map:
    """Adverts by place, band and time. What was asked for is logged, as for every search."""
    asked = ask.ask()
    data, total, left_out = map_of(services, asked)
    counted = services.index.search_adverts(asked.for_index(size=0, facets=FACETS))
    note(services, user, "map read", "adverts", text=asked.text, contact=asked.contact, filters=asked.filters, found=total)
    return view_records.Map(
        places=places_json(data.spots), steps=list(data.steps), total=total, left_out=left_out,
        facets=rows_json.facets(facets(counted.facets, FACETS, asked.filters, services.catalogue)),
    )  # fmt: skip
