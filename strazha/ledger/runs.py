"""Runs, the crawls within them, and which units of work are done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from strazha.ledger.part import Part
from strazha.ledger.tables import crawls, runs, steps
from strazha.model import CrawlReport, RunReport
from strazha.model.base import canonical_json

#: States in which a run can be taken up again.
UNFINISHED = ("running", "interrupted")


class Runs(Part):
    """Runs and crawls."""

    def start_run(self, run_id: str, sources: Sequence[str], at: datetime) -> RunReport:
        """Note that a run begins; where it is known already, its report as it stands is returned."""
        report = RunReport(run_id=run_id, state="running", started_at=at, sources=tuple(sources))
        with self._db.write() as connection:
            self._db.put(connection, runs, [_run_row(report)])
            stored = connection.execute(select(runs.c.report).where(runs.c.run_id == run_id)).scalar_one()
        return RunReport.model_validate(stored)

    def save_run(self, report: RunReport) -> None:
        """Keep the newest state of a run's report."""
        with self._db.write() as connection:
            self._db.put(connection, runs, [_run_row(report)], update=("state", "started_at", "sources_key", "report"))

    def run(self, run_id: str) -> RunReport | None:
        """One run's report."""
        with self._db.read() as connection:
            stored = connection.execute(select(runs.c.report).where(runs.c.run_id == run_id)).scalar()
        return None if stored is None else RunReport.model_validate(stored)

    def runs(self, limit: int = 50) -> list[RunReport]:
        """The newest runs, newest first."""
        with self._db.read() as connection:
            found = connection.execute(
                select(runs.c.report).order_by(runs.c.started_at.desc(), runs.c.run_id.desc()).limit(limit)
            )
            return [RunReport.model_validate(stored) for stored in found.scalars()]

    def open_run(self, sources: Sequence[str]) -> RunReport | None:
        """The newest run over exactly these sources, if it is unfinished (running or interrupted): the one to resume."""
        newest = (
            select(runs.c.report)
            .where(runs.c.sources_key == _sources_key(sources))
            .order_by(runs.c.started_at.desc(), runs.c.run_id.desc())
            .limit(1)
        )
        with self._db.read() as connection:
            stored = connection.execute(newest).scalar()
        if stored is None:
            return None
        report = RunReport.model_validate(stored)
        return report if report.state in UNFINISHED else None

    def save_crawl(self, report: CrawlReport) -> None:
        """Keep the newest state of a crawl's report."""
        row = {
            "run_id": report.run_id, "source_id": report.source_id, "state": report.state,
            "started_at": report.started_at, "report": report.plain(),
        }  # fmt: skip
        with self._db.write() as connection:
            self._db.put(connection, crawls, [row], update=("state", "started_at", "report"))

    def crawl(self, run_id: str, source_id: str) -> CrawlReport | None:
        """One crawl's report."""
        one = select(crawls.c.report).where(crawls.c.run_id == run_id, crawls.c.source_id == source_id)
        with self._db.read() as connection:
            stored = connection.execute(one).scalar()
        return None if stored is None else CrawlReport.model_validate(stored)

    def crawls(self, source_id: str | None = None, limit: int = 50) -> list[CrawlReport]:
        """The newest crawls, newest first; of one source if one is named."""
        newest = select(crawls.c.report).order_by(crawls.c.started_at.desc(), crawls.c.run_id.desc(), crawls.c.source_id)
        if source_id is not None:
            newest = newest.where(crawls.c.source_id == source_id)
        with self._db.read() as connection:
            return [CrawlReport.model_validate(stored) for stored in connection.execute(newest.limit(limit)).scalars()]


class Steps(Part):
    """Which step has handled which unit in which version: what makes a step skip work that is done."""

    def is_done(self, step: str, unit: str, version: str) -> bool:
        """Whether the step has handled the unit in this version."""
        return self.step_detail(step, unit, version) is not None

    def step_detail(self, step: str, unit: str, version: str) -> dict[str, Any] | None:
        """What was noted when the unit was done; None if it is not done."""
        one = select(steps.c.detail).where(steps.c.step == step, steps.c.unit == unit, steps.c.version == version)
        with self._db.read() as connection:
            row: Row[Any] | None = connection.execute(one).one_or_none()
        return None if row is None else dict(row.detail)

    def mark_done(  # noqa: PLR0917 - the key has three parts
        self, step: str, unit: str, version: str, run_id: str, at: datetime, detail: dict[str, Any] | None = None
    ) -> None:
        """Note that a unit is done; the first note stays."""
        row = {"step": step, "unit": unit, "version": version, "run_id": run_id, "at": at, "detail": detail or {}}
        with self._db.write() as connection:
            self._db.put(connection, steps, [row])

    def done_units(self, step: str, unit: str | None = None) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every unit a step has handled, or this one, with version and what was noted, in order of unit and version."""
        query = select(steps.c.unit, steps.c.version, steps.c.detail).where(steps.c.step == step)
        if unit is not None:
            query = query.where(steps.c.unit == unit)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(steps.c.unit, steps.c.version)).all()
        for row in found:
            yield row.unit, row.version, dict(row.detail)


def _sources_key(sources: Sequence[str]) -> str:
    return canonical_json(sorted(sources))


def _run_row(report: RunReport) -> dict[str, Any]:
    return {
        "run_id": report.run_id, "state": report.state, "started_at": report.started_at,
        "sources_key": _sources_key(report.sources), "report": report.plain(),
    }  # fmt: skip
