"""The little language in which patterns are written.

==========================  =======================================================================
``no contract``             these words, in this order (case and accents do not matter)
``contract*``               a word that begins so; ``*vertrag`` one that ends so; ``*vertr*`` one that holds it
``(cash|in hand)``          one of these; an alternative may have several words
``[the]``                   may be there or not
``..3``                     up to three words of the same sentence in between
``pay &4 held back``        both, in either order, with up to four words in between
``#``                       a number in digits
``:``                       a colon, a dash between spaces, or an equals sign
``<documents>``             one of the words of a list in ``indicators/languages/<language>.yaml``, or of the entry
==========================  =======================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations, product

from indicators.tokens import DASH, fold

#: Optional parts and alternatives of several words unfold into plain sequences; more than this many are refused.
MAX_SEQUENCES = 400
MAX_GAP = 12
#: What a colon of a pattern stands for: writers part the name of a field from its value in these ways.
FIELD_ENDS = frozenset({":", DASH, "="})
#: Parts that ``&`` may join; each further one multiplies the orders.
MAX_ORDERED = 3

_PART = re.compile(r"\s*(?:((?:\.\.|&)\d+)|([()\[\]|])|<([a-z_]+)>|(#)|([^\s()\[\]|<>#]+))")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_PIECE = re.compile(r"\*?[^\W\d_]+(?:'[^\W\d_]+)*\*?|\d+(?:[.,:]\d+)*|[^\w\s]")


class PatternError(ValueError):
    """A pattern cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One token: one of these words, beginnings, endings or parts; or any number."""

    words: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    suffixes: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    number: bool = False

    def __or__(self, other: Slot) -> Slot:
        return Slot(
            self.words | other.words,
            self.prefixes | other.prefixes,
            self.suffixes | other.suffixes,
            self.parts | other.parts,
            self.number or other.number,
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to ``most`` tokens that end no sentence."""

    most: int


Item = Slot | Gap
Sequence_ = tuple[Item, ...]


@dataclass(slots=True)
class _Reader:
    source: str
    lists: Mapping[str, Sequence[str]]
    parts: list[re.Match[str]]
    at: int = 0
    inside: tuple[str, ...] = field(default=())

    def sequences(self, closer: str) -> list[Sequence_]:
        """Alternatives up to ``closer`` ("" at the end of the pattern), each unfolded."""
        found: list[Sequence_] = []
        current: list[list[Sequence_]] = []
        joined: list[list[Sequence_]] = []
        gap = 0
        while True:
            if self.at >= len(self.parts):
                if closer:
                    raise PatternError(f"`{closer}` is missing")
                break
            part = self.parts[self.at]
            self.at += 1
            sign = part.group(2)
            if sign and sign == closer:
                break
            if sign == "|":
                if not closer:
                    raise PatternError("`|` stands outside brackets; write (a|b)")
                found += _orders(joined, current, gap)
                current, joined, gap = [], [], 0
            elif part.group(1) and part.group(1).startswith("&"):
                joined.append(_unfold(current))
                current, gap = [], max(gap, _most(part.group(1)[1:]))
            else:
                current.append(self._item(part))
        return _merge(found + _orders(joined, current, gap))

    def _item(self, part: re.Match[str]) -> list[Sequence_]:
        gap, sign, name, number, word = part.groups()
        if gap:
            return [(Gap(_most(gap[2:])),)]
        if sign == "(":
            return self.sequences(")")
        if sign == "[":
            return [*self.sequences("]"), ()]
        if sign:
            raise PatternError(f"`{sign}` has no partner")
        if name:
            return self._list(name)
        if number:
            return [(Slot(number=True),)]
        return [_slots(word)]

    def _list(self, name: str) -> list[Sequence_]:
        if name not in self.lists:
            raise PatternError(f"no list <{name}> in this language; known: {', '.join(sorted(self.lists)) or 'none'}")
        if name in self.inside:
            raise PatternError(f"list <{name}> contains itself")
        found: list[Sequence_] = []
        for entry in self.lists[name]:
            reader = _Reader(entry, self.lists, _parts(entry), inside=(*self.inside, name))
            found += reader.sequences("")
        return _merge(found)


