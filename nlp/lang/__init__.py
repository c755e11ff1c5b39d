"""The languages Strazha reads: one folder each, found by looking (see docs/add-a-language.md)."""

from nlp.lang.language import LanguageData, codes, languages, load_language

__all__ = ["LanguageData", "codes", "languages", "load_language"]
