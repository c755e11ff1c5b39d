"""Runs, the audit log, the fixed lists, and oneself."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import HTTPException, Query

from review import labels
from review.access import (
    AUDITORS,
    DECIDERS,
    EVERYBODY,
    LEADS,
    OPERATORS,
    OVERSEERS,
    READERS,
    RUNNERS,
    LoginNeededError,
    TokenUser,
    may,
    open_to,
)
from review.accounts.reasons import REASONS
from review.api import asks, parts, work_records
from review.api.operate_json import crawl_json
from review.i18n import tr
from review.operate.view import covered_run
from review.routers.parts import Parts, Person, note
from review.typed import covered_detail
from strazha.ledger.records import AuditEntry
from strazha.model import RunReport

router = parts.router("Operations")

#: Runs that can be paged through: years of them.
MOST_RUNS = 5000


@router.get("/me", tags=["Yourself"], summary="In whose name you call, and how far you reach")
@open_to(EVERYBODY)
def me(services: Parts, user: Person) -> work_records.Me:
    """Your account, your token and what its role may do."""
    if not isinstance(user, TokenUser):
        raise LoginNeededError
    token = services.ledger.token(user.token_id)
    if token is None:
        raise LoginNeededError
    return work_records.Me(
        name=user.name,
        role=user.role,
        token=work_records.Token(id=token.id, name=token.name, scope=token.scope, expires_at=token.expires_at),
        may_read=may(user, READERS),
        may_decide=may(user, DECIDERS) and not user.read_only,
        may_lead=may(user, LEADS) and not user.read_only,
        may_operate=may(user, OPERATORS),
        may_run=may(user, RUNNERS) and not user.read_only,
        may_oversee=may(user, OVERSEERS),
        may_audit=may(user, AUDITORS),
        requests_per_minute=services.settings.api_rate,
    )


@router.get("/vocabulary", tags=["Yourself"], summary="List outcomes, grounds and kinds")
@open_to(EVERYBODY)
def vocabulary(services: Parts, user: Person) -> work_records.Vocabulary:
    """In your language (Accept-Language)."""
    return work_records.Vocabulary(
        outcomes=[
            work_records.OutcomeWords.model_validate({
                "outcome": outcome, "label": tr(label),
                "grounds": [{"code": code, "label": tr(text)} for code, text in labels.GROUNDS.get(outcome, {}).items()],
            })
            for outcome, label in labels.OUTCOMES.items()
        ],
        reasons={code: tr(label) for code, label in REASONS.items()},
        mentions={str(kind): tr(label) for kind, label in labels.MENTIONS.items()},
        judgements={kind: tr(label) for kind, label in labels.JUDGEMENTS.items()},
    )  # fmt: skip


@router.get("/runs", summary="List runs")
@open_to(OPERATORS)
def runs(services: Parts, user: Person, limit: asks.Limit = 25, cursor: asks.Cursor = "") -> work_records.RunPage:
    """Newest first: what they crawled, screened and indexed, and what went wrong."""
    note(services, user, "runs read", "newest" if not cursor else "older")
    after = asks.opened(cursor, "all runs")
    every = services.ledger.runs(limit=MOST_RUNS if after else limit + 1)
    at = next((number + 1 for number, one in enumerate(every) if one.run_id == after), 0)
    shown = every[at : at + limit]
    more = len(every) > at + limit
    return work_records.RunPage(
        runs=[_run(one) for one in shown], next=asks.sealed(shown[-1].run_id, "all runs") if more else ""
    )  # fmt: skip


@router.get("/runs/{run_id}", summary="Read a run", responses=parts.problems(404))
@open_to(OPERATORS)
def run(services: Parts, user: Person, run_id: asks.Id) -> work_records.Run:
    """One run."""
    found = services.ledger.run(run_id) if run_id.isprintable() else None
    if found is None:
        raise HTTPException(404)
    note(services, user, "runs read", run_id)
    return _run(found)


def _run(one: RunReport) -> work_records.Run:
    return work_records.Run(
        id=one.run_id,
        state=one.state,
        started_at=one.started_at,
        finished_at=one.finished_at,
        sources=list(one.sources),
        crawls=[crawl_json(crawl) for crawl in one.crawls],
        steps=[
            work_records.Step(step=step.step, done=step.done, skipped=step.skipped, failed=step.failed, seconds=step.seconds)
            for step in one.steps
        ],
        bands=one.bands,
        clusters=one.clusters,
        errors=list(covered_run(one).errors),
    )


@router.get("/audit", tags=["Audit"], summary="Read the audit log")
@open_to(AUDITORS)
def audit(services: Parts, user: Person, ask: Annotated[asks.Audited, Query()]) -> work_records.AuditPage:
    """Newest first. Reading it is logged too."""
    before = int(asks.opened(ask.cursor, "audit") or 0) or None
    note(services, user, "audit log read", str(before or "newest"))
    found = services.ledger.audit_entries(
        limit=ask.limit, before=before, who=ask.who or None, subject=ask.subject or None
    )  # fmt: skip
    more = len(found) == ask.limit and found[-1].number > 1
    return work_records.AuditPage(
        entries=[_entry(one) for one in found], next=asks.sealed(str(found[-1].number), "audit") if more else ""
    )  # fmt: skip


@router.get("/audit/check", tags=["Audit"], summary="Check the audit log's chain")
@open_to(AUDITORS)
def check_audit(services: Parts, user: Person) -> work_records.AuditCheck:
    """Whether every entry fits the one before; note the head elsewhere from time to time."""
    broken = services.ledger.verify_audit()
    number, head = services.ledger.audit_head()
    note(services, user, "audit log checked", str(number))
    return work_records.AuditCheck(
        sound=broken is None, first_bad=broken.number if broken is not None else None, head=number, head_hash=head
    )  # fmt: skip


def _entry(one: AuditEntry) -> work_records.AuditEntry:
    # Half characters that a log kept cannot be sent.
    covered = dict(covered_detail(one.detail.items()))
    detail: dict[str, Any] = json.loads(json.dumps(covered, ensure_ascii=False).encode("utf-8", "replace"))
    return work_records.AuditEntry(
        number=one.number, at=one.at, who=one.who, action=one.action, subject=one.subject, detail=detail, former=one.former,
        hash=one.hash,
    )  # fmt: skip
