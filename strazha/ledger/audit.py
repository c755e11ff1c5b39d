"""The audit chain: who did what to what, when. Each entry hashes the one before, so that no entry can be changed unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from strazha.ledger.database import CHUNK
from strazha.ledger.part import Part
from strazha.ledger.records import AuditEntry
from strazha.ledger.tables import audit_log, clean
from strazha.model.base import canonical_json, digest

#: What the first entry names as the one before it.
GENESIS = "0" * 64


class Audit(Part):
    """The append-only log. Triggers refuse changes; the chain shows those made behind the database's back."""

    def audit(self, who: str, action: str, subject: str, detail: dict[str, Any], at: datetime) -> AuditEntry:
        """Add an entry. Writers follow each other, whatever process they are in."""
        words = [clean(word) for word in (who, action, subject)]
        with self._db.write("audit") as connection:
            last = connection.execute(
                select(audit_log.c.number, audit_log.c.hash).order_by(audit_log.c.number.desc()).limit(1)
            ).one_or_none()
            number, former = (last.number + 1, last.hash) if last is not None else (1, GENESIS)
            entry = AuditEntry(
                number=number, at=at, who=words[0], action=words[1], subject=words[2], detail=detail, former=former,
                hash=_hash(number, at, words, detail, former),
            )  # fmt: skip
            connection.execute(audit_log.insert(), [entry.model_dump()])
        return entry

    def audit_entries(
        self, limit: int = 100, *, before: int | None = None, who: str | None = None, subject: str | None = None
    ) -> list[AuditEntry]:
        """The newest entries, newest first; ``before`` (a number) continues, ``who`` and ``subject`` narrow."""
        query = select(audit_log).order_by(audit_log.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_log.c.number < before)
        if who is not None:
            query = query.where(audit_log.c.who == who)
        if subject is not None:
            query = query.where(audit_log.c.subject == subject)
        with self._db.read() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def verify_audit(self) -> AuditEntry | None:
        """The first entry that does not fit the chain, or None if all do.

        An entry does not fit if its hash does not cover it, its ``former`` is not the hash before, or a number is left
        out before it. Entries cut off at the end leave a sound chain: note ``audit_head()`` elsewhere from time to time
        and ask ``audit_holds``.
        """
        former = GENESIS
        for number, entry in enumerate(self._chain(), 1):
            words = [entry.who, entry.action, entry.subject]
            sound = entry.hash == _hash(entry.number, entry.at, words, entry.detail, entry.former)
            if not sound or entry.former != former or entry.number != number:
                return entry
            former = entry.hash
        return None

    def audit_holds(self, number: int, entry_hash: str) -> bool:
        """Whether an entry noted elsewhere is still in the chain, as it was."""
        query = select(audit_log.c.hash).where(audit_log.c.number == number)
        with self._db.read() as connection:
            return connection.execute(query).scalar() == entry_hash

    def audit_head(self) -> tuple[int, str]:
        """Number and hash of the newest entry (0 and zeros if there is none): to be noted outside the database."""
        query = select(audit_log.c.number, audit_log.c.hash).order_by(audit_log.c.number.desc()).limit(1)
        with self._db.read() as connection:
            row = connection.execute(query).one_or_none()
        return (row.number, row.hash) if row is not None else (0, GENESIS)

    def _chain(self) -> Iterator[AuditEntry]:
        last = 0
        while True:
            page = select(audit_log).where(audit_log.c.number > last).order_by(audit_log.c.number).limit(CHUNK)
            with self._db.read() as connection:
                rows = connection.execute(page).mappings().all()
            yield from (_entry(row) for row in rows)
            if len(rows) < CHUNK:
                return
            last = rows[-1]["number"]


def _hash(number: int, at: datetime, words: list[str], detail: dict[str, Any], former: str) -> str:
    return digest(str(number), at.isoformat(timespec="microseconds"), *words, canonical_json(detail), former)


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry.model_validate(dict(row))
