"""Reading YAML that people write: every complaint names file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from strazha.errors import DefinitionError

M = TypeVar("M", bound=BaseModel)

# libyaml where PyYAML was built with it: ten times faster, same nodes and marks.
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc]
    """YAML 1.2's booleans: a bare ``no`` in a list of words is the word "no", not False."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {
        first: [(tag, expression) for tag, expression in resolvers if not tag.endswith(":bool") or first in "tTfF"]
        for first, resolvers in _BASE.yaml_implicit_resolvers.items()
    }


class Located:
    """A parsed YAML file: its value, and the line each part of it stands on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            text = path.read_text(encoding="utf-8")
            self._node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
            self.value: Any = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
        except UnicodeDecodeError as error:
            raise DefinitionError("is not UTF-8", place=f"{path}:1", remedy="save the file as UTF-8") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            problem = f"not valid YAML: {error.problem or error.context or 'cannot be read'}"
            remedy = "mend the line; quote values that hold a colon or begin with *, [, {, # or &"
            raise DefinitionError(problem, place=f"{path}:{line}", remedy=remedy) from error

    def line(self, *where: str | int) -> int:
        """The line (from 1) of the part reached by keys and list positions, or of the nearest part that exists."""
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
        return line

    def error(self, problem: str, *where: str | int, remedy: str = "") -> DefinitionError:
        """An error that points at the line of a part."""
        return DefinitionError(problem, place=f"{self.path}:{self.line(*where)}", remedy=remedy)

    def parse(self, model: type[M]) -> M:
        """The file as a record.

        Raises:
            DefinitionError: at the line of the first field that does not fit the model.
        """
        made, wrong = self.read(model)
        if made is None:
            raise next(iter(wrong.values()))
        return made

    def read(self, model: type[M]) -> tuple[M | None, dict[tuple[str | int, ...], DefinitionError]]:
        """The file as a record, or None and every field that does not fit the model, by where it stands."""
        if not isinstance(self.value, dict):
            return None, {(): self.error("holds no mapping", remedy="begin the file with `key: value` lines")}
        try:
            return model.model_validate(self.value), {}
        except ValidationError as error:
            known = ", ".join(model.model_fields)
            wrong: dict[tuple[str | int, ...], DefinitionError] = {}
            # A misspelt field is both missing and unknown; the unknown one has a line.
            for one in sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden"):
                where = tuple(one["loc"])
                field = ".".join(str(step) for step in where) or "file"
                remedy = f"known fields: {known}" if one["type"] == "extra_forbidden" else "see docs/add-an-indicator.md"
                wrong.setdefault(where, self.error(f"{field}: {one['msg']}", *where, remedy=remedy))
            return None, wrong
