"""People's word on links and clusters: confirm, cut, keep apart, merge, split, take back. Flows' steps put it into effect.

Pages and API call the same functions; what cannot be done is said in a sentence, nothing is raised but 404 and 409.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from review.ask import clean
from review.i18n import marked
from review.routers.parts import cluster_or_404, not_blind, usable
from review.services import Services
from strazha.errors import BadInputError, EvidenceError
from strazha.ledger.records import User
from strazha.model import Judgement
from strazha.store.documents import ClusterDoc

REASON_LIMIT = 500

NOT_IN = marked("One of these adverts is not in this cluster any more. Look again.")
NO_OTHER = marked("There is no cluster or advert with this number.")
ONE_SIDE = marked("Choose some of its adverts, not all and not none.")
REFUSED = marked("That could not be done: it asks for too much at once, or things have changed. Look again.")
UNREADABLE = marked("The stored adverts cannot be read, so the clusters were not put in order. Tell an operator.")

#: What is done; returns where each advert it named is now.
Act = Callable[[], dict[str, str]]


@dataclass(frozen=True)
class Judged:
    """Why nothing was done, or where each advert that was named is now (empty: in no cluster)."""

    problem: str = ""
    clusters: dict[str, str] | None = None


def judged(services: Services, cluster_id: str) -> ClusterDoc:
    """A cluster on which a word may be said: there, and in no open double review."""
    doc = cluster_or_404(services, cluster_id)
    not_blind(services, "cluster", doc.id)
    return doc


def judge_link(
    services: Services, user: User, doc: ClusterDoc, ends: tuple[str, str], judgement: Judgement, *, reason: str
) -> Judged:  # fmt: skip
    """Confirm or cut one link of a cluster, keep its ends apart for good, or take back what was said of it."""
    a, b = ends
    if a == b or not {a, b} <= set(doc.cluster.members):
        return Judged(NOT_IN)
    said = clean(reason, REASON_LIMIT)

    def act() -> dict[str, str]:
        from flows.steps import judge

        with services.rooms() as rooms:
            return judge(rooms, a, b, judgement, by=user.name, reason=said).clusters

    return _done(act)


def merge(services: Services, user: User, doc: ClusterDoc, other: str, reason: str) -> Judged:
    """Make one operation of a cluster and another one or a single advert, named by number or address."""
    name = unquote(clean(other, 400)).split("?", maxsplit=1)[0].rstrip("/").rpartition("/")[2]
    advert = services.index.advert(name) if usable(name) else None
    known = advert is not None or (usable(name) and services.index.cluster(name) is not None)
    if not known or name == doc.id or name in doc.cluster.members:
        return Judged(NO_OTHER)
    not_blind(services, "cluster", (advert.cluster_id or "") if advert is not None else name)
    said = clean(reason, REASON_LIMIT)

    def act() -> dict[str, str]:
        from flows.steps import merge as merge_step

        with services.rooms() as rooms:
            return merge_step(rooms, [doc.id, name], by=user.name, reason=said).clusters

    return _done(act)


def split(services: Services, user: User, doc: ClusterDoc, members: Sequence[str], reason: str) -> Judged:
    """Take the chosen adverts out of a cluster for good."""
    part = sorted(set(members))
    if not set(part) <= set(doc.cluster.members):
        return Judged(NOT_IN)
    if not part or len(part) == len(doc.cluster.members):
        return Judged(ONE_SIDE)
    said = clean(reason, REASON_LIMIT)

    def act() -> dict[str, str]:
        from flows.steps import split as split_step

        with services.rooms() as rooms:
            return split_step(rooms, doc.id, part, by=user.name, reason=said).clusters

    return _done(act)


def take_back(services: Services, user: User, doc: ClusterDoc, by: str, at: str) -> Judged:
    """Take back one word on a link, a whole merge or a whole split, where nothing newer was said."""
    acts = services.ledger.judging_acts(doc.cluster.members)
    found = next((one for one in acts if one.judged_by == by and one.judged_at.isoformat() == at), None)
    if found is None:
        return Judged(REFUSED)
    moment: datetime = found.judged_at
    # What is taken back may be of other clusters too, or join this one with them.
    ends = {end for pair in services.ledger.standing_pairs(by, moment) for end in pair}
    for other in set(services.ledger.clusters_of(ends).values()):
        not_blind(services, "cluster", other)

    def act() -> dict[str, str]:
        from flows.steps import take_back as take_back_step

        with services.rooms() as rooms:
            return take_back_step(rooms, by, moment, by=user.name).clusters

    return _done(act)


def now_in(services: Services, doc: ClusterDoc, made: Judged) -> str:
    """The cluster in which to look on: the one there was, else one of those its adverts are in now, else none."""
    places = made.clusters or {}
    target = doc.id if doc.id in places.values() else next(iter(places.values()), "")
    return target if target and services.index.cluster(target) is not None else ""


def _done(act: Act) -> Judged:
    try:
        return Judged(clusters=act())
    except BadInputError:
        return Judged(REFUSED)
    except EvidenceError:
        return Judged(UNREADABLE)
