"""Ages of persons: stated, offered or demanded ("Мери, 23", "на 27", "18-27 г.", "Men under 35").

A number between 1 and 99 is an age where a word for years, a person, a limit or a name stands beside it in the way ages are
written, and nothing says that the years are of experience, guarantee or business.
"""

from __future__ import annotations

from collections.abc import Iterator

from nlp.extract.age_groups import OTHERS, Group, Rules, groups, rules_of
from nlp.extract.age_signs import confidence
from nlp.extract.page import Found, Page, View
from nlp.extract.reading import cyrillic
from strazha.model.screening import MentionKind

KIND = MentionKind.AGE
NAME = "age"


def extract(page: Page) -> None:
    """Add the ages of both fields; prices and telephones must have been found before."""
    rules = rules_of(page.known_codes("en", "bg"))
    goods = any(any(map(rules.sale.word, view.vocabulary)) for view in page.all_views() if view.name == "title")
    for view in page.views:
        spans: set[tuple[int, int]] = set()
        for source in (*(other for other in page.readings if other.name == view.name), view):
            others = [other for other in page.all_views() if other.name == view.name and other is not source]
            for start, end, age, sure in _ages(source, rules, goods):
                if source is view and others and _read_elsewhere(page, source, end):
                    continue
                first, last = source.normal.original(start, end)
                if (first, last) in spans or any(other.taken(*other.normal.normal(first, last), OTHERS) for other in others):
                    continue
                spans.add((first, last))
                source.add(Found(KIND, start, end, age, NAME, sure))


_AND = ("и", "a ", "&", "si ", "und ", "and ", "y ", "e ", "та ", "і ", "ve ", "και ", "i ")


def _read_elsewhere(page: Page, view: View, end: int) -> bool:
    """True where the word behind a number has a Cyrillic reading: there the number was judged already."""
    index = view.word_after(end)
    return index < len(view.words) and bool(cyrillic(page, view, view.words[index].start, view.words[index].end))


def _paired(view: View, group: Group, rules: Rules) -> bool:
    index = view.word_after(group.start) - 1
    if (
        index < 0
        or len(group.spans) > 1
        or not 18 <= group.spans[0][2] <= 60
        or view.text[view.words[index].end : group.start] not in {" ", " ("}
    ):
        return False
    word = view.words[index]
    follows = view.plain[group.end : group.end + 5].lstrip(" ")
    return (
        view.text[word.start].isupper()
        and not rules.streets.word(word.text)
        and (not follows or follows[0] in ",.;)|+—-" or follows.startswith(_AND))
    )


def _ages(view: View, rules: Rules, goods: bool) -> Iterator[tuple[int, int, int, float]]:
    found = list(groups(view, rules))
    # "Паола 27, Камила 24": unknown capitalised words with an age each are names where there are two of them, or one known.
    pairs = {group.start for group in found if _paired(view, group, rules)}
    for group in found:
        sure = confidence(view, group, rules, goods)
        if not sure and len(pairs) > 1 and group.start in pairs:
            sure = 0.75
        if sure:
            for start, end, age in group.spans:
                yield start, end, age, sure
