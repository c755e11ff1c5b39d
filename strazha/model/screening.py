"""What the machine found in one version of one advert: mentions, hits, a score and the reasons for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, model_validator

from strazha.model.advert import Sha256
from strazha.model.base import Moment, Record
from strazha.model.text import FieldName


class MentionKind(StrEnum):
    """Kinds of entity an advert can mention."""

    PHONE = "phone"
    EMAIL = "email"
    HANDLE = "handle"
    NAME = "name"
    AGE = "age"
    PRICE = "price"
    PLACE = "place"
    URL = "url"


class AdType(StrEnum):
    """What an advert is, as far as its text tells; ``benign`` offers neither work, carriage nor adult services."""

    JOB = "job"
    ADULT = "adult"
    TRANSPORT = "transport"
    OTHER = "other"
    BENIGN = "benign"


class Band(StrEnum):
    """Ordinal priority of review; a place in a queue, never a judgement of a person."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 (low) to 3 (urgent)."""
        return _RANKS[self._value_]


_RANKS = {band.value: rank for rank, band in enumerate(Band)}


class LanguageGuess(Record):
    """A language of an advert (ISO 639-1) and how sure the reader is (0 to 1)."""

    lang: str
    confidence: float = Field(ge=0, le=1)


class Mention(Record):
    """Something named in an advert, at ``[start, end)`` of the captured title or body (Unicode code points).

    ``value`` is the normal form: phone E.164; handle ``network:name``; e-mail lower-case; name as written; age int;
    price ``{"amount", "currency", "per"}``; place ``{"name", "country", "geoname_id", "lat", "lon"}``; url without tracking.
    """

    kind: MentionKind
    text: str
    value: str | int | dict[str, Any]
    field: FieldName
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    extractor: str
    confidence: float = Field(ge=0, le=1)
    #: True where the writer disguised it; ``disguise`` then lists what was done (words, spacing, look-alikes, emoji ...).
    obscured: bool = False
    disguise: tuple[str, ...] = ()
    #: Notes for the reader: "fictional range", "destination", "origin" ...
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The value as one string, for keys and comparison."""
        if isinstance(self.value, dict):
            if self.kind is MentionKind.PLACE:
                return f"{self.value.get('name') or ''}|{self.value.get('country') or ''}"
            return f"{self.value.get('amount')}|{self.value.get('currency')}|{self.value.get('per')}"
        return str(self.value)


Method = Literal["pattern", "semantic", "derived"]


class Hit(Record):
    """One indicator seen in an advert or cluster, where, how, and how surely.

    Offsets point into the captured text; a derived hit (an absence, a comparison of fields) may have none.
    """

    indicator: str
    field: FieldName | None = None
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)
    text: str = ""
    method: Method
    confidence: float = Field(ge=0, le=1)
    #: What exactly matched: the id of the pattern, prototype or derivation, so that a hit can be traced to one line.
    rule: str = ""
    #: One sentence for the reader where the text alone does not explain it.
    note: str = ""

    @model_validator(mode="after")
    def _span(self) -> Hit:
        if (self.start is None) != (self.end is None) or (self.start is not None and self.field is None):
            raise ValueError("a hit has field, start and end, or none of start and end")
        return self


class Reason(Record):
    """One line of a score: what counted, for how much, and why. The points of all lines add up to the score before capping."""

    code: str
    text: str
    points: float
    indicators: tuple[str, ...] = ()


class Versions(Record):
    """What produced a screening; a change in any of them makes the advert due for screening again."""

    code: str
    nlp: str
    catalogue: str
    #: Name and version of the encoder, or "off": semantics were not used.
    encoder: str = "off"

    @property
    def key(self) -> str:
        """One string that changes when any part does."""
        return f"{self.code}+nlp.{self.nlp}+cat.{self.catalogue}+enc.{self.encoder}"


class Screening(Record):
    """The machine's reading of one version of an advert. A person's corrections are kept elsewhere, never mixed in."""

    advert_id: str
    content_hash: Sha256
    screened_at: Moment
    languages: tuple[LanguageGuess, ...] = ()
    latin_bg: bool = False
    ad_type: AdType
    mentions: tuple[Mention, ...] = ()
    hits: tuple[Hit, ...] = ()
    score: int = Field(ge=0, le=100)
    band: Band
    reasons: tuple[Reason, ...] = ()
    #: Text of the whole advert folded for comparison (see ReadText.folded), kept so that linking needs no second reading.
    folded: str = ""
    #: The Cyrillic reading of Latin-typed Bulgarian (title and body), empty where there is none.
    reading: str = ""
    pipeline: Versions


class Scored(Record):
    """What scoring alone gives: for an advert or for a cluster."""

    score: int = Field(ge=0, le=100)
    band: Band
    reasons: tuple[Reason, ...] = ()
