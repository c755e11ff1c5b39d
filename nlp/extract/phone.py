"""Telephone numbers, plain or disguised.

The text becomes a row of digit tokens (extract/digits.py); neighbouring tokens form runs; in each run the windows that could
be a number are tried against the numbering plans of the regions the advert points to, longest first from the left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

from nlp.extract.digits import NumberWords, Token, digit_tokens, number_words
from nlp.extract.page import Found, Page, View
from nlp.lang import codes as all_codes
from nlp.lang import languages
from nlp.lang.language import alternatives
from strazha.model.screening import MentionKind

KIND = MentionKind.PHONE
NAME = "phone"

#: Ranges reserved for fiction: valid-looking, never assigned to anybody. libphonenumber refuses some of them.
FICTIONAL = re.compile(
    r"\+(?:447700900\d{3}|441632960\d{3}|44(?:113|114|115|116|117|118|121|131|141|151|161)4960\d{3}|442079460\d{3}|44(?:2890|2920)(?:180|496)\d{4}|448081570\d{3}"
    r"|49176040690\d{2}|493023125\d{3}|4917139200\d{2}|4915228817386|4915228895456|4915228[0-9]{6}99|1\d{3}55501\d{2}|359888[0]\d{5}|35999910\d{4}|336399800\d{2}|33199001\d{4}|407000000\d{2})$"
)
#: Most tokens of a run that are looked at as one number: a number spoken digit by digit with a few fillers.
_LONGEST = 24
#: Most attempts to parse in one field; more look like numbers only in junk, and time must stay linear.
_ATTEMPTS = 600
#: What may stand between the digits of one number: a few marks, spaces, at most two line breaks' worth; no long gap.
_GAP = re.compile(r"[^\w\n]{0,8}\n?[^\w\n]{0,4}")
_BRACKETED = re.compile(r"[^\w\n]{0,3}[(\[][^\d()\[\]\n]{1,24}[)\]][^\w\n]{0,3}")
_DATE = re.compile(
    r"(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}:\d{2}(?!\d)|(?<!\d)(?:19|20)\d\d\s?-\s?(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}\.\d{1,2}\s?-\s?\d{1,2}\.\d{1,2}(?!\d)"
)
#: Between the digits of one number these hardly ever stand; between two numbers, or a price and a number, they often do.
_BREAK = re.compile(r"[(;|\[\n]|\s/\s|,\s")
_MONEY = re.compile(r"[€£$%]")
_PLUS = re.compile(r"\+\s?\(?\s?$")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an advert says of where its numbers belong."""

    #: Regions to try, most likely first, and those among them whose numbers may come without a trunk zero.
    regions: tuple[str, ...]
    own: frozenset[str]
    #: Words that stand beside telephones, and labels of other numbers (company, licence, account).
    cues: re.Pattern[str]
    labels: re.Pattern[str]


def extract(page: Page) -> None:
    """Add the telephone numbers of both fields."""
    known = languages()
    words = number_words(_codes(page))
    own = {known[code].regions[0] for code in page.codes if code in known} | ({page.country} if page.country else set())
    plan = _Plan(_regions(page), frozenset(own), *_patterns(_codes(page)))
    for view in page.views:
        for found in list(_numbers(view, words, plan)):
            view.add(found)


def _codes(page: Page) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(code for code in page.codes if code in languages()), *all_codes())))


def _regions(page: Page) -> tuple[str, ...]:
    known = languages()
    own = [region for code in page.codes if code in known for region in known[code].regions]
    # Bulgaria comes before the advert's language: the sources watched are for readers in Bulgaria, and Irish and Ukrainian
    # mobiles look the same. A stated country comes before both. The last ones need their own trunk zero to be reached.
    others = [known[code].regions[0] for code in all_codes()]
    return tuple(dict.fromkeys(([page.country] if page.country else []) + ["BG", *own, "GB", "DE", "RO", *others]))


