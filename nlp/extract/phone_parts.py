"""Telephone numbers in several parts: with words between, or cut between title and body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nlp.extract.digits import Token
from nlp.extract.disguise import disguise
from nlp.extract.numbering import FICTIONAL, SURE, dialled
from nlp.extract.page import Found, View
from nlp.extract.phone_words import PhoneRules, labelled
from nlp.extract.rows import has_plus, unit_follows
from strazha.model.screening import MentionKind

KIND = MentionKind.PHONE
NAME = "phone"

#: Parts of one number may stand this far apart, in characters and words, and in at most so many parts.
_FAR, _FAR_WORDS, _PARTS = 45, 7, 6
_WORD = re.compile(r"[^\W\d_]+")
_AMOUNT_BETWEEN = re.compile(r"[€£$%]")
#: Most attempts to parse in one field; more look like numbers only in junk, and time must stay linear.
_ATTEMPTS = 600


@dataclass(slots=True)
class Work:
    """What is known of one field while it is read."""

    view: View
    rules: PhoneRules
    budget: int = _ATTEMPTS
    found: list[Found] = field(default_factory=list)
    #: Unsure numbers by the place of their first digit: they may be the rest of a sure one.
    weak: dict[int, Found] = field(default_factory=dict)
    #: Rows that are no number alone, in order; None where figures stand between that belong to something else.
    left: list[list[Token] | None] = field(default_factory=list)


def apart(work: Work) -> None:
    """Numbers whose parts stand apart, with a few words between."""
    left, at = work.left, 0
    while at < len(left):
        first = left[at]
        if first is None or work.budget <= 0 or first[0].start in work.weak or not _head(work, first):
            at += 1
            continue
        tokens, last = list(first), at
        for place in range(at + 1, min(at + _PARTS, len(left))):
            part = left[place]
            if part is None or not _continues(work.view, tokens[-1].end, part[0].start):
                break
            tokens += part
            last = place
            if value := _in_parts(work, tokens):
                work.found.append(found_number(work, tokens, value))
                for taken in left[at : last + 1]:
                    work.weak.pop(taken[0].start if taken else -1, None)
                left[at : last + 1] = [None]
                break
        at += 1


def _head(work: Work, tokens: list[Token]) -> bool:
    """True for the first digits of a number: a trunk zero or a plus and at least three digits, too few for a number."""
    digits = "".join(item.digits for item in tokens)
    if not 3 <= len(digits) <= 10 or not may_start(work, tokens, 0):
        return False
    return digits.startswith("0") or has_plus(work.view, tokens[0].start, work.rules.words)


def _continues(view: View, end: int, start: int) -> bool:
    if start - end > _FAR:
        return False
    between = view.text[end:start]
    return len(_WORD.findall(between)) <= _FAR_WORDS and between.count("\n") <= 3 and not _AMOUNT_BETWEEN.search(between)


def _in_parts(work: Work, tokens: list[Token]) -> str:
    digits = "".join(item.digits for item in tokens)
    if not 9 <= len(digits) <= 14 or unit_follows(work.view, tokens[-1].end):
        return ""
    work.budget -= 1
    rank, value = dialled(digits, has_plus(work.view, tokens[0].start, work.rules.words), work.rules.plan, False)
    return value if rank == SURE else ""


#: The rest of a number begun in the title stands at the body's head or end, or behind a mark that says that it goes on.
_NEAR_EDGE = 40
_GOES_ON = re.compile(r"(?:\.\.\.?|…|\+|->|→|>|продълж\w{0,8}|остан\w{0,8}|остатък\w{0,2}|rest|cont\w{0,8}|then|after)\W{0,6}$")


def across(title: Work, body: Work) -> None:
    """A number cut between title and body: each field gets the part that stands in it, with the whole number as value."""
    heads = [part for part in title.left if part is not None and part[0].start not in title.weak and _head(title, part)]
    if not heads:
        return
    head = heads[-1]
    for part in (part for part in body.left[:20] if part is not None):
        start, end = part[0].start, part[-1].end
        edge = start <= _NEAR_EDGE or len(body.view.text) - end <= _NEAR_EDGE
        if not edge and not _GOES_ON.search(body.view.plain, max(0, start - 16), start):
            continue
        digits = "".join(item.digits for item in (*head, *part))
        plus = has_plus(title.view, head[0].start, title.rules.words)
        rank, value = dialled(digits, plus, title.rules.plan, False)
        if rank == SURE and 9 <= len(digits) <= 14 and not unit_follows(body.view, end):
            body.weak.pop(start, None)
            for work, tokens in ((title, head), (body, part)):
                found = found_number(work, tokens, value)
                found.disguise = (*found.disguise, "split")
                work.found.append(found)
            return


def found_number(work: Work, tokens: Sequence[Token], value: str) -> Found:
    """The mention of a number made of these tokens, with what was done to hide it."""
    view = work.view
    start, end = tokens[0].start, tokens[-1].end
    before = view.text[max(0, start - 4) : start]
    if "+" in before:
        start -= len(before) - before.rindex("+")
    done = disguise(view, start, end, tokens)
    tags = ("fictional range",) if FICTIONAL.match(value) else ()
    return Found(KIND, start, end, value, NAME, 0.9 if done else 0.98, done, tags)


def may_start(work: Work, row: list[Token], at: int) -> bool:
    """False where the figures before a token belong to an amount or to the label of another number."""
    start, view = row[at].start, work.view
    before = view.text[max(0, start - 2) : start]
    if before[-1:] in {"€", "$", "£", "#", "№"} or (before[-1:] in {".", ","} and before[:1].isdigit() and at == 0):
        return False
    return not labelled(work.view, work.rules, start)
