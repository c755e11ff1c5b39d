"""What an operator wants to know at a glance: runs, sources, what is held, what waits."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flows.holding import is_held
from flows.job import screens_again
from flows.prefect_setup import running_server
from flows.rooms import Rooms
from flows.steps.reading import versions
from flows.steps.screening import QUARANTINE
from strazha.model import Moment, Record, RunReport

#: Runs that advice looks back on, however few are shown: each source's newest is to be among them.
_BACK = 200


class RunLine(Record):
    """One run."""

    run_id: str
    sources: tuple[str, ...]
    state: str
    took: str
    #: Shares that shifted against the crawls before (strazha drift).
    alarms: int = 0


class SourceLine(Record):
    """One source the ledger knows."""

    id: str
    last_crawl: Moment | None = None
    state: str = ""
    busy: bool = False
    live: int = 0
    gone: int = 0
    #: Adverts whose newest version the present pipeline has not screened, without those in quarantine.
    due: int = 0
    quarantined: int = 0


class Overview(Record):
    """Everything `strazha status` shows."""

    home: str
    runs: tuple[RunLine, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    adverts: int = 0
    clusters: int = 0
    index: dict[str, int]
    quarantine: tuple[str, ...] = ()
    #: Address of Prefect's pages where a schedule is being served.
    schedule: str = ""
    #: What to do next, one sentence each.
    advice: tuple[str, ...] = ()


def overview(rooms: Rooms, *, runs: int = 10) -> Overview:
    """Look over ledger and index; works on an empty system. Takes seconds for a million adverts."""
    recent = rooms.ledger.runs(limit=max(runs, _BACK))
    newest = recent[:runs]
    live: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    hashes: dict[str, str] = {}
    bad = {unit: (version, detail) for unit, version, detail in rooms.ledger.done_units(QUARANTINE)}
    for state in rooms.ledger.scan_adverts():
        (live if state.gone_since is None else gone)[state.source_id] += 1
        if state.advert_id in bad:
            hashes[state.advert_id] = state.content_hash[:16]
    # Only what is wrong with the version shown now; a mended text leaves quarantine by itself.
    held_back = {one: detail for one, (version, detail) in bad.items() if version.startswith(hashes.get(one, "-"))}
    due: Counter[str] = Counter()
    if live or gone:
        due.update(state.source_id for state in rooms.ledger.due(versions().key) if state.advert_id not in held_back)
    quarantined = Counter(str(detail.get("source", "")) for detail in held_back.values())
    names = sorted({*live, *gone, *(source for run in newest for source in run.sources)})
    lines = tuple(
        _source(rooms, name).model_copy(
            update={"live": live[name], "gone": gone[name], "due": due[name], "quarantined": quarantined[name]}
        )
        for name in names
    )
    count = rooms.index.count()
    return Overview(
        home=str(rooms.settings.home),
        runs=tuple(_run(report, lines) for report in newest),
        sources=lines,
        adverts=sum(live.values()) + sum(gone.values()),
        clusters=sum(1 for _ in rooms.ledger.scan_clusters()),
        index=count,
        quarantine=tuple(f"{one}: {detail.get('error', '')}" for one, detail in sorted(held_back.items())),
        schedule=running_server(rooms.settings),
        advice=tuple(_advice(recent, lines, sum(live.values()) + sum(gone.values()), count)),
    )


def _source(rooms: Rooms, name: str) -> SourceLine:
    crawls = rooms.ledger.crawls(name, limit=1)
    at: datetime | None = crawls[0].started_at if crawls else None
    return SourceLine(id=name, last_crawl=at, state=crawls[0].state if crawls else "", busy=is_held(rooms.settings, name))


def _run(report: RunReport, sources: tuple[SourceLine, ...]) -> RunLine:
    busy = any(source.busy for source in sources if source.id in report.sources)
    state = report.state if report.state != "running" or busy else "killed"
    took = f"{(report.finished_at - report.started_at).total_seconds():.0f} s" if report.finished_at else ""
    return RunLine(run_id=report.run_id, sources=report.sources, state=state, took=took, alarms=len(report.alarms))


def _advice(recent: list[RunReport], sources: tuple[SourceLine, ...], adverts: int, index: dict[str, int]) -> list[str]:
    busy = {source.id for source in sources if source.busy}
    lines = [
        f"Run {report.run_id} was cut short: give its command again ({_command(report)}) to resume it."
        for report in recent
        if report.state in {"running", "interrupted"} and not busy & set(report.sources)
    ]
    if not busy and any(source.due for source in sources):
        names = " ".join(source.id for source in sources if source.due)
        lines.append(f"Adverts wait for screening (new, or screened by an older version): `strazha rescreen {names}`.")
    if adverts and not index.get("adverts") and not lines:
        lines.append("The index is empty: `strazha index rebuild` writes it anew from landing area and ledger.")
    last = {source: report for report in reversed(recent) for source in report.sources}
    alarming = [one for one in sorted(last) if any(alarm.source_id == one for alarm in last[one].alarms)]
    if alarming:
        lines.append(f"Shares shifted against the crawls before: `strazha drift {' '.join(alarming)}` shows them.")
    return lines


def _command(report: RunReport) -> str:
    return " ".join(["strazha", "rescreen" if screens_again(report.run_id) else "run", *report.sources])
