"""Opening, drawing and ending blind double reviews. Pages and API call the same functions."""

from __future__ import annotations

import random
from contextlib import suppress

from fastapi import HTTPException
from starlette.datastructures import QueryParams

from review import work, worklist
from review.ask import QueueAsk
from review.routers.parts import note
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.work_records import DoubleReview

#: Items drawn at most, and the head of the queue they are drawn from: what people will look at in the next days.
MOST_DRAWN, DRAWN_FROM = 50, 500


def open_review(services: Services, user: User, subject: str, one: str) -> DoubleReview:
    """Ask for a blind double review of an item; 409 where somebody has decided on it: that can no longer be unsaid."""
    try:
        return _open(services, user, subject, one)
    except BadInputError as error:
        raise HTTPException(409) from error


def end_review(services: Services, user: User, review_id: str) -> DoubleReview:
    """End a double review without a decision; the item (if it is there still) is back in the queue, the opinions stay."""
    review = services.ledger.review(review_id[:80])
    if review is None or not services.ledger.end_review(review.id, services.clock()):
        raise HTTPException(404)
    note(services, user, "double review closed", review.subject_id, kind=review.subject, review=review.id)
    return review


def draw(services: Services, user: User, wanted: int) -> int:
    """Open double reviews of undecided items drawn by chance, ``wanted`` at most; returns how many."""
    found = worklist.page(services, QueueAsk.read(QueryParams()), size=DRAWN_FROM)
    judged = {
        (kind, one)
        for kind in work.KINDS
        for one in services.ledger.judged(kind, [row.id for row in found.rows if row.kind == kind])
    }
    free = [
        row
        for row in work.marked(services, user, found.rows)
        if not row.review and not row.holder and (row.kind, row.id) not in judged
    ]
    chosen = random.SystemRandom().sample(free, min(wanted, len(free)))
    drawn = 0
    for row in chosen:
        # What somebody decides on at this moment is left out.
        with suppress(BadInputError):
            _open(services, user, row.kind, row.id, drawn=True)
            drawn += 1
    return drawn


def _open(services: Services, user: User, subject: str, one: str, *, drawn: bool = False) -> DoubleReview:
    at = services.clock()
    review = services.ledger.open_review(subject, one, user.name, at)
    services.ledger.release(subject, one, user.name, at)
    note(services, user, "double review opened", one, kind=subject, review=review.id, **({"drawn": True} if drawn else {}))
    return review
