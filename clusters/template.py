"""The common text of a cluster, with slots for what changes: what an operation's sheet looks like, and what it fills in.

Texts are aligned word by word with one that stands for them (RapidFuzz, longest common subsequence over the words' comparison
form, so that a copy in the other alphabet aligns too). Words that most copies share are the sheet, what stands
between is a slot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from clusters.compare.text import likeness
from clusters.form import skeleton

#: A copy has at least this likeness with the text that stands for its family (see clusters/compare/text.py).
ALIKE = 0.60
#: A word belongs to the sheet when this share of copies has it; a place is a slot when this share writes something there.
COMMON, FILLED = 0.60, 0.30
#: Bounds: texts looked at to choose the one that stands for a family, families, words a text. A page shows no more.
_SAMPLE, _FAMILIES, _WORDS = 16, 12, 1500
#: A number with its blanks and dashes is one word, so that a telephone fills one slot.
_WORD = re.compile(r"\d[\d .\-/]{0,30}\d|\w+")
_EDGES = " \t\r\n.,;:!?-–—/|()\"'«»„“”"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the sheet: its text, or, with ``slot`` set, what the family's standing text fills in there."""

    text: str
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """One sheet and its copies."""

    #: Indices of the copies in the texts given, in order; the first to be looked at is not necessarily the sheet's own.
    members: tuple[int, ...]
    #: Index of the text that stands for the family: ``parts`` are its words.
    standing: int
    parts: tuple[Part, ...]
    #: For each member, in the order of ``members``, what it fills in each slot (empty where it writes nothing).
    fills: tuple[tuple[str, ...], ...]

    @property
    def slots(self) -> int:
        """How many slots the sheet has."""
        return len(self.fills[0]) if self.fills else 0


def templates(texts: Sequence[str]) -> list[Template]:
    """The sheets behind the texts (title and body of each advert), the one with most copies first.

    Texts without a like are in no template. Time grows with the number of texts times the number of sheets (at most 12).
    """
    forms = [skeleton(_folded(text)) for text in texts]
    left = [index for index, form in enumerate(forms) if form]
    found: list[Template] = []
    for _ in range(_FAMILIES):
        family, standing = _biggest_family(left, forms)
        if len(family) < 2:
            break
        found.append(_template(family, standing, texts))
        left = [index for index in left if index not in set(family)]
    return sorted(found, key=lambda template: (-len(template.members), template.members))


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _biggest_family(left: Sequence[int], forms: Sequence[str]) -> tuple[list[int], int]:
    """The most numerous family among the sampled texts' families, and the text that is most like the others in it."""
    best: tuple[int, float, int] | None = None
    for index in left[:_SAMPLE]:
        alike = [ratio for other in left[:_SAMPLE] if (ratio := likeness(forms[index], forms[other])) >= ALIKE]
        rank = (len(alike), sum(alike), -index)
        if best is None or rank > best:
            best = rank
    if best is None:
        return [], -1
    standing = -best[2]
    return [index for index in left if likeness(forms[standing], forms[index]) >= ALIKE], standing


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    spans: list[tuple[int, int]]
    forms: list[str]

    @classmethod
    def of(cls, text: str) -> _Words:
        spans = [match.span() for match in _WORD.finditer(text)][:_WORDS]
        words = [text[start:end].lower() for start, end in spans]
        return cls(text, spans, [skeleton(word) or word for word in words])


def _template(family: Sequence[int], standing: int, texts: Sequence[str]) -> Template:
    sheet = _Words.of(texts[standing])
    copies = [_Words.of(texts[index]) for index in family]
    # For each copy: word of the sheet -> word of the copy.
    aligned = [_align(sheet, copy) for copy in copies]
    need = max(2.0, COMMON * len(copies))
    fixed = [at for at in range(len(sheet.forms)) if sum(at in one for one in aligned) >= need]
    gaps = _gaps(sheet, fixed, copies, aligned)
    fills = tuple(_fills(copy, one, gaps) for copy, one in zip(copies, aligned, strict=True))
    return Template(tuple(family), standing, tuple(_parts(sheet, gaps)), fills)


def _align(sheet: _Words, copy: _Words) -> dict[int, int]:
    pairs: dict[int, int] = {}
    for block in LCSseq.opcodes(sheet.forms, copy.forms):
        if block.tag == "equal":
            pairs.update(zip(range(block.src_start, block.src_end), range(block.dest_start, block.dest_end), strict=True))
    return pairs


def _gaps(
    sheet: _Words, fixed: Sequence[int], copies: Sequence[_Words], aligned: Sequence[dict[int, int]]
) -> list[tuple[int, int]]:
    """Slots as (last fixed word before, first fixed word after); -1 and the number of words stand for the ends."""
    gaps = []
    for before, after in pairwise([-1, *fixed, len(sheet.forms)]):
        if after - before > 1:
            gaps.append((before, after))
            continue
        filled = sum(1 for copy, one in zip(copies, aligned, strict=True) if _between(copy, one, before, after))
        if filled >= max(2.0, FILLED * len(copies)):
            gaps.append((before, after))
    return gaps


def _between(copy: _Words, aligned: dict[int, int], before: int, after: int) -> str:
    """What the copy writes between two neighbouring words of the sheet; empty where it lacks either."""
    first = aligned.get(before) if before >= 0 else -1
    last = aligned.get(after)
    return "" if first is None or last is None else _cut(copy, first, last)


def _cut(copy: _Words, first: int, last: int) -> str:
    start = copy.spans[first][1] if first >= 0 else 0
    end = copy.spans[last][0] if last < len(copy.spans) else len(copy.text)
    return copy.text[start:end].strip(_EDGES)


def _fills(copy: _Words, aligned: dict[int, int], gaps: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """What the copy fills in each slot. Where it lacks the words that part two slots, the first takes all that stands there."""
    known = sorted(aligned)
    fills, taken = [], -2
    for before, after in gaps:
        first = max((aligned[at] for at in known if at <= before), default=-1)
        last = min((aligned[at] for at in known if at >= after), default=len(copy.spans))
        fills.append(_cut(copy, first, last) if first != taken and first < last else "")
        taken = first
    return tuple(fills)


def _parts(sheet: _Words, gaps: Sequence[tuple[int, int]]) -> list[Part]:
    parts: list[Part] = []
    at = 0
    for slot, (before, after) in enumerate(gaps):
        start = sheet.spans[before][1] if before >= 0 else 0
        end = sheet.spans[after][0] if after < len(sheet.spans) else len(sheet.text)
        # Spaces and punctuation around what is filled in belong to the sheet.
        inner = sheet.text[start:end]
        start += len(inner) - len(inner.lstrip(_EDGES))
        end = max(start, end - (len(inner) - len(inner.rstrip(_EDGES))))
        if sheet.text[at:start]:
            parts.append(Part(sheet.text[at:start]))
        parts.append(Part(sheet.text[start:end], slot))
        at = end
    if sheet.text[at:]:
        parts.append(Part(sheet.text[at:]))
    return parts
