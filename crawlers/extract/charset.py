"""From bytes to text: what the page declares, if it holds; otherwise what the definition expects."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from email.message import Message

from w3lib.encoding import resolve_encoding

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s{0,10}=\s{0,10}["']?\s{0,10}([a-zA-Z0-9_\-:.]{2,40})""", re.I
)
_LONE = re.compile("[\ud800-\udfff]")


def decode(body: bytes, content_type: str, expected: Sequence[str] = ()) -> str:
    """The text of a page.

    In this order the first that decodes without an error: byte order mark, HTTP header, declaration in the first 4 KB, UTF-8,
    the encodings ``expected``. If none does, the declared one with U+FFFD in place of what is broken.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return tidy(body.decode(encoding, "replace"))
    declared = [name for name in (_from_header(content_type), _from_markup(body)) if name]
    for encoding in [*declared, "utf-8", *expected]:
        try:
            return tidy(body.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return tidy(body.decode(declared[0] if declared else "utf-8", "replace"))


def _from_header(content_type: str) -> str | None:
    message = Message()
    message["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    charset = message.get_param("charset")
    return _known(charset) if isinstance(charset, str) else None


def _from_markup(body: bytes) -> str | None:
    found = _META.search(body[:4096])
    return _known(found[1].decode("ascii")) if found else None


def _known(name: str) -> str | None:
    # As browsers map labels (iso-8859-1 is windows-1252); codecs that are no text encodings (rot13, zip) are none.
    encoding = resolve_encoding(name)
    if encoding is None:
        return None
    try:
        b" ".decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return None
    return encoding


def tidy(text: str) -> str:
    """Text that JSON, SQL and every index can carry: no lone surrogates and no NUL (U+FFFD instead), all else as it was."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if _LONE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
