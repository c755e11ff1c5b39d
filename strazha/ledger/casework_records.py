"""Records of casework: notes with their versions, and case folders."""

from __future__ import annotations

from typing import Literal

from strazha.model.base import Moment, Record

CaseAction = Literal[
    "opened", "renamed", "item added", "item removed", "person added", "person removed", "closed", "reopened", "report",
    "bundle",
]  # fmt: skip


class NoteVersion(Record):
    """One version of a note; the first has number 1."""

    number: int
    text: str
    written_by: str
    written_at: Moment


class Note(Record):
    """A note on an advert, a cluster or a case, with every version, oldest first."""

    id: str
    subject: Literal["advert", "cluster", "case"]
    subject_id: str
    versions: tuple[NoteVersion, ...]

    @property
    def newest(self) -> NoteVersion:
        """What the note says now."""
        return self.versions[-1]

    @property
    def author(self) -> str:
        """Who wrote it first, and alone may change it."""
        return self.versions[0].written_by


class CaseItem(Record):
    """An advert or cluster in a case, who put it there, when and why."""

    subject: Literal["advert", "cluster"]
    subject_id: str
    added_by: str
    added_at: Moment
    reason: str


class CaseEvent(Record):
    """One line of a case's history."""

    action: CaseAction
    subject: str = ""
    subject_id: str = ""
    reason: str = ""
    done_by: str
    at: Moment


class Case(Record):
    """A case folder: its name, the unit's reference number, and who may see it beside leads."""

    id: str
    title: str
    reference: str = ""
    opened_by: str
    opened_at: Moment
    closed_at: Moment | None = None
    people: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether nothing may be added now."""
        return self.closed_at is not None
