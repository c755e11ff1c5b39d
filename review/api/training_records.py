"""What the API is asked and answers in training: exercises, answers held against their key, one's own score."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from review.api.asks import Body, Value
from review.api.records import Answer, ScoreLine, Text
from strazha.model import Outcome

Verdict = Literal["best", "fair", "poor"]


class Answered(Body):
    """What a learner sees in an exercise, and what they would do."""

    seen: list[Value] = Field(default_factory=list, max_length=200, description="Ids of the indicators seen")
    words: dict[Value, str] = Field(default_factory=dict, max_length=100, description="By indicator the words that show it")
    outcome: Outcome
    ground: str = Field(default="", max_length=40)


class Level(Answer):
    """Exercises of a level: how many there are, answered, passed the last time."""

    level: int
    exercises: int
    answered: int
    passed: int


class Standing(Answer):
    """Where a learner stands."""

    level: int
    levels: list[Level]
    answered: int
    due: int = Field(description="Exercises that come back now")
    next_at: datetime | None
    languages: list[str]


class ExerciseRow(Answer):
    """One exercise in the list, without its key."""

    id: str
    language: str
    level: int
    title: Text
    answered: bool
    passed: bool = Field(description="The last time")
    back_at: datetime | None = Field(description="When it comes back")


class Choice(Answer):
    """An indicator to choose from."""

    id: str
    label: str
    explanation: str
    dimension: str


class Exercise(Answer):
    """An invented advert to judge; its key is told with the answer."""

    id: str
    language: str
    level: int
    title: Text
    body: Text
    choices: list[Choice]


class NextExercise(Answer):
    """What comes next; nothing where every exercise is answered and none is due."""

    exercise: Exercise | None


class Sign(Answer):
    """One indicator of an answer: the key's words, the learner's, and whether they touch."""

    indicator: str
    label: str
    quotes: list[Text]
    words: Text
    placed: bool | None


class Machine(Answer):
    """What the machine makes of the text."""

    score: int
    band: str
    reasons: list[ScoreLine]


class Feedback(Answer):
    """An answer held against its key."""

    id: str
    exercise: str
    level: int
    form: str
    outcome: Outcome
    ground: str
    verdict: Verdict
    passed: bool
    hit: list[Sign]
    missed: list[Sign]
    wrong: list[Sign] = Field(description="Seen where there is nothing")
    best: list[Outcome]
    fair: list[Outcome]
    grounds: list[str]
    why: str
    mistakes: str
    rewritten: bool = Field(description="Whether the exercise was rewritten since it was answered")
    back_at: datetime | None
    machine: Machine | None = Field(description="With machine=true, where the machine can screen the text")


class Rate(Answer):
    """How often something present was seen, and how often it was seen where it is not."""

    name: str
    label: str
    present: int
    hit: int
    absent: int
    false: int
    sensitivity: float | None
    false_alarms: float | None


class FormRate(Rate):
    """The same by what exercises are about."""

    exercises: int
    agreed: int


class Stretch(Answer):
    """Ten answers in a row."""

    begun: datetime
    answers: int
    present: int
    hit: int
    false: int
    agreed: int
    passed: int


class Score(Answer):
    """How sure one is, told to oneself alone."""

    answered: int
    passed: int
    agreed: int
    indicators: list[Rate] = Field(description="Least sure first")
    forms: list[FormRate]
    stretches: list[Stretch]


class Learner(Answer):
    """What somebody has completed, not how well."""

    name: str
    role: str
    passed_by_level: dict[str, int]
    passed_by_form: dict[str, int]
    last: datetime | None


class Learners(Answer):
    """Who has completed what."""

    learners: list[Learner]
    exercises_by_level: dict[str, int]
    exercises_by_form: dict[str, int]
