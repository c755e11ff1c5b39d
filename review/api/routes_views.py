"""A cluster from every side: graph, time and towns, texts, facts, comparison with another; histories, shared contacts."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from review.access import READERS, open_to
from review.api import asks, parts
from review.api import view_json as made
from review.api import view_records as told
from review.api.problems import ApiError
from review.api.records import Kind
from review.casework.compare_view import compare_page
from review.casework.facts_view import facts_page, hubs_page
from review.casework.graph_view import graph_page
from review.casework.history_view import history_page
from review.casework.places import item_or_404, named_cluster
from review.casework.routes_compare import NO_CLUSTER, SAME
from review.casework.sheets_view import sheets_page
from review.casework.times_view import times_page
from review.routers.parts import Parts, Person, cluster_or_404, note
from review.services import Services
from strazha.ledger.records import User
from strazha.store.documents import ClusterDoc

router = parts.router("A cluster from every side")

Uncovered = Annotated[asks.Uncover, Query()]


def _read(services: Services, user: User, cluster_id: str, view: str, ask: asks.Uncover) -> ClusterDoc:
    """The cluster whose view is read, or uncovered with a reason: logged as on the page."""
    doc, why = cluster_or_404(services, cluster_id), ask.why()
    if ask.uncover:
        note(services, user, "contacts uncovered", doc.id, kind="cluster", size=doc.size, view=view, **why)
    else:
        note(services, user, "cluster read", doc.id, size=doc.size, view=view)
    return doc


@router.get("/clusters/{cluster_id}/graph", summary="Read a cluster's links as a graph", responses=parts.problems(404))
@open_to(READERS)
def graph(services: Parts, user: Person, cluster_id: asks.Id, ask: Annotated[told.GraphAsked, Query()]) -> told.Graph:
    """Adverts by number, and the strongest links that hold them together; with ``every`` the rest too."""
    doc = _read(services, user, cluster_id, "links", ask)
    return made.graph_json(graph_page(services, doc, user, every=ask.every, uncovered=ask.uncover))


@router.get("/clusters/{cluster_id}/times", summary="Read when and where a cluster appeared", responses=parts.problems(404))
@open_to(READERS)
def times(services: Parts, user: Person, cluster_id: asks.Id, ask: Uncovered) -> told.Times:
    """Adverts over time by source, the towns and the ways between them, and the figures of the map."""
    doc = _read(services, user, cluster_id, "times", ask)
    return made.times_json(times_page(services, doc, uncovered=ask.uncover))


@router.get("/clusters/{cluster_id}/text", summary="Read a cluster's common texts", responses=parts.problems(404))
@open_to(READERS)
def common_texts(services: Parts, user: Person, cluster_id: asks.Id, ask: Uncovered) -> told.Sheets:
    """What its adverts share word by word, and what varies in it."""
    doc = _read(services, user, cluster_id, "text", ask)
    return made.sheets_json(sheets_page(services, doc, uncovered=ask.uncover))


@router.get("/clusters/{cluster_id}/facts", summary="Read a cluster's names and contacts", responses=parts.problems(404))
@open_to(READERS)
def facts(services: Parts, user: Person, cluster_id: asks.Id, ask: Uncovered) -> told.Facts:
    """Names, ages, contacts, prices and places: how often, when first and last, in which adverts."""
    doc = _read(services, user, cluster_id, "facts", ask)
    return made.facts_json(facts_page(services, doc, uncovered=ask.uncover))


@router.get("/clusters/{cluster_id}/compare/{other}", summary="Compare two clusters", responses=parts.problems(404))
@open_to(READERS)
def compare(services: Parts, user: Person, cluster_id: asks.Id, other: asks.Id, ask: Uncovered) -> told.Comparison:
    """What they share, what would join them and why that is or is not enough. An advert's number stands for its cluster."""
    a, b, why = named_cluster(services, cluster_id), named_cluster(services, other), ask.why()
    if a is None or b is None:
        raise ApiError(404, NO_CLUSTER)
    if a.id == b.id:
        raise ApiError(422, SAME)
    if ask.uncover:
        for doc, beside in ((a, b), (b, a)):
            note(services, user, "contacts uncovered", doc.id, kind="compare", other=beside.id, **why)
    else:
        note(services, user, "clusters compared", a.id, other=b.id)
    page = compare_page(services, a, b, user, uncovered=ask.uncover)
    if page.sides is None:
        raise ApiError(404, NO_CLUSTER)
    return made.comparison_json(page, page.sides)


@router.get("/shared-contacts", summary="List contacts shared by many")
@open_to(READERS)
def shared_contacts(services: Parts, user: Person, ask: Uncovered) -> told.SharedContacts:
    """Call centres, receptions, editorial desks: contacts that unlike advertisers share and that join little."""
    why = ask.why()
    if ask.uncover:
        note(services, user, "contacts uncovered", "", kind="hubs", **why)
    else:
        note(services, user, "shared contacts read", "")
    return made.hubs_json(hubs_page(services, uncovered=ask.uncover))


@router.get("/items/{kind}/{item_id}/history", summary="Read an item's history", responses=parts.problems(404))
@open_to(READERS)
def history(services: Parts, user: Person, kind: Kind, item_id: asks.Id, ask: Uncovered) -> told.History:
    """Notes, decisions, hands, words on links, merges and splits, versions: everything in one list, newest first."""
    doc = item_or_404(services, kind, item_id)
    parts.read(services, user, doc, ask, view="history")
    return made.history_json(history_page(services, doc, user, uncovered=ask.uncover))
