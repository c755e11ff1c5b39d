"""What people decide. A correction adds a row; nothing is overwritten."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from strazha.model.base import Moment, Record


class Outcome(StrEnum):
    """The fixed list of outcomes of a review."""

    REFER = "refer"
    MONITOR = "monitor"
    INSUFFICIENT = "insufficient"
    INDEPENDENT = "independent"
    SPAM = "spam"
    NOT_RELEVANT = "not_relevant"


class Decision(Record):
    """One decision about one advert or cluster."""

    id: str
    subject: Literal["advert", "cluster"]
    subject_id: str
    outcome: Outcome
    #: Required, here or as a ground: a decision without a reason cannot be reviewed.
    reason: str = Field(default="", max_length=4000)
    decided_by: str
    decided_at: Moment
    #: What the machine said when the person decided: version, band and score, so that agreement can be measured later.
    content_hash: str = ""
    pipeline: str = ""
    band: str = ""
    score: int | None = None
    #: The decision this one corrects, if any.
    corrects: str = ""
    #: A reason of the fixed list (``refer.youth``; review/labels.py), if one was chosen.
    ground: str = Field(default="", max_length=40)
    #: The double review that led to it, if any.
    review: str = Field(default="", max_length=40)

    @model_validator(mode="after")
    def _reasoned(self) -> Decision:
        if not self.reason and not self.ground:
            raise ValueError("a decision needs a reason or a ground")
        return self
