"""Recording decisions and taking them back. What is kept in ledger and audit log first is then shown in the index.

While an item waits for a blind double review the same form records an opinion: it is kept apart, shown to nobody, and becomes
a decision when the second one agrees, or when a lead has settled the difference.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review import advert_view, cluster_view, work
from review.access import DECIDERS, open_to
from review.blocks import DecisionForm
from review.i18n import marked
from review.labels import GROUNDS
from review.render import render
from review.routers.parts import Parts, Person, advert_or_404, cluster_or_404, note, note_reading
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.work_records import DoubleReview, Opinion
from strazha.model import Decision, Outcome
from strazha.store.documents import AdvertDoc, ClusterDoc

router = APIRouter()

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
    """The decision form as it was sent."""

    outcome: str
    ground: str
    reason: str
    seen: str
    corrects: str
    then: str

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


def asked(
    *, outcome: Annotated[str, Form()] = "", ground: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "", corrects: Annotated[str, Form()] = "", then: Annotated[str, Form()] = "",
) -> Asked:  # fmt: skip
    """Read the form; line ends as Unix writes them, nothing no store can hold, no ground of another outcome."""
    text = reason.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
    return Asked(outcome, ground if ground in GROUNDS.get(outcome, {}) else "", text, seen, corrects, then)


@router.post("/decide/advert/{advert_id:path}")
@open_to(DECIDERS)
def decide_advert(
    request: Request, services: Parts, user: Person, advert_id: str, form: Annotated[Asked, Depends(asked)]
) -> Response:
    """Record a decision about an advert; what is wrong with it is said on the page, with what was typed kept."""
    return _decide(request, services, user, Item("advert", advert_or_404(services, advert_id)), form)


@router.post("/decide/cluster/{cluster_id:path}")
@open_to(DECIDERS)
def decide_cluster(
    request: Request, services: Parts, user: Person, cluster_id: str, form: Annotated[Asked, Depends(asked)]
) -> Response:
    """Record a decision about a cluster."""
    return _decide(request, services, user, Item("cluster", cluster_or_404(services, cluster_id)), form)


def _decide(request: Request, services: Services, user: User, item: Item, form: Asked) -> Response:
    # Read before anything else: the ledger refuses what was decided or opened since.
    standing = services.ledger.newest_decisions(item.kind, [item.doc.id]).get(item.doc.id)
    own = work.work_of(services, user, item.kind, item.doc.id, item.cluster_id)
    problem = form.problem(item.seen, own.standing)
    if not problem and not own.may_decide:
        problem = NOT_ASKED
    if problem:
        return _again(request, services, user, item, form, problem=problem)
    decision = _decision(user, item, form, own.review, services.clock())
    try:
        if own.review is not None and own.blind:
            done = _give(services, user, item, decision)
        else:
            services.ledger.add_decision(decision, expects=standing.id if standing is not None else "")
            done = _made(services, user, decision)
    except BadInputError:
        return _again(request, services, user, item, form, problem=OVERTAKEN)
    if form.then == "next":
        return RedirectResponse(f"/queue/next?after={quote(item.doc.id, safe='')}&done={done}", 303)
    return RedirectResponse(f"{work.href_of(item.kind, item.doc.id)}?saved=1&done={done}#decision", 303)


def _again(request: Request, services: Services, user: User, item: Item, form: Asked, *, problem: str) -> Response:
    """The page once more, with what was typed."""
    note_reading(services, user, item.doc)
    newest = work.work_of(services, user, item.kind, item.doc.id, item.cluster_id).standing
    again = DecisionForm(
        item.kind, item.doc.id, item.seen, newest, form.outcome, form.reason[:REASON_LIMIT], problem, form.ground
    )
    status = 409 if problem in {CHANGED, OVERTAKEN, NOT_ASKED} else 422
    if isinstance(item.doc, AdvertDoc):
        return render(request, advert_view.advert_page(services, item.doc, user, form=again), status=status)
    return render(request, cluster_view.cluster_page(services, item.doc, user, form=again), status=status)


def _decision(user: User, item: Item, form: Asked, review: DoubleReview | None, at: datetime) -> Decision:
    return Decision.model_validate({
        **item.machine(), "id": secrets.token_hex(12), "decided_by": user.name, "decided_at": at,
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


@router.post("/undo/decision/{decision_id}")
@open_to(DECIDERS)
def undo_decision(services: Parts, user: Person, decision_id: str) -> Response:
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
    return RedirectResponse(f"{work.href_of(decision.subject, decision.subject_id)}#decision", 303)


@router.post("/undo/opinion/{review_id}")
@open_to(DECIDERS)
def undo_opinion(services: Parts, user: Person, review_id: str) -> Response:
    """Take one's opinion back while the other is not in."""
    review = services.ledger.review(review_id[:80])
    if review is None or review.by(user.name) is None:
        raise HTTPException(404)
    if not services.ledger.take_opinion_back(review.id, user.name, services.clock()):
        raise HTTPException(409)
    note(services, user, "opinion taken back", review.subject_id, kind=review.subject, review=review.id)
    return RedirectResponse(f"{work.href_of(review.subject, review.subject_id)}#decision", 303)
