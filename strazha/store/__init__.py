"""The index of review documents. ``open_index(settings)`` gives the backend the settings name; all obey ``AdIndex``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from strazha.errors import BadInputError
from strazha.settings import Settings
from strazha.store.base import AdIndex
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc
from strazha.store.query import (
    AdvertField,
    AdvertPage,
    AdvertRow,
    Box,
    ClusterField,
    ClusterPage,
    FacetCount,
    Grid,
    GridCell,
    Query,
    Span,
    TimeBucket,
    Timeline,
)

#: Backend name (settings.store) -> module:function. The function takes the settings and returns an AdIndex; the module is
#: imported when it is asked for, so that no backend's client is needed for another one.
BACKENDS: dict[str, str] = {
    "sqlite": "strazha.store.sqlite:open_sqlite",
    "elasticsearch": "strazha.store.elasticsearch:open_elasticsearch",
}

__all__ = [
    "BACKENDS",
    "AdIndex",
    "AdvertDoc",
    "AdvertField",
    "AdvertPage",
    "AdvertRow",
    "Box",
    "ClusterDoc",
    "ClusterField",
    "ClusterPage",
    "FacetCount",
    "Grid",
    "GridCell",
    "LinkDoc",
    "Query",
    "Span",
    "TimeBucket",
    "Timeline",
    "open_index",
]


def open_index(settings: Settings) -> AdIndex:
    """Open the index the settings name; it is made where it is missing.

    Raises BadInputError for a backend nobody wrote, StoreUnavailableError where it cannot be reached.
    """
    if settings.store not in BACKENDS:
        raise BadInputError(
            f"there is no index backend {settings.store!r}", remedy=f"set STRAZHA_STORE to one of: {', '.join(BACKENDS)}"
        )
    module, function = BACKENDS[settings.store].split(":")
    opener = cast("Callable[[Settings], AdIndex]", getattr(importlib.import_module(module), function))
    return opener(settings)
