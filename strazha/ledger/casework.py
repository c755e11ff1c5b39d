"""Casework: notes that are only ever added to, and case folders with their history."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, func, select, update

from strazha.errors import BadInputError
from strazha.ledger.casework_records import Case, CaseEvent, CaseItem, Note, NoteVersion
from strazha.ledger.casework_tables import case_events, case_items, case_people, cases, notes
from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean
from strazha.model.base import Record

#: Notes of one item, versions of one note, items and people of one case: far more than anybody reads or needs.
MOST_NOTES, MOST_VERSIONS, MOST_ITEMS, MOST_PEOPLE = 500, 100, 500, 100

Kind = TypeVar("Kind", bound=Record)


class Casework(Part):
    """Notes and case folders. Who may see a case is asked here (``cases_of``), so that no page can forget it."""

    def add_note(self, subject: str, subject_id: str, text: str, by: str, at: datetime) -> Note:
        """Write a note; BadInputError where the item has too many."""
        made = secrets.token_hex(12)
        here = (notes.c.subject == subject) & (notes.c.subject_id == clean(subject_id))
        with self._db.write("notes") as connection:
            count = connection.execute(select(func.count(func.distinct(notes.c.note))).where(here)).scalar_one()
            if count >= MOST_NOTES:
                raise BadInputError(f"an item takes {MOST_NOTES} notes", place=subject_id, remedy="change one of them instead")
            row = {
                "id": secrets.token_hex(12), "note": made, "number": 1, "subject": subject, "subject_id": subject_id,
                "text": clean(text), "written_by": by, "written_at": at,
            }  # fmt: skip
            self._db.put(connection, notes, [row])
        return self._note(made)

    def change_note(self, note_id: str, text: str, by: str, at: datetime, *, seen: int) -> Note:
        """Write a further version of a note (an empty text takes it back).

        ``seen`` is the version that was changed; BadInputError where there is a newer one, or where ``by`` is not its author.
        """
        with self._db.write("notes") as connection:
            rows = connection.execute(select(notes).where(notes.c.note == clean(note_id)).order_by(notes.c.number)).mappings()
            held = [dict(row) for row in rows]
            if not held or held[0]["written_by"] != by:
                raise BadInputError("only its author changes a note", place=note_id, remedy="write a note of your own")
            if held[-1]["number"] != seen or seen >= MOST_VERSIONS:
                raise BadInputError("the note has changed since", place=note_id, remedy="look again")
            row = {
                **held[-1], "id": secrets.token_hex(12), "number": seen + 1, "text": clean(text), "written_at": at,
            }  # fmt: skip
            self._db.put(connection, notes, [row])
        return self._note(note_id)

    def note(self, note_id: str) -> Note | None:
        """One note with its versions."""
        with self._db.read() as connection:
            return next(iter(_notes(connection, notes.c.note == clean(note_id))), None)

    def _note(self, note_id: str) -> Note:
        found = self.note(note_id)
        if found is None:
            raise BadInputError("there is no such note", place=note_id, remedy="look again")
        return found

    def notes_of(self, subject: str, ids: Iterable[str]) -> list[Note]:
        """The notes on items of one kind, oldest first."""
        found: list[Note] = []
        for batch in chunks(map(clean, ids)):
            with self._db.read() as connection:
                found += _notes(connection, (notes.c.subject == subject) & notes.c.subject_id.in_(batch))
        return found

    def open_case(self, title: str, reference: str, by: str, at: datetime) -> Case:
        """Make a case folder; whoever opens it may see it."""
        case = Case(
            id=secrets.token_hex(8), title=clean(title), reference=clean(reference), opened_by=by, opened_at=at, people=(by,)
        )
        with self._db.write("cases") as connection:
            self._db.put(connection, cases, [case.model_dump(exclude={"people"})])
            self._db.put(connection, case_people, [{"case_id": case.id, "name": by}])
            _event(connection, case.id, CaseEvent(action="opened", reason=clean(title), done_by=by, at=at))
        return case

    def rename_case(self, case_id: str, title: str, reference: str, by: str, at: datetime) -> None:
        """Change name and reference number; the history keeps the former name."""
        with self._db.write("cases") as connection:
            former = _open(connection, case_id)
            words = f"{former.title} ({former.reference})" if former.reference else former.title
            change = update(cases).where(cases.c.id == case_id).values(title=clean(title), reference=clean(reference))
            connection.execute(change)
            _event(connection, case_id, CaseEvent(action="renamed", reason=words, done_by=by, at=at))

    def cases_of(self, user: str, *, every: bool = False) -> list[Case]:
        """The cases somebody may see, open ones first, then newest; with ``every`` all of them (for leads)."""
        mine = select(case_people.c.case_id).where(case_people.c.name == clean(user))
        query = select(cases).order_by(cases.c.closed_at.isnot(None), cases.c.opened_at.desc(), cases.c.id)
        with self._db.read() as connection:
            return _cases(connection, query if every else query.where(cases.c.id.in_(mine)))

    def case_of(self, case_id: str, user: str, *, every: bool = False) -> Case | None:
        """One case if that person may see it, else None, as if there were none."""
        with self._db.read() as connection:
            found = _cases(connection, select(cases).where(cases.c.id == clean(case_id)))
        return next((one for one in found if every or user in one.people), None)

    def case_items(self, case_id: str) -> list[CaseItem]:
        """What lies in a case, in the order in which it came."""
        query = select(case_items).where(case_items.c.case_id == case_id).order_by(case_items.c.added_at)
        with self._db.read() as connection:
            return [_of(CaseItem, row) for row in connection.execute(query).mappings()]

    def cases_with(self, subject: str, ids: Iterable[str]) -> set[str]:
        """Ids of the cases in which one of the items lies; which of them a person may see is asked by ``cases_of``."""
        found: set[str] = set()
        for batch in chunks(ids):
            query = select(case_items.c.case_id).where(case_items.c.subject == subject, case_items.c.subject_id.in_(batch))
            with self._db.read() as connection:
                found.update(connection.execute(query).scalars())
        return found

    def put_in_case(self, case_id: str, item: CaseItem) -> bool:
        """Put an advert or cluster into an open case; False where it lies there already."""
        with self._db.write("cases") as connection:
            _open(connection, case_id)
            held = connection.execute(select(case_items).where(case_items.c.case_id == case_id)).mappings().all()
            if any((row["subject"], row["subject_id"]) == (item.subject, item.subject_id) for row in held):
                return False
            if len(held) >= MOST_ITEMS:
                raise BadInputError(f"a case takes {MOST_ITEMS} items", place=case_id, remedy="open a second one")
            self._db.put(connection, case_items, [{**item.model_dump(), "case_id": case_id, "reason": clean(item.reason)}])
            _event(connection, case_id, CaseEvent(
                action="item added", subject=item.subject, subject_id=item.subject_id, reason=clean(item.reason),
                done_by=item.added_by, at=item.added_at,
            ))  # fmt: skip
        return True

    def take_from_case(self, case_id: str, event: CaseEvent) -> bool:
        """Take an item out of an open case, as an ``item removed`` event says; False where it does not lie there."""
        here = (
            (case_items.c.case_id == case_id)
            & (case_items.c.subject == event.subject)
            & (case_items.c.subject_id == event.subject_id)
        )
        with self._db.write("cases") as connection:
            _open(connection, case_id)
            if not connection.execute(delete(case_items).where(here)).rowcount:
                return False
            _event(connection, case_id, event)
        return True

    def name_in_case(self, case_id: str, event: CaseEvent) -> bool:
        """Let somebody see a case (``person added``), or no longer; False where that is so already."""
        row = {"case_id": case_id, "name": event.subject_id}
        with self._db.write("cases") as connection:
            case = _open(connection, case_id)
            if (event.subject_id in case.people) == (event.action == "person added"):
                return False
            if event.action == "person added":
                if len(case.people) >= MOST_PEOPLE:
                    raise BadInputError(f"a case takes {MOST_PEOPLE} people", place=case_id, remedy="take somebody off first")
                self._db.put(connection, case_people, [row])
            else:
                gone = (case_people.c.case_id == case_id) & (case_people.c.name == event.subject_id)
                connection.execute(delete(case_people).where(gone))
            _event(connection, case_id, event)
        return True

    def note_case(self, case_id: str, event: CaseEvent) -> bool:
        """Close or reopen a case, or write down that a report or bundle of it was made; False where nothing changes."""
        with self._db.write("cases") as connection:
            found = _cases(connection, select(cases).where(cases.c.id == case_id))
            if not found:
                return False
            if event.action in {"closed", "reopened"}:
                if found[0].closed == (event.action == "closed"):
                    return False
                moment = event.at if event.action == "closed" else None
                connection.execute(update(cases).where(cases.c.id == case_id).values(closed_at=moment))
            _event(connection, case_id, event)
        return True

    def case_history(self, case_id: str) -> list[CaseEvent]:
        """Everything done to a case, oldest first."""
        query = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.at, case_events.c.id)
        with self._db.read() as connection:
            return [_of(CaseEvent, row) for row in connection.execute(query).mappings()]


def _of(kind: type[Kind], row: RowMapping) -> Kind:
    return kind.model_validate({name: row[name] for name in kind.model_fields})


def _event(connection: Connection, case_id: str, event: CaseEvent) -> None:
    connection.execute(case_events.insert(), [{"id": secrets.token_hex(12), "case_id": case_id, **event.model_dump()}])


def _open(connection: Connection, case_id: str) -> Case:
    found = _cases(connection, select(cases).where(cases.c.id == case_id))
    if not found or found[0].closed:
        raise BadInputError("the case is closed", place=case_id, remedy="reopen it first")
    return found[0]


def _cases(connection: Connection, query: Select[Any]) -> list[Case]:
    rows = [dict(row) for row in connection.execute(query).mappings()]
    people: dict[str, list[str]] = {}
    for batch in chunks(row["id"] for row in rows):
        named = select(case_people).where(case_people.c.case_id.in_(batch)).order_by(case_people.c.name)
        for row in connection.execute(named).mappings():
            people.setdefault(row["case_id"], []).append(row["name"])
    return [Case.model_validate({**row, "people": tuple(people.get(row["id"], ()))}) for row in rows]


def _notes(connection: Connection, which: ColumnElement[bool]) -> list[Note]:
    query = select(notes).where(which).order_by(notes.c.written_at, notes.c.number)
    found: dict[str, tuple[RowMapping, list[NoteVersion]]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["note"], (row, []))[1].append(_of(NoteVersion, row))
    return [
        Note(id=name, subject=row["subject"], subject_id=row["subject_id"], versions=tuple(versions))
        for name, (row, versions) in found.items()
    ]
