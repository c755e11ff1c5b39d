"""Sentences of an advert, as places in its text: what semantics compare and what a reader is shown."""

from __future__ import annotations

import re
from bisect import bisect_left

#: A longer stretch without an end (a list of words, a wall of text) is divided at its blanks: 400 characters are some 90
#: tokens, beyond which one vector says little about any one thing in it.
LONGEST = 400

# What may end a sentence. Each alternative is one class repeated, so that matching is linear.
_ENDS = re.compile(
    r"[.]+(?=[\s)»”\"'’\]]|$)|[!?…。]+|[;\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+"
    r"|[\u2022\u25a0-\u25ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]+"
)
_CLOSING = ")»”\"'’]"
# Words that introduce what follows, so that their full stop ends nothing (lower case, without it). Measures (лв., hrs.) are not
# among them: they end a sentence often, and where they do not a small letter follows.
_SHORT = frozenset(
    [
        *(
            "тел",
            "моб",
            "ул",
            "бул",
            "ж.к",
            "кв",
            "гр",
            "обл",
            "общ",
            "бл",
            "вх",
            "ет",
            "ап",
            "с",
            "проф",
            "инж",
            "д-р",
            "напр",
        ),
        *(
            "вкл",
            "прибл",
            "макс",
            "мин",
            "т.е",
            "т.нар",
            "вул",
            "буд",
            "просп",
            "tel",
            "mob",
            "tlf",
            "teléf",
            "tél",
            "nr",
            "núm",
        ),
        *("mr", "mrs", "ms", "dr", "prof", "approx", "aprox", "incl", "inkl", "max", "min", "mind", "máx", "mín", "e.g", "i.e"),
        *(
            "vs",
            "ext",
            "ul",
            "bul",
            "gr",
            "kv",
            "obl",
            "z.b",
            "bzw",
            "ca",
            "evtl",
            "str",
            "bd",
            "jud",
            "av",
            "avda",
            "c.a",
            "p.ej",
        ),
        *("monatl", "tägl", "wöchentl", "jährl", "евент", "съотв", "месеч", "anual"),
        *("sig", "sra", "mme", "mlle", "env", "al", "np", "m.in", "τηλ", "οδ", "λεωφ", "αρ", "π.χ", "πχ"),
    ]
)
_SPAN_BEFORE = 24
#: From how many letters on a word before a full stop is taken to be whole.
_LONG_WORD = 5


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences and lines of a text, in order, without blanks at their ends; linear in its length.

    Nothing but blanks, bullets and pictograms lies outside of them. A stretch of more than 400 characters is divided.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for match in _ENDS.finditer(text):
        if match.group()[0] == "." and not _ends(text, match):
            continue
        end = match.end()
        if match.group()[0] in ".!?…。":
            while end < len(text) and text[end] in _CLOSING:
                end += 1
            _take(text, start, end, found)
        else:
            _take(text, start, match.start(), found)
        start = max(start, end)
    _take(text, start, len(text), found)
    return found


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether full stops end a sentence: not after an introducing word or an initial; before a small letter see below."""
    if len(match.group()) == 1:
        before = text[max(0, match.start() - _SPAN_BEFORE) : match.start()].split()
        last = before[-1].lstrip("(«\"'[„“") if before and not text[match.start() - 1].isspace() else ""
        if last.lower() in _SHORT or (len(last) == 1 and last.isupper()):
            return False
    follows = match.end()
    while (
        follows < len(text) and follows - match.end() < _SPAN_BEFORE and (text[follows].isspace() or text[follows] in _CLOSING)
    ):
        if text[follows] == "\n":
            return True
        follows += 1
    return follows >= len(text) or not text[follows].islower() or (len(match.group()) == 1 and ends_word(text, match.start()))


def ends_word(text: str, stop: int) -> bool:
    """Whether the full stop at ``stop``, with a small letter after it, ends a sentence all the same.

    Many writers use no capitals ("opit ne se iska. kvartira ima."). Words of five letters and more are seldom cut short, and
    those that are ("прибл.", "monatl.") are known.
    """
    start = stop
    while start > 0 and stop - start < _SPAN_BEFORE and text[start - 1].isalpha():
        start -= 1
    return stop - start >= _LONG_WORD and text[start:stop].lower() not in _SHORT


def _take(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if not any(char.isalnum() for char in text[start:end]):
        return
    if end - start > LONGEST:
        found.extend(_divided(text, start, end))
    else:
        found.append((start, end))


def _divided(text: str, start: int, end: int) -> list[tuple[int, int]]:
    blanks = [at for at in range(start, end) if text[at].isspace()]
    parts = []
    while end - start > LONGEST:
        place = bisect_left(blanks, start + LONGEST + 1) - 1
        cut = blanks[place] if place >= 0 and blanks[place] > start else start + LONGEST
        parts.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        parts.append((start, end))
    return parts
