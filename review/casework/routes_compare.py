"""Two clusters side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.accounts.reasons import Given, detail, stated
from review.ask import clean
from review.casework.compare_view import compare_page
from review.casework.contexts import ComparePage
from review.casework.places import ADDRESS, named_cluster
from review.i18n import marked
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.store.documents import ClusterDoc

router = APIRouter()

NO_CLUSTER = marked("Name two clusters by number or address (an advert stands for its cluster).")
SAME = marked("Both are the same cluster.")


def _two(request: Request, services: Services, a: str, b: str) -> tuple[ClusterDoc, ClusterDoc] | Response:
    """The two clusters asked for, or the form that asks for them."""
    one, other = named_cluster(services, a), named_cluster(services, b)
    if one is not None and other is not None and one.id != other.id:
        return one, other
    # Without a second one yet, the form asks for it.
    asked = bool(a and b)
    problem = "" if not asked else SAME if one is not None and other is not None else NO_CLUSTER
    page = ComparePage(a=clean(a, ADDRESS), b=clean(b, ADDRESS), problem=problem)
    return render(request, page, status=422 if asked else 200)


@router.get("/compare")
@open_to(READERS)
def compare(request: Request, services: Parts, user: Person, a: str = "", b: str = "") -> Response:
    """Shared contacts, names, places and texts; what would join them; when both were active."""
    found = _two(request, services, a, b)
    if isinstance(found, Response):
        return found
    note(services, user, "clusters compared", found[0].id, other=found[1].id)
    return render(request, compare_page(services, *found, user))


@router.post("/uncover/compare/{cluster_id:path}")
@open_to(READERS)
def uncover(
    request: Request, services: Parts, user: Person, cluster_id: str, *, given: Given, b: Annotated[str, Form()] = ""
) -> Response:
    """The same with contacts readable; logged with the reason."""
    found = _two(request, services, cluster_id, b)
    if isinstance(found, Response):
        return found
    one, other = found
    why = stated(request, services, user, act="uncover", item=("cluster", one.id), given=given)
    if why is None:
        note(services, user, "clusters compared", one.id, other=other.id)
        return render(request, compare_page(services, one, other, user), status=422)
    for doc, beside in ((one, other), (other, one)):
        note(services, user, "contacts uncovered", doc.id, kind="compare", other=beside.id, **detail(why))
    return render(request, compare_page(services, one, other, user, uncovered=True))
