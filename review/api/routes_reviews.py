"""Blind double reviews: opening, drawing, opinions, settling, and how far people agree."""

from __future__ import annotations

from functools import partial

from fastapi import HTTPException

from review import deciding, doubles, work
from review.access import LEADS, REVIEWERS, open_to
from review.agreement import agreement, pairs_of
from review.api import asks, parts, records, work_records
from review.api.problems import ApiError
from review.api.routes_items import item_of, record
from review.api.work_json import mark_json, reviews_json
from review.i18n import marked
from review.routers.parts import Parts, Person, note
from review.services import Services
from review.typed import covered_review
from strazha.ledger.work_records import DoubleReview

router = parts.router("Double reviews")

OVER = marked("This double review does not wait for that.")
LOOK = marked("Read the item to see where it stands.")


@router.get("/reviews", summary="List double reviews")
@open_to(LEADS)
def reviews(
    *, services: Parts, user: Person, state: work_records.ReviewState | None = None, limit: asks.Limit = 50,
    cursor: asks.Cursor = "",
) -> work_records.ReviewPage:  # fmt: skip
    """Newest first. Of open ones nobody is told who spoke or what they said."""
    note(services, user, "double reviews read", state or "all")
    every = services.ledger.reviews([state] if state else ())
    mark = f"reviews {state}"
    after = asks.opened(cursor, mark)
    at = next((number + 1 for number, one in enumerate(every) if one.id == after), 0 if not after else None)
    if at is None:
        # The review the page ended with is in another state now; where it stood nobody can tell any more.
        raise ApiError(422, asks.BAD_CURSOR, asks.FROM_START)
    shown = every[at : at + limit]
    more = len(every) > at + limit
    told = [covered_review(one, partial(work.words_by_id, services, one.subject, one.subject_id)) for one in shown]
    return work_records.ReviewPage(reviews=reviews_json(told), next=asks.sealed(shown[-1].id, mark) if more else "")


@router.get("/reviews/agreement", summary="How far reviewers agree")
@open_to(LEADS)
def agree(services: Parts, user: Person) -> work_records.Agreement:
    """Over all reviews with two opinions: raw agreement, Cohen's kappa with its interval, and by outcome."""
    note(services, user, "agreement read", "double reviews")
    found = agreement(pairs_of(services.ledger.reviews()))
    return work_records.Agreement(
        pairs=found.pairs, same=found.same, raw=found.raw, kappa=found.kappa, low=found.low, high=found.high,
        outcomes=[
            work_records.OutcomeAgreement(outcome=one.outcome, said=one.said, both=one.both, share=one.share)
            for one in found.outcomes
        ],
    )  # fmt: skip


@router.post(
    "/items/{kind}/{item_id}/reviews", status_code=201, summary="Open a double review", responses=parts.problems(404, 409)
)
@open_to(LEADS)
def open_review(services: Parts, user: Person, kind: records.Kind, item_id: asks.Id) -> work_records.ReviewMark:
    """Of an item nobody has decided on. One that waits already is answered as it is."""
    found = item_of(services, kind, item_id)
    return mark_json(doubles.open_review(services, user, kind, found.doc.id))


@router.post("/reviews/draw", status_code=201, summary="Draw double reviews by chance")
@open_to(LEADS)
def draw(services: Parts, user: Person, body: asks.DrawAsked) -> work_records.Drawn:
    """Of undecided items nobody has: only a sample nobody chose says how far people agree."""
    return work_records.Drawn(opened=doubles.draw(services, user, body.count))


@router.post("/reviews/{review_id}/end", status_code=204, summary="End a double review", responses=parts.problems(404))
@open_to(LEADS)
def end_review(services: Parts, user: Person, review_id: asks.Id) -> None:
    """Without a decision; the opinions stay."""
    doubles.end_review(services, user, review_id)


@router.post(
    "/reviews/{review_id}/opinion", status_code=201, summary="Give your opinion in a double review",
    responses=parts.problems(404, 409),
)  # fmt: skip
@open_to(REVIEWERS)
def give_opinion(services: Parts, user: Person, review_id: asks.Id, body: asks.OpinionAsked) -> work_records.Recorded:
    """Kept apart and told to nobody. The second one that agrees makes the decision; a former opinion of yours gives way."""
    review = _waiting(services, review_id, "open")
    found = item_of(services, review.subject, review.subject_id)
    own = work.work_of(services, user, found.kind, found.doc.id, found.cluster_id)
    return record(services, user, found, body, corrects=own.standing)


@router.delete(
    "/reviews/{review_id}/opinion", status_code=204, summary="Take your opinion back", responses=parts.problems(404, 409)
)
@open_to(REVIEWERS)
def undo_opinion(services: Parts, user: Person, review_id: asks.Id) -> None:
    """While the other one is not in."""
    deciding.undo_opinion(services, user, review_id)


@router.post(
    "/reviews/{review_id}/settlement", status_code=201, summary="Settle a disagreement", responses=parts.problems(404, 409)
)
@open_to(LEADS)
def settle(services: Parts, user: Person, review_id: asks.Id, body: asks.OpinionAsked) -> work_records.Recorded:
    """Your decision ends the disputed review. Whoever gave one of the two opinions does not choose between them."""
    review = _waiting(services, review_id, "disputed")
    found = item_of(services, review.subject, review.subject_id)
    own = work.work_of(services, user, found.kind, found.doc.id, found.cluster_id)
    return record(services, user, found, body, corrects=own.standing)


def _waiting(services: Services, review_id: str, state: str) -> DoubleReview:
    review = services.ledger.review(review_id)
    if review is None:
        raise HTTPException(404)
    if review.state != state:
        raise ApiError(409, OVER, LOOK)
    return review
