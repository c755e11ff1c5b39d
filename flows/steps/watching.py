"""Watches: what each finds that it had not seen before becomes an alert, and alerts go where their owners asked.

A look is one transaction of the ledger: killed and run again it alerts once. Nothing leaves the system unless an administrator
allowed the place and the owner of the watch asked for it; what leaves is a link and counts, or what the owner chose.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.rooms import Rooms
from strazha.alerting import mail, message
from strazha.alerting.hook import Resolve, hook_allowed, look_up, send_hook
from strazha.alerting.message import Told
from strazha.alerting.sending import FailedError
from strazha.errors import RefusedAddressError
from strazha.ledger import Ledger
from strazha.ledger.records import Role
from strazha.ledger.watch_records import Alert, Channel, Delivery, Kind, Watch
from strazha.settings import Settings
from strazha.store.base import AdIndex
from strazha.store.documents import ClusterDoc
from strazha.store.query import Query

#: Things one watch may see. A broader one tells its owner nothing that the queue does not, and costs every run seconds.
MOST_SEEN = 2000
#: Whose watches are asked: those who may read adverts. A watch of somebody whose role changed rests.
READERS = frozenset({Role.ANALYST, Role.INVESTIGATOR, Role.LEAD, Role.AUDITOR})
#: What a watch that sees more than that is told.
TOO_MANY = "too_many"
#: Things named in what leaves the system.
MOST_TOLD = 50


class TooManyError(Exception):
    """A watch sees more than ``MOST_SEEN`` things."""


@dataclass
class Watched:
    """What one look at all watches came to, and what became of the deliveries."""

    looked: int = 0
    too_broad: int = 0
    alerts: list[Alert] = field(default_factory=list)
    sent: int = 0
    failed: int = 0
    refused: int = 0


def watch(rooms: Rooms, at: datetime, *, resolve: Resolve = look_up) -> Watched:
    """Look for every watch, then send what waits. A receiver that is down delays nobody else's alerts and fails no run."""
    found = Watched()
    owners = _owners(rooms.ledger)
    for one in rooms.ledger.watches():
        if one.owner in owners:
            _look(rooms, one, at, found)
    deliver(rooms, at, found, resolve=resolve)
    return found


def _owners(ledger: Ledger) -> frozenset[str]:
    return frozenset(user.name for user in ledger.users() if user.disabled_at is None and user.role in READERS)


def _look(rooms: Rooms, one: Watch, at: datetime, found: Watched) -> None:
    try:
        seen = sight(rooms.index, one)
    except TooManyError:
        rooms.ledger.cannot_look(one.id, TOO_MANY, at)
        found.too_broad += 1
        return
    alert = rooms.ledger.record_look(one, seen, at, targets=targets(rooms.settings, one))
    found.looked += 1
    if alert is not None:
        found.alerts.append(alert)


def begin(ledger: Ledger, index: AdIndex, one: Watch, at: datetime) -> Watch:
    """Begin a watch: what is there already is known to it, only what comes later is told.

    Raises TooManyError, and keeps nothing, where it sees too much.
    """
    seen = sight(index, one)
    made = ledger.add_watch(one, seen)
    ledger.record_look(made, seen, at, quiet=True)
    return made


def sight(index: AdIndex, one: Watch) -> dict[tuple[Kind, str], str]:
    """Everything a watch sees now, each with a mark that changes when it does; TooManyError beyond ``MOST_SEEN``."""
    seen: dict[tuple[Kind, str], str] = {}
    for asked in one.asked:
        if "advert" in asked.kinds:
            if index.search_adverts(asked.query.model_copy(update={"size": 0})).total > MOST_SEEN:
                raise TooManyError
            # An advert is told of once: what it says later is the business of its own page.
            seen.update({("advert", doc.id): "" for doc in index.each_advert(asked.query)})
        if "cluster" in asked.kinds:
            seen.update({("cluster", doc.id): mark_of(doc) for doc in _clusters(index, asked.query)})
        if len(seen) > MOST_SEEN:
            raise TooManyError
    return seen


