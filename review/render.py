"""Templates: one environment, autoescape on, an undefined name is an error, one typed context a page."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from review import labels
from review.access import AUDITORS, DECIDERS, LEADS, OPERATORS, OVERSEERS, READERS, may, user_of
from review.accounts.reasons import asking
from review.contexts import Chrome, Page
from review.i18n import LANGUAGES, in_page, in_page_counted, language, pick, tr
from review.marks import bare, shown
from review.menu import is_at, menu_of
from review.operate import bell
from review.operate.names import NAMES
from review.services import services_of
from strazha.errors import StoreUnavailableError

HERE = Path(__file__).parent
STATIC = HERE / "static"


@lru_cache(maxsize=64)
def static_url(name: str) -> str:
    """Address of a static file, with a piece of its SHA-256 so that browsers may keep it for good."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def when(moment: datetime | None, *, seconds: bool = False) -> Markup:
    """A moment as ``<time>``: day and minute in UTC to read, the exact value for machines."""
    if moment is None:
        return Markup("–")
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), utc.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    )


def day(moment: datetime | None) -> Markup:
    """A moment as ``<time>``, the day only."""
    if moment is None:
        return Markup("–")
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(utc.isoformat(timespec="seconds"), utc.strftime("%Y-%m-%d"))


def points(value: float) -> str:
    """Points of a score with their sign (a true minus), without a needless fraction."""
    shape = f"{abs(value):.1f}".removesuffix(".0")
    return f"{'−' if value < 0 else '+'}{shape}"


def advert_href(advert_id: str) -> str:
    """Address of an advert's page."""
    return f"/adverts/{quote(advert_id, safe='')}"


def cluster_href(cluster_id: str) -> str:
    """Address of a cluster's page."""
    return f"/clusters/{quote(cluster_id, safe='')}"


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The one environment of all pages."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    env.install_gettext_callables(in_page, in_page_counted, newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(
        shown=shown, bare=bare, tr=tr, when=when, day=day, points=points, path=lambda value: quote(str(value), safe="")
    )
    env.tests["at"] = is_at
    env.globals.update(
        static_url=static_url,
        advert_href=advert_href,
        cluster_href=cluster_href,
        labels=labels,
        pick=pick,
        facet_label=labels.facet_label,
        **NAMES,
        is_at=is_at,
    )
    return env


def here(request: Request) -> str:
    """Path and query of a page, to come back to; the start page where the request was no reading of one."""
    if request.method != "GET":
        return request.url.path if request.url.path == "/paste" else "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def chrome(request: Request) -> Chrome:
    """What surrounds every page: who is logged in and where they may go."""
    user = user_of(request)
    return Chrome(
        user=user,
        path=request.url.path,
        here=here(request),
        language=language(),
        languages=LANGUAGES,
        may_read=may(user, READERS),
        may_decide=may(user, DECIDERS),
        may_operate=may(user, OPERATORS),
        may_audit=may(user, AUDITORS),
        may_lead=may(user, LEADS),
        may_oversee=may(user, OVERSEERS),
        menu=menu_of(user),
        alarms=bell.ring(request, user),
        asking=lambda act, kind, item_id: asking(request, services_of(request), act, kind, item_id),
        alerts=_unread(request),
    )


def _unread(request: Request) -> int:
    user = user_of(request)
    if not may(user, READERS) or user is None:
        return 0
    try:
        return services_of(request).ledger.unread_alerts(user.name)
    except StoreUnavailableError:
        # The page that says so is filled here as well.
        return 0


def render(request: Request, page: Page, *, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """Fill a page's template with its context."""
    names: dict[str, Any] = {"page": page, "site": chrome(request)}
    html = environment().get_template(page.template).render(names)
    # A lone half of a surrogate pair cannot be sent; such text is shown with a question mark instead of failing the page.
    return HTMLResponse(html.encode("utf-8", "replace"), status_code=status, headers=headers)
