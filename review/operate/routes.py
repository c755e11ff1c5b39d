"""The operators' endpoints. Readings of figures are open to those who oversee; changes are the operators' own, and logged."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import OPERATORS, RUNNERS, open_to
from review.ask import clean
from review.operate import bell, view
from review.operate.contexts import SourcePage
from review.render import render
from review.routers.parts import Parts, Person, note, usable
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.operate_records import Switch
from strazha.ledger.records import User
from strazha.store.refused import Replays

router = APIRouter()

#: Versions of one text that are spoken of at once: as many pipelines broke on it.
REASON_LIMIT, ALARM_LIMIT, CHOSEN_LIMIT, VERSIONS_LIMIT = 500, 400, 500, 100
Words = Annotated[str, Form()]


@router.get("/sources")
@open_to(OPERATORS)
def sources(request: Request, services: Parts, user: Person) -> Response:
    """Every source: legal basis, schedule, next and last run, figures."""
    note(services, user, "sources read", "all")
    return render(request, view.sources_page(services))


@router.get("/sources/{source_id}")
@open_to(OPERATORS)
def source(request: Request, services: Parts, user: Person, source_id: str) -> Response:
    """One source; ``?due=1`` counts what waits for screening."""
    page = _page(services, user, source_id, count=request.query_params.get("due") == "1")
    note(services, user, "sources read", source_id)
    return render(request, page)


@router.post("/sources/{source_id}/run")
@open_to(RUNNERS)
def run(request: Request, services: Parts, user: Person, source_id: str, reason: Words = "") -> Response:
    """Start a run of a source in the background, one at a time."""
    return _ask(request, services, user, source_id, kind="run", reason=reason)


@router.post("/sources/{source_id}/rescreen")
@open_to(RUNNERS)
def rescreen(
    *, request: Request, services: Parts, user: Person, source_id: str, reason: Words = "", sure: Words = ""
) -> Response:  # fmt: skip
    """Start a rescreening of a source in the background, once it was confirmed."""
    if sure != "yes":
        raise HTTPException(422)
    return _ask(request, services, user, source_id, kind="rescreen", reason=reason)


@router.post("/sources/{source_id}/pause")
@open_to(RUNNERS)
def pause(request: Request, services: Parts, user: Person, source_id: str, reason: Words = "") -> Response:
    """Pause a source: the schedule skips it until it is resumed. Why is asked for."""
    return _switch(request, services, user, source_id, reason, paused=True)


@router.post("/sources/{source_id}/resume")
@open_to(RUNNERS)
def resume(request: Request, services: Parts, user: Person, source_id: str, reason: Words = "") -> Response:
    """Let the schedule run a source again."""
    return _switch(request, services, user, source_id, reason, paused=False)


@router.get("/runs/{run_id}")
@open_to(OPERATORS)
def one_run(request: Request, services: Parts, user: Person, run_id: str) -> Response:
    """One run: steps, counts, errors, log."""
    report = services.ledger.run(run_id) if usable(run_id) else None
    if report is None:
        raise HTTPException(404)
    note(services, user, "runs read", run_id)
    return render(request, view.run_page(services, report))


@router.get("/asked/{asked_id}")
@open_to(OPERATORS)
def asked(request: Request, services: Parts, user: Person, asked_id: str) -> Response:
    """What became of a run that somebody asked for; how it crashed, if it did."""
    from flows.asked import settle

    settle(services.settings, services.ledger)
    found = services.ledger.asked_one(asked_id) if usable(asked_id) else None
    if found is None:
        raise HTTPException(404)
    note(services, user, "runs read", asked_id)
    return render(request, view.asked_page(services, found))


@router.get("/quarantine")
@open_to(OPERATORS)
def quarantine(request: Request, services: Parts, user: Person) -> Response:
    """What was set aside, and why. The reading is logged: reasons can quote an advert."""
    note(services, user, "quarantine read", "quarantine")
    told = request.query_params.get("told", "")
    return render(
        request, view.quarantine_page(services, user, told if told in {"retried", "waits", "dismissed", "gone"} else "")
    )


@router.post("/quarantine/retry")
@open_to(RUNNERS)
def retry(services: Parts, user: Person, item: Annotated[list[str] | None, Form()] = None) -> Response:
    """Take adverts out of quarantine and screen them again; where that cannot start now, the next run of their source does."""
    done = _speak(services, user, item or [], "retry")
    if not done:
        return RedirectResponse("/quarantine?told=gone", 303)
    started = [_rescreened(services, user, name) for name in sorted(done)]
    return RedirectResponse(f"/quarantine?told={'retried' if all(started) else 'waits'}", 303)


@router.post("/quarantine/dismiss")
@open_to(RUNNERS)
def dismiss(services: Parts, user: Person, item: Annotated[list[str] | None, Form()] = None) -> Response:
    """Let adverts lie in quarantine for good; they stay listed under what was dismissed."""
    done = _speak(services, user, item or [], "dismiss")
    return RedirectResponse(f"/quarantine?told={'dismissed' if done else 'gone'}", 303)


@router.post("/quarantine/replay")
@open_to(RUNNERS)
def replay(services: Parts, user: Person) -> Response:
    """Offer the documents the index refused to it again."""
    if not isinstance(services.index, Replays):
        raise HTTPException(409)
    written, left = services.index.replay()
    note(services, user, "refused documents replayed", "index", written=written, left=left)
    return RedirectResponse("/quarantine", 303)


@router.get("/system")
@open_to(OPERATORS)
def system(request: Request, services: Parts, user: Person) -> Response:
    """What waits where, disks, versions, alerts that did not leave."""
    return render(request, view.system_page(services, user, retried=request.query_params.get("retried") == "1"))


@router.post("/system/deliveries/{delivery_id}/retry")
@open_to(RUNNERS)
def retry_delivery(services: Parts, user: Person, delivery_id: str) -> Response:
    """Send an alert again that was given up or refused, whosever it is: the next look of the watches takes it along."""
    if not services.ledger.retry_delivery(delivery_id[:40], services.clock()):
        raise HTTPException(409)
    note(services, user, "delivery retried", delivery_id)
    return RedirectResponse("/system?retried=1#failed-h", 303)


@router.get("/alarms")
@open_to(OPERATORS)
def alarms(request: Request, services: Parts, user: Person) -> Response:
    """Everything an operator should look at."""
    return render(request, view.alarms_page(services, user))


@router.post("/alarms/note")
@open_to(RUNNERS)
def note_alarm(services: Parts, user: Person, alarm: Words = "", reason: Words = "") -> Response:
    """Take note of an alarm: this occurrence rings no more."""
    asked_for = clean(alarm, ALARM_LIMIT)
    if asked_for not in {one.key for one in bell.alerts(services)}:
        raise HTTPException(409)
    words = clean(reason, REASON_LIMIT)
    services.ledger.note_alarm(asked_for, user.name, services.clock(), words)
    note(services, user, "alarm noted", asked_for, note=words)
    bell.forget(services)
    return RedirectResponse("/alarms", 303)


def _page(services: Services, user: User, source_id: str, *, count: bool = False, problem: str = "") -> SourcePage:
    page = view.source_page(services, user, source_id, count=count, problem=problem) if usable(source_id) else None
    if page is None:
        raise HTTPException(404)
    return page


def _ask(
    request: Request, services: Services, user: User, source_id: str, *, kind: str, reason: str
) -> Response:  # fmt: skip
    from flows.asked import asked_now, start

    page = _page(services, user, source_id)
    if not services.settings.run_here or (kind == "run" and page.hindrance not in {"", "busy"}):
        raise HTTPException(409)
    wanted = asked_now(kind, source_id, user.name, clean(reason, REASON_LIMIT), services.clock())
    # In the log before anything starts; what is refused next was asked for all the same.
    note(services, user, f"{kind} asked for", source_id, id=wanted.id, reason=wanted.reason)
    try:
        start(services.settings, services.ledger, wanted)
    except BadInputError as error:
        return render(request, _page(services, user, source_id, problem=error.problem), status=409)
    bell.forget(services)
    return RedirectResponse(f"/asked/{wanted.id}", 303)


def _switch(request: Request, services: Services, user: User, source_id: str, reason: str, *, paused: bool) -> Response:
    _page(services, user, source_id)
    words = clean(reason, REASON_LIMIT)
    if paused and not words:
        return render(request, _page(services, user, source_id, problem="reason"), status=422)
    switch = Switch(source_id=source_id, paused=paused, done_by=user.name, at=services.clock(), reason=words)
    if services.ledger.switch_source(switch):
        note(services, user, "source paused" if paused else "source resumed", source_id, reason=words)
    return RedirectResponse(f"/sources/{quote(source_id, safe='')}#work", 303)


def _speak(services: Services, user: User, items: list[str], action: str) -> set[str]:
    """Say the same of each item (``advert version version ...``); gives the sources of those that were there."""
    done: set[str] = set()
    for item in items[:CHOSEN_LIMIT]:
        advert_id, *versions = item.split(" ")[: 1 + VERSIONS_LIMIT]
        said: dict[str, str] = {}
        for version in versions:
            try:
                word = services.ledger.speak_of_quarantined(advert_id, version, action, user.name, services.clock())
            except BadInputError:
                continue  # somebody else was faster
            said.setdefault("error", word.error)
            done.add(word.source_id)
        if said:
            note(services, user, f"quarantine {action}", advert_id, **said)
    return done


def _rescreened(services: Services, user: User, source_id: str) -> bool:
    """Start a rescreening of a source; False where it cannot start now."""
    from flows.asked import asked_now, start

    if not services.settings.run_here:
        return False
    wanted = asked_now("rescreen", source_id, user.name, "quarantine", services.clock())
    try:
        start(services.settings, services.ledger, wanted)
    except BadInputError:
        return False
    note(services, user, "rescreen asked for", source_id, id=wanted.id, reason="quarantine")
    return True
