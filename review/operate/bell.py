"""Alarms for the pages: gathered through flows, counted for the header, said in the page's language."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from fastapi import Request
from sqlalchemy import Engine

from review.access import RUNNERS, may
from review.i18n import marked, tr
from review.labels import STATES
from review.services import Services, services_of
from strazha.errors import StoreUnavailableError, StrazhaError
from strazha.ledger.records import User
from strazha.model import Source

if TYPE_CHECKING:
    from flows.alarms import Alert
    from review.operate.contexts import Ring

#: Seconds for which the header's count, and the definitions, are taken from memory.
FRESH = 20.0

#: What each kind of alarm says. Facts are put in by name; what a fact lacks shows as a dash.
SENTENCES: Mapping[str, str] = {
    "basis_missing": marked("It has no legal basis and is not crawled."),
    "basis_expired": marked(
        "Its legal basis held from {from} until {until}: it is not crawled. Ask {officer} for a new order."
    ),
    "basis_expiring": marked("Its legal basis ends on {until}, in {days} days. Ask {officer} to renew it."),
    "field_empty": marked("The field {field} has gone empty: none of {of} adverts has it, {before} of {past} had it before."),
    "field_falling": marked("The field {field} is filled in {now} of {of} adverts; before, it was in {before} of {past}."),
    "failing": marked("Its newest crawls failed ({crawls}): {pages} pages, {errors} errors; ended: {reason}. Mostly: {error}."),
    "no_adverts": marked("It brings no adverts any more: {pages} pages and none; before, there were {before}."),
    "drift": marked("Shares shifted against the crawls before ({count}), first of them: {first}."),
    "quarantine": marked("Quarantine grows: {now} adverts were set aside within a day, {before} on the day before."),
    "disk": marked("The disk of {what} is nearly full: {free} GB free ({share})."),
    "definitions": marked("The source definitions cannot be read: {problem}"),
}
#: Names of the kinds, for lists.
KINDS: Mapping[str, str] = {
    "basis_missing": marked("legal basis"), "basis_expired": marked("legal basis"), "basis_expiring": marked("legal basis"),
    "field_empty": marked("emptied field"), "field_falling": marked("falling field"), "failing": marked("failing source"),
    "no_adverts": marked("no adverts"), "drift": marked("drift"), "quarantine": marked("quarantine"), "disk": marked("disk"),
    "definitions": marked("definitions"),
}  # fmt: skip


@dataclass
class _Memory:
    """What was gathered last for one ledger."""

    at: float = float("-inf")
    open: int = 0
    sources: dict[str, Source] = field(default_factory=dict)
    problem: str = ""
    read_at: float = float("-inf")


# By the ledger's engine, so that it goes with it.
_MEMORIES: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()
_LOCK = threading.Lock()


def _memory(services: Services) -> _Memory:
    with _LOCK:
        return _MEMORIES.setdefault(services.ledger.engine, _Memory())


def forget(services: Services) -> None:
    """Gather anew when asked next: something was changed just now."""
    memory = _memory(services)
    memory.at = memory.read_at = float("-inf")


def definitions(services: Services) -> tuple[dict[str, Source], str]:
    """Every source definition this server knows, and what is wrong with them (then those known before, or none)."""
    memory = _memory(services)
    if time.monotonic() - memory.read_at > FRESH:
        from flows.chosen import Wanted, known_sources

        try:
            memory.sources, memory.problem = known_sources(services.settings, Wanted()), ""
        except (StrazhaError, OSError) as error:
            memory.problem = str(error)
        memory.read_at = time.monotonic()
    return memory.sources, memory.problem


def alerts(services: Services) -> list[Alert]:
    """Every alarm there is now."""
    from flows.alarms import Alert, alerts

    sources, problem = definitions(services)
    found = alerts(services.settings, services.ledger, sources, services.clock())
    if problem:
        first = problem.splitlines()[0]
        found.insert(0, Alert("definitions", f"definitions:{first}", grave=True, facts={"problem": first}))
    return found


def rings(services: Services) -> tuple[list[Ring], list[Ring]]:
    """Alarms as they are shown: those nobody took note of, and the others."""
    from review.operate.contexts import Ring

    found = alerts(services)
    noted = services.ledger.noted_alarms([one.key for one in found])
    shown = [Ring(one, sentence(one), noted.get(one.key)) for one in found]
    return [one for one in shown if one.noted is None], [one for one in shown if one.noted is not None]


def sentence(alert: Alert) -> str:
    """What an alarm says, in the page's language."""
    facts = {name: value or "–" for name, value in alert.facts.items()}
    if "reason" in facts:
        facts["reason"] = tr(STATES.get(facts["reason"], facts["reason"]))
    return tr(SENTENCES[alert.kind]).format_map(facts)


def ring(request: Request, user: User | None) -> int:
    """Open alarms for the header, at most some seconds old; 0 for those who can do nothing about them."""
    if not may(user, RUNNERS):
        return 0
    services = services_of(request)
    memory = _memory(services)
    if time.monotonic() - memory.at > FRESH:
        try:
            memory.open = len(rings(services)[0])
        except StoreUnavailableError:
            return 0  # the page itself says so
        memory.at = time.monotonic()
    return memory.open
