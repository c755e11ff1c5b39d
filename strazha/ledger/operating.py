"""What operators do: pause sources, ask for runs, read their logs, decide on what lies in quarantine, take note of alarms."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Float, and_, cast, delete, exists, func, select, true, update
from sqlalchemy.dialects import postgresql

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.operate_records import AlarmWord, AskedRun, CrawlLine, RunLine, SetAside, Switch
from strazha.ledger.operate_tables import alarm_words, asked_runs, quarantine_words, run_lines, source_switches
from strazha.ledger.part import Part
from strazha.ledger.tables import adverts, clean, clusters, crawls, runs, screenings, steps
from strazha.model import RunReport

QUARANTINE = "quarantine"
#: Lines kept of one run, and characters of a line: a run that warns of every page must not fill the ledger.
MOST_LINES, LINE_LENGTH = 2000, 1000


class Operating(Part):
    """Sources, runs and quarantine as operators handle them."""

    @property
    def engine(self) -> Engine:
        """The database's engine: what is remembered of a ledger hangs on it."""
        return self._db.engine

    @property
    def place(self) -> str:
        """Where the ledger lies, without a password."""
        return self._db.place

    def switch_source(self, switch: Switch) -> bool:
        """Pause or resume a source; False where it is so already."""
        with self._db.write("operating") as connection:
            if (switch.source_id in _paused(connection, [switch.source_id])) == switch.paused:
                return False
            # Within the lock: nobody else takes the same number.
            last = connection.execute(select(func.max(source_switches.c.number))).scalar() or 0
            row = {**switch.model_dump(), "id": secrets.token_hex(12), "number": last + 1}
            self._db.put(connection, source_switches, [row])
        return True

    def paused(self, source_ids: Sequence[str] | None = None) -> dict[str, Switch]:
        """By id, the sources that are paused, with who did it and why."""
        with self._db.read() as connection:
            return _paused(connection, source_ids)

    def switches(self, source_id: str, limit: int = 20) -> list[Switch]:
        """When a source was paused and resumed, newest first."""
        query = select(source_switches).where(source_switches.c.source_id == clean(source_id))
        query = query.order_by(source_switches.c.number.desc()).limit(limit)
        with self._db.read() as connection:
            return [_record(Switch, row) for row in connection.execute(query).mappings()]

    def ask_run(self, asked: AskedRun, *, most: int) -> None:
        """Keep that somebody asked for a run. BadInputError while another one asked for of this source, or ``most``, go on."""
        with self._db.write("operating") as connection:
            query = select(asked_runs.c.source_id).where(asked_runs.c.state.in_(("asked", "running")))
            busy = list(connection.execute(query).scalars())
            if asked.source_id in busy:
                raise BadInputError("a run of it was asked for already", place=asked.source_id, remedy="wait until it ends")
            if len(busy) >= most:
                raise BadInputError(f"{most} runs asked for are under way", remedy="wait until one of them ends")
            self._db.put(connection, asked_runs, [asked.model_dump()])

    def note_asked(self, asked_id: str, **changes: Any) -> None:
        """Note how an asked run fares; one that is over stays as it ended."""
        going = asked_runs.c.state.in_(("asked", "running"))
        with self._db.write() as connection:
            connection.execute(update(asked_runs).where(asked_runs.c.id == asked_id, going).values(**changes))

    def asked(self, source_id: str | None = None, *, limit: int = 20, going: bool = False) -> list[AskedRun]:
        """Runs asked for, newest first: all, of one source, or only those that go on."""
        query = select(asked_runs).order_by(asked_runs.c.asked_at.desc(), asked_runs.c.id).limit(limit)
        if source_id is not None:
            query = query.where(asked_runs.c.source_id == clean(source_id))
        if going:
            query = query.where(asked_runs.c.state.in_(("asked", "running")))
        with self._db.read() as connection:
            return [_record(AskedRun, row) for row in connection.execute(query).mappings()]

    def asked_one(self, asked_id: str) -> AskedRun | None:
        """One run that was asked for."""
        with self._db.read() as connection:
            row = connection.execute(select(asked_runs).where(asked_runs.c.id == asked_id)).mappings().one_or_none()
        return None if row is None else _record(AskedRun, row)

    def log_line(self, run_id: str, level: str, text: str, at: datetime) -> bool:
        """Add a line to a run's log; False where the run has said as much as is kept."""
        with self._db.write("run log") as connection:
            last = connection.execute(select(func.max(run_lines.c.number)).where(run_lines.c.run_id == run_id)).scalar() or 0
            if last >= MOST_LINES:
                return False
            if last == MOST_LINES - 1:
                level, text = "warning", f"more than {MOST_LINES} lines: further ones are not kept"
            row = {"run_id": run_id, "number": last + 1, "at": at, "level": level, "text": text[:LINE_LENGTH]}
            self._db.put(connection, run_lines, [row])
        return True

    def run_lines(self, run_id: str) -> list[RunLine]:
        """A run's log, in order."""
        query = select(run_lines).where(run_lines.c.run_id == clean(run_id)).order_by(run_lines.c.number)
        with self._db.read() as connection:
            return [_record(RunLine, row) for row in connection.execute(query).mappings()]

    def newest_crawls(self) -> dict[str, str]:
        """By source that was ever crawled or taken in, a mark of its newest crawl: run, state of the crawl, state of the run.

        Both change: a crawl has ended long before its run compares what it brought with the crawls before.
        """
        newest = select(crawls.c.source_id, func.max(crawls.c.started_at).label("at")).group_by(crawls.c.source_id).subquery()
        same = and_(crawls.c.source_id == newest.c.source_id, crawls.c.started_at == newest.c.at)
        query = select(crawls.c.source_id, crawls.c.run_id, crawls.c.state, runs.c.state.label("run")).join(newest, same)
        query = query.outerjoin(runs, runs.c.run_id == crawls.c.run_id)
        with self._db.read() as connection:
            return {row.source_id: f"{row.run_id} {row.state} {row.run or ''}" for row in connection.execute(query)}

    def crawl_lines(self, source_id: str, limit: int = 100, *, until: datetime | None = None) -> list[CrawlLine]:
        """A source's crawls in figures, newest first; ``until``: those that had begun by then."""
        query = select(crawls.c.report).where(crawls.c.source_id == clean(source_id))
        if until is not None:
            query = query.where(crawls.c.started_at <= until)
        query = query.order_by(crawls.c.started_at.desc(), crawls.c.run_id.desc()).limit(limit)
        with self._db.read() as connection:
            return [_crawl_line(plain) for plain in connection.execute(query).scalars()]

    def crawls_after(self, source_id: str, at: datetime, limit: int = 100) -> list[CrawlLine]:
        """A source's crawls that began after a moment, in figures, oldest first."""
        query = select(crawls.c.report).where(crawls.c.source_id == clean(source_id), crawls.c.started_at > at)
        query = query.order_by(crawls.c.started_at, crawls.c.run_id).limit(limit)
        with self._db.read() as connection:
            return [_crawl_line(plain) for plain in connection.execute(query).scalars()]

    def last_filled(self, source_id: str) -> dict[str, datetime]:
        """By field, when the newest crawl began that found it in some advert, however long ago."""
        if self._db.sqlite:
            each = func.json_each(crawls.c.report, "$.filled").table_valued("key", "value")
        else:
            # "json", not "jsonb": only what is asked for is taken apart, so that an odd character elsewhere breaks nothing.
            filled = cast(crawls.c.report, postgresql.JSON).op("->")("filled")
            each = func.json_each_text(filled).table_valued("key", "value")
        query = select(each.c.key, func.max(crawls.c.started_at)).select_from(crawls).join(each, true())
        query = query.where(crawls.c.source_id == clean(source_id), cast(each.c.value, Float) > 0).group_by(each.c.key)
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def unfinished_runs(self, limit: int = 50) -> list[RunReport]:
        """Runs that go on or were cut short, newest first."""
        query = select(runs.c.report).where(runs.c.state.in_(("running", "interrupted")))
        query = query.order_by(runs.c.started_at.desc(), runs.c.run_id.desc()).limit(limit)
        with self._db.read() as connection:
            return [RunReport.model_validate(plain) for plain in connection.execute(query).scalars()]

    def due_counts(self, pipeline_key: str) -> dict[str, int]:
        """By source, adverts whose newest version that pipeline has not screened, those in quarantine included."""
        screened = exists().where(
            screenings.c.advert_id == adverts.c.advert_id,
            screenings.c.content_hash == adverts.c.content_hash,
            screenings.c.pipeline == pipeline_key,
        )
        query = select(adverts.c.source_id, func.count()).where(~screened).group_by(adverts.c.source_id)
        with self._db.read() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def advert_counts(self, source_id: str | None = None) -> dict[str, tuple[int, int]]:
        """By source (or of one), adverts that stand on the site and adverts that are gone."""
        live = func.count().filter(adverts.c.gone_since.is_(None))
        query = select(adverts.c.source_id, live, func.count()).group_by(adverts.c.source_id)
        if source_id is not None:
            query = query.where(adverts.c.source_id == clean(source_id))
        with self._db.read() as connection:
            return {source: (int(here), int(total - here)) for source, here, total in connection.execute(query)}

    def standing_clusters(self) -> int:
        """Clusters that stand."""
        query = select(func.count()).where(clusters.c.retired_at.is_(None))
        with self._db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def set_aside(self, limit: int = 500) -> list[SetAside]:
        """What lies in quarantine with the version shown now, newest first.

        A mended text has left it by itself, and so has a text that a later run could screen: the program was mended.
        """
        screened = exists().where(
            screenings.c.advert_id == adverts.c.advert_id,
            screenings.c.content_hash == adverts.c.content_hash,
            screenings.c.run_id == runs.c.run_id,
            runs.c.started_at >= steps.c.at,
        )
        query = (
            select(steps, adverts.c.source_id)
            .join(adverts, adverts.c.advert_id == steps.c.unit)
            .where(steps.c.step == QUARANTINE, ~screened)
            .where(func.substr(steps.c.version, 1, 16) == func.substr(adverts.c.content_hash, 1, 16))
            .order_by(steps.c.at.desc(), steps.c.unit)
            .limit(limit)
        )
        with self._db.read() as connection:
            rows = list(connection.execute(query).mappings())
            said = _said(connection, [row["unit"] for row in rows])
        return [_aside(row, said.get((row["unit"], row["version"]))) for row in rows]

    def retried(self, limit: int = 50) -> list[SetAside]:
        """What was taken out of quarantine to be tried again, newest first."""
        query = select(quarantine_words).where(quarantine_words.c.action == "retry")
        query = query.order_by(quarantine_words.c.at.desc(), quarantine_words.c.id).limit(limit)
        with self._db.read() as connection:
            return [_word_aside(row) for row in connection.execute(query).mappings()]

    def aside_since(self, since: datetime, until: datetime) -> int:
        """How many adverts were set aside between two moments."""
        query = select(func.count()).where(steps.c.step == QUARANTINE, steps.c.at >= since, steps.c.at < until)
        with self._db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def speak_of_quarantined(self, advert_id: str, version: str, action: str, by: str, at: datetime) -> SetAside:
        """Dismiss a quarantined advert version, or take it out to be screened by the next run or rescreening of its source.

        Its reason is kept beside the word either way. BadInputError where it is not there.
        """
        key = and_(steps.c.step == QUARANTINE, steps.c.unit == clean(advert_id), steps.c.version == clean(version))
        with self._db.write("operating") as connection:
            row = connection.execute(select(steps).where(key)).mappings().one_or_none()
            if row is None:
                raise BadInputError("it is not in quarantine", place=advert_id, remedy="look again, it may have been retried")
            word = {
                "id": secrets.token_hex(12), "unit": row["unit"], "version": row["version"], "action": action, "done_by": by,
                "at": at, "run_id": row["run_id"], "detail": {**row["detail"], "at": row["at"].isoformat()},
            }  # fmt: skip
            self._db.put(connection, quarantine_words, [word])
            if action == "retry":
                connection.execute(delete(steps).where(key))
        return _word_aside(word)

    def note_alarm(self, alarm: str, by: str, at: datetime, note: str = "") -> None:
        """Keep that somebody took note of an alarm."""
        row = {"id": secrets.token_hex(12), "alarm": alarm[:400], "done_by": by, "at": at, "note": note}
        with self._db.write() as connection:
            self._db.put(connection, alarm_words, [row])

    def noted_alarms(self, alarms: Iterable[str]) -> dict[str, AlarmWord]:
        """By alarm, who took note of it first; the others are left out."""
        found: dict[str, AlarmWord] = {}
        for batch in chunks(alarms):
            query = select(alarm_words).where(alarm_words.c.alarm.in_(batch)).order_by(alarm_words.c.at, alarm_words.c.id)
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found.setdefault(row["alarm"], _record(AlarmWord, row))
        return found


