"""Contexts of the investigators' pages. Texts in here are untrusted unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from review.blocks import Facet, Row
from review.contexts import Page
from review.investigate.spots import MapData
from review.investigate.ways import WatchForm, Ways
from strazha.ledger.watch_records import Alert, Delivery, SavedSearch, Watch


@dataclass(frozen=True, slots=True)
class MapPage(Page):
    """What a search finds, by place: a map and a table of the same."""

    template: ClassVar[str] = "investigate/map.html"
    data: MapData
    #: Adverts found, and places that the map has no room for or that nobody knows the position of.
    total: int
    left_out: int
    facets: tuple[Facet, ...]
    text: str = ""
    contact: str = ""
    seen_from: str = ""
    seen_to: str = ""
    #: The same search as a list.
    search_query: str = ""


@dataclass(frozen=True, slots=True)
class SearchesPage(Page):
    """Searches the user keeps, and those that colleagues share with them."""

    template: ClassVar[str] = "investigate/searches.html"
    own: tuple[SavedSearch, ...]
    shared: tuple[SavedSearch, ...]
    colleagues: tuple[str, ...]
    ways: Ways


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in the list, with the name of its watch and what became of it outside."""

    alert: Alert
    name: str
    deliveries: tuple[Delivery, ...]
    #: Whether its watch goes on, so that what was given up can be sent again.
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class WatchesPage(Page):
    """Alerts, unread ones first, and the user's watches."""

    template: ClassVar[str] = "investigate/watches.html"
    alerts: tuple[AlertLine, ...]
    unread: int
    watches: tuple[Watch, ...]
    ways: Ways
    form: WatchForm
    #: The most things a watch may see.
    limit: int


@dataclass(frozen=True, slots=True)
class AlertPage(Page):
    """One alert: what was new and what changed, as far as it is still there."""

    template: ClassVar[str] = "investigate/alert.html"
    line: AlertLine
    new: tuple[Row, ...]
    changed: tuple[Row, ...]
    #: Things that have left the index since, and things beyond those an alert names.
    gone: int
    more: int
    indicator_names: Mapping[str, str]