def _clusters(index: AdIndex, query: Query) -> Iterator[ClusterDoc]:
    cursor, count = "", 0
    while True:
        page = index.search_clusters(query.model_copy(update={"sort": "newest", "size": 500, "cursor": cursor}))
        if page.total > MOST_SEEN:
            raise TooManyError
        yield from page.rows
        count, cursor = count + len(page.rows), page.cursor
        if not cursor or count > MOST_SEEN:
            return


def mark_of(doc: ClusterDoc) -> str:
    """What of a cluster is watched: its members and its band. Its contacts are its members'."""
    told = "\n".join((doc.band.value, *sorted(doc.cluster.members)))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def targets(settings: Settings, one: Watch) -> dict[Channel, str]:
    """Where the alerts of a watch go beside the pages: what its owner asked for, as far as it is allowed now."""
    found: dict[Channel, str] = {}
    if one.mail and mail.mail_allowed(settings, one.mail):
        found["mail"] = one.mail
    if one.hook and hook_allowed(settings, one.hook):
        found["hook"] = one.hook
    return found


def deliver(rooms: Rooms, at: datetime, found: Watched, *, resolve: Resolve = look_up) -> None:
    """Send what is due. Each delivery is claimed first; one whose receiver failed a moment ago waits with the others of it."""
    down: set[str] = set()
    begun = time.monotonic()
    for delivery in rooms.ledger.due_deliveries(at):
        receiver = delivery.target if delivery.channel == "hook" else delivery.channel
        # A claim counts from when it is made: behind slow receivers it would be over before the sending began.
        claimed = at + timedelta(seconds=time.monotonic() - begun)
        if receiver in down or not rooms.ledger.claim_delivery(delivery, claimed):
            continue
        try:
            _sender(rooms, delivery, at, resolve)()
        except RefusedAddressError as error:
            rooms.ledger.refused_delivery(delivery.id, error.problem)
            found.refused += 1
        except FailedError as error:
            down.add(receiver)
            rooms.ledger.failed_delivery(delivery, error.problem, at)
            found.failed += 1
        else:
            rooms.ledger.delivered(delivery.id, at)
            found.sent += 1


def _sender(rooms: Rooms, delivery: Delivery, at: datetime, resolve: Resolve) -> Callable[[], None]:
    alert = rooms.ledger.alert_by_id(delivery.alert_id)
    one = rooms.ledger.watch(alert.watch_id) if alert is not None else None
    if alert is None or one is None or one.owner not in _owners(rooms.ledger):
        raise RefusedAddressError("whoever asked for it may not read adverts any more")
    if one.id not in {each.id for each in rooms.ledger.watches(one.owner)}:
        raise RefusedAddressError("the watch was ended")
    settings, site = rooms.settings, rooms.settings.public_url.rstrip("/")
    told = _told(rooms.index, alert) if one.detail == "items" else ()
    if delivery.channel == "mail":
        words = message.text(alert, one, site, told)
        return lambda: mail.send_mail(settings, delivery.target, message.subject(alert), words, delivery.id)
    body = message.payload(delivery, alert, one, site, told)
    return lambda: send_hook(settings, delivery.target, body, one.secret, at, resolve=resolve)


def _told(index: AdIndex, alert: Alert) -> tuple[Told, ...]:
    """The things an alert names, as far as they are still there: page, band and score, nothing of what they say."""
    found = []
    for item in alert.items[:MOST_TOLD]:
        if item.kind == "advert":
            doc = index.advert(item.id)
            facts = (doc.screening.band.value, doc.screening.score) if doc is not None else None
        else:
            group = index.cluster(item.id)
            facts = (group.band.value, group.score) if group is not None else None
        if facts is not None:
            found.append(Told(kind=item.kind, id=item.id, what=item.what, band=facts[0], score=facts[1]))
    return tuple(found)
