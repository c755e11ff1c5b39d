"""Which sources a run is about: packaged definitions, those of the settings' folders, and files named outright."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strazha.errors import BadInputError
from strazha.model import Source
from strazha.settings import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person named: source ids, definition files, and folders with definitions beside the packaged ones."""

    ids: tuple[str, ...] = ()
    definitions: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()

    def parameters(self) -> dict[str, list[str]]:
        """The same as the flow's parameters: plain JSON, paths absolute, because a scheduled run may start elsewhere."""
        return {
            "sources": list(self.ids),
            "definitions": [str(path.resolve()) for path in self.definitions],
            "folders": [str(path.resolve()) for path in self.folders],
        }


def known_sources(settings: Settings, wanted: Wanted) -> dict[str, Source]:
    """Every source definition by id; a file named outright wins over one of the same id in a folder."""
    from crawlers.definitions import load_source, load_sources

    found = dict(load_sources([*settings.sources, *wanted.folders]))
    named = [load_source(path) for path in wanted.definitions]
    return found | {source.id: source for source in named}


def choose(settings: Settings, wanted: Wanted) -> list[Source]:
    """The sources with the ids named, each once, in order of id; without ids, those of the definition files.

    Raises BadInputError for an id that no definition has.
    """
    from crawlers.definitions import load_source

    known = known_sources(settings, wanted)
    ids = set(wanted.ids) or {load_source(path).id for path in wanted.definitions}
    missing = sorted(ids - known.keys())
    if missing:
        raise BadInputError(
            f"no source definition is called {', '.join(missing)}",
            remedy="`strazha sources list` shows the known ones; name a folder with --sources or a file with --definition",
        )
    if not ids:
        raise BadInputError("no source is named", remedy="name sources, or a definition with --definition FILE")
    return [known[one] for one in sorted(ids)]
