"""Ages of persons: stated, offered or demanded ("Мери, 23", "на 27", "18-27 г.", "Men under 35").

A number between 1 and 99 is an age where a word for years, a person, a limit or a name stands beside it in the way ages are
written, and nothing says that the years are of experience, guarantee or business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from nlp.extract.digits import number_words
from nlp.extract.lexicon import Lexicon, Word
from nlp.extract.page import MOST, Found, Page, View
from nlp.extract.price import rules_for
from nlp.extract.reading import cyrillic
from nlp.lang import languages
from strazha.model.screening import MentionKind

KIND = MentionKind.AGE
NAME = "age"

_FIGURES = re.compile(r"(?<![\w.,:+№#])(\d{1,2})(?![\d%]|[.,:]\d|\s%|\s?[€£$]|-?(?:ти|ви|ри|и|і|е|th|st|nd|rd|го|й)\b)")
#: Numbers that stand together as a range or list: "18-27", "22 и 25", "от 18 до 27", "23/25".
_JOINED = re.compile(
    r"\s{0,2}[-–—/+&]\s{0,2}"
    r"|\s{0,1},?\s{1,2}(?:до|to|bis|la|pana la|and|и|με|und|si|y|a|та|і|й|εωσ|μεχρι|και|ve|ile|or|или|чи|или|hasta|do|i|sau|oder)\s{1,2}"
)
_LAST = re.compile(r"(?:,\s\d\d?)?(?:\)|,?\s(?:and|и|und|si|y|та|і|και|ve|или|or)\s\d\d?(?!\d))")
_OTHERS = (MentionKind.PHONE, MentionKind.PRICE, MentionKind.EMAIL, MentionKind.URL, MentionKind.HANDLE)
#: "Over 40s", "under 25s"; what follows "30+" where it is an age.
_PLURAL = re.compile(r"['’]?s\b(?!\s?of)")
_ONLY = re.compile(
    r"\s(?:only|please|preferred|works|best|for the|ne\b|не\b|μονο|само|само|nur|doar|только|лише|μονο|solo|само|г\b)"
)
#: "кара от 20 години", "seit 20 Jahren": since, unless a person stands right before.
_STOPS = frozenset({"", ".", ",", ";", ")", "!", "\n"})
_PAIRS = frozenset({"&", "and", "и", "und", "si", "y", "и", "та", "і", "και", "ve", "+"})
_I = frozenset({"me", "i", "аз", "я", "eu", "yo", "ich", "ja", "εγω", "ben", "мен", "my", "self"})
_IS = frozenset({"are", "is", "са", "е", "sind", "ist", "sunt", "este", "son", "ειναι", "су", "je"})
#: Limits that are said of people (an upward "от" and "до" are said of everything); words between them and the number.
_STRICT = frozenset(
    {
        "under",
        "over",
        "above",
        "below",
        "unter",
        "uber",
        "под",
        "над",
        "peste",
        "sub",
        "старше",
        "младше",
        "моложе",
        "старші",
        "молодші",
        "молодше",
        "πανω",
        "κατω",
        "ανω",
        "преко",
        "испод",
        "изнад",
        "mayores",
        "menores",
        "mayor",
        "menor",
        "mari",
        "mici",
        "mare",
        "mica",
        "older",
        "younger",
        "alter",
        "junger",
        "по-млади",
        "по-възрастни",
        "млади",
        "възрастни",
    }
)
_OF = frozenset({"de", "than", "als", "απο", "των", "за", "от", "од"})
#: A span rather than an age, where one number stands: "брак за 3 години".
_FOR = frozenset({"за"})
_SINCE = frozenset({"от", "since", "seit", "с", "від"})
_GAP = re.compile(r"[ \t.-]{0,2}")
_NAME_GAP = re.compile(r"\s?[,(|•*·:/-]{0,2}\s?")
_MONTHS = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|яну|фев|мар|апр|мая|май|юни|юли|июн|июл|авг|сеп|сен|окт|ное|ноя|дек|янв|ian|iun|iul|mai|mart|mayis|haz|tem|ago|ene|dic|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру)"
)


@dataclass(slots=True)
class _Group:
    """Numbers written together."""

    spans: list[tuple[int, int, int]]

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


class _Rules:
    """Words of one set of languages."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        self.years = Lexicon.of(word for data in known for word in data.age.years)
        self.before = Lexicon.of(word for data in known for word in data.age.before)
        self.limits = Lexicon.of(word for data in known for word in (*data.age.over, *data.age.under))
        self.not_before = Lexicon.of(word for data in known for word in data.age.not_before)
        self.not_after = Lexicon.of(word for data in known for word in data.age.not_after)
        self.persons = Lexicon.of(word for data in known for word in data.age.persons)
        self.names = frozenset(
            name for data in languages().values() for name in (*data.names, *data.shaky_names, *data.open_names)
        )
        self.after = Lexicon.of(word for data in known for word in data.age.after)
        self.things = Lexicon.of(word for data in known for word in data.age.things)
        self.sale = Lexicon.of(word for data in known for word in data.age.sale)
        self.streets = Lexicon.of(word for data in known for word in data.streets)
        self.numbers = number_words(codes)
        self.periods = rules_for(codes).periods


