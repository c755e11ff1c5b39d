"""Given names and nicknames of persons, as written.

spaCy's tokenizer and the component of nlp/components.py say which tokens can be names; what stands around them decides: a cue
("my name is", "питай за"), a telephone or an age beside it, and on the other side a hotel, a street, a company or quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from nlp.components import CAPITAL, SHAKY, SPANS, SURE, pipeline_for
from nlp.extract.lexicon import Lexicon
from nlp.extract.page import Found, Page, View
from nlp.gazetteer import stem
from nlp.lang import languages
from nlp.language.vocabulary import word_evidence
from strazha.model.screening import MentionKind

KIND = MentionKind.NAME
NAME = "name"

#: Cues that stand before ordinary nouns just as often: they help a known name, they do not make one of a capitalised word.
_WEAK = frozenset(
    (
        "i am|i'm|contact|call|text|with|from|this is|message|meet|whatsapp|ring|write to|dm|regards|signed|named|called"
        "|я|это|це|питайте|пишите|звоните|звонить|писать|контакт|администратор|менеджер|аз съм|за контакт|зови|зовите|звати|име"
        "|sunt|bin|ich bin|name|nach|bei|kontakt|ruf|hausdame|sofer|ben|irtibat|iletisim|yetkili|soy|contacto"
        "|η|ο|την|τον|ειμαι η|ειμαι ο|επικοινωνια"
    ).split("|")
)
_COMPANY = frozenset(
    "ltd gmbh ag inc llc оод еоод ад ооо srl sa kg ug ets plc co sample gbr d.o.o doo ип тов фоп sl hotel hostel agency agentur".split()
)
#: Where telephone numbers of a view start, and where they end.
_Phones = tuple[set[int], set[int]]
_UNSPACED = re.compile(r"\S{80,}")
_PHONE_GAP = re.compile(r"[\s,:;|()/*·•.-]{0,4}")
_QUOTES_BEFORE, _QUOTES_AFTER = ("«", "„", "“", '"', "@", "#", "_", "/"), frozenset({"»", "“", "”", '"', "_"})
_NUMBER_AFTER = re.compile(r"[\s,(|–-]{1,3}\d{2}(?!\d|[:%€$£]|\s?(?:лв|eur|€|lei|£))")
_LIST = (", ", " и ", " and ", " & ", " und ", " si ", " y ", " і ", " та ", " ve ", " + ", " или ", " or ")
#: Endings of surnames: such a word alone is no given name, however it stands.
_SURNAME = re.compile(
    r"(?:ова|ева|ови|еви|ски|ска|ский|енко|ук|ов|ев|ova|eva|ovic|evic|ov|ev|ski|ska|escu|eanu|opoulos|idis|akis|oglu|mann|berger)$"
)
_CASES = frozenset({"ru", "uk", "sr", "el"})


class _Rules:
    """Words around names, of one set of languages."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        cues = {
            word: word not in _WEAK for data in known for word in data.name_cues.before if word not in data.name_cues.titles
        }
        self.cues: Lexicon[bool] = Lexicon({word: strong or word.count(" ") > 1 for word, strong in cues.items()})
        self.persons = Lexicon.of(word for data in known for word in data.age.persons)
        self.after = Lexicon.of(word for data in known for word in data.name_cues.after)
        self.titles = Lexicon.of(word for data in known for word in data.name_cues.titles)
        self.networks = Lexicon.of(form for data in languages().values() for forms in data.networks.values() for form in forms)
        self.not_names = Lexicon.of(word for data in known for word in (*data.not_names, *data.streets))
        self.codes = codes
        self.cased = bool(_CASES.intersection(codes[:1]))


@lru_cache(maxsize=64)
def _rules(codes: tuple[str, ...]) -> _Rules:
    return _Rules(codes)


@lru_cache(maxsize=1)
def _stems() -> frozenset[str]:
    return frozenset(stem(name) for data in languages().values() for name in data.names if not name.isascii() and len(name) > 3)


def extract(page: Page) -> None:
    """Add the names of both fields; everything else must have been found before."""
    codes = tuple(dict.fromkeys((*(code for code in page.codes if code in languages()), "en", "bg")))
    main = page.codes[0] if page.codes else "xx"
    for view in page.views:
        spans: set[tuple[int, int]] = set()
        for source in (*(other for other in page.readings if other.name == view.name), view):
            for start, end, confidence in _names(page, source, main, _rules(codes)):
                first, last = source.normal.original(start, end)
                if (first, last) not in spans and any(char.isalpha() for char in source.captured[first:last]):
                    spans.add((first, last))
                    source.add(Found(KIND, start, end, source.captured[first:last], NAME, confidence))


_BLOCKING = (MentionKind.PLACE, MentionKind.EMAIL, MentionKind.URL, MentionKind.HANDLE, MentionKind.PHONE)


def _blocked(page: Page, view: View, start: int, end: int) -> bool:
    """True where the range is something else already, in any view of the field."""
    if view.taken(start, end, _BLOCKING):
        return True
    others = [other for other in page.all_views() if other.name == view.name and other is not view]
    first, last = view.normal.original(start, end)
    return any(other.taken(*other.normal.normal(first, last), _BLOCKING) for other in others)


