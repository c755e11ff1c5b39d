"""An indicator of the catalogue, as people read it: what it means, how strong it is, and what is known of its worth."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from strazha.model.base import Record
from strazha.model.screening import AdType


class Strength(StrEnum):
    """Grades of the ILO/EC operational indicators; C is a counter-indicator."""

    STRONG = "S"
    MEDIUM = "M"
    WEAK = "W"
    COUNTER = "C"


class Validity(Record):
    """What testing against cases with a known outcome found."""

    status: Literal["supports", "contrary", "mixed", "untested"]
    finding: str = ""
    sample: str = ""


class SourceRef(Record):
    """A publication an indicator rests on."""

    code: str
    title: str


class Indicator(Record):
    """One entry of the catalogue without its patterns: what a review page shows beside a hit."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{2,60}$")
    version: int = Field(ge=1)
    label: dict[str, str]
    explanation: dict[str, str]
    level: Literal["advert", "cluster"]
    #: Types of advert it applies to; empty means any.
    applies_to: tuple[AdType, ...] = ()
    strength: Strength
    dimension: str = ""
    sources: tuple[SourceRef, ...]
    validity: Validity
    #: True where it puts an advert at the head of the queue whatever its score.
    head_of_queue: bool = False
