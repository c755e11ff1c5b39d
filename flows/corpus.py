"""Adverts to try something on: those of a JSONL file, or the newest version of each that the store holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from flows.blackbox import advert_of
from flows.imports.rows import Row, read_jsonl
from flows.rooms import Rooms
from strazha.evidence.landing import LineRef
from strazha.model import Advert, Reading

#: Adverts read from the landing area together, and adverts read and encoded together.
_TOGETHER, _ENCODED = 500, 64

#: Told of what cannot be used: a file's line (``file:7``) or what the advert is called, and why.
Refuse = Callable[[str, str], None]
#: What an advert is called (a row's own id; the advert's id), and the advert.
Named = tuple[str, Advert]


def from_file(path: Path, refuse: Refuse) -> Iterator[Named]:
    """Adverts of a file with ``id``, ``title`` and ``body`` a row, in bounded memory."""
    for item in read_jsonl(path):
        if not isinstance(item, Row):
            refuse(f"{path}:{item.line}", item.reason)
            continue
        try:
            yield str(item.values.get("id")), advert_of(item.values)
        except ValueError as error:
            refuse(f"{path}:{item.line}", str(error))


def from_store(rooms: Rooms, refuse: Refuse, sources: Collection[str] = ()) -> Iterator[Named]:
    """The newest version of each advert of these sources, or of all, in bounded memory."""
    found = (state for state in rooms.ledger.scan_adverts() if not sources or state.source_id in sources)
    while batch := list(islice(found, _TOGETHER)):
        ordered = sorted(batch, key=lambda state: (state.landing_file, state.landing_offset))
        refs = [LineRef(file=s.landing_file, offset=s.landing_offset, length=s.landing_length) for s in ordered]
        for state, line in zip(ordered, rooms.landing.read_lines(refs), strict=True):
            try:
                advert = Advert.model_validate_json(line)
            except ValueError as error:  # a line that another program wrote
                refuse(state.advert_id, _why(error))
                continue
            yield advert.id, advert


class Looker(Protocol):
    """What looks at adverts one by one."""

    def prepare(self, readings: Sequence[Reading], /) -> None:
        """Told which adverts come next."""

    def add(self, name: str, advert: Advert, reading: Reading, /) -> None:
        """Look at one."""


def look_through(corpus: Iterable[Named], looker: Looker, refuse: Refuse) -> None:
    """Read each advert and have it looked at, some at a time, for the encoder to take together.

    One whose text breaks a reader or a rule goes to ``refuse`` and keeps no other from its turn.
    """
    from flows.steps.reading import TEXT_ERRORS, read_advert

    adverts = iter(corpus)
    while some := list(islice(adverts, _ENCODED)):
        found = []
        for name, advert in some:
            try:
                found.append((name, advert, read_advert(advert)))
            except TEXT_ERRORS as error:
                refuse(name, _why(error))
        looker.prepare([reading for _, _, reading in found])
        for name, advert, reading in found:
            try:
                looker.add(name, advert, reading)
            except TEXT_ERRORS as error:
                refuse(name, _why(error))


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
