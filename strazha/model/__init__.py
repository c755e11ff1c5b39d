"""The records: plain, validated, strict. The only things rooms hand to each other."""

from strazha.model.advert import Advert, AdvertState, Capture, Image, Price
from strazha.model.base import Moment, Record
from strazha.model.decision import Decision, Outcome
from strazha.model.indicator import Indicator, SourceRef, Strength, Validity
from strazha.model.linking import Cluster, ClusterEvent, Judgement, Link, Linkable, LinkReason
from strazha.model.run import Alarm, CrawlReport, Moved, PageError, Rescreened, RunReport, Shares, StepReport
from strazha.model.screening import (
    AdType,
    Band,
    Hit,
    LanguageGuess,
    Mention,
    MentionKind,
    Reason,
    Scored,
    Screening,
    Versions,
)
from strazha.model.source import AdvertRule, LegalBasis, Source
from strazha.model.text import NormalText, Passage, ReadField, Reading, ReadText

__all__ = [
    "AdType",
    "Advert",
    "AdvertRule",
    "AdvertState",
    "Alarm",
    "Band",
    "Capture",
    "Cluster",
    "ClusterEvent",
    "CrawlReport",
    "Decision",
    "Hit",
    "Image",
    "Indicator",
    "Judgement",
    "LanguageGuess",
    "LegalBasis",
    "Link",
    "LinkReason",
    "Linkable",
    "Mention",
    "MentionKind",
    "Moment",
    "Moved",
    "NormalText",
    "Outcome",
    "PageError",
    "Passage",
    "Price",
    "ReadField",
    "ReadText",
    "Reading",
    "Reason",
    "Record",
    "Rescreened",
    "RunReport",
    "Scored",
    "Screening",
    "Shares",
    "Source",
    "SourceRef",
    "StepReport",
    "Strength",
    "Validity",
    "Versions",
]
