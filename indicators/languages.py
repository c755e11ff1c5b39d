"""What a language needs for patterns: named word lists, negation, and cues that others' words are being told."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from indicators.definitions import Located
from indicators.syntax import PatternError, parse, unfold

FOLDER = Path(__file__).parent / "languages"


class Negation(BaseModel):
    """Cues of negation, each a pattern."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Cancel what follows in the same clause.
    before: tuple[str, ...]
    #: Cancel what stands shortly before them.
    after: tuple[str, ...] = ()
    #: Look like a cue and are none ("not only").
    never: tuple[str, ...] = ()
    #: Words for "without": a pattern that begins with one is turned round by a verb's negation before it ("never without").
    without: tuple[str, ...] = ()
    #: Words that begin a new clause without a comma ("but").
    clause: tuple[str, ...] = ()


class Language(BaseModel):
    """One file of ``indicators/languages/``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str = Field(pattern=r"^[a-z]{2}$")
    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    negation: Negation
    #: In a sentence with one of these the writer tells what others do or fear; risk indicators are not ticked there.
    report: tuple[str, ...] = ()
    #: One of these anywhere makes the whole text a warning or an awareness notice.
    warning: tuple[str, ...] = ()

    def cues(self) -> dict[str, tuple[str, ...]]:
        """Every group of cues by name."""
        negation = {f"negation.{name}": cues for name, cues in self.negation.model_dump().items()}
        return {**negation, "report": self.report, "warning": self.warning}


def load_languages() -> dict[str, Language]:
    """Every language by its ISO 639-1 code.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong.
    """
    return dict(_load(FOLDER))


@lru_cache(maxsize=8)
def _load(folder: Path) -> dict[str, Language]:
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        file = Located(path)
        language = file.parse(Language)
        if language.language != path.stem:
            raise file.error("language differs from the file name", "language", remedy=f"write language: {path.stem}")
        for name, entries in language.lists.items():
            for at, entry in enumerate(entries):
                _check(file, entry, language, "lists", name, at)
        for name, cues in language.cues().items():
            for at, cue in enumerate(cues):
                _check(file, cue, language, *name.split("."), at)
        found[language.language] = language
    return found


def _check(file: Located, pattern: str, language: Language, *where: str | int) -> None:
    try:
        # An entry of a list is part of a pattern; a cue is a whole one.
        (unfold if where[0] == "lists" else parse)(pattern, language.lists)
    except PatternError as error:
        raise file.error(f"`{pattern}`: {error}", *where, remedy="see docs/add-an-indicator.md") from error
