"""Given names and nicknames of persons, as written.

spaCy's tokenizer and the component of nlp/components.py say which tokens can be names; what stands around them decides: a cue
("my name is", "питай за"), a telephone or an age beside it; against it a hotel, a street, a company or quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.components import CAPITAL, SHAKY, SURE, marks, name_lexicon, open_names
from nlp.extract.lexicon import Lexicon
from nlp.extract.name_words import COMPANY, FAMILIAR, FORMAL, MONTHS, NEVER, PREPOSITIONS, PRESENTS, WEAK
from nlp.extract.page import MOST, Found, Page, View
from nlp.extract.reading import reads_as_word
from nlp.gazetteer import nominatives
from nlp.lang import languages
from nlp.language.vocabulary import word_evidence
from strazha.model.screening import MentionKind

KIND = MentionKind.NAME
NAME = "name"

#: What each thing is worth; 1 is enough for a name. A known name all but suffices; a bare capital needs a telephone, an age,
#: a list with a known name, or a cue that stands before nothing but names.
WEIGHTS = {
    SURE: 1.1,
    SHAKY: 0.3,
    CAPITAL: 0.0,
    "inflected": 0.4,
    "inflected after cue": 1.0,
    "strong cue": 0.9,
    "weak cue": 0.35,
    "cue after": 0.8,
    "telephone": 1.0,
    # "Ask for Shabnam on 07700 ...", "0999 ... питай за Денка"
    "telephone close": 0.15,
    "age": 1.0,
    "age behind a mark": 0.8,
    "child": -3.0,
    "listed": 1.0,
    # "from June": a month that is a name too needs more than a preposition.
    "month": -0.6,
    # "Hazel, Leicester": a known name at the head of a title, before a mark.
    "heads title": 0.7,
    # "Контакт: Лиъм, liam@example.com", "I'm Joss, I'm 41": a cue before it and a contact or an age behind.
    "contact behind": 1.0,
    "age close": 0.8,
    # "Аз съм Мариос": where no other word has a capital, what stands behind such words is a name.
    "presents itself": 0.3,
    "patronymic": 1.0,
    "title": 0.8,
    "person before": 0.5,
    "within sentence": 0.4,
    "small letter": -1.0,
}
#: What is enough for a name.
ENOUGH = 1.0
#: Signs that help a known name only.
_KNOWN_ONLY = frozenset({"weak cue", "cue after", "age behind a mark"})
_PHONE_GAP = re.compile(r"[\s,:;|()/*·•.-]{0,4}")
_QUOTES_BEFORE, _QUOTES_AFTER = ("«", "„", "“", '"', "@", "#", "_", "/"), frozenset({"»", "“", "”", '"', "_"})
_NUMBER_AFTER = re.compile(r"[\s,(|–-]{1,3}\d{2}(?!\d|\s?[-–—]\s?\d|[:%€$£]|\s?(?:лв|eur|€|lei|£))")
_LIST = (", ", " и ", " and ", " & ", " und ", " si ", " y ", " і ", " та ", " ve ", " + ", " или ", " or ")
#: Endings of surnames: such a word alone is no given name, however it stands.
_SURNAME = re.compile(
    r"(?:ова|ева|ови|еви|ски|ска|ский|енко|ук|ов|ев|ova|eva|ovic|evic|ov|ev|ski|ska|escu|eanu|opoulos|idis|akis|oglu|mann|berger)$"
)
#: Start and end in a view's text, and the component's label.
_Span = tuple[int, int, str]
_CONTACTS = (MentionKind.EMAIL, MentionKind.HANDLE, MentionKind.URL, MentionKind.PHONE)
#: ", I'm 41", ", на 30"
_AGE_GAP = re.compile(r",?\s(?:[^\W\d_']{1,4}(?:'[a-z]{1,2})?\s){0,2}")
_STOP = re.compile(r"[.!?]\s")
_PATRONYMIC = re.compile(r"(?:овна|евна|івна|ївна|ична|ович|евич|йович)$")
#: "Mrs Norma": no surname of the languages that use these ends so, as a rule.
_OF_WOMEN = frozenset({"mrs", "ms", "miss", "frau"})
_CASES = ("ru", "uk", "sr", "el")


class _Rules:
    """Words around names, of one set of languages."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        cues = {word: word not in WEAK for data in known for word in data.name_cues.before if word not in data.name_cues.titles}
        self.cues: Lexicon[bool] = Lexicon({word: strong or word.count(" ") > 1 for word, strong in cues.items()})
        # German and English write other nouns large as well.
        self.presents = Lexicon.of(PRESENTS if codes[:1] not in {("de",), ("en",)} else ())
        self.persons = Lexicon.of(word for data in known for word in data.age.persons)
        self.after = Lexicon.of(word for data in known for word in data.name_cues.after)
        self.titles = Lexicon.of(word for data in known for word in data.name_cues.titles)
        # "Mindestalter 21", "Ηλικία 18": words of ages stand where names of the aged do.
        self.ages = Lexicon.of(
            word for data in known for word in (*data.age.before, *data.age.over, *data.age.under, *data.age.years)
        )
        self.networks = Lexicon.of(form for data in languages().values() for forms in data.networks.values() for form in forms)
        self.not_names = Lexicon.of(word for data in known for word in (*data.not_names, *data.streets))
        self.codes = codes
        self.cases = tuple(code for code in codes[:1] if code in _CASES)


