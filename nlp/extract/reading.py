"""What a word typed in Latin letters is in the advert's Cyrillic reading."""

from __future__ import annotations

from nlp.extract.page import Page, View
from nlp.language.vocabulary import word_evidence


def cyrillic(page: Page, view: View, start: int, end: int) -> str:
    """The plain Cyrillic form of a range of a field as typed; empty where the field has no reading or was not typed so."""
    if view.is_reading:
        return ""
    for reading in page.readings:
        if reading.name == view.name:
            first, last = reading.normal.normal(*view.normal.original(start, end))
            form = reading.plain[first:last]
            return "" if form.isascii() else form
    return ""


def reads_as_word(page: Page, view: View, start: int, end: int) -> bool:
    """True where the reading of a typed word is an everyday Bulgarian word ("Jeni" for жени): no name, no foreign city."""
    form = cyrillic(page, view, start, end)
    return bool(form) and any(code == "bg" for code, _ in word_evidence().get(form, ()))
