"""Exports: the dashboard's tables, or what a search finds, as rows and as a report; pages and API call the same functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fastapi import HTTPException
from starlette.datastructures import QueryParams

from review.access import LEADS, may
from review.i18n import marked
from review.lead import selection
from review.lead.ask import DashAsk
from review.lead.contexts import ReportPage
from review.lead.csvfile import lines
from review.lead.tables import Cell, Table
from review.lead.trends import trend_tables
from review.lead.work import work_tables
from review.routers.parts import note
from review.services import Services
from strazha.ledger.records import User

QUERY_LIMIT = 3000


@dataclass(frozen=True, slots=True)
class CsvAsk:
    """What is to be written as CSV: of the dashboard one of its tables, or a selection; with a mark for Excel (``bom``)."""

    what: str
    query: str
    table: str = ""
    bom: bool = False
    uncovered: bool = False


def tables_of(services: Services, ask: DashAsk) -> Iterator[Table]:
    """The dashboard's tables."""
    yield from trend_tables(services, ask)
    yield from work_tables(services, ask)


def period_of(services: Services, query: str) -> DashAsk:
    """The period that a dashboard's address asks for."""
    return DashAsk.read(QueryParams(query[:QUERY_LIMIT]), services.clock().date())


def may_write(user: User, ask: CsvAsk) -> None:
    """403 for contacts in the open, which are for leads alone."""
    if _open_contacts(ask) and not may(user, LEADS):
        raise HTTPException(403)


def csv_of(services: Services, user: User, ask: CsvAsk, why: Mapping[str, str]) -> tuple[str, Iterator[bytes]]:
    """A CSV file's name and its lines, contacts covered unless a lead asks for them. Logged with ``why`` before it is made.

    422 for a table the dashboard does not have.
    """
    name: str
    if ask.what == "selection":
        wanted = selection.ask_of(ask.query[:QUERY_LIMIT])
        name, head = selection.kind_of(wanted), tuple(column.label for column in selection.columns(wanted))
        rows = selection.rows(services, wanted, most=selection.MOST, uncovered=_open_contacts(ask))
        facts = {"query": wanted.query(), "rows": min(selection.count(services, wanted), selection.MOST)}
    else:
        chosen = _chosen(services, ask)
        name, head = chosen.name, tuple(column.label for column in chosen.columns)
        rows, facts = iter(chosen.rows), {"query": ask.query[:QUERY_LIMIT], "rows": len(chosen.rows)}
    # Before the first byte is sent: nothing leaves without a trace.
    note(services, user, "exported", f"csv {name}", contacts=_open_contacts(ask), **facts, **why)
    return f"strazha-{name}-{services.clock():%Y%m%d}.csv", lines(_headed(head, rows), bom=ask.bom)


def report_of(
    services: Services, user: User, what: str, query: str, *, code: str, words: str, why: Mapping[str, str]
) -> ReportPage:  # fmt: skip
    """A report to print, contacts covered. Logged with ``why``; ``code`` and ``words`` of the reason stand on it."""
    page = ReportPage(title="", made_by=user.name, made_at=services.clock(), reason=code, words=words, criteria=())
    if what == "selection":
        ask = selection.ask_of(query[:QUERY_LIMIT])
        title = marked("Report on clusters") if ask.kind == "clusters" else marked("Report on adverts")
        rows, said = selection.printed(services, ask), tuple(selection.criteria(services, ask))
        found, asked = selection.count(services, ask), ask.query()
        page = replace(page, title=title, criteria=said, rows=rows, found=found, back=f"/search?{asked}")
    else:
        period = period_of(services, query)
        asked, said = period.query, (f"{period.first} – {period.last}",)
        title, tables = marked("Report on trends and work"), tuple(tables_of(services, period))
        page = replace(page, title=title, criteria=said, tables=tables, back=f"/dashboard?{asked}")
    facts = {"query": asked, "rows": len(page.rows) or sum(len(table.rows) for table in page.tables)}
    note(services, user, "exported", f"report {'selection' if page.rows else 'dashboard'}", **facts, **why)
    return page


def _open_contacts(ask: CsvAsk) -> bool:
    return ask.uncovered and ask.what == "selection"


def _chosen(services: Services, ask: CsvAsk) -> Table:
    found = next((table for table in tables_of(services, period_of(services, ask.query)) if table.name == ask.table), None)
    if found is None:
        raise HTTPException(422)
    return found


def _headed(head: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    yield head
    yield from rows
