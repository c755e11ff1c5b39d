"""From pydantic's findings to sentences with line and remedy, and the checks that need the crawler's own libraries."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterator
from typing import Any

import jmespath
import lxml.etree
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawlers.definitions.lines import LinedYaml, Path_
from crawlers.spiders import SPIDERS
from strazha.errors import DefinitionError
from strazha.model.extraction import LinkRule, Place
from strazha.model.source import Source

_GUIDE = "docs/add-a-platform.md describes every key"


def from_pydantic(file: LinedYaml, error: ValidationError) -> list[DefinitionError]:
    """One DefinitionError for each finding, in order of lines."""
    found = [_one(file, detail) for detail in error.errors()]
    return sorted(found, key=lambda problem: int(problem.place.rpartition(":")[2]))


def _one(file: LinedYaml, detail: ErrorDetails) -> DefinitionError:
    location: Path_ = tuple(detail["loc"])
    place = file.place(location)
    name = _dotted(file, location)
    kind, given = detail["type"], detail.get("input")
    if kind == "extra_forbidden":
        key = str(location[-1])
        known = sorted({field for model in _models_at(location[:-1]) for field in model.model_fields})
        near = difflib.get_close_matches(key, known, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        return DefinitionError(f"unknown key {name!r}", place=place, remedy=remedy)
    if kind == "missing":
        missing = ".".join([part for part in (name, str(location[-1])) if part])
        return DefinitionError(f"{missing} is missing", place=place, remedy=f"add '{location[-1]}:'; {_GUIDE}")
    message = detail["msg"].removeprefix("Value error, ")
    if isinstance(given, bool) and "string" in message:
        return DefinitionError(f"{name}: YAML reads this word as {str(given).lower()}", place=place, remedy="put it in quotes")
    return DefinitionError(f"{name}: {message}" if name else message, place=place, remedy=f"correct the value; {_GUIDE}")


def _dotted(file: LinedYaml, location: Path_) -> str:
    return ".".join(f"{part + 1}" if isinstance(part, int) else part for part in file.find(location))


def _models_at(location: Path_) -> set[type[BaseModel]]:
    models: set[type[BaseModel]] = {Source}
    for part in location:
        deeper = {
            inner
            for model in models
            if isinstance(part, str) and part in model.model_fields
            for inner in _models_in(model.model_fields[part].annotation)
        }
        models = deeper or models
    return models


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)


def own_checks(file: LinedYaml, source: Source) -> Iterator[DefinitionError]:
    """Selectors, paths, encodings and the spider's name: what pydantic cannot know."""
    if source.spider not in SPIDERS:
        near = difflib.get_close_matches(source.spider, list(SPIDERS), n=1)
        hint = (
            f"did you mean {near[0]!r}?"
            if near
            else f"known: {', '.join(SPIDERS)}; register it in crawlers/spiders/__init__.py"
        )
        yield DefinitionError(f"no spider is called {source.spider!r}", place=file.place(("spider",)), remedy=hint)
    for index, encoding in enumerate(source.encodings):
        try:
            "".encode(encoding)
        except LookupError:
            place = file.place(("encodings", index))
            yield DefinitionError(f"encoding {encoding!r} is not known", place=place, remedy="write it as windows-1251")
    for location, rule in _rules(source, ()):
        for key in ("css", "xpath", "jmespath", "path"):
            expression = getattr(rule, key, None)
            problem = _problem(key, expression) if expression is not None else ""
            if problem:
                where = (*location, key)
                text = f"{_dotted(file, where)}: {expression!r} is no {_NAMES[key]}: {problem}"
                yield DefinitionError(
                    text, place=file.place(where), remedy="correct it; 'strazha sources test' shows what it finds"
                )


_NAMES = {"css": "CSS selector", "xpath": "XPath expression", "jmespath": "JMESPath expression", "path": "JMESPath expression"}


def _rules(value: Any, location: Path_) -> Iterator[tuple[Path_, Place | LinkRule]]:
    if isinstance(value, (Place, LinkRule)):
        yield location, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _rules(getattr(value, name), (*location, name))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _rules(item, (*location, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _rules(item, (*location, index))


def _problem(kind: str, expression: str) -> str:
    try:
        if kind == "css":
            LexborHTMLParser("<p></p>").css(expression)
        elif kind == "xpath":
            lxml.etree.XPath(expression)
        else:
            jmespath.compile(expression)
    except (SelectolaxError, lxml.etree.XPathError, jmespath.exceptions.JMESPathError, ValueError) as error:
        return str(error) or type(error).__name__
    return ""
