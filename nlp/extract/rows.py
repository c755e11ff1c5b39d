"""Rows of neighbouring digit tokens, and what the words in them say: tens and units, "double oh", "three eights"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.extract.digits import DOUBTFUL, NumberWords, Token, digit_tokens, drawn_tokens, token
from nlp.extract.page import View
from strazha.model.screening import MentionKind

_WORDS = frozenset({"words"})
#: What may stand between the digits of one number: a few marks, spaces, at most three line breaks; no long gap.
_GAP = re.compile(r"(?:[^\w\n]|_){0,12}(?:\n(?:[^\w\n]|_){0,4}){0,3}")
_BRACKETED = re.compile(r"[^\w\n]{0,3}[(\[][^\d()\[\]\n]{1,24}[)\]][^\w\n]{0,3}")
_LONGEST_GAP = 30
_MONEY = re.compile(r"[€£$%@]")
_PLUS = re.compile(r"\+\s?\(?\s?$")
#: Dates, hours, spans of years, shifts, accounts: figures that are spoken for.
_TAKEN = re.compile(
    r"(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}:\d{2}(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d\s?-\s?(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}\.\d{1,2}\s?-\s?\d{1,2}\.\d{1,2}(?!\d)"
    r"|(?<![\d+/.-])(?:[01]\d|2[0-4])[0-5]\d\s?-\s?(?:[01]\d|2[0-4])[0-5]\d(?![\d/.-]|\s\d)"
    r"|(?<![\d.+/-])(?:[01]?\d|2[0-4])-(?:[01]?\d|2[0-4])(?:\s?[,/;]?\s(?:[01]?\d|2[0-4])-(?:[01]?\d|2[0-4])){1,6}(?![\d-])"
    r"|(?<!\w)[a-z]{2}\d{2}(?:\s?[a-z]{4})?(?:\s?\d{4}){2,7}(?:\s?\d{1,3})?(?!\w)|(?<![\d.])\d{1,3}\.\d{5,8}(?!\d)"
)
_UNIT_AFTER = re.compile(
    r"\s?(?:,-\s?)?(?:лв|лева|лев|евро|паунд\w{0,3}|eur|euro|lei|лей|€|\$|£|%|кг|kg|км|km|χλμ|хил\.?\s?км|kilomet\w{0,3}|κυβ\w{0,3}|куб\w{0,3}|кв|м2|m2|см|cm|мм|mm|ccm|к\.с|hp)(?!\w)"
)
#: A text with fewer digits has no telephone, not even a part of one.
_FEWEST = 3
_ADDRESSES = (MentionKind.EMAIL, MentionKind.URL)
_MONEY_BEFORE = frozenset("€$£#№")


def unit_follows(view: View, end: int) -> bool:
    """True where a currency or unit stands right behind."""
    return _UNIT_AFTER.match(view.plain, end) is not None


def has_plus(view: View, start: int, words: NumberWords) -> bool:
    """True where a plus sign, or the word for it, stands before."""
    before = view.plain[max(0, start - 8) : start]
    if "+" in before:
        return _PLUS.search(before) is not None
    said = before.rstrip(" ,:-(").rsplit(None, 1)
    return bool(said) and said[-1] in words.plus


def rows(view: View, words: NumberWords) -> list[list[Token]]:
    """Rows of neighbouring tokens that have digits, in order; nothing where a text has hardly any."""
    text = view.text
    found: list[list[Token]] = []
    row: list[Token] = []
    digits = total = 0
    end = -1
    for start, last, sense in drawn_tokens(text, view.plain, digit_tokens(view.pieces, words), words):
        if row and not (start - end == 1 and text[end] != "+") and not _touching(view, end, start):
            if digits:
                found.append(row)
            row, digits = [], 0
        doubtful = DOUBTFUL in sense.forms
        # What may be digits begins a row only where it can begin a number.
        if row or ((sense.digits or sense.times or sense.plural >= 0) and not (doubtful and sense.digits[:1] != "0")):
            row.append(Token(start, last, sense))
            total += len(sense.digits)
            # Alone it makes no row.
            digits += 0 if doubtful else len(sense.digits)
            end = last
    if digits:
        found.append(row)
    return found if total >= _FEWEST else []


def clear(view: View, row: list[Token]) -> list[list[Token] | None]:
    """A row cut where figures belong to something else (a date, an amount, an address), with None in their place."""
    # An account's letters stand before its figures ("BG19 UNCR 3903 ...").
    first, last = max(0, row[0].start - 12), row[-1].end + 8
    taken = [match.span() for match in _TAKEN.finditer(view.plain, first, last)]
    parts: list[list[Token] | None] = []
    part: list[Token] = []
    at = 0
    for item in row:
        while at < len(taken) and taken[at][1] <= item.start:
            at += 1
        other = (at < len(taken) and taken[at][0] < item.end) or view.taken(item.start, item.end, _ADDRESSES)
        if other or (item.digits and _amount(view, item)):
            parts += [part, None] if part else [None]
            part = []
        else:
            part.append(item)
    return [*parts, part] if part else parts


def _amount(view: View, item: Token) -> bool:
    if item.sense.value < 0 and "figures" not in item.forms:
        return False
    head = view.text[max(0, item.start - 2) : item.start].rstrip(" ")
    if head and head[-1] in _MONEY_BEFORE and len(item.digits) < 9:
        return True
    return len(item.digits) < 7 and unit_follows(view, item.end)


def _touching(view: View, end: int, start: int) -> bool:
    size = start - end
    if size <= 1:
        return size == 0 or view.text[end] != "+"
    if size > _LONGEST_GAP:
        return False
    between = view.text[end:start]
    # A plus begins a number; what stands before belongs to another.
    if _MONEY.search(between) or "+" in between:
        return False
    return _GAP.fullmatch(between) is not None or _BRACKETED.fullmatch(between) is not None


def readings(row: Sequence[Token]) -> list[list[Token]]:
    """The ways to read a row, likeliest first: "nine hundred four" is 904 or 900 and 4, "twenty one" 21 or 20 and 1."""
    likeliest = joined(row)
    if not any(item.sense.value >= _TENS_JOIN or item.sense.times == 100 for item in row):
        return [likeliest]
    ways = [likeliest]
    lone = any(item.sense.times == 100 for item in row)
    # A hundred is 100 by itself in some languages: "dokuz yüz üç" is 903 or 9 and 103.
    lone_first = [((10, 100), True)] if lone else []
    for most, alone in (*lone_first, ((10,), False), ((100,), False), ((), False)):
        other = joined(row, most, lone=alone)
        if all([item.digits for item in other] != [item.digits for item in way] for way in ways):
            ways.append(other)
    return ways


def joined(row: Sequence[Token], steps: Sequence[int] = (10, 100), *, lone: bool = False) -> list[Token]:
    """Tens with their units, hundreds with both (as far as ``steps`` has them), counted digits written out; no fillers."""
    result: list[Token] = []
    at = 0
    while at < len(row):
        if taken := _repeated(row, at):
            result.append(taken[0])
            at = taken[1]
        elif (row[at].sense.value >= 0 and not row[at].sense.filler) or _hundreds(row, at, lone=lone)[0]:
            at = _compose(row, at, result, steps, lone=lone)
        else:
            if row[at].digits and not row[at].sense.filler:
                result.append(row[at])
            at += 1
    return _without_strays(result)


def _without_strays(row: list[Token]) -> list[Token]:
    # Single letters that may be digits count only among single characters.
    if not any("single" in item.forms for item in row):
        return row
    kept = []
    for index, item in enumerate(row):
        beside = [row[place] for place in (index - 1, index + 1) if 0 <= place < len(row)]
        if "single" not in item.forms or (len(row) >= 7 and all(len(other.digits) == 1 for other in beside)):
            kept.append(item)
    return kept


def _count(item: Token) -> int:
    """How often something is to be repeated, if the token can say so."""
    if item.sense.value >= 0:
        return item.sense.value
    return int(item.digits) if item.digits in {"2", "3", "4"} else 0


def _repeated(row: Sequence[Token], at: int) -> tuple[Token, int] | None:
    """ "double oh", "three zeros", "three times eight": one token and the place after it."""
    first = row[at]
    times = first.sense.times if first.sense.times in {2, 3} else 0
    place = at + 1
    if not times:
        times = _count(first)
        if not 2 <= times <= 4 or place >= len(row):
            return None
        if row[place].sense.plural >= 0:
            return token(first.start, row[place].end, str(row[place].sense.plural) * times, _WORDS), place + 1
        # "3, de două ori 0": the count belongs to what follows.
        if not row[place].sense.counts or (row[place].sense.filler and place + 2 < len(row) and row[place + 2].sense.counts):
            return None
        place += 1
    while place < len(row) and row[place].sense.filler and place <= at + 3:
        place += 1
    if place >= len(row):
        return None
    digit = str(row[place].sense.plural) if row[place].sense.plural >= 0 else row[place].digits
    if len(digit) != 1:
        return None
    return token(first.start, row[place].end, digit * times, _WORDS | (row[place].forms - {"single"})), place + 1


#: Ten before a unit is one number in these languages ("on yedi" is 17).
_TENS_JOIN = 10


def _hundreds(row: Sequence[Token], at: int, *, lone: bool) -> tuple[int, int]:
    """The hundreds said from ``at`` on and their last place ("nine hundred", "9 hundred", "o sută", "yüz"); 0 for none."""
    first = row[at]
    if first.sense.times == 100:
        return 100, at
    if at + 1 >= len(row) or row[at + 1].sense.times != 100 or row[at + 1].start - first.end > 1:
        return 0, at
    if first.digits == "0" and "look-alikes" in first.forms:
        # The Romanian article "o" looks like a zero.
        return 100, at + 1
    unit = 0 if lone else first.sense.value if first.sense.value >= 0 else int(first.digits) if len(first.digits) == 1 else 0
    return (unit * 100, at + 1) if 0 < unit < 10 else (0, at)


def _compose(row: Sequence[Token], at: int, result: list[Token], steps: Sequence[int], *, lone: bool) -> int:
    """Join the number words from ``at`` on into one number where they make one; return the next place."""
    first = row[at]
    value, last = first.sense.value, at
    step = 100 if 100 <= value < 1000 else 10 if 20 <= value < 100 or (value == _TENS_JOIN and first.sense.joins) else 0
    hundreds, place = _hundreds(row, at, lone=lone)
    if hundreds:
        value, last, step = hundreds, place, 100
    while step in steps:
        index = last + 1
        joins = index < len(row) and row[index].sense.value < 0 and row[index].sense.joins
        index += joins
        # "eighty, three" are two numbers, "eighty three" is one.
        if (
            index >= len(row)
            or row[index].start - row[index - 1].end > 1
            or (joins and row[last + 1].start - row[last].end > 1)
        ):
            break
        more = row[index].sense.value
        if joins and more < 0 and len(row[index].digits) <= 2 and row[index].digits.isdigit() and "figures" in row[index].forms:
            # "сто двадесет и 7"
            more = int(row[index].digits)
        if more < 0:
            break
        if (
            step == 100
            and index + 1 < len(row)
            and row[index + 1].sense.times == 100
            and row[index + 1].start - row[index].end <= 1
        ):
            # "seven hundred nine hundred": the nine belongs to the next hundred.
            break
        if step == 100 and (20 <= more < 100 or (more == _TENS_JOIN and row[index].sense.joins)) and value % 100 == 0:
            value, last, step = value + more, index, 10
        elif (step == 100 and (10 <= more < 20 or (joins and more < 100))) or (0 < more < 10 and value % 10 == 0):
            value, last, step = value + more, index, 0
        else:
            break
    if (
        20 < value < 100
        and last + 1 < len(row)
        and row[last + 1].sense.times == 100
        and row[last + 1].start - row[last].end <= 1
    ):
        # "seventy-seven hundred"
        value, last = value * 100, last + 1
    result.append(token(first.start, row[last].end, str(value), _WORDS))
    return last + 1
