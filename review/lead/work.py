"""People's work: who took, decided and holds how much, how long a decision took, and how far the bands were right."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil

from review.access import DECIDERS
from review.i18n import marked, tr
from review.labels import BANDS, OUTCOMES
from review.lead.ask import DashAsk
from review.lead.tables import Cell, Column, Table, percent
from review.services import Services
from strazha.evaluation.rates import Rate
from strazha.ledger.operate_records import Verdict
from strazha.model import Band, Outcome

#: What a band is right about: items worth following, against items that were not. Insufficient counts for neither.
FOLLOWED = frozenset({Outcome.REFER, Outcome.MONITOR})
NOT_FOLLOWED = frozenset({Outcome.INDEPENDENT, Outcome.SPAM, Outcome.NOT_RELEVANT})
#: Decisions below which a share says little, and items of which times are looked up (their documents have to be read).
FEW, TIMED = 20, 500

PRECISION = marked(
    "Right is a band where people referred or monitored; wrong where they found an independent person, spam or nothing "
    "relevant. Insufficient counts for neither. The band is the one shown when the decision was made; what nobody decided on "
    "is not counted."
)
CALIBRATION = marked("What a score says of being followed up, and which thresholds decisions suggest: strazha calibrate.")
TIMES = marked("First decisions of the period, not corrections. Of clusters the first advert's publication and capture count.")


def work_tables(services: Services, ask: DashAsk) -> list[Table]:
    """Workload, times and precision of a period."""
    verdicts = services.ledger.verdicts(ask.since, ask.until)
    firsts = services.ledger.first_verdicts(ask.since, ask.until)
    return [workload(services, ask), times(services, firsts), precision(verdicts)]


def workload(services: Services, ask: DashAsk) -> Table:
    """Per person: taken and decided in the period, held now."""
    done, held = services.ledger.work_done(ask.since, ask.until), services.ledger.in_hand()
    people = {one.name for one in services.ledger.users() if one.role in DECIDERS and one.disabled_at is None}
    rows: list[tuple[Cell, ...]] = []
    for name in sorted({*people, *done, *held}):
        taken, decided = done.get(name, (0, 0))
        waiting, oldest = held.get(name, (0, None))
        rows.append((name, taken, decided, waiting, oldest))
    columns = (
        Column(tr(marked("Name")), figures=False), Column(tr(marked("Taken"))), Column(tr(marked("Decided"))),
        Column(tr(marked("In hand now"))),
        Column(tr(marked("Oldest of them since")), figures=False),
    )  # fmt: skip
    return Table("workload", tr(marked("Workload")), columns, tuple(rows))


def times(services: Services, firsts: Sequence[Verdict]) -> Table:
    """Hours from publication and from capture to the first decision: half and nine of ten took no longer."""
    newest = firsts[-TIMED:]
    begun = _begun(services, newest)
    rows: list[tuple[Cell, ...]] = []
    for label, at in ((tr(marked("From publication")), 0), (tr(marked("From capture")), 1)):
        hours = sorted(
            (one.decided_at - moment).total_seconds() / 3600
            for one in newest
            if (moment := begun.get(one.id, (None, None))[at]) is not None and moment <= one.decided_at
        )
        rows.append((label, len(hours), _quantile(hours, 0.5), _quantile(hours, 0.9)))
    columns = (
        Column(tr(marked("Time")), figures=False), Column(tr(marked("Decisions"))), Column(tr(marked("Median, hours"))),
        Column(tr(marked("Nine of ten, hours"))),
    )  # fmt: skip
    notes = [tr(TIMES)]
    if len(firsts) > len(newest):
        notes.append(tr(marked("Of many decisions the newest {count} are timed.")).format(count=TIMED))
    return Table("times", tr(marked("From advert to decision")), columns, tuple(rows), tuple(notes))


def precision(verdicts: Iterable[Verdict]) -> Table:
    """Of what was decided in each band, how much was worth following, with Wilson's interval."""
    counts = Counter((one.band, one.outcome) for one in verdicts)
    rows: list[tuple[Cell, ...]] = []
    few = False
    for band in reversed(Band):
        by_outcome = [counts[band.value, outcome.value] for outcome in Outcome]
        right = sum(counts[band.value, outcome.value] for outcome in FOLLOWED)
        rate = Rate(right, right + sum(counts[band.value, outcome.value] for outcome in NOT_FOLLOWED))
        low, high = rate.interval()
        few = few or 0 < rate.of < FEW
        share = percent(rate.share) if rate.of else "–"
        between = f"{percent(low)} – {percent(high)}" if rate.of else "–"
        rows.append((tr(BANDS[band]), *by_outcome, share, between))
    columns = (
        Column(tr(marked("Band")), figures=False), *(Column(tr(OUTCOMES[outcome])) for outcome in Outcome),
        Column(tr(marked("Right"))), Column(tr(marked("Interval (95 of 100)"))),
    )  # fmt: skip
    warning = tr(marked("A share of fewer than 20 decisions says little: look at its interval.")) if few else ""
    return Table(
        "precision",
        tr(marked("Precision of the bands")),
        columns,
        tuple(rows),
        (tr(PRECISION), tr(CALIBRATION)),
        warning=warning,
    )


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that so large a share does not exceed; to a tenth of an hour."""
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)], 1) if ordered else None


# Publication and capture of what a decision was about never change: each is looked up once a process.
_BEGUN: dict[str, tuple[datetime | None, datetime | None]] = {}
_MOST_KEPT = 20_000
_LOCK = threading.Lock()


def _begun(services: Services, verdicts: Sequence[Verdict]) -> dict[str, tuple[datetime | None, datetime | None]]:
    """By decision, when its item was published and captured first; items that left the index are not among them."""
    missing = [one for one in verdicts if one.id not in _BEGUN]
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    adverts = {one.subject_id: one.id for one in missing if one.subject == "advert"}
    for doc in services.index.adverts(list(adverts)):
        found[adverts[doc.id]] = (doc.advert.posted_at, doc.state.first_seen)
    for one in missing:
        cluster = services.index.cluster(one.subject_id) if one.subject == "cluster" else None
        if cluster is not None:
            posted = [doc.advert.posted_at for doc in services.index.adverts(cluster.cluster.members)]
            found[one.id] = (min((at for at in posted if at is not None), default=None), cluster.first_seen)
    with _LOCK:
        if len(_BEGUN) + len(found) > _MOST_KEPT:
            _BEGUN.clear()
        _BEGUN.update(found)
        return {one.id: found.get(one.id) or _BEGUN[one.id] for one in verdicts if one.id in found or one.id in _BEGUN}
