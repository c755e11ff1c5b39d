"""Captured text made safe to look at: every odd character visible, every hit and mention marked, offsets untouched.

Nothing here makes HTML except :func:`shown`, which escapes all it is given. Templates get plain pieces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

#: Odd characters of one text that get a marker of their own; beyond that a plain sign stands for each run, so that a text made
#: of nothing else cannot make the page a hundred times its size.
MARKER_BUDGET = 400

#: Names short enough to read within a text; others are shown by their number.
_SHORT = {
    "\u00ad": "SHY", "\u061c": "ALM", "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ", "\u2066": "LRI",
    "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM", "\u2028": "LSEP", "\u2029": "PSEP", "\x00": "NUL",
    "\x1b": "ESC", "\x07": "BEL", "\x08": "BS", "\r": "CR", "\x7f": "DEL",
}  # fmt: skip
#: Letters and symbols that show as nothing although Unicode does not call them controls.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_ODD = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_HARMLESS = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of ordinary text, or (``sign`` filled) a marker standing for odd characters."""

    text: str
    sign: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to mark at ``[start, end)`` of a text; ``note`` is the number of its line in the legend."""

    start: int
    end: int
    note: int
    css: str
    label: str
    #: Whether the legend's number follows the mark in the text.
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text under one set of marks. ``closing`` are the numbered notes of which a mark ends with this segment."""

    pieces: tuple[Piece, ...]
    css: str = ""
    label: str = ""
    closing: tuple[int, ...] = ()


#: Texts of nothing but these have nothing odd: printable ASCII, Latin and Cyrillic letters, everyday punctuation. Nearly all
#: texts are such, and a page shows hundreds: one match instead of a look at each character.
_ORDINARY = re.compile("[\n\t -~\u00c0-\u024f\u0400-\u0481\u048a-\u052f\u2013\u2014\u2018-\u201e\u2026\u20ac\u2116·«»−]*")


def is_odd(char: str) -> bool:
    """Whether a character shows as nothing, or changes how others are shown."""
    return char not in _HARMLESS and (char in _BLANKS or unicodedata.category(char) in _ODD)


def pieces(text: str, *, budget: int = MARKER_BUDGET) -> list[Piece]:
    """Cut a text into ordinary stretches and markers; joined, ``text`` of all pieces is the text given."""
    if _ORDINARY.fullmatch(text):
        return [Piece(text)] if text else []
    found: list[Piece] = []
    start = at = 0
    left = budget
    while at < len(text):
        if not is_odd(text[at]) or _joins_emoji(text, at):
            at += 1
            continue
        if at > start:
            found.append(Piece(text[start:at]))
        end = at + 1
        while end < len(text) and (text[end] == text[at] or (left <= 0 and is_odd(text[end]))):
            end += 1
        found.append(_marker(text[at:end], named=left > 0))
        left -= 1
        start = at = end
    if start < len(text):
        found.append(Piece(text[start:]))
    return found


def _joins_emoji(text: str, at: int) -> bool:
    # A joiner between two pictures makes one picture (a family, a profession): ordinary use, not a disguise.
    if text[at] != "\u200d" or not 0 < at < len(text) - 1:
        return False
    before = text[at - 1]
    return (before == "\ufe0f" or unicodedata.category(before) in {"So", "Sk"}) and unicodedata.category(text[at + 1]) == "So"


def _marker(run: str, *, named: bool) -> Piece:
    if not named:
        return Piece(run, sign="…")
    char = run[0]
    times = f"×{len(run)}" if len(run) > 1 else ""
    name = unicodedata.name(char, "control character").lower()
    return Piece(run, sign=_SHORT.get(char, f"{ord(char):04X}") + times, title=f"U+{ord(char):04X} {name} {times}".strip())


def shown(text: object, limit: int = 0) -> Markup:
    """Untrusted text as HTML: escaped, odd characters as markers, isolated from the direction of what surrounds it.

    With ``limit`` at most so many characters are shown, with an ellipsis.
    """
    plain = str(text)
    cut = bool(limit) and len(plain) > limit
    if not cut and _ORDINARY.fullmatch(plain):
        return Markup("<bdi>") + escape(plain) + Markup("</bdi>")
    out = [Markup("<bdi>")]
    for piece in pieces(plain[:limit] if cut else plain, budget=40):
        if piece.sign:
            out.append(Markup('<span class="odd" title="{}">{}</span>').format(piece.title, piece.sign))
        else:
            out.append(escape(piece.text))
    out.append(Markup("{}</bdi>").format("…" if cut else ""))
    return Markup("").join(out)


def bare(text: object, limit: int = 0) -> str:
    """Untrusted text where no markup can stand (a window's title): odd characters as names in brackets, cut to a limit."""
    plain = str(text)
    cut = bool(limit) and len(plain) > limit
    found = pieces(plain[:limit] if cut else plain, budget=20)
    return "".join(f"[{piece.sign}]" if piece.sign else piece.text for piece in found) + ("…" if cut else "")


def segments(text: str, marks: Sequence[Mark], *, start: int = 0, end: int | None = None) -> list[Segment]:
    """Cut ``text[start:end]`` wherever a mark begins or ends; marks may overlap, nest, or reach beyond the text."""
    stop = len(text) if end is None else min(end, len(text))
    start = min(start, stop)
    held = [mark for mark in marks if mark.start < stop and mark.end > start and mark.start < mark.end]
    opening: dict[int, list[Mark]] = {}
    closing: dict[int, list[Mark]] = {}
    for mark in held:
        opening.setdefault(max(mark.start, start), []).append(mark)
        closing.setdefault(min(mark.end, stop), []).append(mark)
    bounds = sorted({start, stop, *opening, *closing})
    active: dict[int, Mark] = {}
    found: list[Segment] = []
    left = MARKER_BUDGET
    for low, high in pairwise(bounds):
        for mark in closing.get(low, ()):
            active.pop(id(mark), None)
        for mark in opening.get(low, ()):
            active[id(mark)] = mark
        cut = tuple(pieces(text[low:high], budget=left))
        left -= sum(1 for piece in cut if piece.sign)
        found.append(_segment(cut, active.values(), [mark for mark in closing.get(high, ()) if mark.end <= stop]))
    return found


def _segment(cut: tuple[Piece, ...], active: Iterable[Mark], closing: Iterable[Mark]) -> Segment:
    here = list(active)
    css = " ".join(dict.fromkeys(name for mark in here for name in mark.css.split()))
    return Segment(
        pieces=cut,
        css=css,
        label="; ".join(dict.fromkeys(mark.label for mark in here)),
        closing=tuple(sorted({mark.note for mark in closing if mark.numbered})),
    )


def parts(length: int, size: int) -> Iterator[tuple[int, int]]:
    """The ranges in which a long text is shown, one page of text each; at least one."""
    for low in range(0, max(length, 1), size):
        yield low, min(low + size, length)