@lru_cache(maxsize=64)
def _rules(codes: tuple[str, ...]) -> _Rules:
    return _Rules(codes)


def extract(page: Page) -> None:
    """Add the ages of both fields; prices and telephones must have been found before."""
    rules = _rules(tuple(dict.fromkeys((*(code for code in page.codes if code in languages()), "en", "bg"))))
    goods = any(rules.sale.word(word.text) for view in page.all_views() if view.name == "title" for word in view.words)
    for view in page.views:
        spans: set[tuple[int, int]] = set()
        for source in (*(other for other in page.readings if other.name == view.name), view):
            others = [other for other in page.all_views() if other.name == view.name and other is not source]
            for start, end, age, confidence in _ages(source, rules, goods):
                if source is view and others and _read_elsewhere(page, source, end):
                    continue
                first, last = source.normal.original(start, end)
                if (first, last) in spans or any(other.taken(*other.normal.normal(first, last), _OTHERS) for other in others):
                    continue
                spans.add((first, last))
                source.add(Found(KIND, start, end, age, NAME, confidence))


def _read_elsewhere(page: Page, view: View, end: int) -> bool:
    """True where the word behind a number has a Cyrillic reading: there the number was judged already."""
    index = view.word_after(end)
    return index < len(view.words) and bool(cyrillic(page, view, view.words[index].start, view.words[index].end))


def _paired(view: View, group: _Group, rules: _Rules) -> bool:
    index = view.word_after(group.start) - 1
    if (
        index < 0
        or len(group.spans) > 1
        or not 18 <= group.spans[0][2] <= 60
        or view.text[view.words[index].end : group.start] != " "
    ):
        return False
    word = view.words[index]
    follows = view.plain[group.end : group.end + 3].lstrip(" ")
    return (
        view.text[word.start].isupper()
        and not rules.streets.word(word.text)
        and (not follows or follows[0] in ",.;)|+—-" or follows[:1] in "иa&")
    )


def _ages(view: View, rules: _Rules, goods: bool) -> Iterator[tuple[int, int, int, float]]:
    groups = list(_groups(view, rules))
    # "Паола 27, Камила 24": unknown capitalised words with an age each are names where there are two of them, or one known.
    pairs = {group.start for group in groups if _paired(view, group, rules)}
    for group in groups:
        confidence = _confidence(view, group, rules, goods)
        if not confidence and len(pairs) > 1 and group.start in pairs:
            confidence = 0.75
        if confidence:
            for start, end, age in group.spans:
                yield start, end, age, confidence


def _groups(view: View, rules: _Rules) -> Iterator[_Group]:
    numbers = [(match.start(), match.end(), int(match.group(1))) for match in islice(_FIGURES.finditer(view.plain), MOST)]
    numbers += islice(_spoken(view, rules), MOST)
    group: list[tuple[int, int, int]] = []
    for start, end, value in sorted(numbers):
        if not 0 <= value <= 99 or view.taken(start, end, _OTHERS):
            continue
        if group and start - group[-1][1] <= 14 and _JOINED.fullmatch(view.plain, group[-1][1], start):
            group.append((start, end, value))
            continue
        if group and view.plain[group[-1][1] : start] == ", " and _listed(view, end):
            group.append((start, end, value))
            continue
        if group:
            yield _Group(group)
        group = [(start, end, value)]
    if group:
        yield _Group(group)


def _listed(view: View, end: int) -> bool:
    """True where a list of numbers goes on to its last ("1, 4 und 9", "(19, 20, 21)")."""
    return _LAST.match(view.plain, end) is not None


