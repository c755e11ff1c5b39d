"""The operators' endpoints. Readings of figures are open to those who oversee; changes are the operators' own, and logged."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from review.access import OPERATORS, RUNNERS, open_to
from review.operate import doing, view
from review.render import render
from review.routers.parts import Parts, Person, note, usable
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User

router = APIRouter()

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
    page = doing.source_or_404(services, user, source_id, count=request.query_params.get("due") == "1")
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
    return render(request, view.asked_page(services, doing.asked_or_404(services, user, asked_id)))


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
    done = doing.retry(services, user, _items(item))
    told = "gone" if not done.items else "retried" if done.started else "waits"
    return RedirectResponse(f"/quarantine?told={told}", 303)


@router.post("/quarantine/dismiss")
@open_to(RUNNERS)
def dismiss(services: Parts, user: Person, item: Annotated[list[str] | None, Form()] = None) -> Response:
    """Let adverts lie in quarantine for good; they stay listed under what was dismissed."""
    done = doing.dismiss(services, user, _items(item))
    return RedirectResponse(f"/quarantine?told={'dismissed' if done.items else 'gone'}", 303)


@router.post("/quarantine/replay")
@open_to(RUNNERS)
def replay(services: Parts, user: Person) -> Response:
    """Offer the documents the index refused to it again."""
    doing.replay(services, user)
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
    doing.note_alarm(services, user, alarm, reason)
    return RedirectResponse("/alarms", 303)


def _items(items: list[str] | None) -> list[tuple[str, str]]:
    """What was chosen (``advert version version ...``: one text, each pipeline that broke on it) as pairs."""
    chosen = [one.split(" ") for one in items or ()]
    return [(advert_id, version) for advert_id, *versions in chosen for version in versions]


def _ask(
    request: Request, services: Services, user: User, source_id: str, *, kind: str, reason: str
) -> Response:  # fmt: skip
    try:
        made = doing.ask_run(services, user, source_id, kind=kind, reason=reason)
    except BadInputError as error:
        return render(request, doing.source_or_404(services, user, source_id, problem=error.problem), status=409)
    return RedirectResponse(f"/asked/{made.id}", 303)


def _switch(request: Request, services: Services, user: User, source_id: str, reason: str, *, paused: bool) -> Response:
    if not doing.switch(services, user, source_id, reason, paused=paused):
        return render(request, doing.source_or_404(services, user, source_id, problem="reason"), status=422)
    return RedirectResponse(f"/sources/{quote(source_id, safe='')}#work", 303)
