"""Recording decisions. A decision is kept in the ledger and the audit log first, then shown in the index."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from review import advert_view, cluster_view
from review.access import DECIDERS, open_to
from review.blocks import DecisionForm
from review.i18n import marked
from review.render import advert_href, cluster_href, render
from review.routers.parts import Parts, Person, advert_or_404, cluster_or_404, note
from review.services import Services
from strazha.ledger.records import User
from strazha.model import Decision, Outcome

router = APIRouter()

#: As the Decision record allows.
REASON_LIMIT = 4000

NO_OUTCOME = marked("Choose an outcome.")
NO_REASON = marked("Give a reason in a few words: a decision without one cannot be reviewed.")
TOO_LONG = marked("The reason is longer than 4,000 characters.")
CHANGED = marked("What you saw has changed since: new data came in. Look again, then decide.")
OVERTAKEN = marked("Somebody decided on this while you were reading. Look at that decision; yours would correct it.")


@dataclass(frozen=True)
class Asked:
    """The decision form as it was sent."""

    outcome: str
    reason: str
    seen: str
    corrects: str

    def problem(self, seen: str, newest: str) -> str:
        """Why it cannot be recorded as it is, or nothing."""
        if self.outcome not in set(Outcome):
            return NO_OUTCOME
        if not self.reason:
            return NO_REASON
        if len(self.reason) > REASON_LIMIT:
            return TOO_LONG
        if self.corrects != newest:
            return OVERTAKEN
        return CHANGED if self.seen != seen else ""


def asked(
    outcome: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    corrects: Annotated[str, Form()] = "",
) -> Asked:
    """Read the form; line ends as Unix writes them, nothing no store can hold."""
    text = reason.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
    return Asked(outcome, text, seen, corrects)


def _record(services: Services, user: User, form: Asked, said: dict[str, str | int]) -> None:
    """Keep a decision; ``said`` is its subject and what the machine said of it."""
    at = services.clock()
    own = {"id": secrets.token_hex(12), "decided_by": user.name, "decided_at": at}
    decision = Decision.model_validate(
        {**said, **own, "outcome": form.outcome, "reason": form.reason, "corrects": form.corrects}
    )
    services.ledger.add_decision(decision)
    detail = {"kind": decision.subject, "decision": decision.id, "outcome": form.outcome, "corrects": form.corrects}
    note(services, user, "decision", decision.subject_id, **detail)
    services.index.decide(decision.subject, decision.subject_id, decision.outcome, at)
    services.index.refresh()


@router.post("/decide/advert/{advert_id:path}")
@open_to(DECIDERS)
def decide_advert(
    request: Request,
    services: Parts,
    user: Person,
    advert_id: str,
    form: Annotated[Asked, Depends(asked)],
) -> Response:
    """Record a decision about an advert; what is wrong with it is said on the page, with what was typed kept."""
    doc = advert_or_404(services, advert_id)
    decisions = services.ledger.decisions("advert", doc.id)
    newest = decisions[-1].id if decisions else ""
    problem = form.problem(advert_view.seen_of(doc), newest)
    if problem:
        again = DecisionForm(
            "advert", doc.id, advert_view.seen_of(doc), newest, form.outcome, form.reason[:REASON_LIMIT], problem
        )
        return render(request, advert_view.advert_page(services, doc, form=again), status=409 if _late(problem) else 422)
    screening = doc.screening
    said: dict[str, str | int] = {
        "subject": "advert",
        "subject_id": doc.id,
        "content_hash": doc.advert.content_hash,
        "pipeline": screening.pipeline.key,
        "band": screening.band.value,
        "score": screening.score,
    }
    _record(services, user, form, said)
    return RedirectResponse(f"{advert_href(doc.id)}?saved=1#decision", 303)


@router.post("/decide/cluster/{cluster_id:path}")
@open_to(DECIDERS)
def decide_cluster(
    request: Request,
    services: Parts,
    user: Person,
    cluster_id: str,
    form: Annotated[Asked, Depends(asked)],
) -> Response:
    """Record a decision about a cluster. Its version is a digest of members, score and band."""
    doc = cluster_or_404(services, cluster_id)
    decisions = services.ledger.decisions("cluster", doc.id)
    newest = decisions[-1].id if decisions else ""
    problem = form.problem(cluster_view.seen_of(doc), newest)
    if problem:
        again = DecisionForm(
            "cluster", doc.id, cluster_view.seen_of(doc), newest, form.outcome, form.reason[:REASON_LIMIT], problem
        )
        return render(request, cluster_view.cluster_page(services, doc, form=again), status=409 if _late(problem) else 422)
    said: dict[str, str | int] = {
        "subject": "cluster",
        "subject_id": doc.id,
        "content_hash": cluster_view.seen_of(doc),
        "band": doc.band.value,
        "score": doc.score,
    }
    _record(services, user, form, said)
    return RedirectResponse(f"{cluster_href(doc.id)}?saved=1#decision", 303)


def _late(problem: str) -> bool:
    return problem in {CHANGED, OVERTAKEN}