@lru_cache(maxsize=64)
def _rules(codes: tuple[str, ...]) -> _Rules:
    return _Rules(codes)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    lexicon = name_lexicon()
    wide = (form for form, codes in open_names().items() if codes and not form.isascii())
    return frozenset((*(name for name, label in lexicon.items() if label == SURE and len(name) > 2), *wide))


def _inflected(form: str, cases: tuple[str, ...]) -> bool:
    """True for a case form of a known name ("Ларисе", "Снежану")."""
    return bool(cases) and any(other in _known() for other in nominatives(form, cases))


def extract(page: Page) -> None:
    """Add the names of both fields; everything else must have been found before."""
    codes = page.known_codes("en", "bg")
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


def _free(page: Page, view: View, spans: Sequence[_Span]) -> Iterator[_Span]:
    """Those of the ranges that are nothing else already, in any view of the field."""
    others = [other for other in page.all_views() if other.name == view.name and other is not view] if page.readings else []
    for span in spans:
        if not view.taken(span[0], span[1], _BLOCKING):
            first, last = view.normal.original(span[0], span[1]) if others else (0, 0)
            if not any(other.taken(*other.normal.normal(first, last), _BLOCKING) for other in others):
                yield span


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things of a view begin and end, so that what stands beside a name is found at once."""

    phone_starts: frozenset[int]
    phone_ends: frozenset[int]
    #: Starts of ages, and the ages.
    ages: dict[int, int]
    sure_starts: frozenset[int]
    sure_ends: frozenset[int]

    def age_behind(self, end: int) -> int:
        """Where an age begins right behind a word, or 0."""
        return next((at for at in (end + 1, end + 2, end + 3) if at in self.ages), 0) if self.ages else 0


def _pipeline_code(view: View, main: str) -> str:
    return "bg" if view.is_reading else main


def prepare(pages: Sequence[Page]) -> None:
    """Have spaCy read many adverts at once, each language's together."""
    by_code: dict[str, list[tuple[Page, View]]] = {}
    for page in pages:
        main = page.codes[0] if page.codes else "xx"
        for view in page.all_views():
            by_code.setdefault(_pipeline_code(view, main), []).append((page, view))
    for code, views in by_code.items():
        for (page, view), found in zip(views, marks(code, [view.text for _, view in views]), strict=True):
            page.persons[view.name, view.is_reading] = found


def _names(page: Page, view: View, main: str, rules: _Rules) -> Iterator[tuple[int, int, float]]:
    marked = page.persons.get((view.name, view.is_reading))
    if marked is None:
        marked = marks(_pipeline_code(view, main), [view.text])[0]
    # Names that are words too do not stand in small letters, unless everything does.
    small = view.text.islower()
    likely = [span for span in marked[:MOST] if small or span[2] != SHAKY or not view.text[span[0]].islower()]
    spans = list(_free(page, view, likely)) if likely else []
    if not spans:
        return
    phones = [found for found in view.found if found.kind is MentionKind.PHONE]
    places = _Places(
        frozenset(found.start for found in phones),
        frozenset(found.end for found in phones),
        {found.start: int(str(found.value)) for found in view.found if found.kind is MentionKind.AGE},
        frozenset(start for start, _, label in spans if label == SURE),
        frozenset(end for _, end, label in spans if label == SURE),
    )
    last_end = -10
    for start, end, label in spans:
        score = _score(page, view, (start, end, label), rules, places)
        # "Maria Ivanova": the surname behind a name is not another name.
        if score >= ENOUGH and not (label == CAPITAL and start - last_end == 1):
            yield start, end, round(min(0.95, 0.35 + 0.3 * score), 2)
            last_end = end


