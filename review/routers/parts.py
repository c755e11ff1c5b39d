"""What endpoints ask FastAPI for: the services and the person, typed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request

from review.access import TokenUser, person
from review.services import Services, services_of
from review.work import blind_review
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc, ClusterDoc

Parts = Annotated[Services, Depends(services_of)]
Person = Annotated[User, Depends(person)]


def note(services: Services, user: User, action: str, subject: str, **detail: Any) -> None:
    """Write to the audit log. Where that fails the page fails: nothing is looked at without a trace.

    What is done through the API names the token too.
    """
    if isinstance(user, TokenUser):
        detail = {**detail, "token": user.token_name}
    services.ledger.audit(user.name, action, subject[:200], detail, services.clock())


def password_fits(services: Services, name: str, password: str, code: str = "") -> User | None:
    """The account, if password and code are right. A recovery code that was used up on the way is logged, wherever typed."""
    at = services.clock()
    left = services.ledger.recovery_left(name) if code else 0
    user = services.ledger.check_password(name, password, at, code)
    if user is not None and services.ledger.recovery_left(user.name) < left:
        services.ledger.audit(user.name, "recovery code used", user.name, {"left": left - 1}, at)
    return user


def note_reading(services: Services, user: User, doc: AdvertDoc | ClusterDoc) -> None:
    """Write to the audit log that somebody sees an advert's or cluster's page, in whatever answer."""
    if isinstance(doc, AdvertDoc):
        note(services, user, "advert read", doc.id, version=doc.advert.content_hash)
    else:
        note(services, user, "cluster read", doc.id, size=doc.size)


def not_blind(services: Services, kind: str, item_id: str) -> None:
    """409 while a double review runs: both reviewers work on their own, and nobody is told who they are."""
    if blind_review(services, kind, item_id) is not None:
        raise HTTPException(409)


class AgedError(HTTPException):
    """404 for what left the index because its days are over: its page says so, and what can be done."""

    def __init__(self) -> None:
        super().__init__(404, "It left the index: the days its source may be kept are over.")


def advert_or_404(services: Services, advert_id: str) -> AdvertDoc:
    """An advert of the index."""
    doc = services.index.advert(advert_id) if usable(advert_id) else None
    if doc is None:
        if usable(advert_id) and services.ledger.aged([advert_id]):
            raise AgedError
        raise HTTPException(404, "There is no advert with this number.")
    return doc


def cluster_or_404(services: Services, cluster_id: str) -> ClusterDoc:
    """A cluster of the index; where it went into another one, that one."""
    if usable(cluster_id):
        doc = services.index.cluster(cluster_id)
        if doc is None:
            successor = services.ledger.cluster(cluster_id)
            doc = services.index.cluster(successor.id) if successor is not None else None
        if doc is not None:
            return doc
        known = services.ledger.cluster(cluster_id)
        if known is not None and known.members and len(services.ledger.aged(known.members)) == len(known.members):
            raise AgedError
    raise HTTPException(404, "There is no cluster with this number.")


def usable(identifier: str) -> bool:
    """Whether a text from an address can be an id at all (stores need not cope with NUL or half surrogates)."""
    return 0 < len(identifier) <= 200 and identifier.isprintable()


def part_of(request: Request) -> int:
    """Which part of a long page is asked for, from 1; anything else than a small number is 1."""
    text = request.query_params.get("part", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 else 1