@lru_cache(maxsize=64)
def _patterns(codes: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    known = languages()
    cues = alternatives(
        word
        for code in codes
        for word in (*known[code].phone_cues, *(form for forms in known[code].networks.values() for form in forms))
    )
    labels = alternatives(word for code in codes[:4] for word in known[code].id_labels)
    return re.compile(cues), re.compile(labels + r"(?:\.?\s?(?:№|no\.?|nr\.?|бр\.?|#|n°|nº)\s?)?:?\s?$")


def _numbers(
    view: View,
    words: NumberWords,
    plan: _Plan,
) -> Iterator[Found]:
    budget = _ATTEMPTS
    for run in _runs(view, words):
        at = 0
        while at < len(run) and budget > 0:
            window, value, used = _window(view, run, at, plan)
            budget -= used
            if window is None:
                at += 1
                continue
            yield _found(view, run[at : at + window], value)
            at += window


def _runs(view: View, words: NumberWords) -> Iterator[list[Token]]:
    """Rows of neighbouring digit tokens, with number words joined to numbers."""
    dates = [match.span() for match in _DATE.finditer(view.text)]
    taken = sorted([*dates, *((item.start, item.end) for item in view.found)])
    row: list[Token] = []
    at = 0
    for item in digit_tokens(view.text, view.plain, words):
        if isinstance(item, int):
            if row and not _bracket_before(view, row[-1].end, item):
                yield from _finish(row)
                row = []
            continue
        while at < len(taken) and taken[at][1] <= item.start:
            at += 1
        if at < len(taken) and taken[at][0] < item.end:
            yield from _finish(row)
            row = []
            continue
        if row and not _touching(view, row[-1].end, item.start):
            yield from _finish(row)
            row = []
        row.append(item)
    yield from _finish(row)


def _touching(view: View, end: int, start: int) -> bool:
    if start - end > 30:
        return False
    between = view.text[end:start]
    if _MONEY.search(between):
        return False
    return _GAP.fullmatch(between) is not None or _BRACKETED.fullmatch(between) is not None


def _bracket_before(view: View, end: int, word_start: int) -> bool:
    # "0888 (звъни) 123456": words in brackets do not end the run; _touching decides when the next digits come.
    gap = view.text[end:word_start]
    return word_start - end <= 30 and ("(" in gap or "[" in gap) and ")" not in gap and "]" not in gap


def _finish(row: list[Token]) -> Iterator[list[Token]]:
    if sum(len(token.digits) * max(token.times, 1) for token in row) + sum(3 for token in row if token.times) >= 7:
        joined = _joined(row)
        if sum(len(token.digits) for token in joined) >= 7:
            yield joined


def _joined(row: Sequence[Token]) -> list[Token]:
    """Tens with their units, hundreds with both, doubled digits written out; fillers dropped."""
    result: list[Token] = []
    at = 0
    while at < len(row):
        token = row[at]
        if token.times in {2, 3} and at + 1 < len(row) and len(row[at + 1].digits) == 1:
            other = row[at + 1]
            result.append(Token(token.start, other.end, other.digits * token.times, other.forms | {"words"}))
            at += 2
        elif 2 <= token.value <= 4 and at + 1 < len(row) and row[at + 1].zeros:
            result.append(Token(token.start, row[at + 1].end, "0" * token.value, frozenset({"words"})))
            at += 2
        elif token.value >= 0 and not token.filler:
            at = _compose(row, at, result)
        else:
            if token.digits:
                result.append(token)
            at += 1
    return result


def _compose(row: Sequence[Token], at: int, result: list[Token]) -> int:
    """Join the number words from ``at`` on into one number where they make one; return the next place."""
    first = row[at]
    value, last, step = first.value, at, 100 if 100 <= first.value < 1000 else 10 if 20 <= first.value < 100 else 0
    if 0 < value < 10 and at + 1 < len(row) and row[at + 1].times == 100:
        value, last, step = value * 100, at + 1, 100
    while step:
        index = last + 1
        if index < len(row) and row[index].joins and index + 1 < len(row) and row[index + 1].value >= 0:
            index += 1
        if index >= len(row) or row[index].value < 0:
            break
        more = row[index].value
        if step == 100 and 20 <= more < 100 and more % 10 == 0 and value % 100 == 0:
            value, last, step = value + more, index, 10
        elif (step == 100 and 10 <= more < 20) or (0 < more < 10 and value % 10 == 0):
            value, last, step = value + more, index, 0
        else:
            break
    result.append(Token(first.start, row[last].end, str(value), frozenset({"words"}), value=value))
    return last + 1


def _window(
    view: View,
    run: list[Token],
    at: int,
    plan: _Plan,
) -> tuple[int | None, str, int]:
    """The longest number that starts at a token: how many tokens, its E.164 form, and how many attempts that took."""
    digits, sizes = "", []
    for size, token in enumerate(run[at : at + _LONGEST], start=1):
        digits += token.digits
        if len(digits) > 16:
            break
        if len(digits) >= 7:
            sizes.append((size, digits))
    used = 0
    if not sizes or not _may_start(view, run, at, plan):
        return None, "", used
    plus = _has_plus(view, run[at].start)
    # First the windows that cross no strong mark: "07700 900163 (0888 016357)" is two numbers.
    whole = next(
        (size for size in range(1, sizes[-1][0]) if _BREAK.search(view.text[run[at + size - 1].end : run[at + size].start])),
        sizes[-1][0],
    )
    inside, across = [item for item in sizes if item[0] <= whole], [item for item in sizes if item[0] > whole]
    for size, candidate in (*reversed(inside), *reversed(across)):
        end = run[at + size - 1].end
        if not _may_end(view, end, run, at + size) or all(token.forms == {"look-alikes"} for token in run[at : at + size]):
            continue
        used += 1
        value = _parse(candidate, plus, plan.regions, plan.own, _cue(view, run[at].start, end, plan))
        if value:
            shorter = _without_last_word(run, at, size, plus, plan)
            return (size - 1, shorter, used) if shorter else (size, value, used)
    return None, "", used


def _without_last_word(run: list[Token], at: int, size: int, plus: bool, plan: _Plan) -> str:
    """The number without its last token where that is a word behind figures that are a mobile number already.

    "0888 001 234 after six" would else be a Turkish number of eleven digits.
    """
    *figures, last = run[at : at + size]
    if "words" not in last.forms or any(token.forms != {"figures"} for token in figures):
        return ""
    value = _parse("".join(token.digits for token in figures), plus, plan.regions, plan.own, False)
    return value if value and _is_mobile(value) else ""


@lru_cache(maxsize=5_000)
def _is_mobile(value: str) -> bool:
    kind = phonenumbers.number_type(phonenumbers.parse(value))
    return kind in {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def _has_plus(view: View, start: int) -> bool:
    before = view.plain[max(0, start - 8) : start]
    return bool(_PLUS.search(before)) or any(before.rstrip().endswith(word) for word in ("плюс", "plus", "плус", "συν", "arti"))


def _may_start(view: View, run: list[Token], at: int, plan: _Plan) -> bool:
    start = run[at].start
    before = view.text[max(0, start - 2) : start]
    if before[-1:] in {"€", "$", "£", "#", "№"} or (before[-1:] in {".", ","} and before[:1].isdigit() and at == 0):
        return False
    return not plan.labels.search(view.plain[max(0, start - 24) : start])


_UNIT_AFTER = re.compile(r"\s?(?:лв|лева|евро|eur|euro|lei|€|\$|£|%|кг|kg|км|km|кв|м2|m2)(?!\w)")


def _may_end(view: View, end: int, run: list[Token], following: int) -> bool:
    if _UNIT_AFTER.match(view.plain, end):
        return False
    # Nor with the thousands of an amount ("12 000,50").
    following_digits = run[following].digits if following < len(run) else ""
    return not (
        view.text[end : end + 1] == "," and following_digits and run[following].start == end + 1 and len(following_digits) == 2
    )


def _cue(view: View, start: int, end: int, plan: _Plan) -> bool:
    return bool(plan.cues.search(view.plain[max(0, start - 30) : start]) or plan.cues.search(view.plain[end : end + 20]))


@lru_cache(maxsize=20_000)
def _parse(digits: str, plus: bool, regions: tuple[str, ...], own: frozenset[str], cue: bool) -> str:
    """E.164 of the digits as somebody in one of the regions would dial them, or an empty string."""
    if plus:
        return _valid("+" + digits, None)
    if digits.startswith("00") and len(digits) >= 11 and (value := _valid("+" + digits[2:], None)):
        return value
    for region in regions:
        # Without a trunk zero a number is trusted only where the advert's own languages or country use none.
        dialled = digits.startswith("0") or (region in own and _no_trunk(region))
        if dialled and (value := _valid(digits, region)):
            return value
    if len(digits) >= 11 and not digits.startswith("0") and digits.startswith(_COUNTRY_CODES):
        return _valid("+" + digits, None)
    if cue and len(digits) == 9 and digits.startswith(("88", "87", "89", "98", "99")):
        return _valid("0" + digits, "BG")
    return ""


_COUNTRY_CODES = (
    "359",
    "40",
    "44",
    "49",
    "30",
    "90",
    "381",
    "34",
    "380",
    "7",
    "43",
    "41",
    "48",
    "39",
    "33",
    "31",
    "32",
    "357",
    "389",
    "373",
    "353",
    "420",
)


@lru_cache(maxsize=64)
def _no_trunk(region: str) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return metadata is not None and metadata.national_prefix != "0"


def _valid(number: str, region: str | None) -> str:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return ""
    value: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return value if phonenumbers.is_valid_number(parsed) or FICTIONAL.match(value) else ""


def _found(view: View, tokens: Sequence[Token], value: str) -> Found:
    start, end = tokens[0].start, tokens[-1].end
    before = view.text[max(0, start - 4) : start]
    if match := _PLUS.search(before):
        start -= len(before) - match.start()
    disguise = _disguise(view, start, end, tokens)
    tags = ("fictional range",) if FICTIONAL.match(value) else ()
    return Found(KIND, start, end, value, NAME, 0.9 if disguise else 0.98, disguise, tags)


def _disguise(view: View, start: int, end: int, tokens: Sequence[Token]) -> tuple[str, ...]:
    """What was done to hide the number, for the reader."""
    forms = frozenset().union(*(token.forms for token in tokens))
    marks: list[str] = [name for name in ("words", "look-alikes") if name in forms]
    first, last = view.normal.original(start, end)
    captured = view.captured[first:last]
    if any(ord(char) > 0x2300 or char == "\u20e3" for char in captured):
        marks.append("emoji")
    if re.search("[\u200b-\u200f\u2060\ufeff\u202a-\u202e\u00ad]", captured):
        marks.append("hidden characters")
    pieces = [token for token in tokens if "figures" in token.forms]
    single = sum(1 for token in pieces if len(token.digits) == 1)
    if single >= 5 or (len(pieces) >= 6 and sum(len(token.digits) for token in pieces) / len(pieces) < 1.7):
        marks.append("spacing")
    between = re.sub(r"[\w\s+()./,:;-]", "", view.text[start:end])
    if between and "emoji" not in marks:
        marks.append("separators")
    elif any(char.isalpha() for char in view.text[start:end]) and not marks:
        marks.append("text between")
    return tuple(marks)
