"""Contexts of the investigators' pages. Texts in here are untrusted unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from review.blocks import Facet
from review.contexts import Page
from review.investigate.spots import MapData


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
    seen_from: str = ""
    seen_to: str = ""
    #: The same search as a list.
    search_query: str = ""
