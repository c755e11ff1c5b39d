"""Filling the operators' pages from ledger, definitions and flows."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from review.access import RUNNERS, may
from review.cover import covered_sentence
from review.operate import bell
from review.operate.contexts import (
    AlarmsPage,
    AsideText,
    AskedPage,
    Basis,
    QuarantinePage,
    RunPage,
    SourcePage,
    SourceRow,
    SourcesPage,
    SystemPage,
)
from review.services import Services
from strazha import __version__
from strazha.ledger.database import HEAD
from strazha.ledger.operate_records import AskedRun, SetAside
from strazha.ledger.records import User
from strazha.ledger.watch_records import FailedDelivery
from strazha.model import PageError, RunReport, Source
from strazha.model.cron import next_time
from strazha.store.refused import refused_documents

#: Crawls of a source that its page and chart show, of which the table shows the newest.
HISTORY = 60
#: Pages in error that are shown of one crawl, and items of quarantine.
PAGES, ASIDE = 100, 500
#: What the versions of the machine are told of.
_PARTS = ("scrapy", "spacy", "prefect", "fastapi", "sqlalchemy", "pydantic", "elasticsearch", "onnxruntime")


def sources_page(services: Services) -> SourcesPage:
    """Every source, those in alarm first."""
    sources, problem = bell.definitions(services)
    crawled = services.ledger.newest_crawls()
    alarms = Counter(one.alert.source_id for one in bell.rings(services)[0])
    paused = services.ledger.paused()
    rows = []
    for name in sorted({*sources, *crawled}):
        row = _row(services, name, sources.get(name))
        rows.append(replace(row, alarms=alarms[name], paused=paused.get(name), next_run=_next(services, row, name in paused)))
    rows.sort(key=lambda row: (not row.alarms, row.source is None or not row.source.enabled, row.id))
    return SourcesPage(rows=tuple(rows), prefect=prefect(services), problem=covered_sentence(problem))


def source_page(services: Services, user: User, source_id: str, *, count: bool = False, problem: str = "") -> SourcePage | None:
    """One source; None where nobody knows it."""
    from flows.asked import settle
    from flows.filling import source_filling

    sources, _ = bell.definitions(services)
    crawls = tuple(services.ledger.crawl_lines(source_id, HISTORY))
    source = sources.get(source_id)
    if source is None and not crawls:
        return None
    settle(services.settings, services.ledger)
    rings, noted = bell.rings(services)
    mine = [one for one in (*rings, *noted) if one.alert.source_id == source_id]
    row = _row(services, source_id, source)
    live, gone = services.ledger.advert_counts(source_id).get(source_id, (0, 0))
    paused = services.ledger.paused([source_id]).get(source_id)
    row = replace(row, alarms=len(mine), paused=paused, next_run=_next(services, row, paused is not None))
    found = source_filling(services.ledger, source_id)
    return SourcePage(
        row=row,
        live=live,
        gone=gone,
        basis=source.legal_basis if source else None,
        crawls=crawls,
        fields=found,
        never=_never(source, {one.name for one in found.fields}) if found.adverts else (),
        rings=tuple(mine),
        asked=tuple(services.ledger.asked(source_id, limit=8)),
        switches=tuple(services.ledger.switches(source_id, limit=8)),
        may_run=may(user, RUNNERS),
        run_here=services.settings.run_here,
        hindrance=hindrance(row),
        due=_due(services, source_id) if count else None,
        problem=problem,
    )


def hindrance(row: SourceRow) -> str:
    """Why no run of a source can be started: undefined, off, basis, busy; empty where one can."""
    if row.source is None:
        return "undefined"
    if not row.source.enabled:
        return "off"
    if row.basis in {"missing", "expired"}:
        return "basis"
    return "busy" if row.busy else ""


def _row(services: Services, name: str, source: Source | None) -> SourceRow:
    from flows.holding import is_held

    basis, days = basis_of(source, services.clock().date())
    last = next(iter(services.ledger.crawl_lines(name, 1)), None)
    busy = is_held(services.settings, name)
    return SourceRow(name, source, basis, days, None, None, last, busy, 0)


def basis_of(source: Source | None, today: date) -> tuple[Basis, int]:
    """How a source's legal basis stands, and the days it still holds, or that are over since."""
    from flows.alarms import EXPIRES_IN

    basis = source.legal_basis if source is not None else None
    if basis is None:
        return "missing", 0
    if not basis.in_force(today):
        return "expired", (today - basis.valid_until).days
    left = (basis.valid_until - today).days
    return ("expiring" if left <= EXPIRES_IN else "in force"), left


def _next(services: Services, row: SourceRow, paused: bool) -> datetime | None:
    """When a source is due next, if a schedule runs it at all."""
    if row.source is None or not row.source.enabled or paused or row.basis in {"missing", "expired"}:
        return None
    return next_time(row.source.schedule, ZoneInfo(row.source.time_zone), services.clock())


def _never(source: Source | None, known: set[str]) -> tuple[str, ...]:
    """Mapped fields that no advert of the newest crawls had filled."""
    if source is None:
        return ()
    fields = source.advert.fields
    mapped = [name for name in type(fields).model_fields if name != "extra" and getattr(fields, name)]
    counted = {"title", "body", "price", "posted_at", "place", "contact", "seller", "category", "images"}
    return tuple(name for name in (*mapped, *(f"extra.{one}" for one in fields.extra)) if name not in known and (
        name in counted or name.startswith("extra.")))  # fmt: skip


def _due(services: Services, source_id: str) -> int:
    from flows.steps.reading import versions

    return services.ledger.due_counts(versions().key).get(source_id, 0)


