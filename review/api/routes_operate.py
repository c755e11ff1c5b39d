"""Operators' work: sources with their fields, runs asked for, pausing, quarantine, alarms, what waits where."""

from __future__ import annotations

from fastapi import HTTPException

from review.access import OPERATORS, RUNNERS, open_to
from review.api import asks, parts, work_records
from review.api import operate_json as made
from review.api import operate_records as told
from review.api.problems import ApiError
from review.i18n import marked
from review.operate import doing, view
from review.operate.names import PROBLEMS
from review.routers.parts import Parts, Person, note, usable
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User

router = parts.router("Operators' work")

WHY_PAUSED = marked("Say why the source is paused.")
LOOK_SOURCE = marked("Read the source: 'hindrance' and 'asked' say what stands in the way.")


@router.get("/sources", summary="List the sources")
@open_to(OPERATORS)
def sources(services: Parts, user: Person) -> list[work_records.Source]:
    """With their legal basis, schedule, standing and last crawl; those in alarm first."""
    note(services, user, "sources read", "all")
    return [
        work_records.Source.model_validate(made.source_fields(services, row)) for row in view.sources_page(services).rows
    ]  # fmt: skip


@router.get("/sources/{source_id}", summary="Read a source", responses=parts.problems(404))
@open_to(OPERATORS)
def source(services: Parts, user: Person, source_id: asks.Id, *, due: bool = False) -> told.SourceDetail:
    """Its fields against its own past, its alarms, runs asked for, pauses; with ``due`` also what waits for screening."""
    page = doing.source_or_404(services, user, source_id, count=due)
    note(services, user, "sources read", source_id)
    return made.source_json(services, page)


@router.get("/sources/{source_id}/crawls", summary="List a source's crawls")
@open_to(OPERATORS)
def crawls(services: Parts, user: Person, source_id: asks.Id, limit: asks.Limit = 50) -> list[work_records.Crawl]:
    """The newest, newest first."""
    note(services, user, "crawls read", source_id)
    return [made.crawl_json(one) for one in services.ledger.crawls(source_id, limit)]


@router.post("/sources/{source_id}/run", status_code=202, summary="Start a run", responses=parts.problems(404, 409))
@open_to(RUNNERS)
def run_source(services: Parts, user: Person, source_id: asks.Id, body: told.RunAsked) -> told.AskedRun:
    """In the background, one of a source at a time; GET /asked/{id} tells what becomes of it."""
    return _asked(services, user, source_id, kind="run", reason=body.reason)


@router.post("/sources/{source_id}/rescreen", status_code=202, summary="Screen again", responses=parts.problems(404, 409))
@open_to(RUNNERS)
def rescreen_source(services: Parts, user: Person, source_id: asks.Id, body: told.RescreenAsked) -> told.AskedRun:
    """Every advert of the source that the present pipeline has not screened, in the background."""
    return _asked(services, user, source_id, kind="rescreen", reason=body.reason)


def _asked(services: Services, user: User, source_id: str, *, kind: str, reason: str) -> told.AskedRun:
    try:
        return made.asked_json(doing.ask_run(services, user, source_id, kind=kind, reason=reason))
    except BadInputError as error:
        raise ApiError(409, PROBLEMS.get(error.problem, error.problem), LOOK_SOURCE) from error


@router.post("/sources/{source_id}/pause", status_code=204, summary="Pause a source", responses=parts.problems(404))
@open_to(RUNNERS)
def pause_source(services: Parts, user: Person, source_id: asks.Id, body: told.Paused) -> None:
    """The schedule skips it until it is resumed. Pausing a paused one changes nothing."""
    if not doing.switch(services, user, source_id, body.reason, paused=True):
        raise ApiError(422, WHY_PAUSED)


@router.post("/sources/{source_id}/resume", status_code=204, summary="Resume a source", responses=parts.problems(404))
@open_to(RUNNERS)
def resume_source(services: Parts, user: Person, source_id: asks.Id, body: told.Resumed) -> None:
    """The schedule runs it again."""
    doing.switch(services, user, source_id, body.reason, paused=False)


@router.get("/asked/{asked_id}", summary="Read what became of a run asked for", responses=parts.problems(404))
@open_to(OPERATORS)
def asked_run(services: Parts, user: Person, asked_id: asks.Id) -> told.AskedRun:
    """How far it is; where it failed, the last its process said."""
    page = view.asked_page(services, doing.asked_or_404(services, user, asked_id))
    return made.asked_json(page.asked, page.words)


@router.get("/runs/{run_id}/log", summary="Read a run's log", responses=parts.problems(404))
@open_to(OPERATORS)
def run_log(services: Parts, user: Person, run_id: asks.Id) -> told.RunLog:
    """Its lines, and the pages in error of its crawls; what looks like a contact in them is covered."""
    report = services.ledger.run(run_id) if usable(run_id) else None
    if report is None:
        raise HTTPException(404)
    note(services, user, "runs read", run_id)
    return made.log_json(view.run_page(services, report))


@router.get("/quarantine", summary="Read the quarantine")
@open_to(OPERATORS)
def quarantine(services: Parts, user: Person) -> told.Quarantine:
    """What was set aside, and why: adverts that broke a reader, documents the index refused, pages in error."""
    note(services, user, "quarantine read", "quarantine")
    return made.quarantine_json(view.quarantine_page(services, user))


@router.post("/quarantine/retry", summary="Try again what was set aside")
@open_to(RUNNERS)
def retry_set_aside(services: Parts, user: Person, body: told.AsideChosen) -> told.Spoken:
    """Takes adverts out of quarantine and screens them again; where that cannot start now, their source's next run does."""
    done = doing.retry(services, user, [(one.advert, one.version) for one in body.items])
    return told.Spoken(items=done.items, started=done.started)


@router.post("/quarantine/dismiss", summary="Dismiss what was set aside")
@open_to(RUNNERS)
def dismiss_set_aside(services: Parts, user: Person, body: told.AsideChosen) -> told.Spoken:
    """Lets adverts lie in quarantine for good; they stay listed."""
    done = doing.dismiss(services, user, [(one.advert, one.version) for one in body.items])
    return told.Spoken(items=done.items, started=False)


@router.post("/quarantine/replay", summary="Offer refused documents again", responses=parts.problems(409))
@open_to(RUNNERS)
def replay_refused(services: Parts, user: Person) -> told.Replayed:
    """To an index that refuses some; 409 where it never does."""
    written, left = doing.replay(services, user)
    return told.Replayed(written=written, left=left)


@router.get("/system", summary="Read what waits where")
@open_to(OPERATORS)
def system(services: Parts, user: Person) -> told.System:
    """Queue depths, disks, versions."""
    note(services, user, "system read", "system")
    return made.system_json(view.system_page(services))


@router.get("/alarms", summary="List the alarms")
@open_to(OPERATORS)
def alarms(services: Parts, user: Person) -> told.Alarms:
    """Those nobody took note of, and the others."""
    note(services, user, "alarms read", "all")
    page = view.alarms_page(services, user)
    return told.Alarms(open=[made.alarm_json(one) for one in page.open], noted=[made.alarm_json(one) for one in page.noted])


@router.post("/alarms/note", status_code=204, summary="Take note of an alarm", responses=parts.problems(409))
@open_to(RUNNERS)
def note_alarm(services: Parts, user: Person, body: told.AlarmNoted) -> None:
    """This occurrence rings no more; the next one does."""
    doing.note_alarm(services, user, body.alarm, body.reason)
