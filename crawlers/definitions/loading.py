"""Reading definitions from files and folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from crawlers.definitions.checking import from_pydantic, own_checks
from crawlers.definitions.errors import BadDefinitionError
from crawlers.definitions.lines import LinedYaml
from strazha.errors import DefinitionError
from strazha.model.source import Host, Source

#: The definitions that come with Strazha.
PACKAGED = Path(__file__).resolve().parent.parent / "sources"


def load_source(path: Path | str) -> Source:
    """The source a file defines.

    Raises :class:`BadDefinitionError` with every mistake found, :class:`DefinitionError` where the file cannot be read at all.
    """
    file = LinedYaml(Path(path))
    if not isinstance(file.data, dict):
        raise DefinitionError(
            "holds no definition", place=file.place(()), remedy="start with 'id:'; see docs/add-a-platform.md"
        )
    try:
        source = Source.model_validate(file.data)
    except ValidationError as error:
        raise BadDefinitionError(from_pydantic(file, error)) from error
    problems = list(own_checks(file, source))
    if problems:
        raise BadDefinitionError(problems)
    return source


def definition_files(extra: Iterable[Path | str] = ()) -> Iterator[Path]:
    """The packaged definition files, then those of ``extra`` (files, or folders looked through to the bottom)."""
    for place in [PACKAGED, *map(Path, extra)]:
        if place.is_dir():
            yield from sorted(path for path in place.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
        elif place.exists():
            yield place
        else:
            raise DefinitionError(
                "is neither file nor folder", place=str(place), remedy="correct STRAZHA_SOURCES or the argument"
            )


def load_sources(extra: Iterable[Path | str] = ()) -> dict[str, Source]:
    """All sources by id. Mistakes of all files are raised together; an id given twice is one."""
    sources: dict[str, Source] = {}
    origin: dict[str, Path] = {}
    problems: list[DefinitionError] = []
    for path in definition_files(extra):
        try:
            source = load_source(path)
        except BadDefinitionError as error:
            problems += error.problems
            continue
        except DefinitionError as error:
            problems.append(error)
            continue
        if source.id in sources and origin[source.id].resolve() != path.resolve():
            problems.append(
                DefinitionError(
                    f"id {source.id!r} is taken by {origin[source.id]}",
                    place=LinedYaml(path).place(("id",)),
                    remedy="give one of the two another id",
                )
            )
        sources[source.id], origin[source.id] = source, path
    if problems:
        raise BadDefinitionError(problems)
    return sources


def moved(source: Source, origin: str) -> Source:
    """The same source served from another origin (``http://127.0.0.1:8123``), for the demo and for tests.

    Every start address keeps its path and query; the origin's host becomes the only one, permitted to be private.
    """
    parts = urlsplit(origin)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = Host(host=parts.hostname or "", ports=(port,), private=True)
    start = tuple(urlsplit(address)._replace(scheme=parts.scheme, netloc=parts.netloc).geturl() for address in source.start)
    return Source.model_validate({**source.model_dump(), "start": start, "hosts": [host.model_dump()]})
