"""The pages' language. Every sentence goes through gettext; a further language is one catalogue under ``review/locale``."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

DOMAIN = "review"
LOCALES = Path(__file__).parent / "locale"
#: Languages a user may choose, the first being the one the sentences are written in.
LANGUAGES: tuple[str, ...] = ("en",)


def marked(sentence: str) -> str:
    """Mark a sentence as one to translate where it is written down long before it is shown."""
    return sentence


@lru_cache(maxsize=8)
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; sentences it lacks stay as they are written."""
    return gettext.translation(DOMAIN, LOCALES, languages=[language], fallback=True)


def pick(texts: Mapping[str, str], otherwise: str = "", *, language: str = LANGUAGES[0]) -> str:
    """The text of a language from a catalogue entry's texts; the first language's where it has none."""
    return texts.get(language) or texts.get(LANGUAGES[0]) or otherwise
