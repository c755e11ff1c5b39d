"""The three places a run works in: landing area, ledger and index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from strazha.evidence.landing import Landing
from strazha.ledger import Ledger, open_ledger
from strazha.settings import Settings
from strazha.store import AdIndex, open_index


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where a step finds its input and leaves its output. Steps take this and plain records, nothing else."""

    settings: Settings
    landing: Landing
    ledger: Ledger
    index: AdIndex


@contextmanager
def open_rooms(settings: Settings) -> Iterator[Rooms]:
    """Open landing area, ledger and index; raises StoreUnavailableError where one cannot be reached."""
    with open_ledger(settings.ledger) as ledger, open_index(settings) as index:
        yield Rooms(settings, Landing(settings.landing_url), ledger, index)
