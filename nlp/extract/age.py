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
from nlp.lang import languages
from strazha.model.screening import MentionKind

KIND = MentionKind.AGE
NAME = "age"

_FIGURES = re.compile(r"(?<![\w.,:+№#])(\d{1,2})(?![\d%]|[.,:]\d|\s%|\s?[€£$]|-?(?:ти|ви|ри|th|st|nd|rd|го|й)\b)")
#: Numbers that stand together as a range or list: "18-27", "22 и 25", "от 18 до 27", "23/25".
_JOINED = re.compile(
    r"\s{0,2}[-/+&]\s{0,2}|\s{0,1},?\s{1,2}(?:до|to|bis|la|pana la|and|и|und|si|y|a|та|і|εως|και|ve|ile|or|или|hasta)\s{1,2}"
)
_OTHERS = (MentionKind.PHONE, MentionKind.PRICE, MentionKind.EMAIL, MentionKind.URL, MentionKind.HANDLE)
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
        self.names = frozenset(name for data in languages().values() for name in (*data.names, *data.shaky_names))
        self.streets = Lexicon.of(word for data in known for word in data.streets)
        self.numbers = number_words(codes)
        self.periods = rules_for(codes).periods


@lru_cache(maxsize=64)
def _rules(codes: tuple[str, ...]) -> _Rules:
    return _Rules(codes)


def extract(page: Page) -> None:
    """Add the ages of both fields; prices and telephones must have been found before."""
    rules = _rules(tuple(dict.fromkeys((*(code for code in page.codes if code in languages()), "en", "bg"))))
    for view in page.views:
        spans: set[tuple[int, int]] = set()
        for source in (*(other for other in page.readings if other.name == view.name), view):
            others = [other for other in page.all_views() if other.name == view.name and other is not source]
            for start, end, age, confidence in _ages(source, rules):
                first, last = source.normal.original(start, end)
                if (first, last) in spans or any(other.taken(*other.normal.normal(first, last), _OTHERS) for other in others):
                    continue
                spans.add((first, last))
                source.add(Found(KIND, start, end, age, NAME, confidence))


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


def _ages(view: View, rules: _Rules) -> Iterator[tuple[int, int, int, float]]:
    groups = list(_groups(view, rules))
    # "Паола 27, Камила 24": unknown capitalised words with an age each are names where there are two of them, or one known.
    pairs = {group.start for group in groups if _paired(view, group, rules)}
    for group in groups:
        confidence = _confidence(view, group, rules)
        if not confidence and len(pairs) > 1 and group.start in pairs:
            confidence = 0.75
        if confidence:
            for start, end, age in group.spans:
                yield start, end, age, confidence


def _groups(view: View, rules: _Rules) -> Iterator[_Group]:
    matches = (_FIGURES.match(view.plain, start) for start in islice(view.figures, MOST))
    numbers = [(match.start(), match.end(), int(match.group(1))) for match in matches if match]
    numbers += islice(_spoken(view, rules), MOST)
    group: list[tuple[int, int, int]] = []
    for start, end, value in sorted(numbers):
        if not 1 <= value <= 99 or view.taken(start, end, _OTHERS):
            continue
        if group and start - group[-1][1] <= 14 and _JOINED.fullmatch(view.plain, group[-1][1], start):
            group.append((start, end, value))
            continue
        if group:
            yield _Group(group)
        group = [(start, end, value)]
    if group:
        yield _Group(group)


def _spoken(view: View, rules: _Rules) -> Iterator[tuple[int, int, int]]:
    """Ages in words: tens with a unit, or any number before a word for years (else every "two girls" would be looked at)."""
    words, values = view.words, rules.numbers.values
    telling = {text for text in view.vocabulary if 16 <= values.get(text, -1) <= 99}
    if not telling:
        return
    for index, word in enumerate(words):
        if word.text not in telling:
            continue
        value = values[word.text]
        end, after = word.end, index + 1
        if after < len(words) and words[after].text in rules.numbers.ands:
            after += 1
        if value % 10 == 0 and after < len(words) and 0 < rules.numbers.values.get(words[after].text, 0) < 10:
            value, end, after = value + rules.numbers.values[words[after].text], words[after].end, after + 1
            compound = True
        else:
            after, compound = index + 1, False
        if compound or (after < len(words) and rules.years.at(words, after)):
            yield word.start, end, value


def _confidence(view: View, group: _Group, rules: _Rules) -> float:
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
    cue = before >= 0 and group.start - words[before].end <= 3 and rules.before.before(words, before) is not None
    limit = before >= 0 and group.start - words[before].end <= 2 and rules.limits.before(words, before) is not None
    person = _person(view, group, before, after, rules)
    if years:
        return _of_years(
            values, cue or person or (limit and min(values) >= 16) or _named(view, group, before, rules, least=1), following
        )
    if min(values) < 16:
        bounded = limit and before > 0 and rules.persons.before(words, before - 1) is not None
        beside = cue or (_ends(view, group) and _directly(view, group, before, rules))
        return 0.8 if person and (bounded or beside) else 0.0
    bare = before >= 0 and words[before].text == "на" and _bulgarian(view, group, before, following, rules)
    named = _named(view, group, before, rules) and not _unit_follows(following, near)
    direct = _directly(view, group, before, rules) and _ends(view, group)
    ways = ((0.9, cue or bare), (0.85, (limit or len(values) == 2) and person), (0.88, named), (0.75, direct))
    return next((confidence for confidence, holds in ways if holds), 0.0)


def _bulgarian(view: View, group: _Group, before: int, following: Word | None, rules: _Rules) -> bool:
    """Bulgarian "на 27" without a word for years: after a person or name, or before "съм"."""
    if group.start - view.words[before].end > 2:
        return False
    if following is not None and following.text in {"съм", "сме", "е"} and following.start - group.end <= 2:
        return True
    return _ends(view, group) and any(
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
    """True where a word for a person stands in the same clause, up to six words before or three after."""
    words = view.words
    for index in range(before, max(-1, before - 6), -1):
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
