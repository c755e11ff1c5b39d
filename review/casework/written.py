"""Notes as people type them."""

from __future__ import annotations

from review.i18n import marked

NOTE_LIMIT = 5000
EMPTY = marked("Write something first.")
TOO_LONG = marked("The note is too long: at most 5,000 characters.")


def written(text: str) -> str:
    """A typed note: line breaks as one sign, characters that no store can hold left out."""
    return "".join(
        char for char in text.replace("\r\n", "\n") if char in "\n\t" or (ord(char) >= 32 and not 0xD800 <= ord(char) <= 0xDFFF)
    ).strip()


def problem_of(text: str) -> str:
    """Why a note cannot be kept, if so."""
    return EMPTY if not text else TOO_LONG if len(text) > NOTE_LIMIT else ""
