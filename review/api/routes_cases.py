"""Case folders, to read: those named in one and leads see it, for everybody else there is none. Kept on the pages."""

from __future__ import annotations

from datetime import datetime

from review.access import DECIDERS, LEADS, may, open_to
from review.api import asks, parts
from review.api.records import Answer, Kind, Text
from review.casework.routes_cases import case_or_404
from review.routers.parts import Parts, Person, note
from strazha.ledger.casework_records import Case

router = parts.router("Cases")


class CaseRow(Answer):
    """A case folder in a list."""

    id: str
    title: Text
    reference: Text
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    people: list[str]


class CaseItem(Answer):
    """An advert or cluster in a case, who put it there, when and why."""

    kind: Kind
    id: Text
    added_by: str
    added_at: datetime
    reason: Text


class CaseEvent(Answer):
    """One line of a case's history."""

    action: str
    subject: str
    subject_id: Text
    reason: Text
    done_by: str
    at: datetime


class CaseFolder(CaseRow):
    """A case folder with what lies in it and its history."""

    items: list[CaseItem]
    history: list[CaseEvent]


@router.get("/cases", summary="List the cases you may see")
@open_to(DECIDERS)
def cases(services: Parts, user: Person) -> list[CaseRow]:
    """Open ones first, then the newest."""
    note(services, user, "cases listed", "own")
    return [CaseRow.model_validate(_row(one)) for one in services.ledger.cases_of(user.name, every=may(user, LEADS))]


@router.get("/cases/{case_id}", summary="Read a case", responses=parts.problems(404))
@open_to(DECIDERS)
def case(services: Parts, user: Person, case_id: asks.Id) -> CaseFolder:
    """What lies in it, and everything done to it. The items themselves are read at their own addresses."""
    found = case_or_404(services, user, case_id)
    note(services, user, "case read", found.id)
    return CaseFolder.model_validate({
        **_row(found),
        "items": [
            {
                "kind": one.subject, "id": one.subject_id, "added_by": one.added_by, "added_at": one.added_at,
                "reason": one.reason,
            }
            for one in services.ledger.case_items(found.id)
        ],
        "history": [one.model_dump() for one in services.ledger.case_history(found.id)],
    })  # fmt: skip


def _row(one: Case) -> dict[str, object]:
    return {
        "id": one.id, "title": one.title, "reference": one.reference, "opened_by": one.opened_by,
        "opened_at": one.opened_at, "closed_at": one.closed_at, "people": list(one.people),
    }  # fmt: skip
