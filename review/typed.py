"""What colleagues typed about an item (reasons, notes, words at a hand-over), with the contacts in it covered.

Pages, API and printed reports take it from here; only a bundle, which is made as evidence, holds it as typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from review import cover
from review.blocks import Said, Work
from strazha.ledger.work_records import DoubleReview, Holding, HoldingEvent, Opinion

#: Looks up every writing of an item's contacts; asked only where somebody typed something.
Words = Callable[[], Sequence[str]]

Noted = TypeVar("Noted", Holding, HoldingEvent)


def covered_work(work: Work, look_up: Words) -> Work:
    """People's work on an item, covered; ``hidden`` counts the texts in which something was."""
    before = _texts(work)
    if not before:
        return work
    words = look_up()
    review = _review(work.review, words)
    covered = replace(
        work,
        holding=_noted(work.holding, words) if work.holding is not None else None,
        hands=tuple(_noted(one, words) for one in work.hands),
        said=tuple(_said(one, words) for one in work.said),
        review=review,
        own=_opinion(work.own, words) if work.own is not None else None,
        opinions=tuple(_opinion(one, words) for one in work.opinions),
    )
    return replace(covered, hidden=sum(one != other for one, other in zip(before, _texts(covered), strict=True)))


def covered_review(review: DoubleReview, look_up: Words) -> DoubleReview:
    """A double review whose opinions' reasons are covered."""
    if not any(one.reason for one in review.opinions):
        return review
    words = look_up()
    return review.model_copy(update={"opinions": tuple(_opinion(one, words) for one in review.opinions)})


def covered_detail(detail: Iterable[tuple[str, object]]) -> list[tuple[str, object]]:
    """What an entry of the audit log holds beside its subject, what somebody typed covered by its look."""
    return [(name, cover.covered_typed(str(value)) if name in _TYPED else value) for name, value in detail]


#: Fields of audit entries that hold what somebody typed about an item, not what they looked for.
_TYPED = frozenset({"reason", "words", "note"})


def _texts(work: Work) -> list[str]:
    held = [work.holding.note] if work.holding is not None else []
    held += [one.note for one in work.hands]
    held += [one.decision.reason for one in work.said]
    held += [one.reason for one in (*([work.own] if work.own is not None else []), *work.opinions)]
    return held if any(held) else []


def _noted(one: Noted, words: Sequence[str]) -> Noted:
    return one.model_copy(update={"note": cover.covered_typed(one.note, words)})


def _said(one: Said, words: Sequence[str]) -> Said:
    reason = cover.covered_typed(one.decision.reason, words)
    return replace(one, decision=one.decision.model_copy(update={"reason": reason}))


def _opinion(one: Opinion, words: Sequence[str]) -> Opinion:
    return one.model_copy(update={"reason": cover.covered_typed(one.reason, words)})


def _review(review: DoubleReview | None, words: Sequence[str]) -> DoubleReview | None:
    return None if review is None else covered_review(review, lambda: words)
