"""Items that are closed: decided on as nobody's concern. Whoever looks at what is covered there again says why for each.

A reason that holds for the session ("deciding on this item") was given for work that is over here. What left the index with
age has no page at all; the page that says so is :func:`review.app`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from review.services import Services
from strazha.ledger.records import User
from strazha.model import Decision, Outcome

#: Outcomes after which nobody works on the item: what was referred or is monitored is still looked at.
CLOSING = frozenset({Outcome.INSUFFICIENT, Outcome.INDEPENDENT, Outcome.SPAM, Outcome.NOT_RELEVANT})


def closed_by(services: Services, user: User | None, kind: str, item_id: str) -> Decision | None:
    """The decision that closed an item, or the cluster an advert is in; nothing that a blind review hides from the user."""
    if kind not in {"advert", "cluster"}:
        return None
    own = services.ledger.newest_decisions(kind, [item_id]).get(item_id)
    if kind == "cluster":
        return _closing([own])
    over = services.ledger.clusters_of([item_id]).get(item_id, "")
    if not over:
        return _closing([own])
    review = services.ledger.waiting_reviews("cluster", [over]).get(over)
    if own is not None and review is not None and review.state == "open" and not _known(own, user, review.opened_at):
        return None
    # A word on the advert itself is nearer than one on its cluster.
    return _closing([own] if own is not None else [services.ledger.newest_decisions("cluster", [over]).get(over)])


def _closing(found: Iterable[Decision | None]) -> Decision | None:
    return next((one for one in found if one is not None and one.outcome in CLOSING), None)


def _known(one: Decision, user: User | None, opened_at: datetime) -> bool:
    return one.decided_at < opened_at or (user is not None and one.decided_by == user.name)
