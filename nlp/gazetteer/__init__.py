"""Settlements and countries by name, from GeoNames (CC BY 4.0); see NOTICE beside this file and docs/places.md."""

from nlp.gazetteer.gazetteer import Gazetteer, gazetteer
from nlp.gazetteer.inflect import nominatives
from nlp.gazetteer.store import Place

__all__ = ["Gazetteer", "Place", "gazetteer", "nominatives"]
