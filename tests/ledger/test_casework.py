"""Notes and case folders in the ledger: rows only added, access asked in one place, nothing put into a closed case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from strazha.errors import BadInputError
from strazha.ledger import Ledger
from strazha.ledger.casework_records import CaseEvent, CaseItem
from strazha.ledger.casework_tables import case_events, notes

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def item(one: str, subject: str = "advert") -> CaseItem:
    return CaseItem.model_validate(
        {"subject": subject, "subject_id": one, "added_by": "ana", "added_at": AT, "reason": "same voice"}
    )


def event(action: str, minute: int = 0, **more: str) -> CaseEvent:
    at = AT + timedelta(minutes=minute)
    return CaseEvent.model_validate({"action": action, "reason": "why", "done_by": "ana", "at": at, **more})


def test_a_note_keeps_its_versions_and_is_its_author_s(ledger: Ledger) -> None:
    made = ledger.add_note("advert", "a1", "first\0", "ana", AT)
    later = ledger.change_note(made.id, "second", "ana", AT + timedelta(minutes=1), seen=1)
    assert [(one.number, one.text) for one in later.versions] == [(1, "first\ufffd"), (2, "second")]
    for by, seen in (("boris", 2), ("ana", 1)):
        with pytest.raises(BadInputError):
            ledger.change_note(made.id, "third", by, AT, seen=seen)
    ledger.change_note(made.id, "", "ana", AT + timedelta(minutes=2), seen=2)
    (held,) = ledger.notes_of("advert", ["a1", "a2"])
    assert (held.newest.text, len(held.versions), held.author) == ("", 3, "ana")
    assert ledger.notes_of("cluster", ["a1"]) == []
    ledger.open_case("Lime", "", "ana", AT)
    for change in (notes.delete(), notes.update().values(text="x"), case_events.delete()):
        with pytest.raises(DatabaseError, match="only ever added"), ledger._db.write() as connection:
            connection.execute(change)


def test_a_case_is_seen_by_those_named_and_where_all_are_asked_for(ledger: Ledger) -> None:
    case = ledger.open_case("Lime", "R/1", "ana", AT)
    assert ledger.case_of(case.id, "boris") is None
    assert ledger.cases_of("boris") == []
    assert [one.id for one in ledger.cases_of("lead", every=True)] == [case.id]
    added = event("person added", 1, subject="person", subject_id="boris")
    assert ledger.name_in_case(case.id, added)
    assert not ledger.name_in_case(case.id, added)
    assert ledger.case_of(case.id, "boris") is not None
    assert ledger.name_in_case(case.id, event("person removed", 2, subject="person", subject_id="boris"))
    assert ledger.case_of(case.id, "boris") is None
    ledger.rename_case(case.id, "Lemon", "", "ana", AT + timedelta(minutes=3))
    assert [one.action for one in ledger.case_history(case.id)] == ["opened", "person added", "person removed", "renamed"]
    assert ledger.case_history(case.id)[-1].reason == "Lime (R/1)"


def test_nothing_goes_into_a_closed_case(ledger: Ledger) -> None:
    case = ledger.open_case("Lime", "", "ana", AT)
    assert ledger.put_in_case(case.id, item("a1"))
    assert not ledger.put_in_case(case.id, item("a1"))
    assert ledger.put_in_case(case.id, item("a1", "cluster"))
    assert ledger.cases_with("advert", ["a1", "a2"]) == {case.id}
    assert ledger.note_case(case.id, event("closed"))
    assert not ledger.note_case(case.id, event("closed"))
    with pytest.raises(BadInputError):
        ledger.put_in_case(case.id, item("a2"))
    with pytest.raises(BadInputError):
        ledger.take_from_case(case.id, event("item removed", subject="advert", subject_id="a1"))
    assert ledger.note_case(case.id, event("reopened"))
    assert ledger.take_from_case(case.id, event("item removed", subject="advert", subject_id="a1"))
    assert not ledger.take_from_case(case.id, event("item removed", subject="advert", subject_id="a1"))
    assert [one.subject for one in ledger.case_items(case.id)] == ["cluster"]
    assert not ledger.note_case("nothing", event("closed"))
