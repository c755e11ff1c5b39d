"""Two clusters side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.ask import clean
from review.casework.compare_view import compare_page
from review.casework.contexts import ComparePage
from review.casework.places import ADDRESS, named_cluster
from review.i18n import marked
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.ledger.records import User

router = APIRouter()

NO_CLUSTER = marked("Name two clusters by number or address (an advert stands for its cluster).")
SAME = marked("Both are the same cluster.")


def _compared(request: Request, services: Services, user: User, a: str, b: str, *, uncovered: bool) -> Response:
    one, other = named_cluster(services, a), named_cluster(services, b)
    if one is None or other is None or one.id == other.id:
        # Without a second one yet, the form asks for it.
        asked = bool(a and b)
        problem = "" if not asked else SAME if one is not None and other is not None else NO_CLUSTER
        page = ComparePage(a=clean(a, ADDRESS), b=clean(b, ADDRESS), problem=problem)
        return render(request, page, status=422 if asked else 200)
    if uncovered:
        note(services, user, "contacts uncovered", one.id, kind="compare", other=other.id)
    else:
        note(services, user, "clusters compared", one.id, other=other.id)
    return render(request, compare_page(services, one, other, user, uncovered=uncovered))


@router.get("/compare")
@open_to(READERS)
def compare(request: Request, services: Parts, user: Person, a: str = "", b: str = "") -> Response:
    """Shared contacts, names, places and texts; what would join them; when both were active."""
    return _compared(request, services, user, a, b, uncovered=False)


@router.post("/uncover/compare")
@open_to(READERS)
def uncover(
    request: Request, services: Parts, user: Person, a: Annotated[str, Form()] = "", b: Annotated[str, Form()] = ""
) -> Response:
    """The same with contacts readable; logged."""
    return _compared(request, services, user, a, b, uncovered=True)
