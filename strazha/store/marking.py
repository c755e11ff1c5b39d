"""Marks what a query matched in a captured text, and cuts a snippet around it. The same for every backend.

Works on the text as captured, word by word, with the folding the index uses: so a Latin query marks the Cyrillic word, and
nothing in a text (markup, NUL, control characters) can pass for a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from strazha.store.folding import WORD, FoldedWord, digit_runs, fold_word, fragments
from strazha.store.parse import Digits, Phrase, Term, Word
from strazha.store.query import Span

#: Characters of a text that are looked through: a page shows the first screen of a result, not the end of a book.
MAX_LOOKED = 20_000
#: Characters of a snippet: about three lines.
WIDTH = 240
#: Characters shown before the first mark.
LEAD = 60


def marks(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """The ranges of ``text`` that match one of the terms: sorted, not overlapping."""
    text = text[:MAX_LOOKED]
    whole, starts, phrases, pieces = _prepared(terms)
    found: list[tuple[int, int]] = []
    if whole or starts or phrases:
        tokens = [(match.start(), match.end(), fold_word(match[0])) for match in WORD.finditer(text)]
        for start, end, word in tokens:
            if word.main in whole or (starts and word.main.startswith(starts)) or not whole.isdisjoint(word.others):
                found.append((start, end))
        for phrase in phrases:
            found.extend(_rows(tokens, phrase))
    if pieces:
        found.extend((start, end) for start, end, digits in digit_runs(text) if any(p in digits for p in pieces))
    return _merged(found)


def snippet(texts: Sequence[str], terms: Sequence[Term], width: int = WIDTH) -> tuple[Span, ...]:
    """A piece of the first text that matches (the last one's beginning if none does), with the matches marked."""
    for text in texts:
        ranges = marks(text, terms)
        if ranges:
            return _cut(text, ranges, width)
    return _cut(texts[-1], [], width) if texts and texts[-1] else ()


def _rows(tokens: list[tuple[int, int, FoldedWord]], phrase: list[str]) -> Iterator[tuple[int, int]]:
    """Where the words of a phrase stand in a row."""
    for place in range(len(tokens) - len(phrase) + 1):
        row = tokens[place : place + len(phrase)]
        if all(wanted == item[2].main or wanted in item[2].others for item, wanted in zip(row, phrase, strict=True)):
            yield row[0][0], row[-1][1]


def _prepared(terms: Sequence[Term]) -> tuple[set[str], tuple[str, ...], list[list[str]], list[str]]:
    """Whole words, beginnings, phrases and pieces of numbers, all folded."""
    whole: set[str] = set()
    starts: list[str] = []
    phrases: list[list[str]] = []
    pieces: list[str] = []
    for term in terms:
        if isinstance(term, Word):
            word = fold_word(term.text)
            forms = [form for form in (word.main, *word.others) if form]
            if term.prefix:
                starts.extend(forms)
            else:
                whole.update(forms)
        elif isinstance(term, Phrase):
            phrases.append([main for item in term.words if (main := fold_word(item).main)])
        elif isinstance(term, Digits):
            pieces.extend(fragments(term.digits))
    return whole, tuple(starts), [phrase for phrase in phrases if phrase], pieces


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


_SPACE = re.compile(r"\s")


def _cut(text: str, ranges: list[tuple[int, int]], width: int) -> tuple[Span, ...]:
    first = _densest(ranges, width)
    begin = max(0, (ranges[first][0] if ranges else 0) - LEAD)
    if begin > 0 and (space := _SPACE.search(text, begin, begin + LEAD)):
        begin = space.end()
    end = min(len(text), begin + width)
    if ranges:
        end = max(end, min(ranges[first][1], begin + 4 * width))
    spans: list[Span] = []
    at = begin
    if begin > 0:
        spans.append(Span(text="… "))
    for start, stop in ranges:
        if start < begin or start >= end:
            continue
        if start > at:
            spans.append(Span(text=text[at:start]))
        spans.append(Span(text=text[start : min(stop, end)], marked=True))
        at = min(stop, end)
    if at < end:
        spans.append(Span(text=text[at:end]))
    if end < len(text):
        spans.append(Span(text=" …"))
    return tuple(spans)


def _densest(ranges: list[tuple[int, int]], width: int) -> int:
    """The range from which a snippet of ``width`` holds the most ranges."""
    best, best_count, last = 0, 0, 0
    for first, (start, _) in enumerate(ranges):
        while last < len(ranges) and ranges[last][1] <= start + width - LEAD:
            last += 1
        if last - first > best_count:
            best, best_count = first, last - first
    return best
