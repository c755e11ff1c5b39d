"""What operators do: start runs, pause sources, decide on quarantine, take note of alarms. Each is logged; pages and API call
the same functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import HTTPException

from review.ask import clean
from review.i18n import marked
from review.operate import bell, view
from review.operate.contexts import SourcePage
from review.operate.names import HINDRANCES
from review.routers.parts import note, usable
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.operate_records import AskedRun, Switch
from strazha.ledger.records import User
from strazha.store.refused import Replays

NOT_HERE = marked("Runs are not started from this server.")
NO_REPLAY = marked("This index refuses no documents.")
NOT_RINGING = marked("This alarm does not ring now.")
REASON_LIMIT, ALARM_LIMIT, CHOSEN_LIMIT = 500, 400, 500


def source_or_404(services: Services, user: User, source_id: str, *, count: bool = False, problem: str = "") -> SourcePage:
    """A source that is defined or was crawled; 404 for any other. ``count``: also what waits for screening."""
    page = view.source_page(services, user, source_id, count=count, problem=problem) if usable(source_id) else None
    if page is None:
        raise HTTPException(404)
    return page


def ask_run(services: Services, user: User, source_id: str, *, kind: str, reason: str) -> AskedRun:
    """Start a run or a rescreening in the background.

    Raises HTTPException 409 where none may be started from here, BadInputError (its problem one of ``names.PROBLEMS``) where
    one goes on already.
    """
    from flows.asked import asked_now, start

    page = source_or_404(services, user, source_id)
    if not services.settings.run_here or (kind == "run" and page.hindrance not in {"", "busy"}):
        raise HTTPException(409, HINDRANCES.get(page.hindrance, NOT_HERE))
    wanted = asked_now(kind, source_id, user.name, clean(reason, REASON_LIMIT), services.clock())
    # In the log before anything starts; what is refused next was asked for all the same.
    note(services, user, f"{kind} asked for", source_id, id=wanted.id, reason=wanted.reason)
    made = start(services.settings, services.ledger, wanted)
    bell.forget(services)
    return made


def switch(services: Services, user: User, source_id: str, reason: str, *, paused: bool) -> bool:
    """Pause a source or let the schedule run it again; False where a pause was given no reason."""
    source_or_404(services, user, source_id)
    words = clean(reason, REASON_LIMIT)
    if paused and not words:
        return False
    said = Switch(source_id=source_id, paused=paused, done_by=user.name, at=services.clock(), reason=words)
    if services.ledger.switch_source(said):
        note(services, user, "source paused" if paused else "source resumed", source_id, reason=words)
    return True


def asked_or_404(services: Services, user: User, asked_id: str) -> AskedRun:
    """A run that somebody asked for, as it stands now."""
    from flows.asked import settle

    settle(services.settings, services.ledger)
    found = services.ledger.asked_one(asked_id) if usable(asked_id) else None
    if found is None:
        raise HTTPException(404)
    note(services, user, "runs read", asked_id)
    return found


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said of items in quarantine: of how many that were there, and whether all are being screened again."""

    items: int
    started: bool = False


def retry(services: Services, user: User, items: Iterable[tuple[str, str]]) -> Spoken:
    """Take adverts (id, version) out of quarantine and screen them again; where that cannot start, the next run does."""
    done = _speak(services, user, items, "retry")
    started = [_rescreened(services, user, name) for name in sorted(set(done))]
    return Spoken(len(done), bool(started) and all(started))


def dismiss(services: Services, user: User, items: Iterable[tuple[str, str]]) -> Spoken:
    """Let adverts lie in quarantine for good; they stay listed under what was dismissed."""
    return Spoken(len(_speak(services, user, items, "dismiss")))


def _speak(services: Services, user: User, items: Iterable[tuple[str, str]], action: str) -> list[str]:
    """Say the same of each item; gives the sources of those that were there."""
    done: list[str] = []
    noted: set[str] = set()
    for advert_id, version in list(items)[:CHOSEN_LIMIT]:
        try:
            word = services.ledger.speak_of_quarantined(advert_id, version, action, user.name, services.clock())
        except BadInputError:
            continue  # somebody else was faster
        if advert_id not in noted:
            # Several pipelines that broke on one text are one thing said.
            note(services, user, f"quarantine {action}", advert_id, error=word.error)
            noted.add(advert_id)
        done.append(word.source_id)
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


def replay(services: Services, user: User) -> tuple[int, int]:
    """Offer the documents the index refused to it again: how many it took, how many not; 409 for one that refuses none."""
    if not isinstance(services.index, Replays):
        raise HTTPException(409, NO_REPLAY)
    written, left = services.index.replay()
    note(services, user, "refused documents replayed", "index", written=written, left=left)
    return written, left


def note_alarm(services: Services, user: User, alarm: str, reason: str) -> None:
    """Take note of an alarm: this occurrence rings no more. 409 where it does not ring."""
    asked_for = clean(alarm, ALARM_LIMIT)
    if asked_for not in {one.key for one in bell.alerts(services)}:
        raise HTTPException(409, NOT_RINGING)
    words = clean(reason, REASON_LIMIT)
    services.ledger.note_alarm(asked_for, user.name, services.clock(), words)
    note(services, user, "alarm noted", asked_for, note=words)
    bell.forget(services)
