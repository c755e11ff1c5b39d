"""Links between adverts, and the clusters they make."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from strazha.model.advert import CountryCode
from strazha.model.base import Moment, Record
from strazha.model.screening import AdType, Band, Hit, Reason


class Linkable(Record):
    """What linking needs of an advert, and nothing else."""

    id: str
    source_id: str = ""
    posted_at: Moment | None = None
    ad_type: AdType = AdType.BENIGN
    #: Text folded for comparison (ReadText.folded).
    folded: str = ""
    #: Normalised contacts, as ``kind:value`` (``phone:+359...``, ``email:...``, ``handle:telegram:...``).
    contacts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    #: ``Name|CC`` of the places mentioned.
    places: tuple[str, ...] = ()
    city: str = ""
    country: CountryCode | None = None
    image_hashes: tuple[str, ...] = ()
    #: First language of the text (ISO 639-1), empty where unknown.
    lang: str = ""
    #: Vectors of its sentences, packed (clusters/meaning.py); empty without a model.
    sentences: tuple[bytes, ...] = ()


class LinkReason(Record):
    """Why two adverts were compared alike: the comparison's name, its score (0 to 1) and a sentence for the user."""

    comparison: str
    score: float = Field(ge=0, le=1)
    text: str


class Judgement(StrEnum):
    """What a person said of a link; ``none`` is the machine's suggestion alone."""

    NONE = "none"
    CONFIRMED = "confirmed"
    CUT = "cut"
    NEVER = "never"


class Link(Record):
    """Two adverts held to belong together (``a < b``), with the reasons. Never deleted: a cut link stays with its judgement."""

    a: str
    b: str
    score: float = Field(ge=0, le=1)
    reasons: tuple[LinkReason, ...]
    judgement: Judgement = Judgement.NONE
    judged_by: str = ""
    judged_at: Moment | None = None

    @property
    def id(self) -> str:
        """``a~b``."""
        return f"{self.a}~{self.b}"

    @staticmethod
    def id_of(a: str, b: str) -> str:
        """The id of the link between two adverts, given in any order."""
        return f"{min(a, b)}~{max(a, b)}"


class ClusterEvent(Record):
    """One line of a cluster's history."""

    kind: Literal["formed", "grew", "merged", "split", "shrank"]
    at: Moment
    run_id: str = ""
    #: Ids of clusters that went into this one, or came out of it.
    others: tuple[str, ...] = ()
    size: int = Field(ge=0)
    text: str = ""


class Cluster(Record):
    """Adverts held to be of one operation. The id stays while the cluster grows; merges and splits are in the history."""

    id: str
    members: tuple[str, ...]
    history: tuple[ClusterEvent, ...] = ()
    hits: tuple[Hit, ...] = ()
    score: int = Field(default=0, ge=0, le=100)
    band: Band = Band.LOW
    reasons: tuple[Reason, ...] = ()
