"""Records of investigators' work: saved searches, watches, alerts and their way out of the system."""

from __future__ import annotations

from typing import Literal

from strazha.model.base import Moment, Record
from strazha.store.query import Query

Kind = Literal["advert", "cluster"]
#: How an alert leaves the system.
Channel = Literal["mail", "hook"]
#: Shared with everybody who may read adverts.
EVERYBODY = "*"


class SavedSearch(Record):
    """A search somebody keeps under a name, and with whom it is shared."""

    id: str
    owner: str
    name: str
    query: str
    shared: tuple[str, ...] = ()
    created_at: Moment


class Asked(Record):
    """One question a watch puts to the index: a query, over adverts, clusters, or both."""

    kinds: tuple[Kind, ...]
    query: Query


class Watch(Record):
    """What somebody wants to hear of: a search, or a list of contacts and phrases.

    ``mail`` and ``hook`` are where alerts go beside the pages (empty: nowhere); ``detail`` is how much they say there:
    ``counts`` a link and numbers, ``items`` also the watch's name and the numbers, bands and links of what was found.
    """

    id: str
    owner: str
    name: str
    kind: Literal["search", "list"]
    source: str
    asked: tuple[Asked, ...]
    mail: str = ""
    hook: str = ""
    secret: str = ""
    detail: Literal["counts", "items"] = "counts"
    created_at: Moment
    looked_at: Moment | None = None
    problem: str = ""


class Item(Record):
    """One thing an alert is about."""

    kind: Kind
    id: str
    what: Literal["new", "changed"]


class Alert(Record):
    """What a watch found at one look: counts, and the first of the things themselves."""

    id: str
    watch_id: str
    owner: str
    at: Moment
    adverts: int
    clusters: int
    changed: int
    items: tuple[Item, ...] = ()
    read_at: Moment | None = None


class Delivery(Record):
    """An alert on its way out: where it goes, how often that was tried, what came of it."""

    id: str
    alert_id: str
    channel: Channel
    target: str
    state: Literal["pending", "sending", "sent", "refused", "given_up"]
    tries: int
    next_at: Moment
    made_at: Moment
    sent_at: Moment | None = None
    error: str = ""


class FailedDelivery(Record):
    """A delivery that was given up or refused, with whose alert it is and when that was raised."""

    delivery: Delivery
    owner: str
    raised_at: Moment
