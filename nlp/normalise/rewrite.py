"""One rewriting pass over a normal form: matches of a pattern are replaced, and every character keeps its origin."""

from __future__ import annotations

import re
from collections.abc import Callable

from strazha.model.text import NormalText

#: For one match: the text to put in its place, or None to leave the match as it is.
Replacement = Callable[[re.Match[str]], str | None]


def rewrite(normal: NormalText, pattern: re.Pattern[str], replacement: Replacement) -> NormalText:
    """Replace matches and carry the map along.

    A replacement as long as its match maps character by character; any other maps each of its characters to the whole match,
    so that a span can only ever grow to what a reader would mark.
    """
    text, old_starts, old_ends = normal.text, normal.starts, normal.ends
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in pattern.finditer(text):
        new = replacement(match)
        first, last = match.span()
        if new is None or first == last:
            continue
        pieces.append(text[at:first])
        starts.extend(old_starts[at:first])
        ends.extend(old_ends[at:first])
        pieces.append(new)
        if len(new) == last - first:
            starts.extend(old_starts[first:last])
            ends.extend(old_ends[first:last])
        else:
            starts.extend([old_starts[first]] * len(new))
            ends.extend([old_ends[last - 1]] * len(new))
        at = last
    if at == 0:
        return normal
    pieces.append(text[at:])
    starts.extend(old_starts[at:])
    ends.extend(old_ends[at:])
    return NormalText("".join(pieces), starts, ends)
