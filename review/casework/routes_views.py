"""A cluster from every side: links, time and towns, common text, facts; hubs. Contacts are covered until somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import READERS, open_to
from review.accounts.reasons import Given, detail, stated
from review.casework.facts_view import facts_page, hubs_page
from review.casework.graph_view import graph_page
from review.casework.sheets_view import sheets_page
from review.casework.times_view import times_page
from review.contexts import Page
from review.render import render
from review.routers.parts import Parts, Person, cluster_or_404, note
from review.services import Services
from strazha.ledger.records import User
from strazha.store.documents import ClusterDoc

router = APIRouter()

#: What makes each view: services, cluster, user, the address' query, whether contacts are shown.
_Made = Callable[[Services, ClusterDoc, User, Mapping[str, str], bool], Page]

VIEWS: Mapping[str, _Made] = {
    "links": lambda services, doc, user, query, shown: graph_page(
        services, doc, user, every=query.get("edges") == "all", uncovered=shown
    ),
    "times": lambda services, doc, user, query, shown: times_page(services, doc, uncovered=shown),
    "text": lambda services, doc, user, query, shown: sheets_page(services, doc, uncovered=shown),
    "facts": lambda services, doc, user, query, shown: facts_page(services, doc, uncovered=shown),
}


def _view(request: Request, services: Services, user: User, view: str, cluster_id: str) -> Response:
    doc = cluster_or_404(services, cluster_id)
    if doc.id != cluster_id:
        return RedirectResponse(f"/{view}/{doc.id}", 303)
    note(services, user, "cluster read", doc.id, size=doc.size, view=view)
    return render(request, VIEWS[view](services, doc, user, request.query_params, False))


@router.get("/links/{cluster_id:path}")
@open_to(READERS)
def links(request: Request, services: Parts, user: Person, cluster_id: str) -> Response:
    """The links of a cluster as a graph and as a list."""
    return _view(request, services, user, "links", cluster_id)


@router.get("/times/{cluster_id:path}")
@open_to(READERS)
def times(request: Request, services: Parts, user: Person, cluster_id: str) -> Response:
    """When and where a cluster's adverts appeared."""
    return _view(request, services, user, "times", cluster_id)


@router.get("/text/{cluster_id:path}")
@open_to(READERS)
def text(request: Request, services: Parts, user: Person, cluster_id: str) -> Response:
    """The common texts of a cluster with what varies in them."""
    return _view(request, services, user, "text", cluster_id)


@router.get("/facts/{cluster_id:path}")
@open_to(READERS)
def facts(request: Request, services: Parts, user: Person, cluster_id: str) -> Response:
    """Names, ages, contacts, prices and places of a cluster."""
    return _view(request, services, user, "facts", cluster_id)


@router.post("/uncover/view/{view}/{cluster_id:path}")
@open_to(READERS)
def uncover(request: Request, services: Parts, user: Person, view: str, cluster_id: str, *, given: Given) -> Response:
    """One of these views with contacts readable; each time is a line of the audit log, with the reason."""
    if view not in VIEWS:
        raise HTTPException(404)
    doc = cluster_or_404(services, cluster_id)
    why = stated(request, services, user, act="uncover", item=("cluster", doc.id), given=given)
    if why is None:
        note(services, user, "cluster read", doc.id, size=doc.size, view=view)
        return render(request, VIEWS[view](services, doc, user, request.query_params, False), status=422)
    note(services, user, "contacts uncovered", doc.id, kind="cluster", size=doc.size, view=view, **detail(why))
    return render(request, VIEWS[view](services, doc, user, request.query_params, True))


@router.get("/hubs")
@open_to(READERS)
def hubs(request: Request, services: Parts, user: Person) -> Response:
    """Contacts that unlike advertisers share: call centres, receptions, editorial desks."""
    note(services, user, "shared contacts read", "")
    return render(request, hubs_page(services))


@router.post("/uncover/hubs")
@open_to(READERS)
def uncover_hubs(request: Request, services: Parts, user: Person, given: Given) -> Response:
    """The same with contacts readable; logged with the reason."""
    why = stated(request, services, user, act="uncover", item=("hubs", "all"), given=given)
    if why is None:
        note(services, user, "shared contacts read", "")
        return render(request, hubs_page(services), status=422)
    note(services, user, "contacts uncovered", "", kind="hubs", **detail(why))
    return render(request, hubs_page(services, uncovered=True))
