"""Screening in batches. A batch is one file of the landing area; the ledger learns of it in one go after the file is closed.

Killed before the file closes, the batch is screened again; killed between file and ledger, the file is entered on the next
start. Either way each advert version is screened once by each pipeline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from flows.rooms import Rooms
from flows.steps.reading import TEXT_ERRORS, Unreadable, screen_adverts, versions
from strazha.clock import now
from strazha.evidence.landing import LineRef
from strazha.ledger import ScreeningRef
from strazha.model import Advert, AdvertState, Screening, StepReport

STEP = "screen"
QUARANTINE = "quarantine"


def folder_of(run_id: str) -> str:
    """Where a run's screenings lie."""
    return f"screened/{run_id}"


def enter_closed_batches(rooms: Rooms, run_id: str) -> int:
    """Enter batch files that were closed but not noted in the ledger (the run was killed in between); returns screenings."""
    entered = 0
    for entry in rooms.landing.entries(folder_of(run_id)):
        file = f"{folder_of(run_id)}/{entry.name}"
        if entry.kind == "screenings" and not rooms.ledger.is_done(STEP, file, "1"):
            entered += _enter(rooms, run_id, file, read_screenings(rooms, file))
    return entered


def due_batches(rooms: Rooms, run_id: str, sources: Collection[str]) -> Iterator[tuple[str, list[AdvertState]]]:
    """Name and adverts of each batch to be screened: those of ``sources`` whose newest version this pipeline has not seen."""
    pipeline, size = versions().key, rooms.settings.batch_size
    quarantined = {(unit, version) for unit, version, _ in rooms.ledger.done_units(QUARANTINE)}
    closed = [entry for entry in rooms.landing.entries(folder_of(run_id)) if entry.kind == "screenings"]
    number, batch = len(closed), []
    for state in rooms.ledger.due(pipeline):
        if state.source_id not in sources or (state.advert_id, _version(state, pipeline)) in quarantined:
            continue
        batch.append(state)
        if len(batch) == size:
            number += 1
            yield f"{number:05d}.jsonl", batch
            batch = []
    if batch:
        yield f"{number + 1:05d}.jsonl", batch


def screen_batch(rooms: Rooms, run_id: str, name: str, states: Sequence[AdvertState]) -> StepReport:
    """Screen one batch into its file and note it in the ledger."""
    by_id = {state.advert_id: state for state in states}
    rows: list[tuple[LineRef, Screening]] = []
    bad: list[tuple[AdvertState, str]] = []
    with rooms.landing.write(folder_of(run_id), name, "screenings") as out:
        for result in screen_adverts(_adverts(rooms, states, bad)):
            if isinstance(result, Unreadable):
                bad.append((by_id[result.advert.id], result.error))
            else:
                rows.append((out.line(result), result))
    for state, error in bad:
        version = _version(state, versions().key)
        rooms.ledger.mark_done(QUARANTINE, state.advert_id, version, run_id, now(), {"source": state.source_id, "error": error})
    _enter(rooms, run_id, f"{folder_of(run_id)}/{name}", rows)
    return StepReport(step=STEP, done=len(rows), failed=len(bad))


def screened_files(rooms: Rooms, run_id: str) -> list[str]:
    """The run's batch files, in order."""
    entries = rooms.landing.entries(folder_of(run_id))
    return sorted(f"{folder_of(run_id)}/{entry.name}" for entry in entries if entry.kind == "screenings")


def read_screenings(rooms: Rooms, file: str) -> Iterator[tuple[LineRef, Screening]]:
    """The screenings of one batch file, with where each lies."""
    offset = 0
    with rooms.landing.open(file) as lines:
        for line in lines:
            text = line.rstrip(b"\n")
            yield LineRef(file=file, offset=offset, length=len(text)), Screening.model_validate_json(text)
            offset += len(line)


def _enter(rooms: Rooms, run_id: str, file: str, rows: Iterable[tuple[LineRef, Screening]]) -> int:
    refs = [
        ScreeningRef(
            advert_id=screening.advert_id,
            content_hash=screening.content_hash,
            pipeline=screening.pipeline.key,
            file=ref.file,
            offset=ref.offset,
            length=ref.length,
            band=screening.band,
            score=screening.score,
            run_id=run_id,
        )
        for ref, screening in rows
    ]
    rooms.ledger.save_screenings(refs)
    rooms.ledger.mark_done(STEP, file, "1", run_id, now(), {"screenings": len(refs)})
    return len(refs)


def _adverts(rooms: Rooms, states: Sequence[AdvertState], bad: list[tuple[AdvertState, str]]) -> Iterator[Advert]:
    ordered = sorted(states, key=lambda state: (state.landing_file, state.landing_offset))
    refs = [LineRef(file=s.landing_file, offset=s.landing_offset, length=s.landing_length) for s in ordered]
    for state, line in zip(ordered, rooms.landing.read_lines(refs), strict=True):
        try:
            yield Advert.model_validate_json(line)
        except TEXT_ERRORS as error:  # a line that another program wrote
            bad.append((state, f"the captured advert cannot be read: {error}"[:500]))


def _version(state: AdvertState, pipeline: str) -> str:
    return f"{state.content_hash[:16]}+{pipeline}"