def run_page(services: Services, report: RunReport) -> RunPage:
    """A run with its log; what stands in it of pages comes with contacts covered."""
    from flows.holding import is_held

    crawls = {name: services.ledger.crawl(report.run_id, name) for name in report.sources}
    errors = {
        name: covered_errors(crawl.errors[:PAGES]) for name, crawl in crawls.items() if crawl is not None and crawl.errors
    }
    lines = tuple(
        one.model_copy(update={"text": covered_sentence(one.text)}) for one in services.ledger.run_lines(report.run_id)
    )
    asked = next((one for one in services.ledger.asked(limit=200) if one.run_id == report.run_id), None)
    busy = report.state == "running" and any(is_held(services.settings, name) for name in report.sources)
    return RunPage(run=covered_run(report), lines=lines, errors=errors, asked=asked, busy=busy)


def covered_run(report: RunReport) -> RunReport:
    """A run whose errors, which can quote an advert, have what looks like a contact covered."""
    return report.model_copy(update={"errors": tuple(map(covered_sentence, report.errors))})


def covered_errors(errors: Iterable[PageError]) -> tuple[PageError, ...]:
    """Pages in error, with what looks like a contact in address or detail covered."""
    return tuple(
        one.model_copy(update={"url": covered_sentence(one.url), "detail": covered_sentence(one.detail)}) for one in errors
    )


def asked_page(services: Services, asked: AskedRun) -> AskedPage:
    """What became of a run asked for."""
    from flows.asked import last_words

    words = last_words(services.settings, asked.id) if asked.state == "failed" else ""
    return AskedPage(asked=asked, words=covered_sentence(words), done=asked.progress[1], total=asked.progress[2])


def quarantine_page(services: Services, user: User, told: str = "") -> QuarantinePage:
    """Everything that was set aside."""
    held = aside_texts(services.ledger.set_aside(ASIDE))
    pages = []
    for name in sorted(services.ledger.newest_crawls()):
        newest = next(iter(services.ledger.crawls(name, limit=1)), None)
        if newest is not None and newest.errors:
            pages.append((name, covered_errors(newest.errors[:PAGES])))
    return QuarantinePage(
        waiting=tuple(one for one in held if one.newest.action != "dismiss"),
        dismissed=tuple(one for one in held if one.newest.action == "dismiss"),
        retried=tuple(aside_texts(services.ledger.retried())),
        refused=tuple(refused(services)),
        pages=tuple(pages),
        may_run=may(user, RUNNERS),
        run_here=services.settings.run_here,
        told=told,
    )


def aside_texts(found: Sequence[SetAside]) -> list[AsideText]:
    """Each text once (an advert's id and its content), in the order of ``found``; what stands in reasons covered."""
    texts: dict[tuple[str, str], list[SetAside]] = {}
    for one in found:
        texts.setdefault((one.advert_id, one.version.partition("+")[0]), []).append(one)
    shown = [[one.model_copy(update={"error": covered_sentence(one.error)}) for one in held] for held in texts.values()]
    return [
        AsideText(
            newest=held[0],
            pipelines=tuple(dict.fromkeys(one.version.partition("+")[2] for one in held)),
            every=tuple(held),
        )
        for held in shown
    ]


def refused(services: Services) -> list[tuple[datetime, str, str, str]]:
    """Documents the index refused, newest first; only Elasticsearch sets any aside."""
    lines = refused_documents(services.settings)
    return [(at, kind, name, covered_sentence(reason)) for at, kind, name, reason in lines][-ASIDE:][::-1]


def system_page(services: Services, user: User | None = None, *, retried: bool = False) -> SystemPage:
    """What waits where, disks, versions, alerts that did not leave."""
    from flows.alarms import disks
    from flows.rooms import Rooms
    from flows.waiting import depths

    found = depths(Rooms(services.settings, services.landing, services.ledger, services.index))
    return SystemPage(
        depths=found,
        disks=tuple(disks(services.settings)),
        versions=tuple(_versions(services, found.pipeline)),
        prefect=prefect(services),
        aside=sum(1 for one in aside_texts(services.ledger.set_aside(ASIDE)) if one.newest.action != "dismiss"),
        failed=tuple(map(_no_address, services.ledger.failed_deliveries())),
        may_run=may(user, RUNNERS),
        retried=retried,
    )


def _no_address(one: FailedDelivery) -> FailedDelivery:
    """Of a webhook its host alone: the rest of an address can be as good as a password."""
    if one.delivery.channel != "hook":
        return one
    target = urlsplit(one.delivery.target).hostname or ""
    return one.model_copy(update={"delivery": one.delivery.model_copy(update={"target": target})})


def _versions(services: Services, pipeline: str) -> Iterable[tuple[str, str]]:
    yield "Strazha", __version__
    yield "pipeline", pipeline
    yield "ledger", f"{HEAD}, {services.ledger.place.partition(':')[0]}"
    yield "index", services.settings.store
    yield "Python", platform.python_version()
    for name in _PARTS:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def prefect(services: Services) -> str:
    """Address of Prefect's pages: the one set, else the server that runs in this home; empty where there is none."""
    if services.settings.prefect_pages:
        return services.settings.prefect_pages
    if os.environ.get("PREFECT_API_URL"):
        return ""  # another machine's server: how browsers reach it is for STRAZHA_PREFECT_PAGES to say
    from flows.prefect_setup import running_server

    return running_server(services.settings)


def alarms_page(services: Services, user: User) -> AlarmsPage:
    """Everything to look at."""
    rings, noted = bell.rings(services)
    return AlarmsPage(open=tuple(rings), noted=tuple(noted), may_run=may(user, RUNNERS))
