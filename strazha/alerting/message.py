"""What an alert says outside: a link and counts, and more only where the owner of the watch chose so. Never text of an advert,
never a contact."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from strazha.ledger.watch_records import Alert, Delivery, Watch
from strazha.model.base import Record

#: Version of the webhook's JSON; changes when a field changes its meaning.
VERSION = 1


class Told(Record):
    """One thing an alert names: what it is, its page, its band and score."""

    kind: str
    id: str
    what: str
    band: str
    score: int


def payload(delivery: Delivery, alert: Alert, watch: Watch, site: str, told: tuple[Told, ...]) -> dict[str, Any]:
    """The alert as JSON values; ``site`` is the address of the review pages (empty: links begin at its root)."""
    found: dict[str, Any] = {
        "version": VERSION, "delivery": delivery.id, "alert": alert.id, "watch": watch.id, "at": alert.at.isoformat(),
        "new_adverts": alert.adverts, "new_clusters": alert.clusters, "changed_clusters": alert.changed,
        "link": f"{site}/watches/alerts/{alert.id}",
    }  # fmt: skip
    if watch.detail == "items":
        found["name"] = watch.name
        found["items"] = [
            {"kind": one.kind, "what": one.what, "band": one.band, "score": one.score, "link": f"{site}{page_of(one)}"}
            for one in told
        ]
    return found


def subject(alert: Alert) -> str:
    """The subject of the e-mail: counts alone."""
    return f"Strazha: {counts(alert)}"


def text(alert: Alert, watch: Watch, site: str, told: tuple[Told, ...]) -> str:
    """The e-mail."""
    lines = [f"A watch of yours found {counts(alert)}.", "", f"{site}/watches/alerts/{alert.id}", ""]
    if watch.detail == "items":
        lines += [f"Watch: {watch.name}", ""]
        lines += [f"{one.what} {one.kind}, {one.band} {one.score}: {site}{page_of(one)}" for one in told]
        lines.append("")
    lines.append("You asked for this under Watches; end the watch there and no more will come.")
    return "\n".join(lines)


def counts(alert: Alert) -> str:
    """The counts in words."""
    parts = [
        (alert.adverts, "new advert", "new adverts"), (alert.clusters, "new cluster", "new clusters"),
        (alert.changed, "changed cluster", "changed clusters"),
    ]  # fmt: skip
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in parts if count)


def page_of(one: Told) -> str:
    """The path of the page of a thing."""
    return f"/{one.kind}s/{quote(one.id, safe='')}"
