"""The decision form, and undoing. What is done is done by review.deciding."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from review import advert_view, cluster_view, deciding, work
from review.access import DECIDERS, open_to
from review.blocks import DecisionForm
from review.deciding import CHANGED, NOT_ASKED, OVERTAKEN, REASON_LIMIT, Asked, Item
from review.render import render
from review.routers.parts import Parts, Person, advert_or_404, cluster_or_404, note_reading
from review.services import Services
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc

router = APIRouter()


def asked(
    *, outcome: Annotated[str, Form()] = "", ground: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "", corrects: Annotated[str, Form()] = "", then: Annotated[str, Form()] = "",
) -> Asked:  # fmt: skip
    """Read the form."""
    return deciding.read(outcome=outcome, ground=ground, reason=reason, seen=seen, corrects=corrects, then=then)


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
    made = deciding.decide(services, user, item, form)
    if made.problem:
        return _again(request, services, user, item, form, problem=made.problem)
    if form.then == "next":
        return RedirectResponse(f"/queue/next?after={quote(item.doc.id, safe='')}&done={made.done}", 303)
    return RedirectResponse(f"{work.href_of(item.kind, item.doc.id)}?saved=1&done={made.done}#decision", 303)


def _again(request: Request, services: Services, user: User, item: Item, form: Asked, *, problem: str) -> Response:
    """The page once more, with what was typed."""
    note_reading(services, user, item.doc)
    newest = work.work_of(services, user, item.kind, item.doc.id, item.cluster_id, uncovered=True).standing
    again = DecisionForm(
        item.kind, item.doc.id, item.seen, newest, form.outcome, form.reason[:REASON_LIMIT], problem, form.ground
    )
    status = 409 if problem in {CHANGED, OVERTAKEN, NOT_ASKED} else 422
    if isinstance(item.doc, AdvertDoc):
        return render(request, advert_view.advert_page(services, item.doc, user, form=again), status=status)
    return render(request, cluster_view.cluster_page(services, item.doc, user, form=again), status=status)


@router.post("/undo/decision/{decision_id}")
@open_to(DECIDERS)
def undo_decision(services: Parts, user: Person, decision_id: str) -> Response:
    """Take a decision back: one's own, or as a lead anybody's. It stays in the history; what stood before counts again."""
    decision = deciding.undo_decision(services, user, decision_id)
    return RedirectResponse(f"{work.href_of(decision.subject, decision.subject_id)}#decision", 303)


@router.post("/undo/opinion/{review_id}")
@open_to(DECIDERS)
def undo_opinion(services: Parts, user: Person, review_id: str) -> Response:
    """Take one's opinion back while the other is not in."""
    review = deciding.undo_opinion(services, user, review_id)
    return RedirectResponse(f"{work.href_of(review.subject, review.subject_id)}#decision", 303)
