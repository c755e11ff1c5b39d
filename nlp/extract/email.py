"""E-mail addresses, plain or written out ("name (at) example dot com", "име долна черта x кльомба example точка com").

A sign for the @ is looked for first (the character, a word for it, a letter in brackets); only around one of these is the text
read as a name to the left and a host to the right, with full stops, dashes and underscores spoken or drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from nlp.extract.lexicon import Lexicon
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
#: Letter by letter: "n a m e @ e x a m p l e . c o m".
_LETTERS = re.compile(r"(?<![\w.])(?:[a-z0-9._-] ){2,40}@(?: [a-z0-9.-]){4,60}(?![\w.])")
#: Spoken endings in the alphabets of the languages (plain form).
_SPOKEN = {
    "ком": "com", "кома": "com", "бг": "bg", "орг": "org", "нет": "net", "инфо": "info", "еу": "eu", "де": "de", "ру": "ru",
    "ро": "ro", "уа": "ua", "юа": "ua", "рс": "rs", "юкей": "uk", "ко юкей": "co.uk", "κομ": "com", "οργκ": "org", "γρ": "gr",
    "рф": "ru",
}  # fmt: skip
#: Words for the @ that are everyday words too: they need brackets or a written-out dot.
_WEAK = frozenset({"la", "at", "et", "ет", "при", "эт", "ατ", "a", "а", "ат", "affe", "пес", "point"})
#: Prepositions that stand for the @ only where a full stop is said or bracketed too.
_ONLY_WITH_DOT = frozenset({"на", "na", "bei", "στο", "στη", "kod", "pri", "en", "код", "во", "auf", "pe"})
_ALL_WEAK = _WEAK | _ONLY_WITH_DOT
#: Words for a full stop with a figure for a letter: no words of a text, so they are looked for as they stand.
_DISGUISED_DOTS = ("d0t", "p0int", "т0чка", "t0chka")
_MONKEYS = "🐒🐵"
#: Before "at example dot com" these speak of a page, not of an address.
_NO_NAMES = frozenset([
    "look", "us", "me", "them", "it", "him", "her", "see", "here", "apply", "visit", "site", "website", "online", "page",
    "photos", "pictures", "more", "find", "found", "meet", "book", "order", "is", "are", "details", "available", "ads",
    "advert", "posted", "listed", "register", "read", "watch", "check", "stay", "and", "or",
])  # fmt: skip
#: Most places of a field where a written-out address is looked for: only junk has more, and each costs a search.
_TRIES = 500
_OPEN, _CLOSE = r"(?:\s{0,2}[(\[{<*_#\"«„“'-]{1,2}\s?)", r"(?:\s?[)\]}>*_#\"»”“'-]{1,2}\s{0,2})"
_BRACKETS, _BRACKET = frozenset('([{<*_#-«„“"'), re.compile(r"[(\[{<*_#«„“\"-]")
#: Words between the parts of a spoken address ("barza apoi a rond apoi example.org").
_THEN_WORDS = (
    r"(?:а\s|и\s|and\s|und\s|si\s|y\s)?(?:дальше|далее|потом|после|след това|then|followed by|next|apoi|urmat de|dann|danach|"
    r"gefolgt von|μετα|υστερα|sonra|zatim|onda|затим|онда|luego|despues|seguido de|потім|далі|пак|posle|sled tova)"
)
_THEN = rf"(?:,?\s{_THEN_WORDS})"
#: A host that is drawn, right behind a word for the @; and words that say that an address comes.
_HOST_AFTER = re.compile(r"\s[a-z0-9-]{1,40}\.[a-z]{2}")
_MAIL = re.compile(
    r"(?:mail|мейл|меил|имейл|поща|почт|пошт|posta|correo|мејл|cv|автобиограф|адрес|address|adres)"
    r"\w{0,6}\W{0,4}(?:\w{1,12}\W{1,2}){0,2}$"
)
_LEFT_EDGE = re.compile(rf"{_THEN}{{0,2}},?(?:{_OPEN}|\s{{0,2}})$")
_RIGHT_EDGE = re.compile(rf"(?:{_CLOSE},?\s{{0,2}}|,?\s{{0,2}})(?:(?<=\s){_THEN_WORDS},?\s)?")
#: A name letter by letter before the sign.
_SPACED_NAME = re.compile(r"(?<![\w.])(?:[a-z0-9._-]\s){3,40}[a-z0-9]$")
_LETTER = re.compile(r"[(\[{<*]\s?[aа@]\s?[)\]}>*]")
_ONE_WORD = re.compile(
    r"(?<!\w)(?P<name>[a-z0-9]{1,30}\s[a-z0-9]{1,30}),?\s\(?(?:all\s|in\s|в\s|als\s){0,2}(?:one word|no space|una palabra"
    r"|todo junto|една дума|слято|слитно|одно слово|одним словом|разом|одне слово|ein wort|zusammen|un cuvant|legat|jedna rec"
    r"|spojeno|tek kelime|bitisik|μια λεξη)\)?,?\s?$"
)


class _Patterns(NamedTuple):
    """Regular expressions made of the words of all languages."""

    name: re.Pattern[str]
    host: re.Pattern[str]
    dot: re.Pattern[str]
    underscore: re.Pattern[str]
    dash: re.Pattern[str]
    #: Something that says "dot" in words.
    spoken: re.Pattern[str]
    #: A name with a mark of it said in words.
    said_name: re.Pattern[str]


def _connector(words: str, symbol: str) -> str:
    return rf"(?:{_OPEN}(?:{words}|{symbol}){_CLOSE}|,?\s{{1,2}}{words},?\s{{1,2}}|\s{symbol}\s|{symbol}{{1,3}})"


def _words(words: Iterable[str]) -> str:
    # An underscore ends a word here ("jobs_at_example_dot_com").
    return alternatives(words).replace(r"(?<!\w)", r"(?<![^\W_])").replace(r"(?!\w)", r"(?![^\W_])")


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    known = languages().values()
    said = {name: _words(word for data in known for word in getattr(data, name)) for name in ("dot", "underscore", "dash")}
    dot, underscore = _connector(said["dot"], r"\."), _connector(said["underscore"], "_")
    dash = _connector(said["dash"], "-")
    word = r"[a-z0-9]{1,40}"
    between = rf"(?:{dot}|{underscore}|{dash}|\+)"
    top = rf"(?:{TOP}|{alternatives(_SPOKEN)})"
    return _Patterns(
        re.compile(rf"(?<![\w.@+-]){word}(?:{between}{word}){{0,4}}$"),
        # A comma for the full stop is a slip or a trick, and only right before the ending.
        re.compile(rf"(?P<host>{word}(?:(?:{dot}|{dash}){word}){{0,4}})(?:{dot}|,)(?P<top>{top})(?![\w@])"),
        re.compile(dot),
        re.compile(underscore),
        re.compile(dash),
        re.compile(rf"{said['dot']}|[(\[{{<*_]\s?\.\s?[)\]}}>*_]"),
        re.compile(
            rf"{word}(?:(?:[._]|\s{{1,2}}(?:{said['dot']}|{said['underscore']})\s{{1,2}}"
            rf"|\s?[(\[{{]\s?(?:{said['dot']}|{said['underscore']}|[._])\s?[)\]}}]\s?){word}){{1,4}}(?<=[a-z0-9])(?!\w)"
        ),
    )


@lru_cache(maxsize=1)
def _signs() -> Lexicon[bool]:
    return Lexicon.of({word for data in languages().values() for word in data.at} | _ONLY_WITH_DOT)


class _Sign(NamedTuple):
    """A place that may stand for an @."""

    start: int
    end: int
    #: True for a word that is an everyday word too.
    weak: bool


def extract(page: Page) -> None:
    """Add the e-mail addresses of both fields."""
    for view in page.views:
        plain = view.plain
        if "@" in plain:
            for match in _PLAIN.finditer(plain):
                view.add(Found(KIND, match.start(), match.end(), match.group(), NAME, 0.99))
            if " @ " in plain:
                _by_letters(view)
        tries = _TRIES
        for sign in _sign_places(view):
            if tries <= 0:
                break
            if not view.taken(sign.start, sign.end, (KIND,)):
                tries -= 1
                _around(view, sign)


def _by_letters(view: View) -> None:
    for match in _LETTERS.finditer(view.plain):
        address = match.group().replace(" ", "").rstrip(".-")
        if _PLAIN.fullmatch(address) and not view.taken(match.start(), match.end(), (KIND,)):
            view.add(Found(KIND, match.start(), match.end(), address, NAME, 0.9, ("spacing",)))


def _sign_places(view: View) -> Iterator[_Sign]:
    plain = view.plain
    for sign in ("@", *_MONKEYS):
        at = plain.find(sign)
        while at >= 0:
            end = at + 1
            while plain[end : end + 1] == "@":
                end += 1
            yield _Sign(at, end, weak=False)
            at = plain.find(sign, end)
    bracketed = _BRACKET.search(plain) is not None
    if bracketed:
        for match in _LETTER.finditer(plain):
            yield _Sign(match.start(), match.end(), weak=True)
    signs = _signs()
    telling = signs.heads & view.vocabulary
    said = not _dots().isdisjoint(view.vocabulary) or "4k" in plain or any(mark in plain for mark in _DISGUISED_DOTS)
    if not said and not bracketed:
        telling -= _ONLY_WITH_DOT
    if not bracketed and "." not in plain and not said:
        telling -= _WEAK
    if not telling:
        return
    for index in view.places_of(telling):
        word = view.words[index]
        if found := signs.at(view.words, index):
            end = view.words[index + found[1] - 1].end
            if not said and word.text in _ONLY_WITH_DOT and plain[word.start - 1 : word.start] not in {"(", "[", "{"}:
                continue
            # A common "at" is looked at only where a full stop is said near it: adverts are full of them.
            if found[1] > 1 or word.text not in _ALL_WEAK or _likely(view, word.start, end):
                yield _Sign(word.start, end, weak=found[1] == 1 and word.text in _ALL_WEAK)


@lru_cache(maxsize=1)
def _dots() -> frozenset[str]:
    return frozenset(word.split()[0] for data in languages().values() for word in data.dot)


def _likely(view: View, start: int, end: int) -> bool:
    plain = view.plain
    if plain[start - 1 : start] in _BRACKETS or plain[end : end + 1] in {")", "]", "}", ">", "*", "_", "-", "#"}:
        return True
    if _HOST_AFTER.match(plain, end):
        return True
    if _BRACKET.search(plain, end, end + 40):
        return _patterns().spoken.search(plain, end, end + 40) is not None
    if any(mark in plain[end : end + 40] for mark in _DISGUISED_DOTS):
        return True
    index = view.word_after(end)
    return any(word.text in _dots() for word in view.words[index : index + 5])


def _around(view: View, sign: _Sign) -> None:
    """Read a name to the left and a host to the right of a possible @ sign."""
    plain, patterns = view.plain, _patterns()
    left = _LEFT_EDGE.search(plain, max(0, sign.start - 30), sign.start)
    right = _RIGHT_EDGE.match(plain, sign.end)
    if left is None or right is None:
        return
    begin, after = left.start(), right.end()
    letter = plain[sign.start] in "([{<*"
    bracketed = letter or (bool(left.group().strip()) and bool(right.group().strip()))
    symbol = plain[sign.start] == "@" or plain[sign.start] in _MONKEYS
    parted = begin != sign.start and after != sign.end
    host = patterns.host.match(plain, after) if symbol or bracketed or parted else None
    found = _name_before(plain, begin) if host is not None else None
    if host is None or found is None:
        return
    (start, name), end, top = found, host.end(), host.group("top")
    if begin != sign.start and not bracketed and name in _NO_NAMES:
        return
    drawn_host = sign.weak and not bracketed and not patterns.spoken.search(host.group())
    if (drawn_host and not _told(view, sign, start, name)) or view.taken(start, end, (KIND,)):
        return
    address = f"{name}@{_drawn(host.group('host'), patterns)}.{_SPOKEN.get(top, top)}"
    view.add(Found(KIND, start, end, address, NAME, 0.9, ("written out",)))


def _name_before(plain: str, begin: int) -> tuple[int, str] | None:
    """Where the name before an @ sign starts, and the name with its marks drawn."""
    patterns, head = _patterns(), plain[max(0, begin - 100) : begin]
    if match := _ONE_WORD.search(head):
        return begin - len(head) + match.start(), match.group("name").replace(" ", "")
    if match := _SPACED_NAME.search(head):
        return begin - len(head) + match.start(), "".join(match.group().split())
    if match := patterns.name.search(head):
        return begin - len(head) + match.start(), _drawn(match.group(), patterns)
    return None


def _told(view: View, sign: _Sign, start: int, name: str) -> bool:
    """True where "jobs at example.com" is an address, not a place: by the name's form, a shouted AT, a word for mail before."""
    written = view.text[sign.start : sign.end]
    if any(char in "._" or char.isdigit() for char in name) or (
        written.isupper() and not view.text[start : sign.start].isupper()
    ):
        return True
    return _MAIL.search(view.plain, max(0, start - 40), start) is not None


def spoken_name() -> re.Pattern[str]:
    """An account's name of several parts, with full stops and underscores drawn or said in words."""
    return _patterns().said_name


def drawn(text: str) -> str:
    """A name with its marks drawn ("anna dot travels" is anna.travels)."""
    return _drawn(text, _patterns())


def _drawn(text: str, patterns: _Patterns) -> str:
    for pattern, sign in ((patterns.underscore, "_"), (patterns.dot, "."), (patterns.dash, "-")):
        text = pattern.sub(sign, text)
    return "".join(text.split())
