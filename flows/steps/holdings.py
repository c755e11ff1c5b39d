"""What is held of an advert, put together from ledger and landing area."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.rooms import Rooms
from flows.steps.reading import linkable, versions
from strazha.evidence.landing import LineRef
from strazha.model import Advert, AdvertState, Linkable, Screening


@dataclass(frozen=True, slots=True)
class Held:
    """The newest version of an advert with its screening: by the present pipeline, or else the newest there is."""

    state: AdvertState
    advert: Advert
    screening: Screening

    @property
    def linkable(self) -> Linkable:
        """What linking compares of it."""
        return linkable(self.advert, self.screening)

    @property
    def moment(self) -> int:
        """The newest time in it, in milliseconds since 1970."""
        times = (self.state.last_seen, self.screening.screened_at, self.state.gone_since)
        return max(int(time.timestamp() * 1000) for time in times if time is not None)


def load_held(rooms: Rooms, advert_ids: Iterable[str]) -> dict[str, Held]:
    """What is held of each advert, by id in order of id. Unknown and unscreened adverts are left out."""
    ids = sorted(set(advert_ids))
    # What the present pipeline says comes before what another one said later, such as an old import's.
    refs = {**rooms.ledger.screening_refs(ids), **rooms.ledger.screening_refs(ids, pipeline=versions().key)}
    states = {one: state for one, state in rooms.ledger.advert_states(ids).items() if one in refs}
    adverts = _lines(rooms, {s.advert_id: LineRef(file=s.landing_file, offset=s.landing_offset, length=s.landing_length)
                             for s in states.values()})  # fmt: skip
    screenings = _lines(rooms, {one: LineRef(file=refs[one].file, offset=refs[one].offset, length=refs[one].length)
                                for one in states})  # fmt: skip
    return {
        one: Held(states[one], Advert.model_validate_json(adverts[one]), Screening.model_validate_json(screenings[one]))
        for one in sorted(states)
    }


def _lines(rooms: Rooms, refs: dict[str, LineRef]) -> dict[str, bytes]:
    # In the order of the files: a batch is mostly one stretch of one file.
    ordered = sorted(refs.items(), key=lambda item: (item[1].file, item[1].offset))
    return dict(zip((one for one, _ in ordered), rooms.landing.read_lines(ref for _, ref in ordered), strict=True))
