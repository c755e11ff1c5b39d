"""Sources, runs, the audit log, screening a text, the catalogue, the fixed lists, and oneself."""

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
    READERS,
    LoginNeededError,
    TokenUser,
    may,
    only_reads,
    open_to,
)
from review.accounts.reasons import REASONS
from review.api import asks, parts, records, work_records
from review.api.advert_json import screening_json, shown_texts
from review.api.problems import ApiError
from review.api.rows_json import lines
from review.cover import contact_words
from review.i18n import pick, tr
from review.operate.view import covered_run
from review.routers.parts import Parts, Person, note
from review.routers.paste import screen
from review.rows import score_sum
from review.services import Services
from strazha.ledger.records import AuditEntry
from strazha.model import CrawlReport, LegalBasis, RunReport, Source

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


@router.get("/indicators", tags=["Screening"], summary="List the catalogue of indicators")
@open_to(READERS)
def indicators(services: Parts, user: Person) -> list[records.Indicator]:
    """What each means, the publications it rests on, and what testing found it worth. Counter-indicators among them."""
    return [
        records.Indicator(
            id=one.id,
            version=one.version,
            label=pick(one.label, one.id),
            explanation=pick(one.explanation),
            level=one.level,
            strength=one.strength,
            dimension=one.dimension,
            sources=[records.IndicatorSource(code=source.code, title=source.title) for source in one.sources],
            validity=one.validity.status,
            finding=one.validity.finding,
            sample=one.validity.sample,
            head_of_queue=one.head_of_queue,
        )
        for one in services.catalogue.values()
    ]


@router.post("/screenings", tags=["Screening"], summary="Screen a text")
@open_to(READERS)
@only_reads
def screen_text(services: Parts, user: Person, body: asks.TextAsked) -> records.Screening:
    """Screened like an advert and kept nowhere; the log keeps who did it and the text's digest. Contacts are readable: you
    sent them."""
    body_text = body.body.replace("\r\n", "\n")
    found = screen(services, user, body.title, body_text)
    if isinstance(found, str):
        raise ApiError(422, found)
    told = screening_json(services, found, shown_texts(body.title, body_text, (), uncovered=True), None)
    sums = score_sum(found.reasons, found.score, found.band, services.catalogue, contact_words(()))
    return told.model_copy(update={"reasons": lines(sums.lines)})


@router.get("/sources", summary="List the sources")
@open_to(OPERATORS)
def sources(services: Parts, user: Person) -> list[work_records.Source]:
    """With their legal basis, schedule and last crawl."""
    from flows.chosen import Wanted, known_sources

    note(services, user, "sources read", "all")
    return [_source(services, one) for one in known_sources(services.settings, Wanted()).values()]


@router.get("/sources/{source_id}/crawls", summary="List a source's crawls")
@open_to(OPERATORS)
def crawls(services: Parts, user: Person, source_id: asks.Id, limit: asks.Limit = 50) -> list[work_records.Crawl]:
    """The newest, newest first."""
    note(services, user, "crawls read", source_id)
    return [_crawl(one) for one in services.ledger.crawls(source_id, limit)]


def _source(services: Services, one: Source) -> work_records.Source:
    last = next(iter(services.ledger.crawls(one.id, 1)), None)
    return work_records.Source(
        id=one.id, name=one.name, country=one.country, kind=one.kind, enabled=one.enabled, schedule=one.schedule,
        retention_days=one.retention_days, legal_basis=_basis(services, one.legal_basis),
        last_crawl=_crawl(last) if last is not None else None,
    )  # fmt: skip


def _basis(services: Services, one: LegalBasis | None) -> work_records.LegalBasis | None:
    if one is None:
        return None
    return work_records.LegalBasis(
        authority=one.authority, statute=one.statute, purpose=one.purpose, valid_from=one.valid_from,
        valid_until=one.valid_until, in_force=one.in_force(services.clock().date()),
    )  # fmt: skip


def _crawl(one: CrawlReport) -> work_records.Crawl:
    return work_records.Crawl(
        source=one.source_id, run=one.run_id, state=one.state, started_at=one.started_at, finished_at=one.finished_at,
        reason=one.reason, pages=one.pages, adverts=one.adverts, new=one.new, changed=one.changed, gone=one.gone,
        errors=sum(error.count for error in one.errors), filled=one.filled,
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
        crawls=[_crawl(crawl) for crawl in one.crawls],
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
    detail: dict[str, Any] = json.loads(json.dumps(one.detail, ensure_ascii=False).encode("utf-8", "replace"))
    return work_records.AuditEntry(
        number=one.number, at=one.at, who=one.who, action=one.action, subject=one.subject, detail=detail, former=one.former,
        hash=one.hash,
    )  # fmt: skip
