"""Blind double reviews: opening, ending, and how far people agree. For leads."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review import doubles, work
from review.access import LEADS, open_to
from review.agreement import agreement, pairs_of
from review.ask import number
from review.contexts import ReviewsPage
from review.doubles import MOST_DRAWN
from review.holding import item_of
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from review.typed import covered_review
from strazha.ledger.work_records import DoubleReview

router = APIRouter()

#: Reviews listed of each kind.
LISTED = 50


@router.get("/reviews")
@open_to(LEADS)
def reviews(request: Request, services: Parts, user: Person) -> Response:
    """Disagreements to settle, reviews that wait, and how far people agree."""
    note(services, user, "agreement read", "double reviews")
    every = services.ledger.reviews()
    disputed = [one for one in every if one.state == "disputed"]
    waiting = [one for one in every if one.state == "open"]
    return render(
        request,
        ReviewsPage(
            disputed=_listed(services, disputed),
            waiting=_listed(services, waiting),
            disputed_count=len(disputed),
            waiting_count=len(waiting),
            agreement=agreement(pairs_of(every)),
            drawn=number(request.query_params.get("drawn", ""), 0, MOST_DRAWN),
        ),
    )


def _listed(services: Services, found: list[DoubleReview]) -> tuple[tuple[str, str, DoubleReview], ...]:
    shown = found[:LISTED]
    rows = work.rows_of(services, [(one.subject, one.subject_id) for one in shown])
    titles = {(row.kind, row.id): row.title for row in rows}
    return tuple(
        (work.href_of(one.subject, one.subject_id), titles.get((one.subject, one.subject_id), one.subject_id),
         covered_review(one, partial(work.words_by_id, services, one.subject, one.subject_id)))
        for one in shown
    )  # fmt: skip


@router.post("/reviews/open/{kind}/{item_id:path}")
@open_to(LEADS)
def open_review(services: Parts, user: Person, kind: str, item_id: str) -> Response:
    """Ask for a blind double review of an item nobody has decided on: what people said of it can no longer be unsaid."""
    subject, one = item_of(services, kind, item_id)
    doubles.open_review(services, user, subject, one)
    return RedirectResponse(f"{work.href_of(subject, one)}#work", 303)


@router.post("/reviews/end/{review_id}")
@open_to(LEADS)
def end_review(services: Parts, user: Person, review_id: str) -> Response:
    """End a double review without a decision; the item (if it is there still) is back in the queue, the opinions stay."""
    doubles.end_review(services, user, review_id)
    return RedirectResponse("/reviews", 303)


@router.post("/reviews/draw")
@open_to(LEADS)
def draw(services: Parts, user: Person, count: Annotated[str, Form()] = "") -> Response:
    """Open double reviews of undecided items drawn by chance: only a sample nobody chose says how far people agree."""
    wanted = number(count, 1, MOST_DRAWN)
    if wanted is None:
        raise HTTPException(422)
    drawn = doubles.draw(services, user, wanted)
    return RedirectResponse(f"/reviews?drawn={drawn}", 303)
