"""What an encoder reads of a text: cleaned, cut at a stated place, as token numbers."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from strazha.errors import BadInputError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

#: Characters of a text that are read at all. 512 tokens of ordinary prose are some 2,500 characters; a longer stretch within
#: 512 tokens is filler, and a tokenizer needs seconds and gigabytes for a text of megabytes.
MAX_CHARACTERS = 8_000
#: Raw characters looked at to gather these, as runs of blanks count as one character.
_RAW = 4 * MAX_CHARACTERS
#: Raise it when :func:`clean` changes: it is part of an encoder's version, and so of what its cached vectors are known by.
PREPARATION = "1"

_SURROGATES = re.compile("[\ud800-\udfff]")
# Controls and marks without a glyph of their own: bidirectional ones, zero-width blanks, soft hyphens, variation selectors.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)


def clean(text: str) -> str:
    """The text as encoded, and as the cache knows it: at most 8,000 characters, blanks as one space, no invisible marks.

    Lone surrogates, which UTF-8 cannot carry, become U+FFFD.
    """
    text = _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", text[:_RAW]))
    return " ".join(text.split())[:MAX_CHARACTERS].rstrip()


class Tokens:
    """Cleaned texts as token numbers, the model's prefix in front, cut after ``max_tokens`` with both end marks counted."""

    def __init__(self, file: Path, *, prefix: str, max_tokens: int) -> None:
        # Its own threads gain nothing next to the model's work, and make it complain in processes that fork.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises bare Exception for a missing or broken file
            raise BadInputError(
                f"the tokenizer cannot be read: {error}", place=str(file), remedy="run: strazha model verify"
            ) from error
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        self._prefix = prefix

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        """Token numbers of each cleaned text; never empty, as the prefix and the end marks are always there."""
        rows = self._tokenizer.encode_batch_fast([self._prefix + text for text in texts])
        return [row.ids for row in rows]
