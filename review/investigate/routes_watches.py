"""Watches and their alerts. Nothing leaves the system but where an administrator allowed it and the owner asks for it here."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review import work
from review.access import READERS, open_to
from review.ask import clean
from review.blocks import Row
from review.i18n import marked, pick
from review.investigate import asked
from review.investigate.contexts import AlertLine, AlertPage, WatchesPage
from review.investigate.ways import WatchForm, Ways
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.alerting.hook import hook_allowed
from strazha.alerting.mail import mail_allowed
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.watch_records import Alert, Watch
from strazha.ledger.watches import MOST_WATCHES

router = APIRouter()

NAME_LIMIT, SOURCE_LIMIT, TARGET_LIMIT = 60, 10_000, 1000

NO_NAME = marked("Give the watch a name.")
NO_MAIL = marked("Alerts may not be mailed to this address. An administrator says where they may go.")
NO_HOOK = marked("Alerts may not be posted to this address. An administrator says where they may go.")
TOO_MANY = marked("This finds too much to be watched. Narrow it: a watch is for what is rare.")
TOO_MANY_WATCHES = marked("You have too many watches. End one first.")


@router.get("/watches")
@open_to(READERS)
def watches(request: Request, services: Parts, user: Person) -> Response:
    """Alerts and watches of one's own."""
    return render(request, _page(services, user, WatchForm()))


@router.post("/watches")
@open_to(READERS)
def begin(
    *, request: Request, services: Parts, user: Person, kind: Annotated[str, Form()] = "list",
    name: Annotated[str, Form()] = "",
    source: Annotated[str, Form()] = "", mail: Annotated[str, Form()] = "", hook: Annotated[str, Form()] = "",
    detail: Annotated[str, Form()] = "counts",
) -> Response:  # fmt: skip
    """Begin a watch over a search or a list. What is there already is known to it; only what comes later is told."""
    form = WatchForm(
        kind="search" if kind == "search" else "list", name=clean(name, NAME_LIMIT), source=source[:SOURCE_LIMIT],
        mail=clean(mail, TARGET_LIMIT), hook=clean(hook, TARGET_LIMIT), detail="items" if detail == "items" else "counts",
    )  # fmt: skip
    try:
        begun(services, user, form)
    except BadInputError as error:
        return render(request, _page(services, user, replace(form, problem=error.problem)), status=422)
    return RedirectResponse("/watches", 303)


@router.post("/watches/{watch_id}/end")
@open_to(READERS)
def end(services: Parts, user: Person, watch_id: str) -> Response:
    """End a watch of one's own: no more looks, nothing more leaves."""
    if not services.ledger.end_watch(user.name, watch_id[:40], services.clock()):
        raise HTTPException(404)
    note(services, user, "watch ended", watch_id)
    return RedirectResponse("/watches", 303)


@router.post("/watches/deliveries/{delivery_id}/retry")
@open_to(READERS)
def retry(services: Parts, user: Person, delivery_id: str) -> Response:
    """Send an alert of one's own again that was given up or refused: the next look of the watches takes it along."""
    own = [one.delivery.id for one in services.ledger.failed_deliveries(user.name)]
    if delivery_id not in own or not services.ledger.retry_delivery(delivery_id, services.clock()):
        raise HTTPException(404)
    note(services, user, "delivery retried", delivery_id)
    return RedirectResponse("/watches", 303)


@router.post("/watches/read")
@open_to(READERS)
def read_all(services: Parts, user: Person) -> Response:
    """Note all of one's alerts as read."""
    note(services, user, "alerts read", "own")
    services.ledger.read_alerts(user.name, services.clock())
    return RedirectResponse("/watches", 303)


