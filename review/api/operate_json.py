"""Operators' work as the API tells it, from the same contexts as its pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from review.api import operate_records as told
from review.api import work_records
from review.i18n import tr
from review.operate.contexts import AsideText, QuarantinePage, Ring, RunPage, SourcePage, SourceRow, SystemPage
from review.operate.names import PROBLEMS
from review.services import Services
from strazha.evaluation.rates import Rate
from strazha.ledger.operate_records import AskedRun, CrawlLine
from strazha.model import CrawlReport, LegalBasis, PageError


def crawl_json(one: CrawlReport) -> work_records.Crawl:
    """One crawl."""
    return work_records.Crawl(
        source=one.source_id, run=one.run_id, state=one.state, started_at=one.started_at, finished_at=one.finished_at,
        reason=one.reason, pages=one.pages, adverts=one.adverts, new=one.new, changed=one.changed, gone=one.gone,
        errors=sum(error.count for error in one.errors), filled=one.filled,
    )  # fmt: skip


def crawl_line_json(source_id: str, one: CrawlLine) -> work_records.Crawl:
    """One crawl in figures."""
    return work_records.Crawl(
        source=source_id, run=one.run_id, state=one.state, started_at=one.started_at, finished_at=one.finished_at,
        reason=one.reason, pages=one.pages, adverts=one.adverts, new=one.new, changed=one.changed, gone=one.gone,
        errors=one.failures, filled=one.filled,
    )  # fmt: skip


def source_fields(services: Services, row: SourceRow) -> dict[str, object]:
    """What is told of a source wherever it is told of; one whose definition this server does not know by its number alone."""
    one = row.source
    return {
        "id": row.id, "name": one.name if one else "", "country": one.country if one else "", "kind": one.kind if one else "",
        "enabled": one.enabled if one else False, "schedule": one.schedule if one else "",
        "retention_days": one.retention_days if one else 0, "defined": one is not None,
        "legal_basis": _basis(services, one.legal_basis) if one else None, "basis": row.basis, "basis_days": row.days,
        "paused": row.paused is not None, "next_run": row.next_run, "busy": row.busy, "alarms": row.alarms,
        "last_crawl": crawl_line_json(row.id, row.last) if row.last is not None else None,
    }  # fmt: skip


def _basis(services: Services, one: LegalBasis | None) -> work_records.LegalBasis | None:
    if one is None:
        return None
    return work_records.LegalBasis(
        authority=one.authority, statute=one.statute, purpose=one.purpose, valid_from=one.valid_from,
        valid_until=one.valid_until, in_force=one.in_force(services.clock().date()),
    )  # fmt: skip


def source_json(services: Services, page: SourcePage) -> told.SourceDetail:
    """One source as its page has it."""
    fields = told.Fields(
        fields=[
            told.FieldFill.model_validate({
                "field": one.name, "now": _share(one.now), "before": _share(one.before), "state": one.state,
                "since": one.since,
            })
            for one in page.fields.fields
        ],
        never=list(page.never), adverts=page.fields.adverts, past=page.fields.past, enough=page.fields.enough,
    )  # fmt: skip
    return told.SourceDetail.model_validate({
        **source_fields(services, page.row), "adverts_live": page.live, "adverts_gone": page.gone, "fields": fields,
        "alarms_now": [alarm_json(one) for one in page.rings], "asked": [asked_json(one) for one in page.asked],
        "switches": [
            {"paused": one.paused, "done_by": one.done_by, "at": one.at, "reason": one.reason} for one in page.switches
        ],
        "hindrance": page.hindrance, "runs_here": page.run_here, "due": page.due,
    })  # fmt: skip


def _share(rate: Rate) -> told.Share:
    return told.Share(adverts=rate.count, of=rate.of, share=rate.share if rate.of else None)


def alarm_json(one: Ring) -> told.Alarm:
    """One alarm, in the caller's language."""
    noted = one.noted
    return told.Alarm(
        key=one.alert.key, kind=one.alert.kind, source=one.alert.source_id, since=one.alert.since, grave=one.alert.grave,
        sentence=one.sentence, noted_by=noted.done_by if noted else "", noted_at=noted.at if noted else None,
        note=noted.note if noted else "",
    )  # fmt: skip


def asked_json(one: AskedRun, words: str = "") -> told.AskedRun:
    """A run asked for; ``words`` are the last of its process."""
    step, done, total = one.progress
    return told.AskedRun(
        id=one.id, kind=one.kind, source=one.source_id, asked_by=one.asked_by, asked_at=one.asked_at, reason=one.reason,
        state=one.state, run=one.run_id, step=step, done=done, total=total, ended_at=one.ended_at,
        problem=tr(PROBLEMS.get(one.problem, one.problem)), last_words=words,
    )  # fmt: skip


def log_json(page: RunPage) -> told.RunLog:
    """A run's log, contacts covered as on its page."""
    return told.RunLog(
        run=page.run.run_id, state=page.run.state, busy=page.busy,
        asked=asked_json(page.asked) if page.asked is not None else None,
        lines=[told.LogLine(number=one.number, at=one.at, level=one.level, text=one.text) for one in page.lines],
        errors=errors_json(page.errors),
    )  # fmt: skip


def errors_json(found: Mapping[str, Sequence[PageError]]) -> list[told.PageError]:
    """Pages in error by source."""
    return [
        told.PageError(source=source, kind=one.kind, url=one.url, detail=one.detail, count=one.count)
        for source, errors in found.items()
        for one in errors
    ]


def quarantine_json(page: QuarantinePage) -> told.Quarantine:
    """What was set aside."""
    return told.Quarantine(
        waiting=_aside(page.waiting), dismissed=_aside(page.dismissed), retried=_aside(page.retried),
        refused=[told.Refused(at=at, kind=kind, id=name, reason=reason) for at, kind, name, reason in page.refused],
        pages=errors_json(dict(page.pages)),
    )  # fmt: skip


def _aside(found: Iterable[AsideText]) -> list[told.Aside]:
    return [
        told.Aside(
            advert=one.advert_id, version=one.version, source=one.source_id, run=one.run_id, at=one.at, error=one.error,
            action=one.action, done_by=one.done_by, done_at=one.done_at,
        )
        for text in found for one in text.every
    ]  # fmt: skip


def system_json(page: SystemPage) -> told.System:
    """What waits where, disks, versions."""
    held = page.depths
    return told.System(
        unfinished_runs=[one.run_id for one in held.runs], to_take_in=held.landed, to_screen=held.screening,
        to_screen_by_source=held.due, to_link=held.unlinked, to_index=held.index, adverts=held.adverts, indexed=held.indexed,
        clusters=held.clusters, clusters_indexed=held.clusters_indexed, in_quarantine=page.aside,
        disks=[
            told.Disk(what=list(one.what), total=one.total, free=one.free, nearly_full=one.nearly_full) for one in page.disks
        ],
        versions=[told.Part(name=name, version=version) for name, version in page.versions], prefect=page.prefect,
    )  # fmt: skip