def _score(page: Page, view: View, span: _Span, rules: _Rules, places: _Places) -> float:
    """What speaks for a name; 0 where it is not enough, or something rules it out."""
    start, end, label = span
    form = view.plain[start:end]
    index = view.word_after(start)
    near = index > 0 and start - view.words[index - 1].end <= 3 and "\n" not in view.text[view.words[index - 1].end : start]
    known, cue = label != CAPITAL, rules.cues.before(view.words, index - 1) if near else None
    if cue and len(view.words[index - 1].text) > 4 and _STOP.search(view.text, view.words[index - 1].end, start):
        # "... und ohne Fahrer. Anzahlung 40 €": a sentence ends between them.
        cue = None
    opens = _opens_sentence(view, start)
    if opens and not known and not cue and not places.age_behind(end):
        # A capital at the head of a sentence says nothing, and nothing else speaks for it.
        return 0.0
    score = WEIGHTS[label]
    if not known and (cue or not opens) and _inflected(form, rules.cases):
        score = WEIGHTS["inflected after cue" if cue else "inflected"]
    signs = {*_signs(view, (start, end), places), *_signs_within(view, span, index if near else 0, rules)}
    if near and not known and view.words[index - 1].text in FAMILIAR:
        signs.add("title")
    if cue and cue[0] and "telephone" not in signs and _phone_close(view, start, end, places):
        signs.add("telephone close")
    if cue:
        signs.add("strong cue" if cue[0] else "weak cue")
        signs.update(_signs_behind_cue(view, end, index, rules, known=known, places=places))
    if index + 1 < len(view.words) and rules.after.word(view.words[index + 1].text):
        signs.add("cue after")
    if (opens and not (known and _behind_colon(view, start))) or (label != SURE and _qualifies(view, end)):
        # "Диспечер 0999 ...": a capital at the head of a sentence says nothing; "Vanessa, Balkan brunette": what qualifies a
        # noun is no further name of a list.
        signs.discard("listed")
    if opens and not known and not cue and "telephone" in signs:
        return 0.0
    if not opens and label == SHAKY:
        signs.add("within sentence")
    # Sorted, as the order of a set, and with it the last digit of a sum, differs from process to process.
    score += sum(sorted(WEIGHTS[sign] for sign in signs if known or sign not in _KNOWN_ONLY))
    # Asked last, as it takes longest: most words have nothing that speaks for them.
    return score if score >= ENOUGH and not _ruled_out(page, view, span, index if near else -index, rules) else 0.0


def _signs_behind_cue(view: View, end: int, index: int, rules: _Rules, *, known: bool, places: _Places) -> Iterator[str]:
    """Signs that count only behind a cue: a contact or an age close by, or that nothing but a name can stand there."""
    if view.text[end : end + 2] == ", " and view.taken(end + 2, end + 4, _CONTACTS):
        yield "contact behind"
    if any(_AGE_GAP.fullmatch(view.plain, end, at) for at in places.ages if 0 < at - end < 12):
        yield "age close"
    if not known and rules.presents.before(view.words, index - 1) and len(view.words[index].text) > 2:
        yield "presents itself"


def _ruled_out(page: Page, view: View, span: _Span, index: int, rules: _Rules) -> bool:
    """True where the word cannot be a name; ``index`` is that of its token, negative where nothing stands right before it."""
    start, end, label = span
    form, near = view.plain[start:end], index > 0
    before = view.words[index - 1].text if near else ""
    if form in NEVER or _is_other(view, start, end, abs(index), near, rules=rules) or (near and _behind_place(view, start)):
        return True
    # "пані Ліда", "don Eusebio": a given name follows these; a surname follows "Herr" or "Mr".
    title = near and rules.titles.before(view.words, index - 1) is not None and before not in FAMILIAR
    if label == SURE:
        # "Herr Yilmaz": behind a title stands a surname, however many bear it as a given name.
        return title and form not in name_lexicon() and not (before in _OF_WOMEN and form.endswith(("a", "а", "α")))
    if label == SHAKY:
        return title and before in FORMAL and not (before in _OF_WOMEN and form.endswith("a"))
    if title or _no_name(view, form, abs(index), rules):
        return True
    return page.latin_bg and reads_as_word(page, view, start, end)


def _signs_within(view: View, span: _Span, index: int, rules: _Rules) -> Iterator[str]:
    start, end, label = span
    before = view.words[index - 1].text if index else ""
    if view.plain[start:end] in MONTHS:
        yield "month"
    if label != CAPITAL and _PATRONYMIC.search(_word_at(view, end + 1)):
        yield "patronymic"
    if label != SURE and before and rules.persons.word(before):
        yield "person before"
    if label != SHAKY:
        return
    if index and rules.titles.before(view.words, index - 1):
        yield "title"
    if view.name == "title" and start == 0 and view.text[end : end + 2] in {", ", " -", " –", " |", ": "}:
        yield "heads title"