def _spoken(view: View, rules: _Rules) -> Iterator[tuple[int, int, int]]:
    """Ages in words: tens with a unit, or any number before a word for years (else every "two girls" would be looked at)."""
    words = view.words
    for index, word in enumerate(words):
        value = rules.numbers.values.get(word.text, -1)
        if value < 16 or value > 99:
            continue
        end, after = word.end, index + 1
        if after < len(words) and words[after].text in rules.numbers.ands:
            after += 1
        if value % 10 == 0 and after < len(words) and 0 < rules.numbers.values.get(words[after].text, 0) < 10:
            value, end, after = value + rules.numbers.values[words[after].text], words[after].end, after + 1
            compound = True
        else:
            after, compound = index + 1, False
        if (
            compound
            or (after < len(words) and rules.years.at(words, after))
            or _range_of_words(view, index, rules)
            or (index and (words[index - 1].text == "на" or rules.before.before(words, index - 1)) and value >= 16)
        ):
            yield word.start, end, value


def _range_of_words(view: View, index: int, rules: _Rules) -> bool:
    """True for the first number of "от четрийсет до шейсет години"."""
    words = view.words
    if index + 2 >= len(words) or not _JOINED.fullmatch(view.plain, words[index].end, words[index + 2].start):
        return False
    return rules.numbers.values.get(words[index + 2].text, 0) >= 16


