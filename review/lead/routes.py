"""The leads' endpoints: the dashboard, and exports, each with a reason and an entry of the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response, StreamingResponse

from review.access import LEADS, OVERSEERS, may, open_to
from review.accounts.reasons import Given, GivenReason, detail, stated
from review.i18n import marked, tr
from review.lead import selection
from review.lead.ask import DashAsk
from review.lead.contexts import DashboardPage, ExportsPage
from review.lead.exporting import QUERY_LIMIT, CsvAsk, csv_of, may_write, period_of, report_of, tables_of
from review.render import render
from review.routers.parts import Parts, Person, note
from review.services import Services
from strazha.ledger.records import StatedReason, User

router = APIRouter()

Words = Annotated[str, Form()]


@router.get("/dashboard")
@open_to(OVERSEERS)
def dashboard(request: Request, services: Parts, user: Person) -> Response:
    """Trends, hotspots, workload, times, precision of a period."""
    ask = DashAsk.read(request.query_params, services.clock().date())
    note(services, user, "dashboard read", f"{ask.first} – {ask.last}", by=ask.dimension)
    return render(request, DashboardPage(ask=ask, tables=tuple(tables_of(services, ask))))


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
    ask = CsvAsk(what, query, table=table, bom=bom == "yes", uncovered=uncovered == "yes")
    may_write(user, ask)
    why = _why(request, services, user, what, given)
    if why is None:
        return _refused(request, services, user, what, query)
    file, rows = csv_of(services, user, ask, detail(why))
    return sent_csv(file, rows)


def sent_csv(file: str, rows: Iterator[bytes]) -> StreamingResponse:
    """A CSV file as an answer."""
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/exports/report")
@open_to(OVERSEERS)
def as_report(
    *, request: Request, services: Parts, user: Person, what: Words = "", query: Words = "", given: Given
) -> Response:  # fmt: skip
    """A report to print, contacts covered; each is an entry of the audit log."""
    why = _why(request, services, user, what, given)
    if why is None:
        return _refused(request, services, user, what, query)
    page = report_of(services, user, what, query, code=why.code, words=why.words, why=detail(why))
    return render(request, page)


def _why(request: Request, services: Services, user: User, what: str, given: GivenReason) -> StatedReason | None:
    """The reason for an export, or None: the form is then shown again and says what is missing."""
    return stated(request, services, user, act="export", item=("export", what[:20]), given=given)


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
    period = period_of(services, query)
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
