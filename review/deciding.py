"""Recording decisions and taking them back. What is kept in ledger and audit log first is then shown in the index.

While an item waits for a blind double review the same words record an opinion: it is kept apart, shown to nobody, and becomes
a decision when the second one agrees, or when a lead has settled the difference. Pages and API call the same functions.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from fastapi import HTTPException

from review import advert_view, cluster_view, work
from review.i18n import marked
from review.labels import GROUNDS
from review.routers.parts import note
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.work_records import DoubleReview, Opinion
from strazha.model import Decision, Outcome
from strazha.model.base import digest
from strazha.store.documents import AdvertDoc, ClusterDoc

#: As the Decision record allows.
REASON_LIMIT = 4000

NO_OUTCOME = marked("Choose an outcome.")
NO_REASON = marked("Choose a ground or give a reason in a few words: a decision without one cannot be reviewed.")
TOO_LONG = marked("The reason is longer than 4,000 characters.")
CHANGED = marked("What you saw has changed since: new data came in. Look again, then decide.")
OVERTAKEN = marked("Somebody decided on this while you were reading. Look at that decision; yours would correct it.")
NOT_ASKED = marked("This item is in a double review in which your word is not asked for now.")


@dataclass(frozen=True)
class Asked:
    """A decision as somebody asks for it, with what they saw."""

    outcome: str
    ground: str
    reason: str
    seen: str
    corrects: str
    then: str = ""

    def problem(self, seen: str, newest: str) -> str:
        """Why it cannot be recorded as it is, or nothing."""
        if self.outcome not in set(Outcome):
            return NO_OUTCOME
        if not self.reason and not self.ground:
            return NO_REASON
        if len(self.reason) > REASON_LIMIT:
            return TOO_LONG
        if self.corrects != newest:
            return OVERTAKEN
        return CHANGED if self.seen != seen else ""


@dataclass(frozen=True)
class Item:
    """What is decided on: a document of the index, and what its page showed."""

    kind: str
    doc: AdvertDoc | ClusterDoc

    @property
    def seen(self) -> str:
        """Digest of what the page showed."""
        return advert_view.seen_of(self.doc) if isinstance(self.doc, AdvertDoc) else cluster_view.seen_of(self.doc)

    @property
    def cluster_id(self) -> str:
        """The cluster of an advert; empty for an advert in none, and for a cluster."""
        return (self.doc.cluster_id or "") if isinstance(self.doc, AdvertDoc) else ""

    def machine(self) -> dict[str, str | int]:
        """What the machine said of it, as a decision keeps it. A cluster's version is a digest of members, score, band."""
        own: dict[str, str | int] = {"subject": self.kind, "subject_id": self.doc.id}
        if isinstance(self.doc, AdvertDoc):
            found = self.doc.screening
            version = {"content_hash": self.doc.advert.content_hash, "pipeline": found.pipeline.key}
            return {**own, **version, "band": found.band.value, "score": found.score}
        return {**own, "content_hash": self.seen, "band": self.doc.band.value, "score": self.doc.score}


@dataclass(frozen=True)
class Done:
    """What became of it: why nothing was recorded, or what was (``d.<decision>`` or ``o.<double review>``)."""

    problem: str = ""
    done: str = ""


def read(*, outcome: str, ground: str, reason: str, seen: str, corrects: str, then: str = "") -> Asked:
    """Line ends as Unix writes them, nothing no store can hold, no ground of another outcome."""
    text = reason.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
    return Asked(outcome, ground if ground in GROUNDS.get(outcome, {}) else "", text, seen, corrects, then)


def id_of(user: User, key: str) -> str:
    """The id of the decision a person's request with a key leads to: the same for each repetition, another for each person."""
    return digest("decision", user.name, key)[:24]


