"""What the API's endpoints share: routers with their problems described, ETags, uncovering."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError

from review.access import API
from review.api.asks import Uncover
from review.api.limits import limited
from review.api.problems import ApiError, Problem
from review.routers.parts import note, note_reading
from review.services import Services
from strazha.ledger.records import User
from strazha.model.base import digest
from strazha.store.documents import AdvertDoc, ClusterDoc

#: What every endpoint may answer beside what it is for.
EVERYWHERE = (400, 401, 403, 422, 429, 500, 503)


def router(tag: str) -> APIRouter:
    """A router of the API: below its address, counted against the token's rate."""
    before = [Depends(limited), Depends(asks_what_is_described)]
    return APIRouter(prefix=API.rstrip("/"), tags=[tag], dependencies=before, responses=problems(*EVERYWHERE))


def asks_what_is_described(request: Request) -> None:
    """Refuse query parameters no endpoint of that address has: a misspelt filter would answer with more than was asked for."""
    # The description is made of the routers this is a part of.
    from review.api.description import query_names

    names = query_names(request.method, request.scope["route"].path)
    wrong = [name for name in request.query_params if name not in names]
    if wrong:
        raise RequestValidationError([{"loc": ("query", name), "msg": "There is no such parameter"} for name in wrong])


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer when something is wrong, for its description."""
    return {status: {"model": Problem} for status in statuses}


def etag(*parts: str) -> str:
    """Names a state of an item."""
    return f'"{digest(*parts)[:32]}"'


def item_etag(seen: str, standing: str) -> str:
    """Names what a caller saw of an advert or cluster: what it is now, and what people decided."""
    return etag(seen, standing)


def tagged(response: Response, seen: str, standing: str) -> None:
    """Put the ETag on an answer."""
    response.headers["ETag"] = item_etag(seen, standing)


def require(if_match: str | None, seen: str, standing: str) -> None:
    """412 where the caller names a state that is not the present one."""
    if if_match is None or if_match.strip() == "*":
        return
    named = {one.strip().removeprefix("W/") for one in if_match.split(",")}
    if item_etag(seen, standing) not in named:
        raise ApiError(412)


def read(services: Services, user: User, doc: AdvertDoc | ClusterDoc, ask: Uncover, **more: str) -> bool:
    """Log that an advert or cluster is read, or uncovered with a reason; returns whether it is uncovered.

    ``more`` is told of an uncovering, too: in which view it was.
    """
    why = ask.why()
    if not ask.uncover:
        note_reading(services, user, doc)
        return False
    kind = "advert" if isinstance(doc, AdvertDoc) else "cluster"
    note(services, user, "contacts uncovered", doc.id, kind=kind, **more, **why)
    return True
