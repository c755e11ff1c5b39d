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
    #: Answers after a colon or a dash that say no to what stands before it ("Deposit: none").
    answer: tuple[str, ...] = ()


class Notice(BaseModel):
    """Cues that a text informs, warns or complains and offers nothing; two of different kinds make it so (``Scope.notice``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Help that costs nothing: help-lines, advice, lawyers, self-help.
    help: tuple[str, ...] = ()
    #: Who helps: charities, unions, authorities.
    body: tuple[str, ...] = ()
    #: Rights, and what is against the law.
    rights: tuple[str, ...] = ()
    #: For whom it is: "if your employer keeps", "anyone whose".
    condition: tuple[str, ...] = ()
    #: What happened to the writer or to others: "we were promised", "they took my".
    story: tuple[str, ...] = ()


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
    #: One of these in a question asks the reader what was done to him ("did they take your passport?").
    question: tuple[str, ...] = ()
    notice: Notice = Notice()
    #: One of these, and the text offers something after all: it is no notice as a whole.
    offer: tuple[str, ...] = ()

    def cues(self) -> dict[str, tuple[str, ...]]:
        """Every group of cues by name."""
        negation = {f"negation.{name}": cues for name, cues in self.negation.model_dump().items()}
        notice = {f"notice.{name}": cues for name, cues in self.notice.model_dump().items()}
        single = {"report": self.report, "warning": self.warning, "question": self.question, "offer": self.offer}
        return {**negation, **notice, **single}


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