def parse(pattern: str, lists: Mapping[str, Sequence[str]] | None = None) -> list[Sequence_]:
    """All plain sequences a pattern stands for.

    Raises:
        PatternError: the pattern cannot be read, is empty, begins or ends with a gap, or unfolds into too many sequences.
    """
    found = unfold(pattern, lists)
    for sequence in found:
        if not sequence or isinstance(sequence[0], Gap) or isinstance(sequence[-1], Gap):
            raise PatternError("a pattern begins and ends with a word, never with a gap or an optional part alone")
        if all(isinstance(item, Gap) or item == Slot(number=True) for item in sequence):
            raise PatternError("a pattern needs at least one word")
    return found


def unfold(pattern: str, lists: Mapping[str, Sequence[str]] | None = None) -> list[Sequence_]:
    """The sequences of a part of a pattern, an entry of a word list for instance: it need not stand alone.

    Raises:
        PatternError: it cannot be read, or unfolds into too many sequences.
    """
    return _Reader(pattern, lists or {}, _parts(pattern)).sequences("")


def _parts(pattern: str) -> list[re.Match[str]]:
    parts, at = [], 0
    text = pattern.rstrip()
    while at < len(text):
        match = _PART.match(text, at)
        if not match:
            raise PatternError(f"cannot read `{text[at : at + 12]}`")
        parts.append(match)
        at = match.end()
    if not parts:
        raise PatternError("is empty")
    return parts


def _slots(word: str) -> Sequence_:
    """The tokens of one written word: ``24/7`` is three."""
    pieces = _PIECE.findall(_HYPHEN.sub(" ", fold(word)))
    if not pieces or all(piece == "*" for piece in pieces):
        raise PatternError(f"`{word}` holds no word")
    return tuple(_slot(piece) for piece in pieces)


def _slot(piece: str) -> Slot:
    if piece == ":":
        return Slot(words=FIELD_ENDS)
    core = piece.strip("*")
    if not core:
        raise PatternError("a lone `*` is no word; write ..1 for any word")
    # One letter and a star would match half the language.
    if "*" in piece and len(core) < 2:
        raise PatternError(f"`{piece}` is too short for a star")
    if piece.startswith("*") and piece.endswith("*"):
        return Slot(parts=frozenset([core]))
    if piece.endswith("*"):
        return Slot(prefixes=frozenset([core]))
    if piece.startswith("*"):
        return Slot(suffixes=frozenset([core]))
    return Slot(words=frozenset([core]))


def _most(digits: str) -> int:
    """The width of a gap."""
    if not 0 < int(digits) <= MAX_GAP:
        raise PatternError(f"gap of {digits}: write ..1 to ..{MAX_GAP} (or &1 to &{MAX_GAP})")
    return int(digits)


def _orders(joined: list[list[Sequence_]], last: list[list[Sequence_]], gap: int) -> list[Sequence_]:
    """One alternative: what ``&`` joins, in every order."""
    if not joined:
        return _unfold(last)
    groups = [*joined, _unfold(last)]
    if len(groups) > MAX_ORDERED:
        raise PatternError(f"`&` joins {len(groups)} parts, more than {MAX_ORDERED}")
    if any(sequence == () for group in groups for sequence in group):
        raise PatternError("`&` joins two parts, and neither may be left out")
    between: list[Sequence_] = [(Gap(gap),)]
    orders = list(permutations(groups))
    total = sum(1 for _ in orders)
    for group in groups:
        total *= len(group)
    if total > MAX_SEQUENCES:
        raise PatternError(f"unfolds into {total} sequences, more than {MAX_SEQUENCES}: split it into several patterns")
    found: list[Sequence_] = []
    for order in orders:
        items = [part for group in order for part in (between, group)][1:]
        found += _unfold(items)
    return found


def _unfold(items: list[list[Sequence_]]) -> list[Sequence_]:
    total = 1
    for item in items:
        total *= len(item)
    if total > MAX_SEQUENCES:
        raise PatternError(f"unfolds into {total} sequences, more than {MAX_SEQUENCES}: split it into several patterns")
    return [tuple(part for sequence in choice for part in sequence) for choice in product(*items)]


def _merge(sequences: list[Sequence_]) -> list[Sequence_]:
    """Alternatives of one token each become one slot."""
    merged: Slot | None = None
    others: list[Sequence_] = []
    for sequence in sequences:
        if len(sequence) == 1 and isinstance(sequence[0], Slot):
            merged = sequence[0] if merged is None else merged | sequence[0]
        elif sequence not in others:
            others.append(sequence)
    return others if merged is None else [(merged,), *others]