def decide(services: Services, user: User, item: Item, form: Asked, *, new_id: str = "") -> Done:
    """Record a decision, or one's opinion in a double review; ``new_id`` names the decision (by chance without one)."""
    # Read before anything else: the ledger refuses what was decided or opened since.
    standing = services.ledger.newest_decisions(item.kind, [item.doc.id]).get(item.doc.id)
    own = work.work_of(services, user, item.kind, item.doc.id, item.cluster_id, uncovered=True)
    problem = form.problem(item.seen, own.standing)
    if not problem and not own.may_decide:
        problem = NOT_ASKED
    if problem:
        return Done(problem)
    decision = _decision(
        user, item, form, review=own.review, at=services.clock(), new_id=new_id or secrets.token_hex(12)
    )  # fmt: skip
    try:
        if own.review is not None and own.blind:
            return Done(done=_give(services, user, item, decision))
        services.ledger.add_decision(decision, expects=standing.id if standing is not None else "")
    except BadInputError:
        return Done(OVERTAKEN)
    return Done(done=_made(services, user, decision))


def _decision(
    user: User, item: Item, form: Asked, *, review: DoubleReview | None, at: datetime, new_id: str
) -> Decision:  # fmt: skip
    return Decision.model_validate({
        **item.machine(), "id": new_id, "decided_by": user.name, "decided_at": at,
        "outcome": form.outcome, "reason": form.reason, "ground": form.ground, "corrects": form.corrects,
        "review": review.id if review is not None else "",
    })  # fmt: skip


def _made(services: Services, user: User, decision: Decision) -> str:
    """Show a decision that was kept; whoever had the item no longer has it."""
    detail = {"kind": decision.subject, "decision": decision.id, "outcome": decision.outcome.value}
    note(services, user, "decision", decision.subject_id, **detail, corrects=decision.corrects, review=decision.review)
    services.ledger.release(decision.subject, decision.subject_id, user.name, decision.decided_at, action="decided")
    services.index.decide(decision.subject, decision.subject_id, decision.outcome, decision.decided_at)
    services.index.refresh()
    return f"d.{decision.id}"


def _give(services: Services, user: User, item: Item, decision: Decision) -> str:
    """Keep an opinion; the second one that agrees makes the decision. Returns what was done, for the next page."""
    opinion = Opinion(
        reviewer=user.name, outcome=decision.outcome, ground=decision.ground, reason=decision.reason, seen=item.seen,
        given_at=decision.decided_at,
    )  # fmt: skip
    after = services.ledger.give_opinion(decision.review, opinion, decision)
    # What was said is not in the log: whoever reads it could be the second reviewer's neighbour.
    note(services, user, "opinion given", item.doc.id, kind=item.kind, review=after.id)
    return _made(services, user, decision) if after.state == "agreed" else f"o.{after.id}"


def undo_decision(services: Services, user: User, decision_id: str) -> Decision:
    """Take a decision back: one's own, or as a lead anybody's. It stays in the history; what stood before counts again."""
    decision = services.ledger.decision(decision_id[:80])
    if decision is None:
        raise HTTPException(404)
    if not work.may_undo(user, decision):
        raise HTTPException(403)
    at = services.clock()
    if services.ledger.withdraw_decision(decision.id, user.name, at):
        detail = {"kind": decision.subject, "decision": decision.id, "outcome": decision.outcome.value}
        note(services, user, "decision taken back", decision.subject_id, **detail)
        left = services.ledger.newest_decisions(decision.subject, [decision.subject_id]).get(decision.subject_id)
        services.index.decide(decision.subject, decision.subject_id, left.outcome if left is not None else None, at)
        services.index.refresh()
    return decision


def undo_opinion(services: Services, user: User, review_id: str) -> DoubleReview:
    """Take one's opinion back while the other is not in."""
    review = services.ledger.review(review_id[:80])
    if review is None or review.by(user.name) is None:
        raise HTTPException(404)
    if not services.ledger.take_opinion_back(review.id, user.name, services.clock()):
        raise HTTPException(409)
    note(services, user, "opinion taken back", review.subject_id, kind=review.subject, review=review.id)
    return review
