"""Where an offer leads and where people come from: tags ``destination`` and ``origin`` on places.

"Набираме от Видин, работа в Кьолн": the words right before a place decide, then what its clause is about, then the whole
advert (a place abroad in an offer of work is where the work is). Nothing is tagged where nothing says so.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.extract.lexicon import Lexicon
from nlp.extract.page import Found, Page, View
from nlp.lang import languages
from strazha.model.screening import MentionKind

ORIGIN, DESTINATION = "origin", "destination"
_LISTED = re.compile(
    r"\s?[,/&+;(]\s?(?:(?:и|and|si|und|y|i|і|та|και|ve)\s)?(?:[^\W\d_]{1,6}\.\s?)?"
    r"|\s(?:и|and|или|or|si|sau|und|oder|y|o|i|і|та|и|και|ve)\s(?:[^\W\d_]{1,6}\.\s?)?"
)
_ARROW = re.compile(r"\s?(?:[-–—→>]|->|=>|➡️?|⇒)\s?")
_BREAK = re.compile(r"[.!?;](?=\s)|\n")
_FROM_ENDING = re.compile(r"^(?:['’]?[dt][ae]n)\b")
_TO_ENDING = re.compile(r"^['’](?:y?[ae])\b")
_WHOLE_FROM = re.compile(r"[dt][ae]n$")
#: Words before a place that are looked at for what its clause is about.
_CLAUSE_WORDS = 6


class _Rules:
    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        self.origin = Lexicon.of(word for data in known for word in data.route.origin)
        self.destination = Lexicon.of(word for data in known for word in data.route.destination)
        self.at = Lexicon.of(word for data in known for word in data.route.at)
        self.departure = Lexicon.of(word for data in known for word in data.route.departure)
        self.arrival = Lexicon.of(word for data in known for word in data.route.arrival)
        self.employers = Lexicon.of(word for data in known for word in data.route.employers)
        self.distance = Lexicon.of(word for data in known for word in data.route.distance)
        self.settlement = Lexicon.of(word for data in known for word in data.settlement)
        self.job = Lexicon.of(word for data in known for word in (*data.job, *data.route.arrival))


@lru_cache(maxsize=64)
def _rules(codes: tuple[str, ...]) -> _Rules:
    return _Rules(codes)


def assign_roles(page: Page) -> None:
    """Tag the places of all views that were found so far."""
    places = [(view, found) for view in page.all_views() for found in view.found if found.kind is MentionKind.PLACE]
    if not places:
        return
    rules = _rules(tuple(code for code in page.codes[:2] if code in languages()) or ("en",))
    for view in page.all_views():
        row = sorted((found for found in view.found if found.kind is MentionKind.PLACE), key=lambda found: found.start)
        _of_view(view, row, rules)
    _of_page(page, [found for _, found in places], rules)


def _of_view(view: View, row: list[Found], rules: _Rules) -> None:
    for index, found in enumerate(row):
        previous = row[index - 1] if index else None
        if previous is not None and found.start >= previous.end:
            gap = view.plain[previous.end : found.start]
            if _ARROW.fullmatch(gap):
                if not previous.tags:
                    previous.tags = (ORIGIN,)
                found.tags = (DESTINATION,)
                continue
            if _LISTED.fullmatch(gap):
                found.tags = previous.tags
                continue
        role = _beside(view, found, previous.end if previous else 0, rules)
        found.tags = (role,) if role else ()


def _beside(view: View, found: Found, last: int, rules: _Rules) -> str:
    """The role that the ending of a name or the words before it give."""
    tail = view.plain[found.end : found.end + 6]
    if _FROM_ENDING.match(tail) or (not tail[:1].isalnum() and "tr" in _codes(view) and _WHOLE_FROM.search(_form(view, found))):
        return ORIGIN
    if _TO_ENDING.match(tail):
        return DESTINATION
    index = _cue(view, found, rules)
    return "" if index < 0 else _before(view, index, last, rules)


def _cue(view: View, found: Found, rules: _Rules) -> int:
    """Index of the word before a place, words for a settlement skipped ("от град Видин"); -1 where none is near."""
    words = view.words
    index = view.word_after(found.start) - 1
    while index > 0 and found.start - words[index].end <= 12 and rules.settlement.word(words[index].text):
        if rules.origin.before(words, index) or rules.at.before(words, index):
            break
        index -= 1
    if index < 0 or found.start - words[index].end > 12 or _BREAK.search(view.plain, words[index].end, found.start):
        return -1
    return index


def _before(view: View, index: int, last: int, rules: _Rules) -> str:
    words = view.words
    origin, destination = rules.origin.before(words, index), rules.destination.before(words, index)
    before = index - (origin or destination or (True, 1))[1]
    if before >= 0 and (origin or destination) and rules.distance.word(words[before].text):
        return ""
    about = _about(view, index, last, rules)
    if origin:
        employer = before >= 0 and rules.employers.word(words[before].text)
        return DESTINATION if employer else ORIGIN
    weak = rules.at.before(words, index) is not None
    if destination and not weak:
        return DESTINATION
    leaving = (destination or weak) and about == ORIGIN and not (destination and _leads(view, index, rules))
    return ORIGIN if leaving else ""


def _codes(view: View) -> str:
    return "" if view.is_reading else "tr"


def _form(view: View, found: Found) -> str:
    name = str((found.value if isinstance(found.value, dict) else {}).get("name") or "").lower()
    form = view.plain[found.start : found.end]
    return form if name and not name.endswith(form[-3:]) and form.startswith(name[:4]) else ""


def _about(view: View, index: int, last: int, rules: _Rules) -> str:
    """What the clause before is about: leaving, or the work and where it is."""
    words = view.words
    for at in range(index - 1, max(-1, index - 1 - _CLAUSE_WORDS), -1):
        if words[at].start < last or _BREAK.search(view.plain, words[at].end, words[at + 1].start):
            return ""
        if rules.departure.word(words[at].text):
            return ORIGIN
        if rules.arrival.word(words[at].text):
            return DESTINATION
    return ""


def _leads(view: View, index: int, rules: _Rules) -> bool:
    """True for "выезд в Прагу": right behind a word for leaving, a preposition of both meanings says where to."""
    word = view.words[index - 1].text if index else ""
    return rules.departure.word(word) is not None and word.startswith(("вы", "ви", "от", "від"))


def _of_page(page: Page, found: list[Found], rules: _Rules) -> None:
    """A place abroad without a word beside it is the destination where people come from elsewhere, or where work is offered."""
    origins = {_country(item) for item in found if ORIGIN in item.tags}
    home = page.country or next((languages()[code].regions[0] for code in page.codes if code in languages()), "")
    for item in found:
        if item.tags:
            continue
        country = _country(item)
        abroad = country not in origins if origins else country != home and _offers_work(page, rules)
        if (abroad and country != home) or (origins and country not in origins):
            item.tags = (DESTINATION,)
    _same(found)


def _offers_work(page: Page, rules: _Rules) -> bool:
    return any(rules.job.word(word[2]) is not None for view in page.all_views() for word in view.words[:60])


def _same(found: list[Found]) -> None:
    """One place has one role in an advert: a mention without one takes that of the others where they agree."""
    known: dict[str, set[str]] = {}
    for item in found:
        known.setdefault(_key(item), set()).update(item.tags)
    for item in found:
        roles = known[_key(item)]
        if not item.tags and len(roles) == 1:
            item.tags = tuple(roles)


def _key(item: Found) -> str:
    value = item.value if isinstance(item.value, dict) else {}
    return f"{value.get('name')}|{value.get('country')}"


def _country(item: Found) -> str:
    return str(item.value["country"]) if isinstance(item.value, dict) else ""
