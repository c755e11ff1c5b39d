"""People's word on links and clusters: confirm, cut, keep apart, merge, split, take back. Flows' steps put it into effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import DECIDERS, open_to
from review.ask import clean
from review.cluster_view import cluster_page
from review.i18n import marked
from review.render import advert_href, cluster_href, render
from review.routers.parts import Parts, Person, cluster_or_404, not_blind, note_reading, usable
from review.services import Services
from strazha.errors import BadInputError, EvidenceError
from strazha.ledger.records import User
from strazha.model import Judgement
from strazha.store.documents import ClusterDoc

router = APIRouter()

REASON_LIMIT = 500

NOT_IN = marked("One of these adverts is not in this cluster any more. Look again.")
NO_OTHER = marked("There is no cluster or advert with this number.")
ONE_SIDE = marked("Choose some of its adverts, not all and not none.")
REFUSED = marked("That could not be done: it asks for too much at once, or things have changed. Look again.")
UNREADABLE = marked("The stored adverts cannot be read, so the clusters were not put in order. Tell an operator.")

#: What is done, given the rooms it is done in; returns where each advert it named is now.
Act = Callable[[], dict[str, str]]


def _done(request: Request, services: Services, user: User, doc: ClusterDoc, act: Act) -> Response:
    """Do it, and go where the cluster's first advert is now; what went wrong is said on the cluster's page."""
    try:
        now_in = act()
    except BadInputError:
        problem = REFUSED
    except EvidenceError:
        problem = UNREADABLE
    else:
        target = doc.id if doc.id in now_in.values() else next(iter(now_in.values()), "")
        if target and services.index.cluster(target) is not None:
            return RedirectResponse(f"{cluster_href(target)}?judged=1#ties-h", 303)
        return RedirectResponse(advert_href(doc.cluster.members[0]), 303)
    return _refused(request, services, user, doc, problem)


def _judged(services: Services, cluster_id: str) -> ClusterDoc:
    doc = cluster_or_404(services, cluster_id)
    not_blind(services, "cluster", doc.id)
    return doc


def _refused(request: Request, services: Services, user: User, doc: ClusterDoc, problem: str) -> Response:
    note_reading(services, user, doc)
    return render(request, cluster_page(services, doc, user, problem=problem), status=422)


@router.post("/judge/link/{cluster_id:path}")
@open_to(DECIDERS)
def judge_link(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, a: Annotated[str, Form()] = "", b: Annotated[str, Form()] = "", judgement: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Confirm or cut one link of a cluster, keep its ends apart for good, or take back what was said of it."""
    doc = _judged(services, cluster_id)
    if judgement not in set(Judgement):
        raise HTTPException(422)
    if a == b or not {a, b} <= set(doc.cluster.members):
        return _refused(request, services, user, doc, NOT_IN)
    said = clean(reason, REASON_LIMIT)

    def act() -> dict[str, str]:
        from flows.steps import judge

        with services.rooms() as rooms:
            return judge(rooms, a, b, Judgement(judgement), by=user.name, reason=said).clusters

    return _done(request, services, user, doc, act)


@router.post("/judge/merge/{cluster_id:path}")
@open_to(DECIDERS)
def merge_clusters(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, other: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Make one operation of this cluster and another one or a single advert, named by number or address."""
    doc = _judged(services, cluster_id)
    name = unquote(clean(other, 400)).split("?", maxsplit=1)[0].rstrip("/").rpartition("/")[2]
    advert = services.index.advert(name) if usable(name) else None
    known = advert is not None or (usable(name) and services.index.cluster(name) is not None)
    if not known or name == doc.id or name in doc.cluster.members:
        return _refused(request, services, user, doc, NO_OTHER)
    not_blind(services, "cluster", (advert.cluster_id or "") if advert is not None else name)
    said = clean(reason, REASON_LIMIT)

    def act() -> dict[str, str]:
        from flows.steps import merge

        with services.rooms() as rooms:
            return merge(rooms, [doc.id, name], by=user.name, reason=said).clusters

    return _done(request, services, user, doc, act)


@router.post("/judge/split/{cluster_id:path}")
@open_to(DECIDERS)
def split_cluster(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, member: Annotated[list[str] | None, Form()] = None, reason: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Take the chosen adverts out of a cluster for good."""
    doc = _judged(services, cluster_id)
    part = sorted(set(member or ()))
    if not set(part) <= set(doc.cluster.members):
        return _refused(request, services, user, doc, NOT_IN)
    if not part or len(part) == len(doc.cluster.members):
        return _refused(request, services, user, doc, ONE_SIDE)
    said = clean(reason, REASON_LIMIT)

    def act() -> dict[str, str]:
        from flows.steps import split

        with services.rooms() as rooms:
            return split(rooms, doc.id, part, by=user.name, reason=said).clusters

    return _done(request, services, user, doc, act)


@router.post("/judge/takeback/{cluster_id:path}")
@open_to(DECIDERS)
def take_back_word(
    request: Request, services: Parts, user: Person, cluster_id: str,
    *, by: Annotated[str, Form()] = "", at: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Take back one word on a link, a whole merge or a whole split, where nothing newer was said."""
    doc = _judged(services, cluster_id)
    acts = services.ledger.judging_acts(doc.cluster.members)
    found = next((one for one in acts if one.judged_by == by and one.judged_at.isoformat() == at), None)
    if found is None:
        return _refused(request, services, user, doc, REFUSED)
    moment: datetime = found.judged_at
    # What is taken back may be of other clusters too, or join this one with them.
    ends = {end for pair in services.ledger.standing_pairs(by, moment) for end in pair}
    for other in set(services.ledger.clusters_of(ends).values()):
        not_blind(services, "cluster", other)

    def act() -> dict[str, str]:
        from flows.steps import take_back

        with services.rooms() as rooms:
            return take_back(rooms, by, moment, by=user.name).clusters

    return _done(request, services, user, doc, act)