def _names(page: Page, view: View, main: str, rules: _Rules) -> Iterator[tuple[int, int, float]]:
    nlp = pipeline_for("bg" if view.is_reading else main)
    numbers = [found for found in view.found if found.kind is MentionKind.PHONE]
    phones = ({found.start for found in numbers}, {found.end for found in numbers})
    # spaCy's tokenizer takes quadratic time on long unspaced runs, in which no name stands anyway.
    doc = nlp(_UNSPACED.sub(lambda match: " " * len(match.group()), view.text))
    marked = [(span.start_char, span.end_char, span.label_) for span in doc.spans[SPANS]]
    spans = [span for span in marked if not _blocked(page, view, span[0], span[1])]
    sure = {start for start, _, label in spans if label == SURE}
    sure_ends = {end for start, end, _ in spans if start in sure}
    ages = {found.start for found in view.found if found.kind is MentionKind.AGE}
    last_end = -10
    for start, end, label in spans:
        aged = any(at in ages for at in range(end + 1, end + 4)) and _NUMBER_AFTER.match(view.plain, end) is not None
        listed = view.text[end : end + 5].startswith(_LIST) and any(at in sure for at in range(end + 1, end + 6))
        listed = listed or any(at in sure_ends and view.text[at:start] in _LIST for at in range(start - 5, start))
        score = _score(view, (start, end), label, rules, phones, aged, listed)
        # "Maria Ivanova": the surname behind a name is not another name.
        if score >= 1.0 and not (label == CAPITAL and start - last_end == 1):
            yield start, end, round(min(0.95, 0.35 + 0.3 * score), 2)
            last_end = end


def _score(view: View, span: tuple[int, int], label: str, rules: _Rules, phones: _Phones, aged: bool, listed: bool) -> float:
    """What speaks for a name; 1 is enough."""
    start, end = span
    form = view.plain[start:end]
    index = view.word_after(start)
    before = index - 1
    near = before >= 0 and start - view.words[before].end <= 3 and "\n" not in view.text[view.words[before].end : start]
    if _is_other(view, start, end, index, near, rules):
        return 0.0
    if label == CAPITAL and (form in word_evidence() or view.is_reading or rules.networks.word(form) or _SURNAME.search(form)):
        return 0.0
    score = {SURE: 0.9, SHAKY: 0.3, CAPITAL: 0.0}[label]
    cue = rules.cues.before(view.words, before) if near else None
    opens = _opens_sentence(view, start)
    if label == CAPITAL and rules.cased and (cue or not opens) and stem(form) in _stems():
        score = 0.6 if cue else 0.2
    if cue:
        score += 0.9 if cue[0] else 0.35 if label != CAPITAL else 0.0
    if rules.after.word(view.words[index + 1].text) if index + 1 < len(view.words) and label != CAPITAL else False:
        score += 0.8
    if _beside_phone(view, start, end, phones):
        # "Диспечер 0999 ...": a capital at the head of a sentence says nothing, so an unknown word needs a place within one.
        score += 0.8 if label != CAPITAL else 0.3 if opens else 1.0
    if aged:
        score += 0.8 if label != CAPITAL else 1.0
    if label != SURE and near and rules.persons.word(view.words[before].text):
        score += 0.5
    if listed and not opens:
        score += 1.0
    if label == SHAKY and not opens:
        score += 0.4
    if view.text[start].islower():
        score -= 0.8
    elif label == SURE:
        score += 0.2
    if view.text[start:end].isupper() and end - start > 2 and label != SURE:
        score -= 0.3
    return score


def _is_other(view: View, start: int, end: int, index: int, near: bool, rules: _Rules) -> bool:
    """True where what stands beside it makes the word a brand, a street, a surname or part of a compound."""
    before, after = view.text[start - 1 : start], view.text[end : end + 1]
    if before in _QUOTES_BEFORE or (after in _QUOTES_AFTER and view.text.count('"', max(0, start - 30), start) % 2 == 1):
        return True
    if before == "-" and view.text[start - 2 : start - 1].isalpha():
        return True
    if near and rules.not_names.before(view.words, index - 1):
        return True
    for place in range(index + 1, min(index + 4, len(view.words))):
        word = view.words[place]
        if any(mark in view.text[view.words[place - 1].end : word.start] for mark in ".,;!?\n("):
            break
        if word.text in _COMPANY:
            return True
        if not view.text[word.start].isupper():
            break
    return False


def _opens_sentence(view: View, start: int) -> bool:
    head = view.text[max(0, start - 3) : start].rstrip(" \"'«„(*-•–")
    return not head or head[-1] in ".!?\n:;…"


def _beside_phone(view: View, start: int, end: int, phones: _Phones) -> bool:
    for first in range(end, end + 7):
        if first in phones[0] and "." not in view.text[end:first] and _PHONE_GAP.fullmatch(view.text, end, first):
            return True
    for last in range(start - 4, start + 1):
        if last in phones[1] and "." not in view.text[last:start] and _PHONE_GAP.fullmatch(view.text, last, start):
            return True
    return False
