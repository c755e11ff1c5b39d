"""The normaliser: a chain of rewriting passes, each run only where its pattern finds something."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from nlp.normalise.mojibake import unmangle
from nlp.normalise.pieces import MOST_REMEMBERED
from nlp.normalise.rewrite import rewrite
from nlp.normalise.scripts import unmix
from nlp.normalise.tables import LINE_TAGS, NO_TAGS, PICTURES, SMALL_CAPITALS
from strazha.model.text import NormalText

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,10})(?:\s[^<>]{0,300})?/?>")
_GONE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\u20e3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BREAK = "\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufffe\uffff"
_SPACE = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_RAISED = "\u00b9\u2070\u2074-\u2079\u2080-\u2089\u00b2\u00b3"
_SMALL = "".join(SMALL_CAPITALS)
_COMPAT = (
    "\u2100-\u2115\u2117-\u211f\u2123-\u214f\u2160-\u217f\ufb00-\ufb06\uff01-\uff9f\uffe0-\uffe6"
    "\U0001d400-\U0001d7ff\U0001f100-\U0001f10a"
)
_PICTURES = "".join(map(re.escape, sorted(PICTURES)))
#: Arabic, Persian, Devanagari and Bengali digits.
_DIGITS = "\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef"
_DASHES = "‐‑‒―−﹣－"
#: One class of everything odd: most adverts have none of it, and one class is searched ten times faster than the groups.
_ANY_ODD = re.compile(f"[{_GONE}{_BREAK}{_SPACE}{_RAISED}{_SMALL}{_COMPAT}{_PICTURES}{_DASHES}{_DIGITS}]")
_ODD = re.compile(
    "(?P<keycap>[0-9#*]\ufe0f?\u20e3)"
    f"|(?P<picture>[{_PICTURES}]\ufe0f?)"
    f"|(?P<gone>[{_GONE}]+)|(?P<break>[{_BREAK}])|(?P<space>[{_SPACE}])|(?P<digit>[{_DIGITS}])"
    f"|(?P<raised>[{_RAISED}]{{3,}})|(?P<small>[{_SMALL}])|(?P<compat>[{_COMPAT}])|(?P<dash>[{_DASHES}])"
)
_MARK = re.compile("[\u0300-\u036f\u0483-\u0489]")
_COMBINED = re.compile("(?:[^\\W\\d_]|[0-9])[\u0300-\u036f\u0483-\u0489]+|[\u0300-\u036f\u0483-\u0489]+")
#: Runs of the same mark. Two of ! or ? say no more than one; of other marks three or more do not.
_REPEATABLE = frozenset(" \n\t0123456789")
#: Of more different characters than this each is not searched for alone, so that time stays linear.
_MANY = 300
#: Words (what stands between spaces and line breaks) that were in normal form as they stood; most are known soon.
_CLEAN: set[str] = set()
_LONGEST_CLEAN = 40
_REPEAT = re.compile(r"([!?])\1+|([.,;:*_~=#|\-–—+/\\<>•·♥❤★☆✨\"'])\2{2,}|([^\W\d_])\3{3,}")


def normalise(text: str) -> NormalText:
    """The normal form of a captured text: case kept, look-alikes undone, controls and markup remains out.

    Never raises, whatever the input; time is linear in its length. A span of the result maps back through
    ``NormalText.original`` to a range of ``text``.
    """
    normal = NormalText.identity(text)
    new = [word for word in text.replace("\n", " ").split(" ") if word not in _CLEAN]
    if not new:
        return normal
    joined = " ".join(new)
    if "<" in joined:
        return _passes(normal)
    # Nothing but a tag reaches over a space: where the words not met before stay as they are, the whole text does.
    rest = NormalText.identity(joined)
    if _passes(rest) is not rest:
        return _passes(normal)
    if len(_CLEAN) > MOST_REMEMBERED:
        _CLEAN.clear()
    _CLEAN.update([word for word in new if len(word) <= _LONGEST_CLEAN])
    return normal


def _passes(normal: NormalText) -> NormalText:
    text = normal.text
    if "&" in text:
        normal = rewrite(normal, _ENTITY, _entity)
    if "<" in normal.text:
        normal = rewrite(normal, _TAG, _tag)
    # What is searched for first are the text's different characters: some forty in place of many hundred.
    if not normal.text.isascii():
        normal = unmangle(normal)
        if _MARK.search("".join(set(normal.text))):
            normal = rewrite(normal, _COMBINED, _compose)
    if _ANY_ODD.search("".join(set(normal.text))):
        normal = rewrite(normal, _ODD, _odd)
    if not normal.text.isascii():
        normal = unmix(normal)
    return rewrite(normal, _REPEAT, _once) if _repeats(normal.text) else normal


def _repeats(text: str) -> bool:
    there = set(text)
    if len(there) > _MANY:
        return True
    return "!!" in text or "??" in text or any(char * 3 in text for char in there - _REPEATABLE)


def _entity(match: re.Match[str]) -> str | None:
    entity = match.group()
    char = html.unescape(entity)
    return char if char != entity else None


def _tag(match: re.Match[str]) -> str | None:
    if match.group(1).lower() in NO_TAGS:
        return None
    return "\n" if match.group(1).lower() in LINE_TAGS else " "


def _compose(match: re.Match[str]) -> str:
    # A letter and its marks become one letter where Unicode has one; marks piled up beyond that are decoration.
    composed = unicodedata.normalize("NFC", match.group())
    first = composed[0]
    return "" if unicodedata.combining(first) or 0x0483 <= ord(first) <= 0x0489 else first


def _odd(match: re.Match[str]) -> str | None:
    text = match.group()
    return _REPLACE[match.lastgroup or ""](text)


@lru_cache(maxsize=4096)
def _compatible(text: str) -> str | None:
    new = unicodedata.normalize("NFKC", text)
    return new if new != text and not any(char.isspace() for char in new) else None


def _once(match: re.Match[str]) -> str:
    return match.group()[0]


_REPLACE: dict[str, Callable[[str], str | None]] = {
    "keycap": lambda text: text[0],
    "picture": lambda text: PICTURES[text[0]],
    "gone": lambda text: "",
    "break": lambda text: "\n" if text in "\u000b\u000c\r\u0085\u2028\u2029" else " ",
    "space": lambda text: " ",
    "digit": lambda text: str(unicodedata.digit(text)),
    "raised": _compatible,
    "small": lambda text: SMALL_CAPITALS[text],
    "compat": _compatible,
    "dash": lambda text: "-",
}
