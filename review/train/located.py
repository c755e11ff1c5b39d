"""YAML cases that experts write: every complaint names file and line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from strazha.errors import DefinitionError


class Located:
    """A parsed file: its value, and the line each part of it stands on.

    Raises:
        DefinitionError: for a file that is no YAML, no UTF-8, or holds no mapping.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            text = path.read_text(encoding="utf-8")
            self._node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.value: Any = yaml.safe_load(text)
        except UnicodeDecodeError as error:
            raise DefinitionError("is not UTF-8", place=f"{path}:1", remedy="save the file as UTF-8") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            remedy = "mend the line; put values with a colon, a comma or a bracket in quotes"
            raise DefinitionError(f"not valid YAML: {error.problem}", place=f"{path}:{line}", remedy=remedy) from error
        except yaml.YAMLError as error:
            raise DefinitionError("holds a character YAML does not allow", place=f"{path}:1", remedy="retype it") from error
        if not isinstance(self.value, dict):
            raise DefinitionError("holds no mapping", place=f"{path}:1", remedy="begin the file with `key: value` lines")

    def error(self, problem: str, where: Sequence[str | int] = (), *, remedy: str = "") -> DefinitionError:
        """An error that points at the line of a part, or of the nearest part that exists."""
        node, line = self._node, 1
        for step in where:
            found: yaml.Node | None = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(step):
                        found, line = value, key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                found = node.value[step]
                line = found.start_mark.line + 1
            if found is None:
                break
            node = found
        return DefinitionError(problem, place=f"{self.path}:{line}", remedy=remedy or "see docs/add-a-training-case.md")
