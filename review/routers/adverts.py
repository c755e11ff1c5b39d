"""One advert, and the uncovering of its contacts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.accounts.reasons import Given, detail, stated
from review.advert_view import advert_page
from review.render import render
from review.routers.parts import Parts, Person, advert_or_404, note, note_reading, part_of

router = APIRouter()


@router.get("/adverts/{advert_id:path}")
@open_to(READERS)
def advert(request: Request, services: Parts, user: Person, advert_id: str) -> Response:
    """The advert page, contacts covered."""
    doc = advert_or_404(services, advert_id)
    note_reading(services, user, doc)
    return render(request, advert_page(services, doc, user, part=part_of(request), query=request.query_params))


@router.post("/uncover/advert/{advert_id:path}")
@open_to(READERS)
def uncover(request: Request, services: Parts, user: Person, advert_id: str, given: Given) -> Response:
    """The advert page with its contacts readable; each time is a line of the audit log, with the reason."""
    doc = advert_or_404(services, advert_id)
    why = stated(request, services, user, act="uncover", item=("advert", doc.id), given=given)
    if why is None:
        note_reading(services, user, doc)
        return render(request, advert_page(services, doc, user, part=part_of(request)), status=422)
    note(services, user, "contacts uncovered", doc.id, kind="advert", version=doc.advert.content_hash, **detail(why))
    return render(request, advert_page(services, doc, user, part=part_of(request), uncovered=True))
