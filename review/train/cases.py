"""The exercises: one YAML file each under ``cases/``, checked against the catalogue when they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from review.i18n import LANGUAGES, marked
from review.labels import GROUNDS
from review.train.located import Located
from strazha.model import Indicator, Outcome, Strength

FOLDER = Path(__file__).parent / "cases"

#: What a case is about, whether or not there is anything wrong with it: learners are told it with the answer, not before.
FORMS: Mapping[str, str] = {
    "sexual": marked("sexual exploitation, or adult services without it"),
    "labour": marked("labour exploitation, or ordinary work"),
    "smuggling": marked("smuggling of people, or ordinary travel and papers"),
    "marriage": marked("marriage for papers, or ordinary meeting and marrying"),
    "child_organ": marked("children and organs for payment, or lawful care"),
}
LEVELS = (1, 2, 3)
#: Told from what is missing, so that there are no words to mark.
ABSENCES = frozenset({"employer_unidentified"})


class Both(BaseModel):
    """A sentence in each language of the pages: whoever learns reads it in theirs, whatever language the advert is in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str = Field(min_length=10, max_length=600)
    bg: str = Field(min_length=10, max_length=600)


class CaseFile(BaseModel):
    """What a file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["en", "bg"]
    level: Literal[1, 2, 3]
    form: Literal["sexual", "labour", "smuggling", "marriage", "child_organ"]
    title: str = Field(min_length=3, max_length=200)
    body: str = Field(min_length=20, max_length=4000)
    #: Indicator to the words that show it, as they stand in title or body; no words for what is told from an absence.
    indicators: dict[str, tuple[str, ...]]
    best: tuple[Outcome, ...] = Field(min_length=1)
    fair: tuple[Outcome, ...] = ()
    grounds: tuple[str, ...] = Field(min_length=1)
    why: Both
    mistakes: Both


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a case that show an indicator."""

    indicator: str
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Case:
    """One exercise with its answer key."""

    id: str
    #: Digest of the file, kept with each answer.
    version: str
    key: CaseFile
    spans: tuple[Span, ...]

    @property
    def indicators(self) -> frozenset[str]:
        """What is present."""
        return frozenset(self.key.indicators)


Cases = Mapping[str, Case]


def load_cases(catalogue: Mapping[str, Indicator], folder: Path = FOLDER) -> Cases:
    """Every case by id, easier ones first.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong.
    """
    found = [read_case(path, catalogue) for path in sorted(folder.glob("*.yaml"))]
    return {case.id: case for case in sorted(found, key=lambda case: (case.key.level, _mixed(case.id), case.id))}


def read_case(path: Path, catalogue: Mapping[str, Indicator]) -> Case:
    """One case, held against the catalogue and the list of outcomes.

    Raises:
        DefinitionError: at the line of the first thing that is wrong.
    """
    located = Located(path)
    try:
        key = CaseFile.model_validate(located.value)
    except ValidationError as error:
        # A misspelt field is both missing and unknown; the unknown one has a line.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        where = tuple(first["loc"])
        raise located.error(f"{'.'.join(map(str, where)) or 'file'}: {first['msg']}", where) from error
    if not path.stem.isascii() or not path.stem.replace("-", "").isalnum() or len(path.stem) > 80:
        raise located.error("a case's file name is its id", remedy="use a-z, 0-9 and dashes")
    spans: list[Span] = []
    for name, words in key.indicators.items():
        _known(located, name, words, catalogue)
        for number, one in enumerate(words):
            spans.append(_span(located, key, name, number, one))
    _outcomes(located, key)
    return Case(path.stem, hashlib.sha256(path.read_bytes()).hexdigest()[:16], key, tuple(spans))


def choices(catalogue: Mapping[str, Indicator]) -> list[Indicator]:
    """What a learner chooses from: indicators of single adverts, by dimension, counter-indicators last."""
    single = [one for one in catalogue.values() if one.level == "advert"]
    return sorted(single, key=lambda one: (one.strength is Strength.COUNTER, one.dimension, one.id))


def _known(located: Located, name: str, words: tuple[str, ...], catalogue: Mapping[str, Indicator]) -> None:
    entry = catalogue.get(name)
    if entry is None:
        raise located.error(f"there is no indicator {name!r}", ("indicators", name), remedy="see docs/indicators/README.md")
    if entry.level != "advert":
        raise located.error(f"{name} is seen in clusters, never in one advert", ("indicators", name))
    if not words and name not in ABSENCES:
        raise located.error(f"{name} names no words", ("indicators", name), remedy="give the words that show it")


def _span(located: Located, key: CaseFile, name: str, number: int, words: str) -> Span:
    for field, text in (("title", key.title), ("body", key.body)):
        at = text.find(words)
        if at >= 0 and words.strip():
            return Span(name, field, at, at + len(words))
    remedy = "copy the words as they stand in title or body, on one line"
    raise located.error(f"{name}: {words!r} does not stand in the text", ("indicators", name, number), remedy=remedy)


def _outcomes(located: Located, key: CaseFile) -> None:
    if set(key.best) & set(key.fair):
        raise located.error("an outcome is both best and fair", ("fair",))
    allowed = {ground for outcome in key.best for ground in GROUNDS[outcome]}
    for number, ground in enumerate(key.grounds):
        if ground not in allowed:
            known = ", ".join(sorted(allowed))
            raise located.error(f"{ground} is no ground of the best outcomes", ("grounds", number), remedy=f"one of: {known}")


def _mixed(case_id: str) -> str:
    # The order within a level looks like chance and is the same for everybody, so that two people can talk about it.
    return hashlib.sha256(case_id.encode()).hexdigest()


def text_of(both: Both, code: str) -> str:
    """A sentence in a language of the pages."""
    return str(getattr(both, code if code in LANGUAGES else "en"))
