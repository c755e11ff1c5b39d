"""The leads' endpoints: the dashboard, and exports, each with a reason and an entry of the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import QueryParams

from review.access import LEADS, OVERSEERS, may, open_to
from review.accounts.reasons import Given, GivenReason, detail, stated
from review.i18n import marked, tr
from review.lead import selection
from review.lead.ask import DashAsk
from review.lead.contexts import DashboardPage, ExportsPage, ReportPage
from review.lead.csvfile import lines
from review.lead.tables import Cell, Table
from review.lead.trends import trend_tables
from review.lead.work import work_tables
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.ledger.records import StatedReason, User

router = APIRouter()

QUERY_LIMIT = 3000
Words = Annotated[str, Form()]


@router.get("/dashboard")
@open_to(OVERSEERS)
def dashboard(request: Request, services: Parts, user: Person) -> Response:
    """Trends, hotspots, workload, times, precision of a period."""
    ask = DashAsk.read(request.query_params, services.clock().date())
    note(services, user, "dashboard read", f"{ask.first} – {ask.last}", by=ask.dimension)
    return render(request, DashboardPage(ask=ask, tables=tuple(_tables(services, ask))))


@router.get("/exports")
@open_to(OVERSEERS)
def exports(request: Request, services: Parts, user: Person) -> Response:
    """The form for an export of the dashboard, or of what a search or the queue shows."""
    params = request.query_params
    what = "selection" if params.get("what") == "selection" else "dashboard"
    return render(request, _form(services, user, what, str(params)[:QUERY_LIMIT]))


@router.post("/exports/csv")
@open_to(OVERSEERS)
def as_csv(
    *, request: Request, services: Parts, user: Person, what: Words = "", query: Words = "", table: Words = "",
    bom: Words = "", uncovered: Words = "", given: Given,
) -> Response:  # fmt: skip
    """A CSV file. Contacts in it are covered unless a lead asks for them; each file is an entry of the audit log."""
    open_contacts = uncovered == "yes" and what == "selection"
    if open_contacts and not may(user, LEADS):
        raise HTTPException(403)
    why = _why(request, services, user, what, given)
    if why is None:
        return _refused(request, services, user, what, query)
    name: str
    if what == "selection":
        ask = selection.ask_of(query[:QUERY_LIMIT])
        name, head = selection.kind_of(ask), tuple(column.label for column in selection.columns(ask))
        rows = selection.rows(services, ask, most=selection.MOST, uncovered=open_contacts)
        facts = {"query": ask.query(), "rows": min(selection.count(services, ask), selection.MOST)}
    else:
        chosen = _chosen(services, query, table)
        name, head = chosen.name, tuple(column.label for column in chosen.columns)
        rows, facts = iter(chosen.rows), {"query": query[:QUERY_LIMIT], "rows": len(chosen.rows)}
    # Before the first byte is sent: nothing leaves without a trace.
    note(services, user, "exported", f"csv {name}", contacts=open_contacts, **facts, **detail(why))
    file = f"strazha-{name}-{services.clock():%Y%m%d}.csv"
    return StreamingResponse(
        lines(_headed(head, rows), bom=bom == "yes"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


@router.post("/exports/report")
@open_to(OVERSEERS)
def as_report(
    *, request: Request, services: Parts, user: Person, what: Words = "", query: Words = "", given: Given
) -> Response:  # fmt: skip
    """A report to print, contacts covered; each is an entry of the audit log."""
    why = _why(request, services, user, what, given)
    if why is None:
        return _refused(request, services, user, what, query)
    page = ReportPage(title="", made_by=user.name, made_at=services.clock(), reason=why.code, words=why.words, criteria=())
    if what == "selection":
        ask = selection.ask_of(query[:QUERY_LIMIT])
        title = marked("Report on clusters") if ask.kind == "clusters" else marked("Report on adverts")
        rows, said = selection.printed(services, ask), tuple(selection.criteria(services, ask))
        found, asked = selection.count(services, ask), ask.query()
        page = replace(page, title=title, criteria=said, rows=rows, found=found, back=f"/search?{asked}")
    else:
        period = DashAsk.read(QueryParams(query[:QUERY_LIMIT]), services.clock().date())
        asked, said = period.query, (f"{period.first} – {period.last}",)
        title, tables = marked("Report on trends and work"), tuple(_tables(services, period))
        page = replace(page, title=title, criteria=said, tables=tables, back=f"/dashboard?{asked}")
    facts = {"query": asked, "rows": len(page.rows) or sum(len(table.rows) for table in page.tables)}
    note(services, user, "exported", f"report {'selection' if page.rows else 'dashboard'}", **facts, **detail(why))
    return render(request, page)


def _tables(services: Services, ask: DashAsk) -> Iterator[Table]:
    yield from trend_tables(services, ask)
    yield from work_tables(services, ask)


def _chosen(services: Services, query: str, name: str) -> Table:
    ask = DashAsk.read(QueryParams(query[:QUERY_LIMIT]), services.clock().date())
    found = next((table for table in _tables(services, ask) if table.name == name), None)
    if found is None:
        raise HTTPException(422)
    return found


def _why(request: Request, services: Services, user: User, what: str, given: GivenReason) -> StatedReason | None:
    """The reason for an export, or None: the form is then shown again and says what is missing."""
    return stated(request, services, user, act="export", item=("export", what[:20]), given=given)


def _headed(head: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    yield head
    yield from rows


def _refused(request: Request, services: Services, user: User, what: str, query: str) -> Response:
    page = _form(services, user, "selection" if what == "selection" else "dashboard", query[:QUERY_LIMIT])
    return render(request, page, status=422)


def _form(services: Services, user: User, what: str, query: str) -> ExportsPage:
    if what == "selection":
        ask = selection.ask_of(query)
        return ExportsPage(
            what=what, query=ask.query(), tables=(), kind=selection.kind_of(ask),
            criteria=tuple(selection.criteria(services, ask)), found=selection.count(services, ask),
            most=selection.MOST, printed=selection.PRINTED,
            may_uncover=may(user, LEADS),
        )  # fmt: skip
    today: date = services.clock().date()
    period = DashAsk.read(QueryParams(query), today)
    tables = tuple((name, tr(title)) for name, title in TITLES)
    return ExportsPage(
        what=what, query=period.query, tables=tables, kind="", criteria=(f"{period.first} – {period.last}",), found=0,
        most=0, printed=0, may_uncover=False,
    )  # fmt: skip


#: The dashboard's tables by name, as the form offers them.
TITLES = (
    ("trend", marked("New adverts over time")), ("hotspots", marked("Hotspots")), ("crossing", marked("One by the other")),
    ("workload", marked("Workload")), ("times", marked("From advert to decision")),
    ("precision", marked("Precision of the bands")),
)  # fmt: skip