def _record(kind: Any, row: Any) -> Any:
    return kind.model_validate({name: row[name] for name in kind.model_fields})


def _paused(connection: Any, source_ids: Sequence[str] | None) -> dict[str, Switch]:
    query = select(source_switches).order_by(source_switches.c.number)
    if source_ids is not None:
        query = query.where(source_switches.c.source_id.in_([clean(one) for one in source_ids]))
    newest: dict[str, Switch] = {}
    for row in connection.execute(query).mappings():
        newest[row["source_id"]] = _record(Switch, row)
    return {name: one for name, one in newest.items() if one.paused}


def _crawl_line(plain: dict[str, Any]) -> CrawlLine:
    errors: dict[str, int] = {}
    for error in plain.get("errors", ()):
        kind = str(error.get("kind", ""))
        errors[kind] = errors.get(kind, 0) + int(error.get("count", 1))
    names = CrawlLine.model_fields.keys() & plain.keys() - {"errors"}
    return CrawlLine.model_validate({**{name: plain[name] for name in names}, "errors": errors})


def _said(connection: Any, units: Sequence[str]) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for batch in chunks(units):
        query = select(quarantine_words).where(quarantine_words.c.unit.in_(batch)).order_by(quarantine_words.c.at)
        for row in connection.execute(query).mappings():
            found[row["unit"], row["version"]] = row
    return found


def _aside(row: Any, word: Any | None) -> SetAside:
    # A retry that failed again is set aside anew: what was said before then is not about this failure.
    told = word if word is not None and word["at"] >= row["at"] else None
    return SetAside(
        advert_id=row["unit"], version=row["version"], run_id=row["run_id"], at=row["at"], source_id=row["source_id"],
        error=str(row["detail"].get("error", "")), action=told["action"] if told else "",
        done_by=told["done_by"] if told else "", done_at=told["at"] if told else None,
    )  # fmt: skip


def _word_aside(word: Any) -> SetAside:
    detail = word["detail"]
    return SetAside(
        advert_id=word["unit"], version=word["version"], run_id=word["run_id"], at=datetime.fromisoformat(detail["at"]),
        source_id=str(detail.get("source", "")), error=str(detail.get("error", "")), action=word["action"],
        done_by=word["done_by"], done_at=word["at"],
    )  # fmt: skip
