"""Records of people's work: who has what, saved views, corrections, double reviews."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from strazha.model import Judgement, Outcome
from strazha.model.base import Moment, Record

Subject = Literal["advert", "cluster"]


class Withdrawal(Record):
    """A decision taken back: it no longer counts and stays in the history."""

    decision_id: str
    withdrawn_by: str
    withdrawn_at: Moment


class Holding(Record):
    """Who has an advert or cluster now, since when, from whom and with which note."""

    subject: Subject
    subject_id: str
    holder: str
    given_by: str
    since: Moment
    note: str = ""


class HoldingEvent(Record):
    """One step of an item's way from hand to hand; ``holder`` is who has it afterwards, empty for nobody."""

    action: Literal["taken", "handed", "released", "decided"]
    holder: str
    done_by: str
    at: Moment
    note: str = ""


class SavedView(Record):
    """Filters of the queue one person keeps under a name."""

    id: str
    owner: str
    name: str
    query: str
    created_at: Moment


class Correction(Record):
    """A person's word on a mention or hit of one version of an advert. The machine's finding stays as it is."""

    id: str
    advert_id: str
    content_hash: str
    about: Literal["mention", "hit"]
    action: Literal["add", "remove", "relabel", "takeback"]
    #: Kind of mention or id of the indicator as the machine has it; empty for what it did not find.
    machine: str = ""
    #: The same as the person has it; empty where it is nothing.
    label: str = ""
    field: Literal["title", "body", ""] = ""
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)
    text: str = ""
    note: str = ""
    made_by: str
    made_at: Moment
    takes_back: str = ""

    @property
    def place(self) -> tuple[str, str, str, int | None, int | None]:
        """What names the machine's finding it is about."""
        return self.about, self.machine, self.field, self.start, self.end


class Opinion(Record):
    """What one reviewer said in a double review."""

    reviewer: str
    outcome: Outcome
    ground: str = ""
    reason: str = ""
    seen: str = ""
    given_at: Moment


class DoubleReview(Record):
    """Two people judge the same item without knowing of each other; where they disagree a lead settles it."""

    id: str
    subject: Subject
    subject_id: str
    opened_by: str
    opened_at: Moment
    state: Literal["open", "agreed", "disputed", "settled", "ended"]
    closed_at: Moment | None = None
    #: The decision it led to.
    decision_id: str = ""
    #: Opinions that hold, in order of coming in.
    opinions: tuple[Opinion, ...] = ()

    def by(self, name: str) -> Opinion | None:
        """What somebody said in it."""
        return next((one for one in self.opinions if one.reviewer == name), None)


class JudgingAct(Record):
    """What somebody said of links at one moment: of one pair, or of many where clusters were merged or split."""

    judged_at: Moment
    judged_by: str
    judgement: Judgement
    #: Pairs it was about, and those of them about which nothing newer was said.
    pairs: int
    standing: int


class SessionInfo(Record):
    """An open session of an account, under a name from which its token cannot be had."""

    id: str
    opened_at: Moment
    expires_at: Moment
    agent: str = ""
    #: When it was last used, to the minute.
    seen_at: Moment | None = None
