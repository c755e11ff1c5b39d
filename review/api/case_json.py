"""Case folders and their reports as the API tells them, from the same contexts as their pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from review.api import case_records as told
from review.api.rows_json import lines
from review.api.work_json import decision_json
from review.blocks import Sum
from review.casework.contexts import CasePage, Proof, Reported, ReportPage
from strazha.ledger.casework_records import Case, CaseEvent, CaseItem, Note


def row_json(one: Case) -> told.CaseRow:
    """A case in a list."""
    return told.CaseRow(
        id=one.id, title=one.title, reference=one.reference, opened_by=one.opened_by, opened_at=one.opened_at,
        closed_at=one.closed_at, people=list(one.people),
    )  # fmt: skip


def folder_json(page: CasePage) -> told.CaseFolder:
    """A case with what lies in it, contacts covered in what people typed."""
    history = sorted(page.history, key=lambda one: one.at)
    return told.CaseFolder(
        **row_json(page.case).model_dump(), items=[_item(one) for one, _, _ in page.items], history=_history(history)
    )  # fmt: skip


def _item(one: CaseItem) -> told.CaseItem:
    return told.CaseItem(
        kind=one.subject, id=one.subject_id, added_by=one.added_by, added_at=one.added_at, reason=one.reason
    )  # fmt: skip


def _history(found: Iterable[CaseEvent]) -> list[told.CaseEvent]:
    return [
        told.CaseEvent(
            action=one.action, subject=one.subject, subject_id=one.subject_id, reason=one.reason, done_by=one.done_by, at=one.at
        )
        for one in found
    ]  # fmt: skip


def _notes(found: Iterable[Note]) -> list[told.ReportNote]:
    return [
        told.ReportNote(author=one.author, written_at=one.newest.written_at, text=one.newest.text) for one in found
    ]  # fmt: skip


def report_json(page: ReportPage) -> told.CaseReport:
    """A case's report."""
    return told.CaseReport(
        case=row_json(page.case), made_by=page.made_by, made_at=page.made_at, reason=page.reason, uncovered=page.uncovered,
        items=[_reported(one) for one in page.items], gone=list(page.gone), notes=_notes(page.notes),
        history=_history(page.history), left_out=page.left_out, audit_head=page.chain,
    )  # fmt: skip


def _reported(one: Reported) -> told.ReportItem:
    found = one.sum
    return told.ReportItem.model_validate({
        "kind": one.kind, "id": one.id, "title": one.title, "put_in": _item(one.item),
        "score": found.score if found is not None else None, "band": found.band if found is not None else None,
        "reasons": lines(found.lines) if found is not None else [], "decisions": [decision_json(said) for said in one.said],
        "notes": _notes(one.notes), "proofs": [_proof(proof, proof.sum) for proof in one.proofs], "links": one.links,
        "strongest": _links(one.ties),
    })  # fmt: skip


def _links(found: Iterable[tuple[str, str, float, Sequence[str]]]) -> list[told.ReportLink]:
    return [told.ReportLink(a=a, b=b, score=score, reasons=list(reasons)) for a, b, score, reasons in found]


def _proof(one: Proof, found: Sum) -> told.Proof:
    return told.Proof(
        advert=one.id, title=one.title, body=one.body, source=one.source, url=one.url, first_seen=one.first_seen,
        last_seen=one.last_seen, gone_since=one.gone_since, captured_at=one.captured_at, content_hash=one.content_hash,
        payload_sha256=one.payload_sha256, warc=one.warc, record=one.record, score=found.score, band=found.band,
        reasons=lines(found.lines), decisions=[decision_json(said) for said in one.said],
    )  # fmt: skip
