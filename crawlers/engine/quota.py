"""The daily page cap, over all runs of a source."""

from __future__ import annotations

from datetime import date

from strazha.evidence.captures import FOLDER, iter_captures
from strazha.evidence.landing import Landing


def pages_of_day(landing: Landing, source_id: str, day: date) -> int:
    """Responses captured from a source on a UTC day, by the lists of captures in the landing area."""
    total = 0
    for run_id in landing.folders(f"{FOLDER}/{source_id}"):
        entries = landing.entries(f"{FOLDER}/{source_id}/{run_id}")
        if any(entry.kind == "captures" and entry.closed_at.date() >= day for entry in entries):
            total += sum(capture.fetched_at.date() == day for capture in iter_captures(landing, source_id, run_id))
    return total
