"""What the pages of the training mode show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

from review.blocks import Sum
from review.contexts import Page
from review.marks import Segment
from review.train.cases import FORMS, LEVELS
from review.train.progress import Rate, Stretch
from strazha.model import Indicator


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators of one dimension to choose from."""

    label: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class TrainingPage(Page):
    """Where a learner stands."""

    template: ClassVar[str] = "train/home.html"
    level: int
    #: Level to (cases there are, answered, passed the last time).
    levels: Mapping[int, tuple[int, int, int]]
    answered: int
    #: Cases that come back now.
    due: int
    next_at: datetime | None
    languages: tuple[str, ...]
    finished: bool = False


@dataclass(frozen=True, slots=True)
class CasePage(Page):
    """One exercise before it is answered."""

    template: ClassVar[str] = "train/case.html"
    id: str
    language: str
    level: int
    title: str
    body: str
    groups: tuple[Group, ...]
    #: What was chosen in a form that came back.
    seen: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""
    ground: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """One indicator in the feedback, with the words that show it and those the learner gave."""

    number: int
    indicator: Indicator | None
    id: str
    quotes: tuple[str, ...] = ()
    words: str = ""
    #: Whether the learner's words touch those of the key; ``None`` where none were given.
    placed: bool | None = None


@dataclass(frozen=True, slots=True)
class FeedbackPage(Page):
    """An answered exercise held against its key."""

    template: ClassVar[str] = "train/feedback.html"
    answer_id: str
    case_id: str
    language: str
    level: int
    form: str
    title: tuple[Segment, ...]
    body: tuple[Segment, ...]
    hit: tuple[Sign, ...]
    missed: tuple[Sign, ...]
    wrong: tuple[Sign, ...]
    outcome: str
    ground: str
    verdict: str
    passed: bool
    best: tuple[str, ...]
    fair: tuple[str, ...]
    grounds: tuple[str, ...]
    why: str
    mistakes: str
    #: True where the case was rewritten since it was answered.
    rewritten: bool
    back_at: datetime | None
    #: What the machine makes of the text, once asked for; or why it could not be asked.
    machine: Sum | None = None
    machine_problem: str = ""
    forms: Mapping[str, str] = field(default_factory=lambda: FORMS)

    def with_machine(self, found: Sum | None, problem: str = "") -> Self:
        """The page with what the machine makes of the text, or why it could not be asked."""
        return replace(self, machine=found, machine_problem=problem)


@dataclass(frozen=True, slots=True)
class ScorePage(Page):
    """How sure a learner is, shown to themselves alone."""

    template: ClassVar[str] = "train/score.html"
    answered: int
    passed: int
    agreed: int
    #: Indicator (where the catalogue has it), its id, its rate; least sure first.
    indicators: tuple[tuple[Indicator | None, str, Rate], ...]
    #: What cases are about, rate, cases, outcomes that agree with the key.
    by_form: tuple[tuple[str, Rate, int, int], ...]
    stretches: tuple[Stretch, ...]
    #: Kind of sign (its name) and rate, weakest first.
    by_kind: tuple[tuple[str, Rate], ...] = ()
    forms: Mapping[str, str] = field(default_factory=lambda: FORMS)


@dataclass(frozen=True, slots=True)
class Learner:
    """What a lead sees of somebody: what they have completed, not how well."""

    name: str
    role: str
    #: Level to cases passed at least once.
    passed: Mapping[int, int]
    #: What cases are about to cases passed at least once.
    forms: Mapping[str, int]
    last: datetime | None


@dataclass(frozen=True, slots=True)
class PeoplePage(Page):
    """Who has completed what, by name."""

    template: ClassVar[str] = "train/people.html"
    learners: tuple[Learner, ...]
    #: How many cases there are by level and by what they are about.
    levels: Mapping[int, int]
    forms: Mapping[str, int]
    names: Mapping[str, str] = field(default_factory=lambda: FORMS)
    order: tuple[int, ...] = LEVELS
