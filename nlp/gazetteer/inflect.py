"""From a case form of a name back to the forms it may stand for: rules of endings, tried against a list of known names.

Used for places and given names in the languages that inflect them. The rules overproduce on purpose ("Вене" gives "вена", "вен"
and "веня"): only what is in the gazetteer or in a list of names counts, so an ending needs no dictionary of its own.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

#: Shortest stem that is left before an ending, most forms of one word that are tried, and of a phrase.
_STEM, _MOST, _PHRASE = 3, 12, 40

# Each entry: an ending and what may stand for it in the nominative, "-" for nothing.
_RUSSIAN = (
    "ого:ый,ий,ой ому:ый,ий ами:ы,и ями:и ией:ия ии:ия,ий,ь ию:ия ией:ия ой:а,ая,ой ую:ая ей:я,а,ий,ь ем:ь,й,ий,е ом:-,о,ый,ий "
    "ах:ы,а ях:и ов:ы ы:а,- и:а,ь,я е:а,-,я,о,ь у:а,-,о ю:я,ь,й а:-,о,й я:ь,й,е"
)
_UKRAINIAN = (
    "ового:овий ого:ий ому:ий ової:ова ами:и ями:і ією:ія ії:ія ію:ія ові:ів,- ова:ів ову:ів овом:ів овим:ів єві:їв "
    "єва:їв єву:їв еві:ів,- ева:ів еву:ів олі:іль оля:іль олю:іль олем:іль зі:га ці:ка,ця,ці сі:ха,са ою:а,- ею:я,а ої:а "
    "ом:-,о ем:ь,е ах:и,а ях:і,я ів:и,і цю:ця і:а,-,ь,о,я,ій и:а,ь у:-,а,о ю:я,ь,й а:-,о я:ь,й,я о:а"
)
_SERBIAN = (
    "ога:и ог:и ој:а ом:-,а,и,о,е вца:вац вцу:вац вцем:вац пца:бац пцу:бац ца:ац цу:ац,ца цем:ац ци:ка,ца зи:га си:ха ама:е,а "
    "има:и,ци е:а и:а,- у:-,а,о,е а:-,о,и ем:-,е"
)
_GREEK = "ιου:ι,ιο ουσ:οι,οσ ασ:α ησ:η ου:οσ,ο ων:α,εσ,οι,ο ο:οσ α:ασ,ου η:ησ υσ:υ"
_ROMANIAN = "ului:-,u iului:iu iei:ia,ie ei:a,ea ii:ia elor:ele ilor:i"
_TURKISH = (
    "daki:- deki:- taki:- teki:- dan:- den:- tan:- ten:- da:- de:- ta:- te:- ya:- ye:- nin:- nun:- in:- un:- yi:- yu:- "
    "a:- e:- i:- u:-"
)
#: Serbian Cyrillic to Latin without its accents.
SERBIAN_LATIN = str.maketrans(
    {
        **dict(zip("абвгдежзијклмнопрстћуфхцчш", "abvgdezzijklmnoprstcufhccs", strict=True)),
        "ђ": "d", "љ": "lj", "њ": "nj", "џ": "dz",
    }
)  # fmt: skip


def _table(rules: str) -> dict[str, tuple[str, ...]]:
    pairs = (entry.split(":") for entry in rules.split())
    return {ending: tuple(other.replace("-", "") for other in others.split(",")) for ending, others in pairs}


_RULES = {
    "ru": (_table(_RUSSIAN),),
    "uk": (_table(_UKRAINIAN),),
    "sr": (_table(_SERBIAN), _table(_SERBIAN.translate(SERBIAN_LATIN))),
    "el": (_table(_GREEK),),
    "ro": (_table(_ROMANIAN),),
    "tr": (_table(_TURKISH),),
}
#: Languages whose case forms are looked for.
INFLECTED = frozenset(_RULES)


def nominatives(form: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Forms (plain) of which this one may be a case in these languages, the likeliest first; never the form itself."""
    own = tuple(code for code in codes if code in INFLECTED)
    if not own or len(form) > 40:
        return ()
    return _nominatives(form, own)


@lru_cache(maxsize=20_000)
def _nominatives(form: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    words = form.split(" ")
    if len(words) == 1:
        return tuple(_word(form, codes))
    choices = [(word, *_word(word, codes)) for word in words[:4]]
    phrases = (" ".join(parts) for parts in islice(product(*choices), _PHRASE * 4))
    return tuple(islice((phrase for phrase in phrases if phrase != form), _PHRASE))


@lru_cache(maxsize=20_000)
def _word(word: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for code in codes:
        for table in _RULES[code]:
            for size in range(min(4, len(word) - _STEM), 0, -1):
                stem = word[:-size]
                found.extend(stem + other for other in table.get(word[-size:], ()))
    return tuple(dict.fromkeys(other for other in found if other != word))[:_MOST]
