"""People's word on links and clusters, said on the cluster's page. What is done is done by review.judgements."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review import judgements
from review.access import DECIDERS, open_to
from review.cluster_view import cluster_page
from review.judgements import Judged, judged
from review.render import advert_href, cluster_href, render
from review.routers.parts import Parts, Person, note_reading
from review.services import Services
from strazha.ledger.records import User
from strazha.model import Judgement
from strazha.store.documents import ClusterDoc

router = APIRouter()


def _answer(request: Request, services: Services, user: User, doc: ClusterDoc, made: Judged) -> Response:
    """Go where the cluster's first advert is now; what went wrong is said on the cluster's page."""
    if made.problem:
        note_reading(services, user, doc)
        return render(request, cluster_page(services, doc, user, problem=made.problem), status=422)
    target = judgements.now_in(services, doc, made)
    return RedirectResponse(f"{cluster_href(target)}?judged=1#ties-h" if target else advert_href(doc.cluster.members[0]), 303)


@router.post("/judge/link/{cluster_id:path}")
@open_to(DECIDERS)
def judge_link(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, a: Annotated[str, Form()] = "", b: Annotated[str, Form()] = "", judgement: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Confirm or cut one link of a cluster, keep its ends apart for good, or take back what was said of it."""
    doc = judged(services, cluster_id)
    if judgement not in set(Judgement):
        raise HTTPException(422)
    made = judgements.judge_link(services, user, doc, (a, b), Judgement(judgement), reason=reason)
    return _answer(request, services, user, doc, made)


@router.post("/judge/merge/{cluster_id:path}")
@open_to(DECIDERS)
def merge_clusters(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, other: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Make one operation of this cluster and another one or a single advert, named by number or address."""
    doc = judged(services, cluster_id)
    return _answer(request, services, user, doc, judgements.merge(services, user, doc, other, reason))


@router.post("/judge/split/{cluster_id:path}")
@open_to(DECIDERS)
def split_cluster(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, member: Annotated[list[str] | None, Form()] = None, reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Take the chosen adverts out of a cluster for good."""
    doc = judged(services, cluster_id)
    return _answer(request, services, user, doc, judgements.split(services, user, doc, member or (), reason))


@router.post("/judge/takeback/{cluster_id:path}")
@open_to(DECIDERS)
def take_back_word(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, by: Annotated[str, Form()] = "", at: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Take back one word on a link, a whole merge or a whole split, where nothing newer was said."""
    doc = judged(services, cluster_id)
    return _answer(request, services, user, doc, judgements.take_back(services, user, doc, by, at))
