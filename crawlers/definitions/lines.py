"""YAML with line numbers: which line each key and item of a file stands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from crawlers.definitions.errors import BadDefinitionError
from strazha.errors import DefinitionError

#: A definition is a page or two of text; more is a mistake or an attack.
_MAX_BYTES = 500_000

Path_ = tuple[str | int, ...]


class LinedYaml:
    """A parsed YAML file: ``data``, and the line of every place in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = _text(path)
        self._lines: dict[Path_, int] = {(): 1}
        try:
            self.data: Any = self._parse(text)
        except yaml.YAMLError as error:
            raise _syntax(path, error) from error
        except RecursionError as error:
            raise DefinitionError(
                "nested too deeply", place=str(path), remedy="a definition needs a few levels only"
            ) from error

    def _parse(self, text: str) -> Any:
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            problems = list(self._walk(node, ()))
            if problems:
                raise BadDefinitionError(problems)
            return loader.construct_document(node)
        finally:
            loader.dispose()

    def _walk(self, node: yaml.Node, where: Path_) -> Iterator[DefinitionError]:
        if len(where) > 20:
            yield DefinitionError("nested too deeply", place=self.place(where), remedy="a definition needs a few levels only")
            return
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = str(key.value)
                line = key.start_mark.line + 1
                if (*where, name) in self._lines:
                    yield DefinitionError(
                        f"key {name!r} is given twice (first on line {self._lines[*where, name]})",
                        place=f"{self.path}:{line}",
                        remedy="keep one of them",
                    )
                self._lines[*where, name] = line
                yield from self._walk(value, (*where, name))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._lines[*where, index] = item.start_mark.line + 1
                yield from self._walk(item, (*where, index))

    def find(self, location: Path_) -> Path_:
        """The deepest place of the file along a location; parts that do not stand in the file are left out."""
        where: Path_ = ()
        for part in location:
            if (*where, part) in self._lines:
                where = (*where, part)
        return where

    def place(self, location: Path_) -> str:
        """``file:line`` of a location, or of the nearest thing around it."""
        return f"{self.path}:{self._lines[self.find(location)]}"


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DefinitionError(
            f"cannot be read: {error.strerror}", place=str(path), remedy="check path and permissions"
        ) from error
    if len(data) > _MAX_BYTES:
        raise DefinitionError(
            f"is {len(data)} bytes long", place=str(path), remedy=f"keep a definition below {_MAX_BYTES} bytes"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DefinitionError("is not UTF-8", place=f"{path}:{line}", remedy="save the file as UTF-8") from error


def _syntax(path: Path, error: yaml.YAMLError) -> DefinitionError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    place = f"{path}:{mark.line + 1}" if mark else str(path)
    return DefinitionError(f"is not YAML: {problem}", place=place, remedy="check indentation, quotes and colons on this line")
