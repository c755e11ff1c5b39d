"""All mistakes of a definition at once."""

from __future__ import annotations

from collections.abc import Sequence

from strazha.errors import DefinitionError


class BadDefinitionError(DefinitionError):
    """One or several mistakes; ``problems`` holds each with its own ``file:line`` and remedy."""

    def __init__(self, problems: Sequence[DefinitionError]) -> None:
        self.problems = tuple(problems)
        first = problems[0]
        super().__init__(first.problem, place=first.place, remedy=first.remedy)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
