"""What waits where: captured and not taken in, not screened, not linked, not in the index. Counts, quick enough for a page."""

from __future__ import annotations

from dataclasses import dataclass

from flows.rooms import Rooms
from flows.steps.linking import unlinked_files
from strazha.model import RunReport


@dataclass(frozen=True, slots=True)
class Depths:
    """Queue depths. ``due`` and ``live`` are by source."""

    #: Unfinished runs, newest first, with what each has lying.
    runs: tuple[RunReport, ...]
    #: Adverts that unfinished runs captured and nobody has taken in.
    landed: int
    due: dict[str, int]
    #: Batch files that wait to be linked.
    unlinked: int
    #: Adverts and clusters of the ledger, and those in the index.
    adverts: int
    indexed: int
    clusters: int
    clusters_indexed: int
    pipeline: str

    @property
    def screening(self) -> int:
        """Adverts that wait for screening, those in quarantine included."""
        return sum(self.due.values())

    @property
    def index(self) -> int:
        """Adverts the index lacks; what aged out of it counts too."""
        return max(0, self.adverts - self.indexed)


def depths(rooms: Rooms) -> Depths:
    """Count what waits. Loads neither languages nor a model: the pipeline's version is told from files."""
    from flows.steps.reading import versions

    unfinished = rooms.ledger.unfinished_runs()
    pipeline = versions().key
    held = rooms.ledger.advert_counts()
    counts = rooms.index.count()
    return Depths(
        runs=tuple(unfinished),
        landed=sum(_landed(rooms, report) for report in unfinished),
        due=rooms.ledger.due_counts(pipeline),
        unlinked=sum(len(unlinked_files(rooms, report.run_id)) for report in unfinished),
        adverts=sum(live + gone for live, gone in held.values()),
        indexed=counts.get("adverts", 0),
        clusters=rooms.ledger.standing_clusters(),
        clusters_indexed=counts.get("clusters", 0),
        pipeline=pipeline,
    )


def _landed(rooms: Rooms, report: RunReport) -> int:
    """Adverts in a run's closed files, of sources that the run has not taken in."""
    if any(step.step == "take in" for step in report.steps):
        return 0
    count = 0
    for source in report.sources:
        entries = rooms.landing.entries(f"captures/{source}/{report.run_id}")
        count += sum(entry.records for entry in entries if entry.kind == "adverts")
    return count
