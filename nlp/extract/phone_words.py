"""What stands beside telephone numbers, and where an advert's numbers belong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nlp.extract.digits import NumberWords, number_words
from nlp.extract.lexicon import Lexicon
from nlp.extract.numbering import Plan
from nlp.extract.page import View
from nlp.lang import codes as all_codes
from nlp.lang import languages


@dataclass(frozen=True, slots=True)
class PhoneRules:
    """Words of one set of languages, and where its numbers belong."""

    words: NumberWords
    plan: Plan
    #: Words that stand beside telephones, and labels of other numbers (company, licence, account).
    cues: Lexicon[bool]
    labels: Lexicon[bool]


_NUMBER_SIGN = frozenset("no nr номер number nummer numar номера бр n № numero numarasi broj број αριθμος".split())  # noqa: SIM905


@lru_cache(maxsize=256)
def phone_rules(page_codes: tuple[str, ...], country: str | None, sure_of_language: bool) -> PhoneRules:
    """What an advert in these languages (main first), of this country or none, expects of its telephone numbers."""
    known = languages()
    own = [code for code in page_codes if code in known]
    codes = tuple(dict.fromkeys((*own, *all_codes())))
    near = [region for code in own for region in known[code].regions]
    # Bulgaria comes before the advert's language: the sources watched are for readers in Bulgaria, and Irish and Ukrainian
    # mobiles look the same. A stated country comes before both. The last ones need their own trunk zero to be reached.
    others = [known[code].regions[0] for code in all_codes()]
    stated = [country] if country else []
    plan = Plan(
        tuple(dict.fromkeys([*stated, "BG", *near, "GB", "DE", "RO", *others])),
        frozenset([*stated, "BG", *(near if sure_of_language else ())]),
        country or "",
        frozenset([*stated, *(known[code].regions[0] for code in own)]),
    )
    cues, labels = _lexicons(codes[:4])
    return PhoneRules(number_words(codes), plan, cues, labels)


@lru_cache(maxsize=64)
def _lexicons(codes: tuple[str, ...]) -> tuple[Lexicon[bool], Lexicon[bool]]:
    known = languages().values()
    cues = [
        word for data in known for word in (*data.phone_cues, *(form for forms in data.networks.values() for form in forms))
    ]
    return Lexicon.of(cues), Lexicon.of(word for code in codes for word in languages()[code].id_labels)


def labelled(view: View, rules: PhoneRules, start: int) -> bool:
    """True behind the label of another number ("ЕИК", "order no.")."""
    index, edge = view.word_after(start) - 1, start
    for _ in range(2):
        if index >= 0 and view.words[index].text in _NUMBER_SIGN and edge - view.words[index].end <= 4:
            edge, index = view.words[index].start, index - 1
    if index < 0 or edge - view.words[index].end > 4 or rules.labels.before(view.words, index) is None:
        return False
    # A full stop parts the label from the number, unless a sign for "number" was between them.
    return edge != start or "." not in view.text[view.words[index].end : start].replace(".:", ":")


def cue_beside(view: View, rules: PhoneRules, start: int, end: int) -> bool:
    """True where a word for telephones stands within 30 characters before or 20 after."""
    words, cues = view.words, rules.cues
    index = view.word_after(start) - 1
    while index >= 0 and words[index].end > start - 30:
        if cues.before(words, index):
            return True
        index -= 1
    index = view.word_after(end)
    while index < len(words) and words[index].start < end + 20:
        if cues.at(words, index):
            return True
        index += 1
    return False