def _confidence(view: View, group: _Group, rules: _Rules, goods: bool) -> float:
    """How surely the numbers are ages; 0 where they are not."""
    words = view.words
    after, before = view.word_after(group.end), view.word_after(group.start) - 1
    if after < len(words) and words[after].start < group.end:
        after += 1
    following = words[after] if after < len(words) else None
    near = following is not None and _GAP.fullmatch(view.plain, group.end, following.start) is not None
    years = rules.years.at(words, after) if near else None
    other_unit = (
        near and following is not None and not years and (rules.periods.at(words, after) or _MONTHS.match(following.text))
    )
    if other_unit or _distracted(view, before, after + (years[1] if years else 0), rules):
        return 0.0
    values = [value for _, _, value in group.spans]
    if min(values) < 1 and not (years and len(values) == 2):
        return 0.0
    seen = _seen(view, group, before, after, rules)
    if years:
        if _of_thing(view, group, before, rules) or (goods and min(values) < 16 and not seen.person and not len(values) == 2):
            return 0.0
        if (
            len(values) == 1
            and before >= 0
            and words[before].text in _SINCE | _FOR
            and not _right_before(view, before - 1, rules)
        ):
            return 0.0
        named = _named(view, group, before, rules, least=1)
        supported = seen.cue or seen.person or (seen.limit and min(values) >= 16) or named or (goods and len(values) == 2)
        return _of_years(values, supported, following)
    return _bare(view, group, values, seen, rules)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stands around numbers: words before and after them (as indexes), a cue, a limit, a person."""

    before: int
    following: Word | None
    near: bool
    cue: bool
    limit: bool
    person: bool


def _seen(view: View, group: _Group, before: int, after: int, rules: _Rules) -> _Seen:
    words = view.words
    following = words[after] if after < len(words) else None
    near = following is not None and _GAP.fullmatch(view.plain, group.end, following.start) is not None
    beside = before >= 0 and group.start - words[before].end <= 3
    cue = beside and rules.before.before(words, before) is not None
    found = rules.limits.before(words, before) if beside and group.start - words[before].end <= 2 else None
    ahead = before - (found[1] if found else 1)
    # "вік до 55", "Alter: ab 20": the word for age stands before the limit.
    if found and ahead >= 0 and words[before].start - words[ahead].end < 14 and rules.before.before(words, ahead):
        cue = True
    tail = view.plain[group.end : group.end + 2]
    limit = found is not None or (near and rules.after.at(words, after) is not None)
    limit = (
        limit
        or (tail[:1] == "+" and not tail[1:].isalnum())
        or (found is not None and _PLURAL.match(view.plain, group.end) is not None)
    )
    return _Seen(before, following, near, cue, limit, _person(view, group, before, after, rules))


def _bare(view: View, group: _Group, values: list[int], seen: _Seen, rules: _Rules) -> float:
    """Ages without a word for years."""
    words, before = view.words, seen.before
    if min(values) < 16:
        bounded = seen.limit and before > 0 and rules.persons.before(words, before - 1) is not None
        beside = seen.cue or (_ends(view, group) and _directly(view, group, before, rules))
        beside = beside or (before > 0 and words[before].text == "на" and (_ends(view, group) or _goes_on(seen.following)))
        if seen.cue and len(values) == 2 and values[0] < values[1]:
            return 0.75
        return 0.8 if seen.person and (bounded or beside) else 0.0
    bare = before >= 0 and words[before].text == "на" and _bulgarian(view, group, before, seen.following, rules)
    named = _named(view, group, before, rules) and not _unit_follows(seen.following, seen.near)
    direct = _directly(view, group, before, rules) and _ends(view, group)
    ways = (
        (0.9, seen.cue or bare),
        (0.85, (seen.limit or len(values) == 2) and seen.person),
        (0.88, named),
        (0.8, seen.limit and _stands_alone(view, group, seen, rules)),
        (0.8, _in_brackets(view, group, seen)),
        (0.75, direct or _apart(view, group, seen) or _range_apart(view, group, values)),
    )
    return next((confidence for confidence, holds in ways if holds), 0.0)


def _goes_on(following: Word | None) -> bool:
    return following is not None and following.text in {"и", "от", "i", "ot"}


def _stands_alone(view: View, group: _Group, seen: _Seen, rules: _Rules) -> bool:
    """ "18+," or "Over 40s only": a limit that nothing but an age has."""
    if not all(16 <= value <= 75 for _, _, value in group.spans):
        return False
    if view.plain[group.end : group.end + 1] == "+":
        tail = view.plain[group.end + 1 : group.end + 3].lstrip()
        return not tail or (
            not tail[0].isdigit() and (tail[0] in ",.;)!" or _ONLY.match(view.plain, group.end + 1) is not None)
        )
    if _PLURAL.match(view.plain, group.end):
        return True
    index = view.word_after(group.start) - 1
    if len(group.spans) == 1 and index >= 0 and view.words[index].text in _STRICT | _OF:
        above = view.words[index].text in _STRICT or (index > 0 and view.words[index - 1].text in _STRICT)
        tail = view.plain[group.end : group.end + 2]
        if above and (not tail or tail[0] in ".,;)!\n" or _ONLY.match(view.plain, group.end) is not None):
            return True
    return (
        seen.near
        and seen.following is not None
        and rules.after.at(view.words, view.word_after(seen.following.start)) is not None
    )


def _in_brackets(view: View, group: _Group, seen: _Seen) -> bool:
    """ "our mother (62)", "with me (31, tester)", "two students (20, 22)"."""
    if view.plain[group.start - 1 : group.start] != "(" or view.plain[group.end : group.end + 1] not in {",", ")"}:
        return False
    word = view.words[seen.before].text if seen.before >= 0 else ""
    return (seen.person or word in _I) and all(16 <= value <= 99 for _, _, value in group.spans)


def _apart(view: View, group: _Group, seen: _Seen) -> bool:
    """ "Красива румънка с тъмни очи, 25." or a spoken age between commas."""
    value = group.spans[0][2]
    if len(group.spans) > 1 or not 18 <= value <= 69 or not _ends(view, group):
        return False
    head, tail = view.plain[max(0, group.start - 2) : group.start], view.plain[group.end : group.end + 1]
    spoken = not view.plain[group.start].isdigit() and any(mark in view.plain[group.start : group.end] for mark in " -")
    if spoken and tail in _STOPS and (not head.strip() or head in {", ", ". ", "! "}):
        return True
    return head == ", " and tail in _STOPS and seen.person and tail != ","


def _range_apart(view: View, group: _Group, values: list[int]) -> bool:
    """ "Gern 45 bis 65.": a range that is no time of day and that no unit follows."""
    if len(values) != 2 or not 18 <= values[0] <= values[1] <= 70:
        return False
    tail, head = view.plain[group.end : group.end + 1], view.plain[max(0, group.start - 2) : group.start]
    if tail not in _STOPS or (head and head[-1] not in " (\n"):
        return False
    between = view.plain[group.spans[0][1] : group.spans[1][0]].strip()
    if between in _PAIRS:
        # "Genuine Brazilian temptation, 23 & 25."
        return values[1] <= 45 and (head in {", ", " ("} or head.endswith("("))
    return values[0] == 18 or (values[1] >= 25 and values[1] - values[0] >= 5)


def _right_before(view: View, index: int, rules: _Rules) -> bool:
    return index >= 0 and rules.persons.before(view.words, index) is not None


def _of_thing(view: View, group: _Group, before: int, rules: _Rules) -> bool:
    """True where a thing that has an age stands just before, in the same sentence, and no person."""
    words = view.words
    for index in range(before, max(-1, before - 4), -1):
        end = words[index + 1].start if index < before else group.start
        if any(mark in view.plain[words[index].end : end] for mark in (". ", "! ", "? ", "\n")) or rules.persons.word(
            words[index].text
        ):
            return False
        if rules.things.word(words[index].text):
            return True
    return False


def _bulgarian(view: View, group: _Group, before: int, following: Word | None, rules: _Rules) -> bool:
    """Bulgarian "на 27" without a word for years: after a person or name, or before "съм"."""
    if group.start - view.words[before].end > 2:
        return False
    if following is not None and following.text in {"съм", "сме", "е"} and following.start - group.end <= 2:
        return True
    ends = _ends(view, group) or (following is not None and following.text in {"от", "и", "с"})
    return ends and any(
        word.text in rules.names or rules.persons.word(word.text) is not None
        for word in view.words[max(0, before - 3) : before]
    )


def _of_years(values: list[int], supported: bool, unit: Word | None) -> float:
    if min(values) >= 16:
        # A bare "40 Jahre" or "20 години" is as often a duration; grown-up ages without support are less sure.
        return 0.95 if supported else 0.7 if unit is not None and max(values) <= 75 else 0.0
    return 0.9 if supported else 0.0


def _distracted(view: View, before: int, after: int, rules: _Rules) -> bool:
    words = view.words
    if before >= 0 and rules.not_before.before(words, before) and not rules.limits.before(words, before):
        return True
    for index in (after, after + 1):
        if index >= len(words) or (index > 0 and _sentence_between(view, words[index - 1].end, words[index].start)):
            return False
        if rules.not_after.at(words, index):
            return True
    return False


def _sentence_between(view: View, end: int, start: int) -> bool:
    return any(mark in view.text[end:start] for mark in ".!?\n") and view.text[start].isupper()


def _person(view: View, group: _Group, before: int, after: int, rules: _Rules) -> bool:
    """True where a word for a person stands in the same clause, up to eight words before or three after."""
    words = view.words
    for index in range(before, max(-1, before - 8), -1):
        if any(
            mark in view.plain[words[index].end : words[index + 1].start if index < before else group.start]
            for mark in (". ", "! ", "? ", "\n")
        ):
            break
        if rules.persons.before(words, index):
            return True
    for index in range(after, min(len(words), after + 3)):
        if any(mark in view.plain[group.end : words[index].start] for mark in (". ", "! ", "? ", "\n")):
            break
        if rules.persons.at(words, index):
            return True
    return False


def _directly(view: View, group: _Group, before: int, rules: _Rules) -> bool:
    """True where a word for a person stands right before ("приятелки 22 и 25", "Zwei Freundinnen, 26 und 29")."""
    word = view.words[before] if before >= 0 else None
    if word is not None and word.text in _IS and before > 0 and rules.persons.before(view.words, before - 1):
        return True
    return (
        word is not None
        and rules.persons.word(word.text) is not None
        and _NAME_GAP.fullmatch(view.plain, word.end, group.start) is not None
    )


def _named(view: View, group: _Group, before: int, rules: _Rules, least: int = 16) -> bool:
    """True after a given name, or after a capitalised word and a comma where the number ends its part ("Ралица, 38, ...")."""
    if before < 0:
        return False
    word = view.words[before]
    gap = view.plain[word.end : group.start]
    if word.text in {"here", "hier", "aici", "aqui"} and before > 0:
        word = view.words[before - 1]
    if not _NAME_GAP.fullmatch(gap) or not view.text[word.start].isalpha() or "\n" in gap:
        return False
    if before > 0 and rules.streets.word(view.words[before - 1].text):
        return False
    if not view.text[word.start].isupper():
        return False
    if word.text in rules.names and least <= group.spans[0][2] <= 75:
        return True
    return "," in gap and word.text.isalpha() and _ends(view, group) and 18 <= group.spans[0][2] <= 65


def _ends(view: View, group: _Group) -> bool:
    tail = view.plain[group.end : group.end + 2].lstrip()
    return not tail or not tail[0].isalnum()


def _unit_follows(following: Word | None, near: bool) -> bool:
    return (
        near
        and following is not None
        and following.text in {"км", "km", "кг", "kg", "см", "cm", "м", "m", "лв", "eur", "бр", "места", "seats", "min", "мин"}
    )
