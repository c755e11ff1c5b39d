"""What speaks for and against numbers as ages: words for years, persons, names, limits; things, spans of time, units."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp.extract.age_groups import YEARED, Group, Rules
from nlp.extract.lexicon import Word, word_set
from nlp.extract.page import View

#: What ends a sentence.
_ENDS = (". ", "! ", "? ", "\n")
#: "Over 40s", "under 25s"; what follows "30+" where it is an age.
_PLURAL = re.compile(r"['’]?s\b(?!\s?of)")
_ONLY = re.compile(
    r"\s(?:neka|нека|nu|не|ne|no|not|nicht|bitte|μην|aramasin|yazmasin|gelmesin|don't|do not|need not|absten|αποκλ"
    r"|отказ|відмов|мимо"
    r"|only|please|preferred|works|best|for the|ne\b|не\b|μονο|само|само|nur|doar|только|лише|μονο|solo|само|г\b)"
)
#: "кара от 20 години", "seit 20 Jahren": since, unless a person stands right before.
_STOPS = frozenset({"", ".", ",", ";", ")", "!", "\n"})
_PAIRS = frozenset({"&", "and", "и", "und", "si", "y", "та", "і", "και", "ve", "+"})
_I = frozenset({"me", "i", "аз", "я", "eu", "yo", "ich", "ja", "εγω", "ben", "мен", "my", "self"})
_IS = frozenset({"are", "is", "са", "е", "sind", "ist", "sunt", "este", "son", "ειναι", "су", "je"})
#: Limits that are said of people (an upward "от" and "до" are said of everything); words between them and the number.
_STRICT = word_set(
    """
    under over above below unter uber под над peste sub старше младше моложе старші молодші молодше πανω κατω ανω
    преко испод изнад млађи млађе млађа старији старије mladi mladji mlade mladje stariji starije ispod iznad mayores
    menores mayor menor mari mici mare mica older younger alter junger по-млади
    по-възрастни млади възрастни
    """
)
_OF = frozenset({"de", "than", "als", "απο", "των", "за", "от", "од", "od", "від", "ab"})
#: A span rather than an age, where one number stands: "брак за 3 години".
_FOR = frozenset({"за"})
_SINCE = frozenset({"от", "since", "seit", "с", "від"})
_WHENCE = frozenset({"from", "aus", "от", "из", "din", "з", "iz", "απο"})
_BETWEEN = frozenset({"between", "между", "mejdu", "zwischen", "entre", "intre", "між", "μεταξυ", "измеду", "izmedu"})
_OLD = frozenset({"of", "по", "von", "erst"})
_GAP = re.compile(r"[ \t.-]{0,2}")
_NAME_GAP = re.compile(r"\s?[,(|•*·:/-]{0,2}\s?")
_MONTHS = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|яну|фев|мар|апр|мая|май|юни|юли|июн|июл|авг|сеп|сен|окт|ное|ноя|дек|янв|ian|iun|iul|mai|mart|mayis|haz|tem|ago|ene|dic|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру)"
)


def confidence(view: View, group: Group, rules: Rules, goods: bool) -> float:  # noqa: PLR0911  (one way out for each reading)
    """How surely the numbers are ages; 0 where they are not."""
    words = view.words
    after, before = view.word_after(group.end), view.word_after(group.start) - 1
    if after < len(words) and words[after].start < group.end:
        after += 1
    following = words[after] if after < len(words) else None
    near = following is not None and _GAP.fullmatch(view.plain, group.end, following.start) is not None
    years = rules.years.at(words, after) if near else None
    # "Tall brunette, 27. Dinner date": a sentence ends between.
    ended = (
        near
        and following is not None
        and "." in view.plain[group.end : following.start]
        and view.text[following.start].isupper()
    )
    if ended and following is not None and group.spans[-1][2] <= 31 and following.text not in rules.names:
        # "from 1. May"
        ended = _MONTHS.match(following.text) is None
    other_unit = (
        near
        and not ended
        and following is not None
        and not years
        and (rules.periods.at(words, after) or _MONTHS.match(following.text))
    )
    if other_unit or _distracted(view, before, after + (years[1] if years else 0), rules):
        return 0.0
    values = [value for _, _, value in group.spans]
    if YEARED.search(view.plain, group.start, group.end):
        return 0.85
    if min(values) < 1 and not (years and len(values) == 2):
        return 0.0
    seen = _seen(view, group, before, after, rules)
    if years:
        if _of_thing(view, group, before, rules) or (goods and min(values) < 16 and not seen.person and len(values) != 2):
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


def _seen(view: View, group: Group, before: int, after: int, rules: Rules) -> _Seen:
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


def _bare(view: View, group: Group, values: list[int], seen: _Seen, rules: Rules) -> float:
    """Ages without a word for years."""
    words, before = view.words, seen.before
    if min(values) < 16:
        # "Piața Model 2", "Modelweg 8": an address, not a child.
        if before >= 0 and words[before].text.startswith(("model", "модел")):
            return 0.0
        bounded = seen.limit and before > 0 and rules.persons.before(words, before - 1) is not None
        beside = seen.cue or (_ends(view, group) and _directly(view, group, before, rules))
        beside = beside or (before > 0 and words[before].text == "на" and (_ends(view, group) or _goes_on(seen.following)))
        if seen.cue and len(values) == 2 and values[0] < values[1]:
            return 0.75
        return 0.8 if seen.person and (bounded or beside) else 0.0
    bare = before >= 0 and words[before].text == "на" and _bulgarian(view, group, before, seen.following, rules)
    named = _named(view, group, before, rules) and not _unit_follows(seen.following, seen.near)
    direct = _directly(view, group, before, rules) and (_ends(view, group) or _comes_from(seen, values))
    ways = (
        (0.9, seen.cue or bare),
        (0.85, (seen.limit or len(values) == 2) and seen.person),
        (0.88, named),
        (0.8, seen.limit and _stands_alone(view, group, seen, rules)),
        (0.8, _in_brackets(view, group, seen)),
        (0.8, _of(view, group, before, seen, rules)),
        (0.75, direct or _apart(view, group, seen) or _range_apart(view, group, values)),
    )
    return next((confidence for confidence, holds in ways if holds), 0.0)


def _of(view: View, group: Group, before: int, seen: _Seen, rules: Rules) -> bool:
    """ "A gentleman of 91 with dementia": a person and "of", and nothing that is counted behind."""
    if before < 1 or view.words[before].text not in _OLD or group.start - view.words[before].end != 1:
        return False
    counted = seen.near and seen.following is not None and rules.periods.word(seen.following.text)
    return not counted and len(group.spans) == 1 and rules.persons.before(view.words, before - 1) is not None


def _comes_from(seen: _Seen, values: list[int]) -> bool:
    """ "Man 34 from Lahore"."""
    return seen.near and seen.following is not None and seen.following.text in _WHENCE and values[0] >= 18


def _goes_on(following: Word | None) -> bool:
    return following is not None and following.text in {"и", "от", "i", "ot"}


def _stands_alone(view: View, group: Group, seen: _Seen, rules: Rules) -> bool:
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
        if above and (
            not tail or tail[0] in ".,;)!\n" or tail in {" -", " –"} or _ONLY.match(view.plain, group.end) is not None
        ):
            return True
    return (
        seen.near
        and seen.following is not None
        and rules.after.at(view.words, view.word_after(seen.following.start)) is not None
    )


def _in_brackets(view: View, group: Group, seen: _Seen) -> bool:
    """ "our mother (62)", "with me (31, tester)", "two students (20, 22)"."""
    if view.plain[group.start - 1 : group.start] != "(" or view.plain[group.end : group.end + 1] not in {",", ")"}:
        return False
    word = view.words[seen.before].text if seen.before >= 0 else ""
    return (seen.person or word in _I) and all(16 <= value <= 99 for _, _, value in group.spans)


def _apart(view: View, group: Group, seen: _Seen) -> bool:
    """ "Красива румънка с тъмни очи, 25." or a spoken age between commas."""
    value = group.spans[0][2]
    if len(group.spans) > 1 or not 18 <= value <= 69 or not _ends(view, group):
        return False
    head, tail = view.plain[max(0, group.start - 2) : group.start], view.plain[group.end : group.end + 1]
    spoken = not view.plain[group.start].isdigit() and any(mark in view.plain[group.start : group.end] for mark in " -")
    if spoken and tail in _STOPS and (not head.strip() or head in {", ", ". ", "! "}):
        return True
    return head == ", " and tail in _STOPS and seen.person and tail != ","


def _range_apart(view: View, group: Group, values: list[int]) -> bool:
    """ "Gern 45 bis 65.": a range that is no time of day and that no unit follows."""
    if len(values) != 2 or not 18 <= values[0] <= values[1] <= 70:
        return False
    index = view.word_after(group.start) - 1
    if index >= 0 and view.words[index].text in _BETWEEN and view.plain[group.end : group.end + 1] in _STOPS:
        return values[1] - values[0] >= 3
    tail, head = view.plain[group.end : group.end + 1], view.plain[max(0, group.start - 2) : group.start]
    if tail not in _STOPS or (head and head[-1] not in " (\n"):
        return False
    between = view.plain[group.spans[0][1] : group.spans[1][0]].strip()
    if between in _PAIRS:
        # "Genuine Brazilian temptation, 23 & 25."
        return values[1] <= 45 and (head in {", ", " ("} or head.endswith("("))
    return values[0] == 18 or (values[1] >= 25 and values[1] - values[0] >= 5)


def _right_before(view: View, index: int, rules: Rules) -> bool:
    return index >= 0 and rules.persons.before(view.words, index) is not None


def _of_thing(view: View, group: Group, before: int, rules: Rules) -> bool:
    """True where a thing that has an age stands just before, in the same sentence, and no person."""
    words = view.words
    for index in range(before, max(-1, before - 4), -1):
        end = words[index + 1].start if index < before else group.start
        gap = view.plain[words[index].end : end]
        if (gap != " " and any(mark in gap for mark in _ENDS)) or rules.persons.word(words[index].text):
            return False
        if rules.things.word(words[index].text):
            return True
    return False


def _bulgarian(view: View, group: Group, before: int, following: Word | None, rules: Rules) -> bool:
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


def _distracted(view: View, before: int, after: int, rules: Rules) -> bool:
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
    return view.text[start].isupper() and any(mark in view.text[end:start] for mark in ".!?\n")


def _person(view: View, group: Group, before: int, after: int, rules: Rules) -> bool:
    """True where a word for a person stands in the same clause, up to eight words before or three after."""
    words = view.words
    for index in range(before, max(-1, before - 8), -1):
        gap = view.plain[words[index].end : words[index + 1].start if index < before else group.start]
        if gap != " " and any(mark in gap for mark in _ENDS):
            break
        if rules.persons.before(words, index):
            return True
    for index in range(after, min(len(words), after + 3)):
        gap = view.plain[group.end : words[index].start]
        if gap != " " and any(mark in gap for mark in _ENDS):
            break
        if rules.persons.at(words, index):
            return True
    return False


def _directly(view: View, group: Group, before: int, rules: Rules) -> bool:
    """True where a word for a person stands right before ("приятелки 22 и 25", "Zwei Freundinnen, 26 und 29")."""
    word = view.words[before] if before >= 0 else None
    if word is not None and word.text in _IS and before > 0 and rules.persons.before(view.words, before - 1):
        return True
    return (
        word is not None
        and rules.persons.word(word.text) is not None
        and _NAME_GAP.fullmatch(view.plain, word.end, group.start) is not None
    )


def _named(view: View, group: Group, before: int, rules: Rules, least: int = 16) -> bool:
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


def _ends(view: View, group: Group) -> bool:
    tail = view.plain[group.end : group.end + 2].lstrip()
    return not tail or not tail[0].isalnum()


def _unit_follows(following: Word | None, near: bool) -> bool:
    return (
        near
        and following is not None
        and following.text in {"км", "km", "кг", "kg", "см", "cm", "м", "m", "лв", "eur", "бр", "места", "seats", "min", "мин"}
    )
