"""What the API is asked and answers when a text is screened that is kept nowhere."""

from __future__ import annotations

from pydantic import Base64Bytes, Field

from review.api.asks import Body, TextAsked
from review.api.records import Answer, Row, Screening, Text
from strazha.model import Band


class ScreenAsked(TextAsked):
    """A text to screen."""

    compare: bool = Field(default=False, description="Also say which stored adverts it resembles (reads stored texts: slower)")


class FileAsked(Body):
    """A file to screen."""

    name: str = Field(min_length=1, max_length=200, description="Its ending says what it is: .txt .eml .html .csv .docx")
    content: Base64Bytes = Field(max_length=2_800_000, description="Its bytes in Base64; at most 2 MB")


class Reason(Answer):
    """One comparison of two adverts and what it found."""

    comparison: str
    text: Text


class Resembled(Answer):
    """A stored advert that a text resembles, why, and the cluster it is in."""

    advert: Row
    score: float
    verdict: str = Field(description="Whether that is enough to join them")
    reasons: list[Reason]
    cluster: Row | None


class ScreenedText(Screening):
    """A screened text, and the stored adverts it resembles, most alike first."""

    resembles: list[Resembled]
    compared: bool = Field(description="Whether it was held against what is stored, where that could be read")


class FileText(Answer):
    """One of the texts of a file."""

    number: int
    title: Text
    band: Band
    score: int
    ad_type: str
    best: Resembled | None


class ScreenedFile(Answer):
    """The texts of a file, each screened and held against what is stored."""

    texts: list[FileText]
    left_out: int = Field(description="Texts beyond those that are screened of one file")
    attachments_left_aside: bool
    compared: bool
