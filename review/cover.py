"""Contacts of people who may be victims stay covered until someone asks for them. Covering never changes a text's length."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from strazha.model import Mention, MentionKind

#: Kinds of mention that lead to a person.
CONTACT_KINDS = frozenset({MentionKind.PHONE, MentionKind.EMAIL, MentionKind.HANDLE, MentionKind.URL})

DOT = "•"
#: Characters left readable at the end, so that an analyst can tell two covered contacts apart.
TAIL = 2
#: Characters of the shortest contact that is looked for by its words: shorter ones are parts of others.
SHORTEST = 4

# What looks like a telephone though no extractor said so. Nine digits: sums of money and dates stay readable. The pattern is
# linear: no part can match the same character in two ways.
_NUMBER = re.compile(r"\+?\d(?:[ .\-/()]{0,2}\d){8,}")
_WORD = re.compile(r"\S+")
# How people write down a handle: "@name", "t.me/name", "Telegram: name". What follows a word alone ("telegram group") stays.
_HANDLE = re.compile(
    r"(?<![\w@])@[\w.]{3,64}"
    r"|\b(?:t\.me|wa\.me|(?:www\.)?(?:instagram|facebook|snapchat|vk|tiktok)\.com)/[\w./@+-]{2,100}"
)
_NETWORK = re.compile(
    r"\b(?:telegram|tg|viber|whats ?app|instagram|insta|snap(?:chat)?|kik|skype|signal|wechat|телеграм|тг|вайбър|вайбер"
    r"|уатсап|инстаграм|инста|скайп)\s?[:=]\s?([\w.@+-]{3,64})",
    re.IGNORECASE,
)
#: The longest name and host of an address (RFC 5321).
MOST_NAME, MOST_HOST = 64, 253


def ranges(text: str, mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    """Where contacts stand in ``text``, given the mentions of that text: merged, sorted, within the text."""
    held = list(mentions)
    found = [(m.start, min(m.end, len(text))) for m in held if m.kind in CONTACT_KINDS and m.start < len(text)]
    others = _merged((m.start, m.end) for m in held if m.kind not in CONTACT_KINDS)
    ends = [end for _, end in others]
    for low, high in chain((match.span() for match in _NUMBER.finditer(text)), _addresses(text)):
        # A price or an age is what its extractor says it is, however many digits stand there.
        near = bisect_right(ends, low)
        if near == len(others) or others[near][0] >= high:
            found.append((low, high))
    return _merged(found)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    # From each @ outwards: a pattern that begins with the name would try it from every character of a long word.
    at = text.find("@")
    while at >= 0:
        low, high = at, at + 1
        while low > 0 and at - low < MOST_NAME and _within(text[low - 1]):
            low -= 1
        while high < len(text) and high - at <= MOST_HOST and _within(text[high]):
            high += 1
        if low < at and high > at + 1:
            yield low, high
        at = text.find("@", at + 1)


def _within(char: str) -> bool:
    return not char.isspace() and char not in "@<>"


def _merged(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(found):
        if high <= low:
            continue
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def cover(text: str, where: Iterable[tuple[int, int]]) -> str:
    """``text`` with dots for the letters and digits of each range but its last two; same length, so offsets hold."""
    out: list[str] = []
    at = 0
    for low, high in where:
        out.append(text[at:low])
        out.append(dotted(text[low:high]))
        at = high
    out.append(text[at:])
    return "".join(out)


def dotted(text: str) -> str:
    """A text with dots for all but its last two letters or digits (all of them when there are four or fewer)."""
    marks = [index for index, char in enumerate(text) if char.isalnum()]
    kept = set(marks[-TAIL:]) if len(marks) > 2 * TAIL else set()
    return "".join(char if index in kept or char.isspace() else DOT for index, char in enumerate(text))


def covered_contact(contact: str) -> str:
    """A ``kind:value`` contact with its value covered: the kind, a telephone's country and an address' host stay readable."""
    kind, colon, value = contact.partition(":")
    if not colon:
        return dotted(contact)
    if kind == "phone":
        return f"{kind}: {value[:4]}{dotted(value[4:])}"
    if kind == "email" and "@" in value:
        name, _, host = value.rpartition("@")
        return f"{kind}: {DOT * max(3, len(name))}@{host}"
    network, colon, name = value.partition(":")
    return f"{kind}: {network}:{dotted(name)}" if colon else f"{kind}: {dotted(value)}"


def contact_words(mentions: Iterable[Mention], contacts: Iterable[str] = ()) -> list[str]:
    """Every writing under which the given contacts may turn up in a sentence, longest first."""
    words: set[str] = set()
    for mention in mentions:
        if mention.kind in CONTACT_KINDS:
            words.update((mention.text, str(mention.value), str(mention.value).rpartition(":")[2]))
    for contact in contacts:
        value = contact.partition(":")[2] or contact
        words.update((value, value.rpartition(":")[2]))
    return sorted((word for word in words if len(word) >= SHORTEST), key=len, reverse=True)


def covered_reading(reading: str, captured: str, hidden: str) -> str | None:
    """A Cyrillic reading of a text, covered word by word where ``hidden`` (the covered text) differs from ``captured``.

    ``None`` where words of the reading cannot be told to be those of the text, so that nothing may be shown of it.
    """
    was, now = captured.split(), hidden.split()
    words = iter(zip(was, now, strict=True))
    if len(reading.split()) != len(was):
        return None if captured != hidden else cover(reading, ranges(reading, ()))

    def one(match: re.Match[str]) -> str:
        before, after = next(words)
        return match.group() if before == after else DOT * len(match.group())

    text = _WORD.sub(one, reading)
    return cover(text, ranges(text, ()))


def covered_sentence(text: str, words: Sequence[str] = ()) -> str:
    """A sentence made by the program or a site's own field, with known contacts and what looks like one covered."""
    for word in words:
        if word in text:
            text = text.replace(word, dotted(word))
    return cover(text, ranges(text, ()))


def covered_typed(text: str, words: Sequence[str] = (), *, uncovered: bool = False) -> str:
    """What a colleague typed (reason, note, words at a hand-over), covered like a sentence unless contacts were asked for.

    People write handles as they speak of them, so known ones are found in whatever case, and what looks like one is covered
    though no advert names it.
    """
    if uncovered or not text:
        return text
    folded = text.casefold()
    for word in words:
        if word.casefold() in folded:
            text = re.sub(re.escape(word), _dotted_match, text, flags=re.IGNORECASE)
    found = [match.span() for match in _HANDLE.finditer(text)]
    found += [match.span(1) for match in _NETWORK.finditer(text)]
    return cover(text, _merged([*ranges(text, ()), *found]))


def _dotted_match(match: re.Match[str]) -> str:
    return dotted(match.group())
