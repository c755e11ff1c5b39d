"""The index in one SQLite file with FTS5: the default backend, for one machine and up to about a million adverts."""

from __future__ import annotations

from strazha.settings import Settings
from strazha.store.base import AdIndex
from strazha.store.sqlite.index import SqliteIndex

__all__ = ["SqliteIndex", "open_sqlite"]


def open_sqlite(settings: Settings) -> AdIndex:
    """Open the index file of the settings; file and folder are made where they are missing."""
    return SqliteIndex(settings.index_file)
