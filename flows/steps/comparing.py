"""What a run screened, compared with the crawls before and with the former pipeline: one pass over its batch files for both."""

from __future__ import annotations

from flows.rooms import Rooms
from flows.steps.drift import Counted, note_shares
from flows.steps.moving import Moves
from flows.steps.screening import read_screenings, screened_files
from strazha.model import Alarm, Rescreened, RunReport


def compare(rooms: Rooms, report: RunReport) -> tuple[list[Alarm], Rescreened | None]:
    """Note the run's shares; give the alarms, and what moved in adverts screened again. Repeating it changes nothing."""
    counted, moves = Counted(rooms, report), Moves(rooms)
    for file in screened_files(rooms, report.run_id):
        rows = [screening for _, screening in read_screenings(rooms, file)]
        counted.add(rows)
        moves.add(rows)
    return note_shares(rooms, report, counted.shares()), moves.rescreened()
