"""What moved in adverts that were screened again because the catalogue, a model or the program changed."""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest

from flows.rooms import Rooms
from flows.steps.screening import read_screenings, screened_files
from strazha.evidence.landing import LineRef
from strazha.model import Moved, Rescreened, Screening

#: Adverts whose band moved that a report names; the counts are of all.
NAMED = 50


def moved(rooms: Rooms, run_id: str) -> Rescreened | None:
    """Compare what a run screened with what another pipeline said of the same text before; None where there is nothing."""
    former: Counter[str] = Counter()
    bands: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    adverts, scores, pipeline = 0, 0, ""
    named: list[Moved] = []
    for file in screened_files(rooms, run_id):
        for old, new in _pairs(rooms, file):
            adverts, scores, pipeline = adverts + 1, scores + (old.score != new.score), new.pipeline.key
            former[old.pipeline.key] += 1
            before, after = ({hit.indicator for hit in one.hits} for one in (old, new))
            gained.update(after - before)
            lost.update(before - after)
            if old.band is not new.band:
                bands[f"{old.band.value}>{new.band.value}"] += 1
                named.append(
                    Moved(
                        advert_id=new.advert_id, before=old.band, after=new.band, score_before=old.score, score_after=new.score
                    )
                )
        named = nsmallest(NAMED, named, key=_furthest)
    if not adverts:
        return None
    return Rescreened(
        pipeline=pipeline,
        former=dict(sorted(former.items())),
        adverts=adverts,
        scores=scores,
        bands=dict(sorted(bands.items())),
        gained=_most_first(gained),
        lost=_most_first(lost),
        moved=tuple(named),
    )


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _furthest(one: Moved) -> tuple[int, int, str]:
    return one.before.rank - one.after.rank, one.score_before - one.score_after, one.advert_id


def _pairs(rooms: Rooms, file: str) -> list[tuple[Screening, Screening]]:
    """Former and new screening of each advert of a batch file whose text another pipeline had screened."""
    new = {screening.advert_id: screening for _, screening in read_screenings(rooms, file)}
    if not new:
        return []
    pipeline = next(iter(new.values())).pipeline.key
    refs = rooms.ledger.screening_refs(new, other_than=pipeline)
    known = sorted(
        (ref for one, ref in refs.items() if ref.content_hash == new[one].content_hash), key=lambda ref: (ref.file, ref.offset)
    )
    lines = rooms.landing.read_lines(LineRef(file=ref.file, offset=ref.offset, length=ref.length) for ref in known)
    return [(Screening.model_validate_json(line), new[ref.advert_id]) for ref, line in zip(known, lines, strict=True)]
