"""Numbers that may be ages, with those they are written together with, and the words that ages are read with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice, repeat

from nlp.extract.digits import number_words
from nlp.extract.lexicon import Lexicon
from nlp.extract.page import MOST, View
from nlp.extract.price_rules import rules_for
from nlp.lang import languages
from nlp.normalise import Remembered
from strazha.model.screening import MentionKind

_FIGURES = re.compile(r"(?<![\w.,:+№#])(\d{1,2})(?![\d%]|[.,:]\d|\s%|\s?[€£$]|-?(?:ти|ви|ри|и|і|е|th|st|nd|rd|го|й)\b)")
#: Numbers that stand together as a range or list: "18-27", "22 и 25", "от 18 до 27", "23/25".
_JOINED = re.compile(
    r"\s{0,2}[-–—/+&]\s{0,2}"
    r"|\s{0,1},?\s{1,2}(?:до|to|bis|la|pana la|and|и|με|und|si|y|a|та|і|й|εωσ|μεχρι|και|ve|ile|or|или|чи"
    r"|hasta|do|i|sau|oder)\s{1,2}"
)
_LAST = re.compile(r"(?:,\s\d\d?)?(?:\)|,?\s(?:and|и|und|si|y|та|і|και|ve|или|or)\s\d\d?(?!\d))")
YEARED = re.compile(r"(?:и)?(?:годиш\w{1,5}|летн\w{1,3}|річн\w{1,4}|jahrige?\w{0,2}|godi6\w{1,4}|godish\w{1,4}|годишњ\w{1,3})$")
_LIMITING = frozenset(
    {
        "на",
        "моложе",
        "старше",
        "младше",
        "молодші",
        "старші",
        "под",
        "над",
        "under",
        "over",
        "above",
        "below",
        "unter",
        "uber",
        "sub",
        "peste",
    }
)
OTHERS = (MentionKind.PHONE, MentionKind.PRICE, MentionKind.EMAIL, MentionKind.URL, MentionKind.HANDLE)


class Group:
    """Numbers written together: start, end and value of each, where the first begins and the last ends."""

    __slots__ = ("end", "spans", "start")

    def __init__(self, spans: list[tuple[int, int, int]]) -> None:
        self.spans = spans
        self.start = spans[0][0]
        self.end = spans[-1][1]


class Rules:
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
        #: Number words that can begin an age.
        self.ages = frozenset(word for word, value in self.numbers.values.items() if 16 <= value <= 99)
        #: Ages in words like "четиридесетгодишен", and 0 for all others.
        self.compounds: Remembered[int] = Remembered(lambda text: _of_compound(text, self.numbers.values))
        self.periods = rules_for(codes).periods


@lru_cache(maxsize=64)
def rules_of(codes: tuple[str, ...]) -> Rules:
    """The rules of these languages."""
    return Rules(codes)


def groups(view: View, rules: Rules) -> Iterator[Group]:
    """The numbers of a view that may be ages, ranges and lists together."""
    matches = filter(None, map(_FIGURES.match, repeat(view.plain), view.figures))
    numbers = [(match.start(), match.end(), int(match.group(1))) for match in islice(matches, MOST)]
    numbers += islice(_spoken(view, rules), MOST)
    group: list[tuple[int, int, int]] = []
    for start, end, value in sorted(numbers):
        if not 0 <= value <= 99 or view.taken(start, end, OTHERS):
            continue
        if group and start - group[-1][1] <= 14 and _JOINED.fullmatch(view.plain, group[-1][1], start):
            group.append((start, end, value))
            continue
        if group and view.plain[group[-1][1] : start] == ", " and _listed(view, end):
            group.append((start, end, value))
            continue
        if group:
            yield Group(group)
        group = [(start, end, value)]
    if group:
        yield Group(group)


def _listed(view: View, end: int) -> bool:
    """True where a list of numbers goes on to its last ("1, 4 und 9", "(19, 20, 21)")."""
    return _LAST.match(view.plain, end) is not None


def _of_compound(text: str, values: Mapping[str, int]) -> int:
    """The age in "четиридесетгодишен", "сорокалетняя", "vierzigjährig"; 0 for another word."""
    match = YEARED.search(text)
    head = text[: match.start()] if match else ""
    age = values.get(head, 0) if head else 0
    return age if 16 <= age <= 99 else 0


def _spoken(view: View, rules: Rules) -> Iterator[tuple[int, int, int]]:
    """Ages in words: tens with a unit, or any number before a word for years (else every "two girls" would be looked at)."""
    words, values = view.words, rules.numbers.values
    telling = rules.ages.intersection(view.vocabulary)
    compounds = {text: age for text in view.vocabulary if len(text) > 8 and (age := rules.compounds[text])}
    if not telling and not compounds:
        return
    for index in view.places_of(telling | compounds.keys()):
        word = words[index]
        if word.text in compounds:
            yield word.start, word.end, compounds[word.text]
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
        if (
            compound
            or (after < len(words) and rules.years.at(words, after))
            or _range_of_words(view, index, rules)
            or (
                index
                and (
                    words[index - 1].text in _LIMITING
                    or rules.before.before(words, index - 1)
                    or rules.limits.before(words, index - 1)
                )
                and value >= 16
            )
        ):
            yield word.start, end, value


def _range_of_words(view: View, index: int, rules: Rules) -> bool:
    """True for the first number of "от четрийсет до шейсет години"."""
    words = view.words
    if index + 2 >= len(words) or not _JOINED.fullmatch(view.plain, words[index].end, words[index + 2].start):
        return False
    return rules.numbers.values.get(words[index + 2].text, 0) >= 16
