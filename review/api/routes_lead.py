"""Figures for those who oversee: the dashboard's tables, and exports, each with a reason and an entry of the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response, StreamingResponse

from review.access import OVERSEERS, only_reads, open_to
from review.api import lead_records as told
from review.api import parts, rows_json
from review.api.problems import ApiError
from review.i18n import tr
from review.lead.exporting import CsvAsk, csv_of, may_write, report_of, tables_of
from review.lead.routes import sent_csv
from review.lead.tables import Table
from review.routers.parts import Parts, Person, note

router = parts.router("Leading")


class CsvFile(StreamingResponse):
    """A CSV file."""

    media_type = "text/csv"


@router.get("/dashboard", summary="Read trends, hotspots, work and precision")
@open_to(OVERSEERS)
def dashboard(services: Parts, user: Person, ask: Annotated[told.DashboardAsked, Query()]) -> told.Dashboard:
    """The dashboard's six tables for a period. Shares stand in them as they are shown."""
    asked = ask.ask(services.clock().date())
    note(services, user, "dashboard read", f"{asked.first} – {asked.last}", by=asked.dimension)
    return told.Dashboard.model_validate({
        "first": asked.first, "last": asked.last, "interval": asked.interval, "by": asked.dimension, "across": asked.across,
        "tables": _tables(tables_of(services, asked)),
    })  # fmt: skip


@router.post(
    "/exports/csv", summary="Export a table or a selection as CSV", response_class=CsvFile,
    responses={200: {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}},
)  # fmt: skip
@open_to(OVERSEERS)
@only_reads
def export_csv(services: Parts, user: Person, body: told.CsvAsked) -> Response:
    """UTF-8, no cell of it a formula. Contacts are covered unless a lead asks for them; each file is logged with its reason."""
    given = body.given()
    if body.what == "dashboard" and body.table is None:
        raise ApiError(422, told.NO_TABLE)
    ask = CsvAsk(body.what, body.asked(), table=body.table or "", bom=body.bom, uncovered=body.uncovered)
    may_write(user, ask)
    file, rows = csv_of(services, user, ask, given.detail())
    return sent_csv(file, rows)


@router.post("/exports/report", summary="Export figures or a selection as a report")
@open_to(OVERSEERS)
@only_reads
def export_report(services: Parts, user: Person, body: told.ReportAsked) -> told.Report:
    """What the printed report says, contacts covered; each is logged with its reason."""
    given = body.given()
    page = report_of(services, user, body.what, body.asked(), code=given.code, words=given.words, why=given.detail())
    return told.Report(
        title=tr(page.title), made_by=page.made_by, made_at=page.made_at, reason=page.reason, words=page.words,
        criteria=list(page.criteria), tables=_tables(page.tables), rows=rows_json.rows(page.rows), found=page.found,
    )  # fmt: skip


def _tables(found: Iterable[Table]) -> list[told.Table]:
    return [
        told.Table(
            name=one.name, title=one.title,
            columns=[told.Column(label=column.label, figures=column.figures) for column in one.columns],
            rows=[list(row) for row in one.rows], notes=list(one.notes), warning=one.warning,
        )
        for one in found
    ]  # fmt: skip
