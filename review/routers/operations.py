"""How the runs fare, and who looked at what."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.access import AUDITORS, OPERATORS, open_to
from review.ask import number
from review.contexts import AuditPage, RunsPage
from review.operate.view import covered_run
from review.render import render
from review.routers.parts import Parts, Person, note
from review.typed import covered_detail

router = APIRouter()

RUNS, ENTRIES = 30, 100


@router.get("/runs")
@open_to(OPERATORS)
def runs(request: Request, services: Parts, user: Person) -> Response:
    """The newest runs: what they crawled, screened and indexed, and what went wrong."""
    note(services, user, "runs read", "newest")
    return render(
        request, RunsPage(runs=tuple(map(covered_run, services.ledger.runs(limit=RUNS))), counts=services.index.count())
    )


@router.get("/audit")
@open_to(AUDITORS)
def audit(request: Request, services: Parts, user: Person) -> Response:
    """The audit log, newest first, and whether its chain holds. Reading it is logged too."""
    before = number(request.query_params.get("before", ""), 1, 10**8)
    note(services, user, "audit log read", str(before or "newest"))
    entries = services.ledger.audit_entries(limit=ENTRIES, before=before)
    details = {
        entry.number: ", ".join(f"{name}: {value}" for name, value in covered_detail(entry.detail.items()) if value)
        for entry in entries
    }
    broken = services.ledger.verify_audit() if before is None else None
    older = str(entries[-1].number) if len(entries) == ENTRIES and entries[-1].number > 1 else ""
    return render(request, AuditPage(entries=entries, broken=broken, older=older, details=details))