def _signs(view: View, span: tuple[int, int], places: _Places) -> Iterator[str]:
    start, end = span
    if places.phone_starts and _beside_phone(view, start, end, places):
        yield "telephone"
    at = places.age_behind(end)
    if at and places.ages[at] < 16:
        # A child that is cared for is neither advertised nor a contact.
        yield "child"
    elif at and _NUMBER_AFTER.match(view.plain, end):
        # "Паола 27" is a name; "French, 37" need not be one.
        yield "age" if view.text[end:at] == " " else "age behind a mark"
    follows = view.text[end : end + 5].startswith(_LIST) and any(at in places.sure_starts for at in range(end + 1, end + 6))
    if follows or (
        places.sure_ends and any(at in places.sure_ends and view.text[at:start] in _LIST for at in range(start - 5, start))
    ):
        yield "listed"
    if view.text[start].islower():
        yield "small letter"


def _no_name(view: View, form: str, index: int, rules: _Rules) -> bool:
    """True for an unknown capitalised word that means something else: a person's description, an app, a surname."""
    before = view.words[index - 1].text if index else ""
    if before in PREPOSITIONS and not rules.cues.before(view.words, index - 1):
        return True
    words = rules.persons.word(form) or rules.ages.word(form) or rules.networks.word(form)
    return bool(words) or form in word_evidence() or view.is_reading or _SURNAME.search(form) is not None


def _qualifies(view: View, end: int) -> bool:
    return view.text[end : end + 1] == " " and view.text[end + 1 : end + 2].islower() and len(_word_at(view, end + 1)) > 3


def _word_at(view: View, at: int) -> str:
    index = view.word_after(at)
    return view.words[index].text if index < len(view.words) and view.words[index].start == at else ""


def _behind_place(view: View, start: int) -> bool:
    """True right behind a place ("Varna Marina"): the word belongs to it."""
    return view.text[start - 1 : start] == " " and view.taken(start - 2, start - 1, (MentionKind.PLACE,))


def _is_other(view: View, start: int, end: int, index: int, near: bool, *, rules: _Rules) -> bool:
    """True where what stands beside it makes the word a brand, a street, a surname or part of a compound."""
    before, after = view.text[start - 1 : start], view.text[end : end + 1]
    if before in _QUOTES_BEFORE or (after in _QUOTES_AFTER and view.text.count('"', max(0, start - 30), start) % 2 == 1):
        return True
    if before == "-" and view.text[start - 2 : start - 1].isalpha():
        return True
    if near and not _parted(view, index, start) and rules.not_names.before(view.words, index - 1):
        return True
    for place in range(index + 1, min(index + 4, len(view.words))):
        word = view.words[place]
        if any(mark in view.text[view.words[place - 1].end : word.start] for mark in ".,;!?\n("):
            break
        if word.text in COMPANY:
            return True
        if not view.text[word.start].isupper():
            break
    return False


def _parted(view: View, index: int, start: int) -> bool:
    """True where a sentence ends right before ("... на кафе. Лили, 0888"); an abbreviation's ("ул.") ends none."""
    word = view.words[index - 1]
    return any(mark in view.text[word.end : start] for mark in ".!?") and len(word.text) > 4


def _opens_sentence(view: View, start: int) -> bool:
    head = view.text[max(0, start - 3) : start].rstrip(" \"'«„(*-•–")
    return not head or head[-1] in ".!?\n:;…"


def _behind_colon(view: View, start: int) -> bool:
    return view.text[max(0, start - 2) : start] == ": "


def _phone_close(view: View, start: int, end: int, places: _Places) -> bool:
    """True where a telephone begins or ends a few words away in the same sentence."""
    for first in places.phone_starts:
        if 0 < first - end < 30 and ". " not in view.text[end:first]:
            return True
    return any(0 < start - last < 25 and ". " not in view.text[last:start] for last in places.phone_ends)


def _beside_phone(view: View, start: int, end: int, places: _Places) -> bool:
    for first in range(end, end + 7):
        if first in places.phone_starts and "." not in view.text[end:first] and _PHONE_GAP.fullmatch(view.text, end, first):
            return True
    for last in range(start - 4, start + 1):
        if last in places.phone_ends and "." not in view.text[last:start] and _PHONE_GAP.fullmatch(view.text, last, start):
            return True
    return False
