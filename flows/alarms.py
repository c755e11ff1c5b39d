"""What an operator should look at now, gathered in one list: sources, legal bases, fields, drift, quarantine, disk.

Each alarm has a key that names its occurrence, so that taking note of it silences this occurrence and not the next one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from flows.filling import WINDOW, Filling, before_window, filling
from strazha.ledger import Ledger
from strazha.ledger.operate_records import CrawlLine
from strazha.model import Source
from strazha.settings import Settings

Kind = Literal[
    "basis_missing", "basis_expired", "basis_expiring", "field_empty", "field_falling", "failing", "no_adverts", "drift",
    "quarantine", "disk", "definitions",
]  # fmt: skip

#: Days before a legal basis ends at which it is said.
EXPIRES_IN = 30
#: The disk is nearly full below this share and this many bytes free, or below the second number of bytes whatever it holds.
FREE_SHARE, FREE_BYTES, FREE_AT_LEAST = 0.10, 20 * 10**9, 10**9
#: Adverts set aside within a day that are many, where they are more than on the day before.
ASIDE = 5
#: Crawls read at a time where a state goes back further than the newest ones.
PAGE = 500


@dataclass(frozen=True, slots=True)
class Alert:
    """One alarm; ``facts`` are what its sentence says, ``grave`` whether it stops work or blinds a source."""

    kind: Kind
    key: str
    source_id: str = ""
    since: datetime | None = None
    grave: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk that something lies on."""

    #: What lies there: home, landing, index, ledger.
    what: tuple[str, ...]
    total: int
    free: int

    @property
    def share_free(self) -> float:
        """From 0 to 1."""
        return self.free / self.total if self.total else 1.0

    @property
    def nearly_full(self) -> bool:
        """Whether somebody should make room."""
        return self.free < FREE_AT_LEAST or (self.share_free < FREE_SHARE and self.free < FREE_BYTES)


def alerts(own: Settings, ledger: Ledger, sources: Mapping[str, Source], at: datetime) -> list[Alert]:
    """Every alarm there is now, grave ones first."""
    found: list[Alert] = []
    crawled = ledger.newest_crawls()
    for source in sources.values():
        if source.enabled:
            found += basis_alerts(source, at.date())
    for name in sorted(crawled):
        if name not in sources or sources[name].enabled:
            found += _of_source(ledger, name, crawled[name])
    found += _quarantine(ledger, at)
    found += [_full(disk, at) for disk in disks(own) if disk.nearly_full]
    return sorted(found, key=lambda one: (not one.grave, one.source_id, one.kind, one.key))


def basis_alerts(source: Source, today: date) -> Iterator[Alert]:
    """What there is to say of a source's legal basis."""
    basis = source.legal_basis
    if basis is None:
        yield Alert("basis_missing", f"basis_missing:{source.id}", source.id, grave=True)
    elif not basis.in_force(today):
        key, days = f"basis_expired:{source.id}:{basis.valid_until}", str((today - basis.valid_until).days)
        facts = {"from": str(basis.valid_from), "until": str(basis.valid_until), "days": days, "officer": basis.officer}
        yield Alert("basis_expired", key, source.id, grave=True, facts=facts)
    elif (left := (basis.valid_until - today).days) <= EXPIRES_IN:
        facts = {"until": str(basis.valid_until), "days": str(left), "officer": basis.officer}
        yield Alert("basis_expiring", f"basis_expiring:{source.id}:{basis.valid_until}", source.id, facts=facts)


# By the mark of its newest crawl: only what was crawled since is read anew. A thousand sources are far more than anybody has.
_KEPT: dict[tuple[str, str], tuple[str, tuple[Alert, ...]]] = {}
_MOST_KEPT = 1000


def _of_source(ledger: Ledger, source_id: str, mark: str) -> tuple[Alert, ...]:
    where = (ledger.place, source_id)
    kept = _KEPT.get(where)
    if kept is not None and kept[0] == mark:
        return kept[1]
    crawls = ledger.crawl_lines(source_id, WINDOW)
    fields = filling(source_id, crawls, before_window(ledger, source_id, crawls))
    found = (
        *crawl_alerts(source_id, partial(_every_crawl, ledger, source_id, crawls)), *field_alerts(fields),
        *_drift(ledger, source_id, crawls),
    )  # fmt: skip
    # What a run that goes on finds comes in under the same mark.
    if crawls and crawls[0].finished_at is not None and "running" not in mark:
        while len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[where] = (mark, found)
    return found


def _every_crawl(ledger: Ledger, source_id: str, newest: Sequence[CrawlLine]) -> Iterator[CrawlLine]:
    """A source's crawls back to its first, newest first, read as far as somebody looks; ``newest`` are read already."""
    yield from newest
    last = newest[-1] if len(newest) == WINDOW else None
    while last is not None:
        # Several crawls of one moment are read again: of as many as a page holds none is passed over.
        further = [one for one in ledger.crawl_lines(source_id, PAGE, until=last.started_at) if _before(one, last)]
        yield from further
        last = further[-1] if further else None


