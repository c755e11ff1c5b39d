"""People's work on an item as the API tells it; while a double review is open no more than the page."""

from __future__ import annotations

from collections.abc import Sequence

from review import deciding, work
from review.api import asks, work_records
from review.api.problems import ApiError
from review.blocks import Said
from review.deciding import Item
from review.i18n import marked
from review.services import Services
from strazha.ledger.records import User
from strazha.ledger.work_records import DoubleReview, Opinion
from strazha.model import Band, Decision

OTHER_REQUEST = marked("This Idempotency-Key was used for another decision.")
NEW_KEY = marked("Choose a new key for each decision.")


def item_json(services: Services, user: User, item: Item) -> work_records.Item:
    """Everything an item's page says of people's work on it."""
    own = work.work_of(services, user, item.kind, item.doc.id, item.cluster_id)
    held = own.holding
    return work_records.Item.model_validate({
        "kind": item.kind, "id": item.doc.id, "seen": item.seen, "standing": own.standing,
        "holding": {
            "holder": held.holder, "given_by": held.given_by, "since": held.since, "note": held.note, "mine": own.mine,
        } if held is not None else None,
        "hands": [
            {"action": one.action, "holder": one.holder, "done_by": one.done_by, "at": one.at, "note": one.note}
            for one in own.hands
        ],
        "decisions": [decision_json(one) for one in own.said],
        "review": mark_json(own.review) if own.review is not None else None,
        "own_opinion": opinion_json(own.own) if own.own is not None else None,
        "opinions": [opinion_json(one) for one in own.opinions],
        "colleagues": list(own.colleagues),
        "may_hold": own.may_hold, "may_decide": own.may_decide, "may_open_review": own.may_open,
        "may_end_review": own.may_end,
    })  # fmt: skip


def decision_json(said: Said) -> work_records.Decision:
    """One decision of an item's history."""
    one = said.decision
    return work_records.Decision.model_validate({
        "id": one.id, "kind": one.subject, "item": one.subject_id, "outcome": one.outcome, "ground": one.ground,
        "reason": one.reason, "decided_by": one.decided_by, "decided_at": one.decided_at,
        "band": one.band if one.band in set(Band) else None, "score": one.score, "corrects": one.corrects,
        "review": one.review, "withdrawn_by": said.withdrawn_by, "withdrawn_at": said.withdrawn_at,
    })  # fmt: skip


def opinion_json(one: Opinion) -> work_records.Opinion:
    """What one reviewer said."""
    return work_records.Opinion(
        reviewer=one.reviewer, outcome=one.outcome, ground=one.ground, reason=one.reason, given_at=one.given_at
    )


def mark_json(one: DoubleReview) -> work_records.ReviewMark:
    """Where an item stands in a double review, without a word of what was said."""
    return work_records.ReviewMark(id=one.id, state=one.state, opened_by=one.opened_by, opened_at=one.opened_at)


def reviews_json(found: Sequence[DoubleReview]) -> list[work_records.Review]:
    """Double reviews; of open ones nobody is told who spoke or what they said."""
    return [
        work_records.Review(
            id=one.id, kind=one.subject, item=one.subject_id, state=one.state, opened_by=one.opened_by,
            opened_at=one.opened_at, closed_at=one.closed_at, decision=one.decision_id, given=len(one.opinions),
            opinions=[opinion_json(said) for said in one.opinions] if one.state != "open" else [],
        )
        for one in found
    ]  # fmt: skip


def recorded_json(services: Services, user: User, done: str, *, repeated: bool = False) -> work_records.Recorded:
    """What ``review.deciding.decide`` recorded."""
    kind, _, name = done.partition(".")
    if kind == "o":
        review = services.ledger.review(name)
        mark = mark_json(review) if review is not None else None
        return work_records.Recorded(recorded="opinion", decision=None, review=mark, repeated=repeated)
    decision = services.ledger.decision(name)
    review = services.ledger.review(decision.review) if decision is not None and decision.review else None
    return work_records.Recorded(
        recorded="decision",
        decision=_own(services, decision) if decision is not None else None,
        review=mark_json(review) if review is not None else None,
        repeated=repeated,
    )


def repeated_json(
    services: Services, user: User, item: Item, body: asks.OpinionAsked, key: str | None
) -> work_records.Recorded | None:  # fmt: skip
    """What an earlier request of this person with the same key recorded; 422 where that was another decision."""
    before = services.ledger.decision(deciding.id_of(user, key)) if key else None
    if before is None:
        return None
    form = deciding.read(outcome=body.outcome.value, ground=body.ground, reason=body.reason, seen="", corrects="")
    asked = (item.kind, item.doc.id, form.outcome, form.ground, form.reason)
    if (before.subject, before.subject_id, before.outcome.value, before.ground, before.reason) != asked:
        raise ApiError(422, OTHER_REQUEST, NEW_KEY)
    return recorded_json(services, user, f"d.{before.id}", repeated=True)


def _own(services: Services, decision: Decision) -> work_records.Decision:
    back = services.ledger.withdrawals([decision.id]).get(decision.id)
    return decision_json(
        Said(decision, back.withdrawn_by if back else "", back.withdrawn_at if back else None)
    )  # fmt: skip
