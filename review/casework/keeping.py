"""What people do with case folders: logged and with a reason; pages and API call the same functions.

Each gives the sentence that says why nothing was done, or an empty text. Whether the case may be seen at all is asked before
(``routes_cases.case_or_404``).
"""

from __future__ import annotations

import tempfile
from typing import IO, Literal

from fastapi import HTTPException

from review.access import LEADS, may
from review.ask import clean
from review.casework.contexts import ReportPage
from review.casework.report_view import report_page, write_bundle
from review.casework.written import problem_of, written
from review.i18n import marked
from review.routers.parts import note
from review.services import Services
from review.work import colleagues
from strazha.errors import BadInputError
from strazha.ledger.casework_records import Case, CaseEvent, CaseItem
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc, ClusterDoc

TITLE, REFERENCE, REASON, SHORTEST = 200, 80, 500, 3
#: Bytes of a bundle kept in memory before it goes to a file that vanishes when it is closed.
IN_MEMORY = 8_000_000

NO_TITLE = marked("Give the case a name.")
NO_REASON = marked("Say why: a few words are enough, and they are kept.")
NO_ITEM = marked("There is no advert or cluster with this number.")
THERE = marked("It lies in this case already.")
FULL = marked("That cannot be done: the case is closed or full.")
NOBODY = marked("There is nobody of that name who may do this work.")


def open_case(services: Services, user: User, title: str, reference: str) -> Case | None:
    """A new case folder; None without a name for it."""
    name = clean(title, TITLE)
    if not name:
        return None
    made = services.ledger.open_case(name, clean(reference, REFERENCE), user.name, services.clock())
    # Not its name: auditors read the log and are not let into the case.
    note(services, user, "case opened", made.id)
    return made


def why_of(reason: str) -> str:
    """A typed reason."""
    return clean(reason, REASON)


def put(services: Services, user: User, case: Case, doc: AdvertDoc | ClusterDoc | None, reason: str) -> str:
    """Put an advert or cluster into a case."""
    why = why_of(reason)
    if doc is None:
        return NO_ITEM
    if len(why) < SHORTEST:
        return NO_REASON
    subject = "advert" if isinstance(doc, AdvertDoc) else "cluster"
    item = CaseItem.model_validate({
        "subject": subject, "subject_id": doc.id, "added_by": user.name, "added_at": services.clock(), "reason": why,
    })  # fmt: skip
    try:
        added = services.ledger.put_in_case(case.id, item)
    except BadInputError:
        return FULL
    if not added:
        return THERE
    note(services, user, "put into a case", doc.id, kind=subject, case=case.id, reason=why)
    return ""


def take_out(services: Services, user: User, case: Case, item: tuple[str, str], reason: str) -> str:
    """Take an item (kind and number) out of a case; 404 where it is not in it."""
    why = why_of(reason)
    if len(why) < SHORTEST:
        return NO_REASON
    kind, item_id = clean(item[0], 20), clean(item[1], 200)
    event = CaseEvent(
        action="item removed", subject=kind, subject_id=item_id, reason=why, done_by=user.name, at=services.clock()
    )
    try:
        gone = services.ledger.take_from_case(case.id, event)
    except BadInputError:
        return FULL
    if not gone:
        raise HTTPException(404)
    note(services, user, "taken out of a case", item_id, kind=kind, case=case.id, reason=why)
    return ""


def name_person(services: Services, user: User, case: Case, name: str, reason: str, *, add: bool) -> str:
    """Let somebody see a case, or no longer: whoever opened it and leads say so (403 for others)."""
    if case.opened_by != user.name and not may(user, LEADS):
        raise HTTPException(403)
    why = why_of(reason)
    if len(why) < SHORTEST:
        return NO_REASON
    who = clean(name, 64)
    if (add and who not in colleagues(services, None)) or (not add and who not in case.people):
        return NOBODY
    event = CaseEvent(
        action="person added" if add else "person removed", subject="person", subject_id=who, reason=why,
        done_by=user.name, at=services.clock(),
    )  # fmt: skip
    try:
        changed = services.ledger.name_in_case(case.id, event)
    except BadInputError:
        return FULL
    if changed:
        note(services, user, "case access changed", case.id, to=who, added=add, reason=why)
    return ""


def write_note(services: Services, user: User, case: Case, text: str) -> tuple[str, str]:
    """Write a note in a case; gives its number (empty where it was not kept) and why not."""
    words = written(text[:10_000])
    problem = FULL if case.closed else problem_of(words)
    if problem:
        return "", problem
    try:
        made = services.ledger.add_note("case", case.id, words, user.name, services.clock())
    except BadInputError:
        return "", FULL
    note(services, user, "note written", case.id, kind="case", note=made.id)
    return made.id, ""


def rename(services: Services, user: User, case: Case, title: str, reference: str) -> str:
    """Change name and reference number."""
    name = clean(title, TITLE)
    if not name:
        return NO_TITLE
    try:
        services.ledger.rename_case(case.id, name, clean(reference, REFERENCE), user.name, services.clock())
    except BadInputError:
        return FULL
    note(services, user, "case renamed", case.id)
    return ""


def set_state(services: Services, user: User, case: Case, to: Literal["closed", "reopened"], reason: str) -> str:
    """Close or reopen a case; nothing happens to one that stands so already."""
    why = why_of(reason)
    if len(why) < SHORTEST:
        return NO_REASON
    if services.ledger.note_case(case.id, CaseEvent(action=to, reason=why, done_by=user.name, at=services.clock())):
        note(services, user, "case closed" if to == "closed" else "case reopened", case.id, reason=why)
    return ""


def make_report(services: Services, user: User, case: Case, reason: str, *, contacts: bool) -> ReportPage | str:
    """The case as a report, contacts in it where ``contacts``; logged with the reason, and kept in the case's history."""
    why = why_of(reason)
    if len(why) < SHORTEST:
        return NO_REASON
    note(services, user, "case report made", case.id, reason=why, contacts=contacts)
    if contacts:
        note(services, user, "contacts uncovered", case.id, kind="case report", reason=why)
    services.ledger.note_case(case.id, CaseEvent(action="report", reason=why, done_by=user.name, at=services.clock()))
    return report_page(services, case, user, reason=why, uncovered=contacts)


def make_bundle(services: Services, user: User, case: Case, reason: str) -> IO[bytes] | str:
    """The case's evidence as a ZIP file, at its end, to be closed by whoever sends it; logged with reason and digest."""
    why = why_of(reason)
    if len(why) < SHORTEST:
        return NO_REASON
    at = services.clock()
    services.ledger.note_case(case.id, CaseEvent(action="bundle", reason=why, done_by=user.name, at=at))
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by whoever sends it
    try:
        digest = write_bundle(services, case, user, out, reason=why, at=at)
        note(services, user, "evidence bundle made", case.id, reason=why, contacts=True, sums=digest)
    except BaseException:
        out.close()
        raise
    return out
