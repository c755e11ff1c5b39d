"""Telephone numbers, plain or disguised.

The text becomes rows of digit tokens (extract/digits.py, extract/rows.py). In each row the windows that could be a number are
tried against the numbering plans of the regions the advert points to (extract/numbering.py), longest first from the left.
Rows that are no number alone are then tried together: "0888 - ask for Ani - 001 - 204", or a number cut between title and body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.extract.digits import DOUBTFUL, Token
from nlp.extract.numbering import FICTIONAL, NONE, OTHER, SURE, dialled
from nlp.extract.page import Found, Page, View
from nlp.extract.phone_parts import KIND, NAME, Work, across, apart, found_number, may_start
from nlp.extract.phone_words import cue_beside, labelled, phone_rules
from nlp.extract.rows import clear, has_plus, readings, rows, unit_follows

#: Most tokens of a row that are looked at as one number: a number spoken digit by digit with a few fillers.
_LONGEST = 24
#: Between the digits of one number these hardly ever stand; between two numbers, or a price and a number, they often do.
_BREAK = re.compile(r"[(;|\[\n]|\s/\s|,\s")
#: The other endings of numbers that share their head: "0888 001 204/205".
_ENDING = re.compile(r"\s?[/\\]\s?(\d{1,4})(?![\w\\:%€]|/\d{4}|[.,]\d|\s\d|\s?(?:лв|eur|€))")
#: A zero said last that belongs first.
_AHEAD = re.compile(
    r"front|begin|start|before|отпред|пред|начал|почва|впереди|перед|спереду|спочатку|vorn|davor|fata|inceput|μπροστα|αρχ"
    r"|first|първа|първо|сначала|спершу|zuerst|πρωτ|prvo|прво|primero|basta|basina|onunde|napred|ispred|напред|испред|delante|principio|empieza"
)


def extract(page: Page) -> None:
    """Add the telephone numbers of both fields."""
    rules = phone_rules(page.codes, page.country, page.sure_of_language)
    works: list[Work] = []
    for view in page.views:
        work = Work(view, rules)
        _read(work, begun=bool(works) and bool(works[0].left))
        works.append(work)
    if len(works) > 1:
        across(works[0], works[1])
    for work in works:
        for found in (*work.found, *work.weak.values()):
            work.view.add(found)


def _read(work: Work, *, begun: bool) -> None:
    """Find the numbers of one field that stand in one row, then those in several parts.

    ``begun`` says that the title may hold the head of a number whose rest is here.
    """
    found = rows(work.view, work.rules.words)
    short: list[tuple[int, list[Token]]] = []
    for row in found:
        # Counted and spoken digits are more than they look.
        if sum(max(len(item.digits), 3 * (item.sense.times > 0), 2 * (item.sense.plural >= 0)) for item in row) >= 7:
            _parts_of(work, row)
        else:
            short.append((len(work.left), row))
    # Short rows are of use only where one of the rows left can be the head of a number.
    left = [(0, part) for part in work.left if part is not None]
    if begun or any(_may_be_head(work.view, row) for _, row in (*short, *left)):
        _with_short(work, short)
        apart(work)


def _with_short(work: Work, short: list[tuple[int, list[Token]]]) -> None:
    """Put the short rows among those that are left, in the order of the text."""
    before, work.left = work.left, []
    at = 0
    for place, row in short:
        work.left += before[at:place]
        at = place
        _parts_of(work, row)
    work.left += before[at:]


def _parts_of(work: Work, row: list[Token]) -> None:
    doubtful = any(DOUBTFUL in item.forms for item in row)
    for part in clear(work.view, row):
        if part is None:
            work.left.append(None)
            continue
        for piece in _without_doubt(work, part) if doubtful else [part]:
            _part_of(work, piece)


def _without_doubt(work: Work, row: list[Token]) -> list[list[Token]]:
    """The row whole where its doubtful tokens make it one number, else the rows between them."""
    last = len(row)
    while last and DOUBTFUL in row[last - 1].forms:
        last -= 1
    # "... пет шест след шест": a time of day may follow.
    filled = next((at for at, item in enumerate(row) if item.sense.filler and not item.digits and at > 1), last)
    for whole in (row, row[:last], row[:filled]):
        tokens = _likeliest(work, whole) if any(DOUBTFUL in item.forms for item in whole) else []
        digits = "".join(item.digits for item in tokens)
        if 9 <= len(digits) <= 15 and work.budget > 0:
            work.budget -= 1
            plus = has_plus(work.view, whole[0].start, work.rules.words)
            # A number of another region will do: what is hidden in this way is hidden on purpose.
            if dialled(digits, plus, work.rules.plan, False)[0] in {SURE, OTHER}:
                return [whole]
    pieces: list[list[Token]] = [[]]
    for item in row:
        if DOUBTFUL in item.forms:
            pieces.append([])
        else:
            pieces[-1].append(item)
    return [piece for piece in pieces if piece]


def _zero_ahead(work: Work, row: list[Token]) -> bool:
    """Find a number whose trunk zero is said last: "7700 900 405, zero in front", "... 878 с нула отпред"."""
    view = work.view
    for tokens in readings(row):
        *rest, zero = tokens
        digits = "".join(item.digits for item in rest)
        if not 9 <= len(digits) <= 11 or digits.startswith("0") or not rest or work.budget <= 0:
            continue
        between, behind = view.plain[rest[-1].end : zero.start], view.plain[zero.end : zero.end + 16]
        if not (_AHEAD.search(between) or _AHEAD.search(behind)):
            continue
        work.budget -= 1
        rank, value = dialled("0" + digits, False, work.rules.plan, False)
        if rank == SURE:
            work.found.append(found_number(work, tokens, value))
            work.left.append(None)
            return True
    return False


def _part_of(work: Work, part: list[Token]) -> None:
    if part:
        tokens = _likeliest(work, part)
        if tokens and tokens[-1].digits == "0" and len(part) > 2 and _zero_ahead(work, part):
            return
        if sum(len(item.digits) for item in tokens) >= 7 and work.budget > 0:
            _row(work, tokens)
        elif tokens:
            work.left.append(tokens)


def _may_be_head(view: View, row: list[Token]) -> bool:
    if any(
        (item.digits[:1] == "0" and DOUBTFUL not in item.forms) or item.sense.times or item.sense.plural == 0 for item in row
    ):
        return True
    return "+" in view.text[max(0, row[0].start - 3) : row[0].start]


def _likeliest(work: Work, row: list[Token]) -> list[Token]:
    """The reading of a row that makes it one sure number, else the likeliest."""
    ways = readings(row)
    if len(ways) > 1:
        plus = has_plus(work.view, row[0].start, work.rules.words)
        for tokens in ways:
            work.budget -= 1
            if work.budget <= 0:
                break
            digits = "".join(item.digits for item in tokens)
            if 9 <= len(digits) <= 15 and dialled(digits, plus, work.rules.plan, False)[0] == SURE:
                return tokens
    return ways[0]


def _row(work: Work, row: list[Token]) -> None:
    cue = cue_beside(work.view, work.rules, row[0].start, row[-1].end)
    at = begin = 0
    if labelled(work.view, work.rules, row[0].start):
        # The number of a company, a parcel, a book: all of it up to the next strong mark.
        at = begin = next(
            (place for place in range(1, len(row)) if _BREAK.search(work.view.text[row[place - 1].end : row[place].start])),
            len(row),
        )
    while at < len(row) and work.budget > 0:
        size, value, surely = _window(work, row, at, cue)
        if not size:
            at += 1
            continue
        if begin < at:
            work.left.append(row[begin:at])
        tokens = row[at : at + size]
        found = found_number(work, tokens, value)
        if surely:
            work.found.append(found)
            work.left.append(None)
        else:
            work.weak[tokens[0].start] = found
            work.left.append(tokens)
        at = begin = at + size
        at = begin = _endings(work, row, at, tokens, value)
    if begin < len(row):
        work.left.append(row[begin:])


def _window(work: Work, row: list[Token], at: int, cue: bool) -> tuple[int, str, bool]:
    """The number that starts at a token: how many tokens (0 for none), its E.164 form, whether it is a mobile one."""
    digits, sizes = "", []
    for size, item in enumerate(row[at : at + _LONGEST], start=1):
        digits += item.digits
        if len(digits) > 16:
            break
        if len(digits) >= 7:
            sizes.append((size, digits))
    if not sizes or not may_start(work, row, at):
        return 0, "", False
    view = work.view
    plus = has_plus(view, row[at].start, work.rules.words)
    # First the windows that cross no strong mark: "07700 900163 (0888 016357)" is two numbers.
    whole = next((size for size in range(1, sizes[-1][0]) if _parts(view, row, at, at + size)), sizes[-1][0])
    ordered = [item for item in reversed(sizes) if item[0] <= whole] + [item for item in reversed(sizes) if item[0] > whole]
    best, size_best, number = NONE, 0, ""
    total = len(ordered[0][1])
    # Digit by digit up to the end: then no digit may be left over.
    final = row[at : at + ordered[0][0]][-3:]
    # "... пет шест след шест": the last number stands behind a word for "after", not in the row of digits.
    one_by_one = all(len(item.digits) == 1 for item in final) and not any(
        char.isalpha() for char in view.text[final[-2].end : final[-1].start]
    )
    for size, candidate in ordered:
        tokens = row[at : at + size]
        if not _may_end(view, row, at + size) or not _shown(tokens):
            continue
        work.budget -= 1
        rank, value = dialled(candidate, plus, work.rules.plan, cue or _spoken(tokens))
        # The longest number wins, unless a shorter one is sure.
        if rank < NONE and (best == NONE or (rank == SURE and not (one_by_one and _kept(best, total - len(candidate))))):
            best, size_best, number = rank, size, value
        if best == SURE:
            break
    if best > SURE and not plus and _better_later(work, row, at, size_best):
        return 0, "", False
    return size_best, number, best == SURE or plus


def _kept(best: int, left: int) -> bool:
    """True where a longer number, spoken or spaced digit by digit, is kept although a shorter one would be surer."""
    return left == 1 or (1 < left <= 3 and best <= OTHER)


def _parts(view: View, row: list[Token], first: int, at: int) -> bool:
    """True where the gap before a token parts two numbers rather than the digits of one."""
    gap = view.text[row[at - 1].end : row[at].start]
    if gap in {"/", "\\"} and len(row[at].digits) <= 3:
        # "0888 001 204/205": an ending, not more digits.
        return sum(len(item.digits) for item in row[first:at]) >= 9
    return _BREAK.search(gap) is not None


def _shown(tokens: Sequence[Token]) -> bool:
    """False where letters that may be digits are all there is, or single letters too many."""
    forms = [item.forms for item in tokens]
    if all("look-alikes" in form and "figures" not in form for form in forms):
        return False
    return sum("single" in form for form in forms) <= len(forms) / 2


def _spoken(tokens: Sequence[Token]) -> bool:
    return sum(len(item.digits) for item in tokens if "words" in item.forms) >= 7


def _better_later(work: Work, row: list[Token], at: int, size: int) -> bool:
    """True where a surer number starts within the window ("floor 4, 0888 ..."): this one is then no number."""
    for start in range(at + 1, min(at + max(size, 1), at + 4)):
        digits = ""
        for item in row[start : start + _LONGEST]:
            digits += item.digits
            if 9 <= len(digits) <= 15 and digits.startswith("0"):
                work.budget -= 1
                if dialled(digits, False, work.rules.plan, False)[0] == SURE:
                    return True
            if len(digits) > 15:
                break
    return False


def _may_end(view: View, row: list[Token], following: int) -> bool:
    end = row[following - 1].end
    if unit_follows(view, end):
        return False
    # Nor with the thousands of an amount ("12 000,50").
    if following >= len(row) or row[following].start != end + 1:
        return True
    return not (view.text[end] == "," and len(row[following].digits) == 2)


def _endings(work: Work, row: list[Token], at: int, tokens: list[Token], value: str) -> int:
    """Add the numbers that share their head with the one found ("0888 001 204/205/206"); return the next place in the row."""
    end, last = tokens[-1].end, value
    while (match := _ENDING.match(work.view.plain, end)) and len(tokens[-1].digits) >= 2:
        ending = match.group(1)
        other = last[: -len(ending)] + ending
        rank, number = dialled(other[1:], True, work.rules.plan, False)
        if rank != SURE or number != other or len(ending) > len(tokens[-1].digits):
            break
        tags = ("fictional range",) if FICTIONAL.match(number) else ()
        work.found.append(Found(KIND, match.start(1), match.end(1), number, NAME, 0.85, (), tags))
        end = match.end(1)
    while at < len(row) and row[at].start < end:
        at += 1
    return at
