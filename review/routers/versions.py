"""Comparing two versions of an advert."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.accounts.reasons import Given, detail, stated
from review.ask import number
from review.render import render
from review.routers.parts import Parts, Person, advert_or_404, note
from review.version_view import versions_page

router = APIRouter()


def _number(text: str) -> int:
    return number(text, 1, 10**6) or 0


@router.get("/versions/{advert_id:path}")
@open_to(READERS)
def versions(request: Request, services: Parts, user: Person, advert_id: str) -> Response:
    """Two versions word by word, contacts covered."""
    doc = advert_or_404(services, advert_id)
    if not services.ledger.versions(doc.id):
        raise HTTPException(404)
    asked = _number(request.query_params.get("from", "")), _number(request.query_params.get("to", ""))
    note(services, user, "versions compared", doc.id, versions=list(asked))
    return render(request, versions_page(services, doc, asked))


@router.post("/uncover/versions/{advert_id:path}")
@open_to(READERS)
def uncover(
    request: Request, services: Parts, user: Person, advert_id: str,
    *, given: Given, old: Annotated[str, Form(alias="from")] = "", new: Annotated[str, Form(alias="to")] = "",
) -> Response:  # fmt: skip
    """The same with contacts readable; each time is a line of the audit log, with the reason."""
    doc = advert_or_404(services, advert_id)
    if not services.ledger.versions(doc.id):
        raise HTTPException(404)
    asked = _number(old), _number(new)
    why = stated(request, services, user, act="uncover", item=("advert", doc.id), given=given)
    if why is None:
        note(services, user, "versions compared", doc.id, versions=list(asked))
        return render(request, versions_page(services, doc, asked), status=422)
    note(services, user, "contacts uncovered", doc.id, kind="versions", versions=list(asked), **detail(why))
    return render(request, versions_page(services, doc, asked, uncovered=True))
