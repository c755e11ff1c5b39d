"""E-mail addresses, plain or written out ("name (at) example dot com", "име кльомба example точка com")."""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.extract.lexicon import Lexicon, Word
from nlp.extract.page import Found, Page, View
from nlp.lang import languages
from nlp.lang.language import alternatives
from strazha.model.screening import MentionKind

KIND = MentionKind.EMAIL
NAME = "email"

_LOCAL = r"[a-z0-9][a-z0-9._%+-]{0,63}"
#: The last part of a host name: a known ending, so that a full stop without a space does not make a domain.
TOP = (
    r"(?:com|org|net|info|biz|eu|bg|ro|ru|ua|de|gr|tr|rs|es|uk|ie|it|fr|nl|be|at|ch|pl|cz|sk|hu|si|hr|mk|me|ba|al|md|by|cy|mt|pt|dk|se|no|fi|is|lt|lv|ee|lu|us|ca|au"
    r"|io|co|me|tv|cc|xyz|online|site|shop|club|app|dev|store|pro|mobi|name|example|test|invalid|ag|gg|to|ly|link|page|live|vip|top|ws|su|jobs|work|travel|asia|ai)"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(rf"(?<![\w.%+-]){_LOCAL}@(?:{_LABEL}\.){{1,5}}[a-z]{{2,18}}(?![\w@-])")
#: Spoken endings in the alphabets of the languages.
_SPOKEN = {
    "ком": "com",
    "бг": "bg",
    "орг": "org",
    "нет": "net",
    "еу": "eu",
    "де": "de",
    "ру": "ru",
    "уа": "ua",
    "κομ": "com",
    "юа": "ua",
}


@lru_cache(maxsize=1)
def _written_out() -> re.Pattern[str]:
    known = languages().values()
    at = alternatives({word for data in known for word in data.at if word not in {"la", "et", "ет", "при", "эт", "at"}})
    weak_at = alternatives({"at", "ет", "эт", "et", "ατ", "la", "при"})
    dot = alternatives({word for data in known for word in data.dot})
    top = f"(?:{TOP}|{alternatives(_SPOKEN)})"
    opening, closing = r"[(\[{<*_-]{1,2}\s?", r"\s?[)\]}>*_-]{1,2}"
    # A bare "at" is an English word, so it needs brackets or a written-out dot after it; the others need neither.
    sign = rf"(?:\s{{0,2}}@\s{{0,2}}|\s{{0,2}}{opening}(?:{at}|{weak_at}|@|a){closing}\s{{0,2}}|\s{{1,2}}{at}\s{{1,2}})"
    point = rf"(?:\s{{0,1}}\.\s{{0,1}}|\s{{0,2}}{opening}(?:{dot}|\.){closing}\s{{0,2}}|\s{{1,2}}{dot}\s{{1,2}})"
    said = rf"(?:\s{{0,2}}{opening}(?:{dot}|\.){closing}\s{{0,2}}|\s{{1,2}}{dot}\s{{1,2}})"
    word = r"[a-z0-9][a-z0-9_-]{0,40}"
    local = rf"(?<![\w.@]){word}(?:(?:\.|{said}){word}){{0,3}}"
    return re.compile(
        rf"(?P<a>{local}){sign}(?P<b>{word}(?:{point}{word}){{0,3}}){point}(?P<c>{top})(?![\w@])|(?P<d>{local})\s{{1,2}}{weak_at}\s{{1,2}}(?P<e>{word}){said}(?P<f>{top})(?![\w@])"
    )


@lru_cache(maxsize=1)
def _points() -> re.Pattern[str]:
    dot = alternatives({word for data in languages().values() for word in data.dot})
    return re.compile(rf"\s{{0,2}}[(\[{{<*_-]{{0,2}}\s?(?:{dot}|\.)\s?[)\]}}>*_-]{{0,2}}\s{{0,2}}")


@lru_cache(maxsize=1)
def _signs() -> Lexicon[bool]:
    # Words that can stand for the @: without one of them the costly pattern is not tried at all.
    return Lexicon.of({word for data in languages().values() for word in data.at})


#: Words for the @ that are everyday words too: tried only where brackets or a written-out dot are near.
_WEAK = frozenset({"la", "at", "et", "ет", "при", "эт", "ατ"})
#: Most places of a field where a written-out address is looked for: only junk has more, and each costs a search.
_TRIES = 500
_BRACKET = re.compile(r"[(\[{<*]\s?(?:a|la|at|@)\s?[)\]}>*]")


def extract(page: Page) -> None:
    """Add the e-mail addresses of both fields."""
    for view in page.views:
        plain = view.plain
        if "@" in plain:
            for match in _PLAIN.finditer(plain):
                view.add(Found(KIND, match.start(), match.end(), match.group(), NAME, 0.99))
        tries, at = _TRIES, plain.find("@")
        while at >= 0 and tries:
            _around(view, at, at + 1)
            tries, at = tries - 1, plain.find("@", at + 1)
        signs = _signs()
        for index, word in enumerate(view.words):
            if (found := signs.at(view.words, index)) and (word.text not in _WEAK or _likely(view, word)):
                _around(view, word.start, view.words[index + found[1] - 1].end)
                tries -= 1
                if tries <= 0:
                    break


def _likely(view: View, word: Word) -> bool:
    if _BRACKET.search(view.plain, max(0, word.start - 2), word.end + 2):
        return True
    dots = _dots()
    index = view.word_after(word.end)
    return any(dots.word(other.text) for other in view.words[index : index + 3])


@lru_cache(maxsize=1)
def _dots() -> Lexicon[bool]:
    return Lexicon.of({word for data in languages().values() for word in data.dot})


def _around(view: View, start: int, end: int) -> None:
    """Look for a written-out address around one possible @ sign."""
    if view.taken(start, end, (KIND,)):
        return
    first = max(0, start - 80)
    for match in _written_out().finditer(view.plain, first, min(len(view.plain), end + 100)):
        if not match.start() < end or not match.end() > start or view.taken(match.start(), match.end(), (KIND,)):
            continue
        local, host, top = (
            (match.group("a"), match.group("b"), match.group("c")) if match.group("a") else match.group("d", "e", "f")
        )
        name = _points().sub(".", local).replace(" ", "")
        domain = _points().sub(".", host).replace(" ", "")
        begin = match.start()
        view.add(Found(KIND, begin, match.end(), f"{name}@{domain}.{_SPOKEN.get(top, top)}", NAME, 0.9, ("written out",)))
        return
