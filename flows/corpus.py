"""Adverts to try something on: those of a JSONL file, or the newest version of each that the store holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path

from flows.blackbox import advert_of
from flows.imports.rows import Row, read_jsonl
from flows.rooms import Rooms
from strazha.evidence.landing import LineRef
from strazha.model import Advert, Reading

#: Adverts read from the landing area together, and adverts read and encoded together.
_TOGETHER, _ENCODED = 500, 64

#: Told of a row that cannot be used: its line, and why.
Refuse = Callable[[int, str], None]
#: What an advert is called (a row's own id; the advert's id), and the advert.
Named = tuple[str, Advert]


def from_file(path: Path, refuse: Refuse) -> Iterator[Named]:
    """Adverts of a file with ``id``, ``title`` and ``body`` a row, in bounded memory."""
    for item in read_jsonl(path):
        if not isinstance(item, Row):
            refuse(item.line, item.reason)
            continue
        try:
            yield str(item.values.get("id")), advert_of(item.values)
        except ValueError as error:
            refuse(item.line, str(error))


def from_store(rooms: Rooms, sources: Collection[str] = ()) -> Iterator[Named]:
    """The newest version of each advert of these sources, or of all, in bounded memory."""
    found = (state for state in rooms.ledger.scan_adverts() if not sources or state.source_id in sources)
    while batch := list(islice(found, _TOGETHER)):
        ordered = sorted(batch, key=lambda state: (state.landing_file, state.landing_offset))
        refs = [LineRef(file=s.landing_file, offset=s.landing_offset, length=s.landing_length) for s in ordered]
        for line in rooms.landing.read_lines(refs):
            advert = Advert.model_validate_json(line)
            yield advert.id, advert


def readings(corpus: Iterable[Named]) -> Iterator[list[tuple[str, Advert, Reading]]]:
    """The adverts as read, some at a time, for the encoder to take together; those that cannot be read wait in quarantine."""
    from flows.steps.reading import TEXT_ERRORS, read_advert

    adverts = iter(corpus)
    while some := list(islice(adverts, _ENCODED)):
        found = []
        for name, advert in some:
            try:
                found.append((name, advert, read_advert(advert)))
            except TEXT_ERRORS:
                continue
        yield found