def _before(one: CrawlLine, last: CrawlLine) -> bool:
    return (one.started_at, one.run_id) < (last.started_at, last.run_id)


def crawl_alerts(source_id: str, crawls: Callable[[], Iterable[CrawlLine]]) -> Iterator[Alert]:
    """Whether a source's newest crawls fail, or bring nothing although they used to; ``crawls`` gives them, newest first."""

    def ended() -> Iterator[CrawlLine]:
        # A crawl refused for its legal basis says nothing of the site; the basis has an alarm of its own.
        return (one for one in crawls() if one.finished_at is not None and one.state != "refused")

    failing, _ = _leading(ended(), _fails)
    if failing:
        first, newest = failing[-1], failing[0]
        worst = max(newest.errors, key=lambda kind: newest.errors[kind], default="")
        facts = {
            "crawls": str(len(failing)),
            "reason": newest.reason or newest.state,
            "error": worst,
            "pages": str(newest.pages),
        }
        key = f"failing:{source_id}:{first.run_id}"
        yield Alert(
            "failing", key, source_id, since=first.started_at, grave=True, facts={**facts, "errors": str(newest.failures)}
        )
        return
    empty, former = _leading(ended(), lambda one: not one.adverts)
    if empty and former is not None:
        key, facts = f"no_adverts:{source_id}:{empty[-1].run_id}", {"before": str(former.adverts), "pages": str(empty[0].pages)}
        yield Alert("no_adverts", key, source_id, since=empty[-1].started_at, grave=True, facts=facts)


def _leading(
    crawls: Iterable[CrawlLine], is_so: Callable[[CrawlLine], bool]
) -> tuple[list[CrawlLine], CrawlLine | None]:  # fmt: skip
    """The crawls before the first of which it is not so, and that one."""
    found: list[CrawlLine] = []
    for one in crawls:
        if not is_so(one):
            return found, one
        found.append(one)
    return found, None


def _fails(crawl: CrawlLine) -> bool:
    # Of a crawl that ended well half the pages may fail, not more.
    return crawl.state == "failed" or crawl.failures > max(crawl.pages, 1)


def field_alerts(found: Filling) -> Iterator[Alert]:
    """Fields that went empty, or are filled far more rarely."""
    for one in found.alarms:
        kind: Kind = "field_empty" if one.state == "empty" else "field_falling"
        facts = {
            "field": one.name, "before": f"{one.before.share:.0%}", "now": f"{one.now.share:.0%}",
            "of": str(one.now.of), "past": str(one.before.of),
        }  # fmt: skip
        # A fall rings again when it goes on by a quarter.
        key = f"{kind}:{found.source_id}:{one.name}:{one.since_run or int(4 * one.now.share)}"
        yield Alert(kind, key, found.source_id, since=one.since, grave=one.state == "empty", facts=facts)


def _drift(ledger: Ledger, source_id: str, crawls: Sequence[CrawlLine]) -> Iterator[Alert]:
    report = ledger.run(crawls[0].run_id) if crawls else None
    shifted = [one for one in report.alarms if one.source_id == source_id] if report is not None else []
    if report is not None and shifted:
        facts = {"count": str(len(shifted)), "run": report.run_id, "first": shifted[0].name}
        yield Alert("drift", f"drift:{source_id}:{report.run_id}", source_id, since=report.started_at, facts=facts)


def _quarantine(ledger: Ledger, at: datetime) -> Iterator[Alert]:
    day = timedelta(days=1)
    now, before = ledger.aside_since(at - day, at), ledger.aside_since(at - 2 * day, at - day)
    if now >= ASIDE and now > before:
        yield Alert("quarantine", f"quarantine:{at:%Y-%m-%d}", facts={"now": str(now), "before": str(before)})


def _full(disk: Disk, at: datetime) -> Alert:
    facts = {"what": ", ".join(disk.what), "free": f"{disk.free / 10**9:.1f}", "share": f"{disk.share_free:.0%}"}
    return Alert("disk", f"disk:{','.join(disk.what)}:{at:%Y-%m-%d}", grave=True, facts=facts)


def disks(own: Settings) -> list[Disk]:
    """The disks of this machine that Strazha writes to; what lies in a database server or an object store is not here."""
    places = {"home": own.home, "index": own.index_file.parent}
    if "://" not in own.landing_url:
        places["landing"] = Path(own.landing_url)
    if own.ledger.startswith("sqlite:///"):
        places["ledger"] = Path(own.ledger.removeprefix("sqlite:///")).parent
    by_disk: dict[int, tuple[list[str], Path]] = {}
    for what, path in places.items():
        there = _there(path.resolve())
        by_disk.setdefault(there.stat().st_dev, ([], there))[0].append(what)
    found = []
    for names, path in by_disk.values():
        usage = shutil.disk_usage(path)
        found.append(Disk(tuple(sorted(names)), usage.total, usage.free))
    return found


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(one for one in (path, *path.parents) if one.exists())
