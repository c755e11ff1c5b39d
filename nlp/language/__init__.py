"""Language of adverts and passages; Latin-typed Bulgarian recognised and read."""

from nlp.language.identify import LATIN_BG, Identified, identify
from nlp.language.reading import read_cyrillic, to_cyrillic

__all__ = ["LATIN_BG", "Identified", "identify", "read_cyrillic", "to_cyrillic"]
