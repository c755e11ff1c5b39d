"""Labelled rows and output rows, read strictly: a wrong label would be a wrong figure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from strazha.errors import BadInputError

AdKind = Literal[
    "job",
    "adult",
    "transport",
    "other",
    "benign_job",
    "benign_goods",
    "benign_travel",
    "benign_home",
    "benign_massage",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class LabelledPrice(_Strict):
    """A price as labelled."""

    amount: float
    currency: str
    per: Literal["hour", "day", "week", "month", "trip", "once"] | None = None


class LabelledPlace(_Strict):
    """A settlement (English, ASCII) or, with name None, a country."""

    name: str | None
    country: str | None


class Labelled(_Strict):
    """One labelled advert; docs/evaluation.md describes the fields. Keys it does not know are ignored."""

    id: str = Field(min_length=1)
    lang: str
    latin_bg: bool = False
    ad_type: AdKind
    title: str
    body: str
    phones: tuple[str, ...] = ()
    phone_obscured: bool = False
    emails: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    prices: tuple[LabelledPrice, ...] = ()
    places: tuple[LabelledPlace, ...] = ()
    indicators: tuple[str, ...] = ()
    spans: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    group: str | None = None
    posted_at: date | datetime | None = None
    site: str = ""
    city: str = ""
    hub_phone: bool = False
    #: False in rows that a program filled in (strazha heads suggest) until a person has gone over them.
    labelled: bool = True

    @property
    def independent(self) -> bool:
        """Whether somebody speaks for herself in it and states limits, and nobody else speaks: never above medium."""
        said = set(self.indicators)
        return {"independent_claim", "stated_limits"} <= said and "third_party_voice" not in said

    @property
    def screened_type(self) -> str:
        """The advert type as screening names it: every kind of benign advert is ``benign``."""
        return "benign" if self.ad_type.startswith("benign_") else self.ad_type


def read_labelled(path: Path) -> list[Labelled]:
    """The rows of a labelled file.

    Raises BadInputError with file and line for the first row that is no JSON, breaks the scheme, repeats an id, or shows a span
    that its text does not hold.
    """
    rows: list[Labelled] = []
    seen: dict[str, int] = {}
    for number, raw in read_rows(path):
        place = f"{path}:{number}"
        try:
            row = Labelled.model_validate(raw)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "row"
            raise BadInputError(f"{field}: {first['msg']}", place=place, remedy="correct the row to the scheme") from error
        if not row.labelled:
            remedy = "go over the row, correct it, and set labelled to true; or take it out"
            raise BadInputError(f"row {row.id!r} was filled in by a program only", place=place, remedy=remedy)
        if row.id in seen:
            remedy = "give every row an id of its own"
            raise BadInputError(f"id {row.id!r} stands in line {seen[row.id]} already", place=place, remedy=remedy)
        for indicator, spans in row.spans.items():
            for span in spans:
                if span not in row.title and span not in row.body:
                    remedy = "copy the span from title or body, character by character"
                    raise BadInputError(f"span of {indicator} is not in the text: {span!r}", place=place, remedy=remedy)
        seen[row.id] = number
        rows.append(row)
    if not rows:
        raise BadInputError("no labelled row in the file", place=str(path), remedy="give a file with one JSON object a line")
    return rows


def read_outputs(path: Path) -> dict[str, dict[str, Any]]:
    """Rows that ``strazha screen`` or ``strazha link`` wrote, by id; raises BadInputError with file and line."""
    rows: dict[str, dict[str, Any]] = {}
    for number, raw in read_rows(path):
        if not isinstance(raw.get("id"), str):
            raise BadInputError("the row has no id", place=f"{path}:{number}", remedy="give the command's output unchanged")
        rows[raw["id"]] = raw
    return rows


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line that is not blank; raises BadInputError with file and line."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    remedy = "write one JSON object a line, in UTF-8"
                    raise BadInputError(f"not JSON ({error})", place=f"{path}:{number}", remedy=remedy) from error
                if not isinstance(row, dict):
                    raise BadInputError("not a JSON object", place=f"{path}:{number}", remedy="write one object a line")
                yield number, row
    except OSError as error:
        raise BadInputError(f"cannot be read ({error.strerror})", place=str(path), remedy="name a readable file") from error
