"""What moved in adverts that were screened again because the catalogue, a model or the program changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import nsmallest

from flows.rooms import Rooms
from strazha.evidence.landing import LineRef
from strazha.model import Moved, Rescreened, Screening

#: Adverts whose band moved that a report names; the counts are of all.
NAMED = 50


class Moves:
    """What a run screened against what another pipeline said of the same text before, batch by batch."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._former: Counter[str] = Counter()
        self._bands: Counter[str] = Counter()
        self._gained: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()
        self._scores, self._pipeline = 0, ""
        self._named: list[Moved] = []

    def add(self, rows: Sequence[Screening]) -> None:
        """Compare a batch of the run."""
        for old, new in _pairs(self._rooms, rows):
            self._pipeline = new.pipeline.key
            self._former[old.pipeline.key] += 1
            self._scores += old.score != new.score
            before, after = ({hit.indicator for hit in one.hits} for one in (old, new))
            self._gained.update(after - before)
            self._lost.update(before - after)
            if old.band is not new.band:
                self._bands[f"{old.band.value}>{new.band.value}"] += 1
                self._named.append(
                    Moved(
                        advert_id=new.advert_id, before=old.band, after=new.band, score_before=old.score,
                        score_after=new.score, gained=tuple(sorted(after - before)), lost=tuple(sorted(before - after)),
                    )
                )  # fmt: skip
        self._named = nsmallest(NAMED, self._named, key=_furthest)

    def rescreened(self) -> Rescreened | None:
        """What moved; None where nothing was screened by another pipeline before."""
        if not self._former:
            return None
        return Rescreened(
            pipeline=self._pipeline,
            former=dict(sorted(self._former.items())),
            adverts=self._former.total(),
            scores=self._scores,
            bands=dict(sorted(self._bands.items())),
            gained=_most_first(self._gained),
            lost=_most_first(self._lost),
            moved=tuple(self._named),
        )


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _furthest(one: Moved) -> tuple[int, int, str]:
    return one.before.rank - one.after.rank, one.score_before - one.score_after, one.advert_id


def _pairs(rooms: Rooms, rows: Sequence[Screening]) -> list[tuple[Screening, Screening]]:
    """Former and new screening of each advert of a batch whose text another pipeline had screened."""
    new = {screening.advert_id: screening for screening in rows}
    if not new:
        return []
    refs = rooms.ledger.screening_refs(new, other_than=rows[0].pipeline.key)
    known = sorted(
        (ref for one, ref in refs.items() if ref.content_hash == new[one].content_hash), key=lambda ref: (ref.file, ref.offset)
    )
    lines = rooms.landing.read_lines(LineRef(file=ref.file, offset=ref.offset, length=ref.length) for ref in known)
    return [(Screening.model_validate_json(line), new[ref.advert_id]) for ref, line in zip(known, lines, strict=True)]
