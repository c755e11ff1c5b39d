"""What endpoints of casework share: finding what an address or a number names, and the rooms of flows' steps."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from fastapi import HTTPException

from review.ask import clean
from review.routers.parts import advert_or_404, cluster_or_404, usable
from review.services import Services
from strazha.store.documents import AdvertDoc, ClusterDoc

if TYPE_CHECKING:
    from flows.rooms import Rooms

#: Characters of an address or number that somebody pastes.
ADDRESS = 400


def rooms_of(services: Services) -> Rooms:
    """The rooms in which flows' steps read; nothing is written through these."""
    from flows.rooms import Rooms

    return Rooms(services.settings, services.landing, services.ledger, services.index)


def item_or_404(services: Services, kind: str, item_id: str) -> AdvertDoc | ClusterDoc:
    """An advert or a cluster of the index; where a cluster went into another one, that one."""
    if kind == "advert":
        return advert_or_404(services, item_id)
    if kind == "cluster":
        return cluster_or_404(services, item_id)
    raise HTTPException(404)


def named_item(services: Services, words: str) -> AdvertDoc | ClusterDoc | None:
    """The advert or cluster that a pasted number or address names, if there is one."""
    name = unquote(clean(words, ADDRESS)).split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rstrip("/").rpartition("/")[2]
    if not usable(name):
        return None
    advert = services.index.advert(name)
    if advert is not None:
        return advert
    try:
        return cluster_or_404(services, name)
    except HTTPException:
        return None


def named_cluster(services: Services, words: str) -> ClusterDoc | None:
    """The cluster that a number or address names: itself, or the one its advert is in."""
    found = named_item(services, words)
    if isinstance(found, AdvertDoc):
        return services.index.cluster(found.cluster_id) if found.cluster_id else None
    return found