@router.get("/watches/alerts/{alert_id}")
@open_to(READERS)
def alert(request: Request, services: Parts, user: Person, alert_id: str) -> Response:
    """One alert of one's own, with what it is about."""
    held = _alert_or_404(services, user, alert_id)
    note(services, user, "alert read", held.id, watch=held.watch_id)
    new, changed = (_rows(services, user, held, what) for what in ("new", "changed"))
    page = AlertPage(
        line=_lines(services, user, [held])[0], new=new, changed=changed,
        gone=len(held.items) - len(new) - len(changed),
        more=held.adverts + held.clusters + held.changed - len(held.items),
        indicator_names={name: pick(entry.label, name) for name, entry in services.catalogue.items()},
    )  # fmt: skip
    return render(request, page)


@router.post("/watches/alerts/{alert_id}/read")
@open_to(READERS)
def read_one(services: Parts, user: Person, alert_id: str) -> Response:
    """Note one alert as read."""
    held = _alert_or_404(services, user, alert_id)
    note(services, user, "alerts read", held.id, watch=held.watch_id)
    services.ledger.read_alerts(user.name, services.clock(), held.id)
    return RedirectResponse("/watches", 303)


def _alert_or_404(services: Services, user: User, alert_id: str) -> Alert:
    held = services.ledger.alert(user.name, alert_id[:40])
    if held is None:
        raise HTTPException(404)
    return held


def begun(services: Services, user: User, form: WatchForm) -> Watch:
    """Begin what a form asks for, and log it; BadInputError with a sentence for the page where it cannot be."""
    from flows.steps.watching import TooManyError
    from flows.steps.watching import begin as begin_watch

    if not form.name:
        raise BadInputError(NO_NAME)
    if form.mail and not mail_allowed(services.settings, form.mail):
        raise BadInputError(NO_MAIL)
    if form.hook and not hook_allowed(services.settings, form.hook):
        raise BadInputError(NO_HOOK)
    source, queries = asked.of_search(form.source) if form.kind == "search" else asked.of_list(form.source)
    made = Watch(
        id=secrets.token_hex(8), owner=user.name, name=form.name, kind="search" if form.kind == "search" else "list",
        source=source, asked=queries, mail=form.mail, hook=form.hook, secret=secrets.token_hex(32) if form.hook else "",
        detail="items" if form.detail == "items" else "counts", created_at=services.clock(),
    )  # fmt: skip
    if len(services.ledger.watches(user.name)) >= MOST_WATCHES:
        raise BadInputError(TOO_MANY_WATCHES)
    try:
        made = begin_watch(services.ledger, services.index, made, services.clock())
    except TooManyError as error:
        raise BadInputError(TOO_MANY) from error
    note(services, user, "watch begun", made.id, kind=made.kind, source=made.source, mail=made.mail, hook=made.hook)
    return made


def _page(services: Services, user: User, form: WatchForm) -> WatchesPage:
    from flows.steps.watching import MOST_SEEN

    return WatchesPage(
        alerts=_lines(services, user, services.ledger.alerts(user.name)),
        unread=services.ledger.unread_alerts(user.name),
        watches=tuple(services.ledger.watches(user.name)),
        ways=Ways.of(services.settings),
        form=form,
        limit=MOST_SEEN,
    )


def _lines(services: Services, user: User, held: list[Alert]) -> tuple[AlertLine, ...]:
    names: dict[str, str] = {}
    for one in {alert.watch_id for alert in held}:
        watch = services.ledger.watch(one)
        names[one] = watch.name if watch is not None and watch.owner == user.name else ""
    sent = services.ledger.deliveries(one.id for one in held)
    going = {one.id for one in services.ledger.watches(user.name)}
    return tuple(
        AlertLine(one, names[one.watch_id], tuple(sent.get(one.id, ())), one.watch_id in going) for one in held
    )  # fmt: skip


def _rows(services: Services, user: User, held: Alert, what: str) -> tuple[Row, ...]:
    """What an alert names as rows, clusters first; contacts covered as everywhere."""
    items = [(item.kind, item.id) for item in held.items if item.what == what]
    rows = work.rows_of(services, items)
    return work.marked(services, user, sorted(rows, key=lambda row: row.kind != "cluster"))
