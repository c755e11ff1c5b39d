"""The form for corrections. What is done is done by review.corrected."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from review import corrected
from review.access import DECIDERS, open_to
from review.advert_view import advert_page
from review.ask import number
from review.blocks import FixForm
from review.corrected import CHANGED, Asked
from review.render import advert_href, render
from review.routers.parts import Parts, Person, advert_or_404, note_reading

router = APIRouter()


def asked(
    *, finding: Annotated[str, Form()] = "", label: Annotated[str, Form()] = "", words: Annotated[str, Form()] = "",
    nth: Annotated[str, Form()] = "1", said: Annotated[str, Form(alias="note")] = "", seen: Annotated[str, Form()] = "",
) -> Asked:  # fmt: skip
    """Read the form."""
    return corrected.read(finding=finding, label=label, words=words, nth=number(nth, 1, 1000) or 1, said=said, seen=seen)


@router.post("/correct/{advert_id:path}")
@open_to(DECIDERS)
def correct(
    request: Request, services: Parts, user: Person, advert_id: str, form: Annotated[Asked, Depends(asked)]
) -> Response:
    """Add, remove or relabel a mention or a hit, beside what the machine found."""
    doc = advert_or_404(services, advert_id)
    made = corrected.correct(services, user, doc, form)
    if not made.problem:
        return RedirectResponse(f"{advert_href(doc.id)}#fixes", 303)
    note_reading(services, user, doc)
    fix = FixForm(form.finding, form.label, form.words, form.nth, form.note, made.problem)
    return render(request, advert_page(services, doc, user, fix=fix), status=409 if made.problem == CHANGED else 422)


@router.post("/uncorrect/{advert_id:path}")
@open_to(DECIDERS)
def take_back(
    services: Parts, user: Person, advert_id: str, correction: Annotated[str, Form()] = ""
) -> Response:  # fmt: skip
    """Take a correction back: one's own, or as a lead anybody's. It stays in the history."""
    doc = advert_or_404(services, advert_id)
    corrected.take_back(services, user, doc, correction)
    return RedirectResponse(f"{advert_href(doc.id)}#fixes", 303)
