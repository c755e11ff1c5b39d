"""The texts of an uploaded file: plain text, e-mail, web page, table or Word document. Nothing of it is written anywhere.

Every reader is bounded: bytes of the file, characters of a text, parts of a letter, rows of a table, bytes a ZIP unpacks to.
What cannot be read is refused with what to do instead; what is left aside (attachments, pictures) is said.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from pathlib import PurePosixPath
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser

from review.i18n import marked
from strazha.errors import BadInputError

#: Bytes of a file, characters of one text, texts of a table, parts of a letter, columns of a row, a subject.
FILE, TEXT, TEXTS, PARTS, COLUMNS, SUBJECT = 2_000_000, 100_000, 30, 50, 60, 2000
#: Bytes a Word document's text may unpack to, and how many times the packed size: text packs to a tenth, bombs to a thousandth.
UNPACKED, RATIO = 8_000_000, 120

TOO_LARGE = marked("The file is too large: at most 2 MB.")
EMPTY = marked("There is no text in this file.")
NOT_TEXT = marked("This is not a text file: it holds binary data. Save it as plain text (.txt) and try again.")
UNKNOWN = marked("Files of this kind are not read. Use .txt, .eml, .html, .csv or .docx.")
BOMB = marked("The document unpacks to far more than it holds and is refused. Copy its text instead.")
BROKEN = marked("The file is damaged or not what its name says. Copy its text instead.")
ASIDE = marked("Attachments and pictures were left aside; only the text was read.")

# Alphabets that letters are written in. Python knows others that are none: punycode takes minutes for what fits in a letter,
# escapes and UTF-7 give halves of characters.
_ALPHABETS = re.compile(
    r"ascii|utf-(?:8|16|32).*|iso(?:8859|2022)[-_].+|cp\d+|koi8.+|mac-.+|gb.+|big5.*|euc.+|shift_jis.*|tis-620|hp-.*"
)
# How Word packs. Of bzip2 and LZMA Python unpacks a whole piece, however little is asked for.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_TITLES = ("title", "subject", "heading", "заглавие", "тема")
_BODIES = ("body", "text", "description", "content", "message", "текст", "описание", "обява")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a file."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What was read of a file: its texts, how many more there were, and whether something was left aside."""

    texts: tuple[Text, ...]
    left_out: int = 0
    aside: bool = False


def read_upload(name: str, data: bytes) -> Upload:
    """The texts of a file. BadInputError, its problem one of the sentences above, where it cannot be read."""
    if len(data) > FILE:
        raise BadInputError(TOO_LARGE)
    kind = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    reader = _READERS.get(kind)
    if reader is None:
        raise BadInputError(UNKNOWN)
    found = reader(data)
    texts = tuple(Text(_whole(one.title.strip()[:1000]), _whole(one.body.strip()[:TEXT])) for one in found.texts)
    kept = tuple(one for one in texts if one.title or one.body)
    if not kept:
        raise BadInputError(EMPTY)
    return Upload(kept, found.left_out, found.aside)


def _whole(text: str) -> str:
    """A text without halves of characters, which some codecs make and nothing can keep."""
    return text.encode("utf-8", "replace").decode("utf-8")


def decoded(data: bytes) -> str:
    """A file's bytes as text: UTF-8, UTF-16 with its mark, else Cyrillic or Western Windows letters, whichever fits better."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = data.decode("utf-16", "replace")
    else:
        if b"\0" in data:
            raise BadInputError(NOT_TEXT)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = _windows(data)
    if "\0" in text:
        raise BadInputError(NOT_TEXT)
    sample = text[:4000]
    # Letters and signs of any script are printable; pictures and programs are mostly not.
    if (
        sum(1 for char in sample if not char.isprintable() and char not in "\n\r\t\f\u00ad\u200b\u200d\ufeff")
        > len(sample) // 10
    ):
        raise BadInputError(NOT_TEXT)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _windows(data: bytes) -> str:
    high = [byte for byte in data[:20_000] if byte >= 0xC0]
    # Cyrillic text in windows-1251 is made of such bytes; Western text has a few accents among plain letters.
    letters = sum(1 for byte in data[:20_000] if 65 <= (byte & 0xDF) <= 90)
    return data.decode("cp1251" if len(high) > letters else "cp1252", "replace")


def _plain(data: bytes) -> Upload:
    return Upload((Text("", decoded(data)),))


def _web(data: bytes) -> Upload:
    return Upload((_from_html(decoded(data)),))


def _from_html(page: str) -> Text:
    from flows.steps.pages import check_page

    try:
        check_page(page.encode("utf-8", "replace"))
    except BadInputError as error:
        raise BadInputError(BROKEN) from error
    tree = LexborHTMLParser(page)
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    title = tree.css_first("title")
    body = tree.body
    words = body.text(separator="\n", strip=True) if body is not None else ""
    return Text(title.text(strip=True) if title is not None else "", words)


def _letter(data: bytes) -> Upload:
    if b"\0" in data:
        raise BadInputError(NOT_TEXT)
    try:
        # The older policy: the newer one takes headers apart in time that grows with the square of their length.
        held = BytesParser(policy=policy.compat32).parsebytes(data)
        if not held.keys():
            raise BadInputError(BROKEN)
        return _read_letter(held)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # The parts of broken letters raise these, each in its own way.
        raise BadInputError(BROKEN) from error


def _read_letter(held: Message) -> Upload:
    plain: list[str] = []
    pages: list[str] = []
    aside = False
    for number, part in enumerate(held.walk()):
        if number >= PARTS:
            aside = True
            break
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or kind not in {"text/plain", "text/html"}:
            aside = True
            continue
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else b""
        charset = part.get_content_charset("")
        words = _as(raw, charset)
        (plain if kind == "text/plain" else pages).append(words)
    body = "\n".join(plain) or "\n".join(_from_html(page).body for page in pages)
    return Upload((Text(_subject(held), body.replace("\r\n", "\n")),), aside=aside)


def _subject(held: Message) -> str:
    raw = str(held.get("subject", ""))[:SUBJECT]
    return str(make_header(decode_header(raw)))


def _as(raw: bytes, charset: str) -> str:
    try:
        alphabet = codecs.lookup(charset).name if charset else ""
    except LookupError:
        alphabet = ""
    return raw.decode(alphabet, "replace").replace("\0", "\ufffd") if _ALPHABETS.fullmatch(alphabet) else decoded(raw)


def _table(data: bytes) -> Upload:
    text = decoded(data)
    head = text[:8000]
    delimiter = max(",;\t|", key=head.split("\n", 1)[0].count)
    try:
        rows = list(_rows(text, delimiter))
    except csv.Error as error:
        raise BadInputError(BROKEN) from error
    if not rows:
        raise BadInputError(EMPTY)
    titles, bodies = _columns(rows[0])
    named = bool(titles or bodies)
    texts = [_of_row(row, titles, bodies, named=named) for row in (rows[1:] if named else rows)]
    kept = [one for one in texts if one.title.strip() or one.body.strip()]
    return Upload(tuple(kept[:TEXTS]), max(0, len(kept) - TEXTS))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        if any(cell.strip() for cell in row):
            yield row[:COLUMNS]


def _columns(head: Sequence[str]) -> tuple[list[int], list[int]]:
    names = [cell.strip().casefold() for cell in head]
    return [at for at, name in enumerate(names) if name in _TITLES], [at for at, name in enumerate(names) if name in _BODIES]


def _of_row(row: Sequence[str], titles: Sequence[int], bodies: Sequence[int], *, named: bool) -> Text:
    def cells(places: Sequence[int]) -> str:
        return "\n".join(row[at] for at in places if at < len(row))

    return Text(cells(titles), cells(bodies)) if named else Text("", "\n".join(cell for cell in row if cell.strip()))


def _document(data: bytes) -> Upload:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as held:
            info = held.getinfo("word/document.xml")
            if info.compress_type not in _PACKED:
                raise BadInputError(BROKEN)
            if info.file_size > UNPACKED or info.file_size > RATIO * max(info.compress_size, 1000):
                raise BadInputError(BOMB)
            # Never more than what it said: the size in the list of a ZIP file is a claim.
            with held.open(info) as part:
                raw = part.read(UNPACKED + 1)
            pictures = any(name.startswith(("word/media/", "word/embeddings/")) for name in held.namelist()[:5000])
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        # All that a damaged, encrypted or foreign ZIP file raises.
        raise BadInputError(BROKEN) from error
    if len(raw) > UNPACKED:
        raise BadInputError(BOMB)
    if b"\0" in raw or b"<!ENTITY" in raw or b"<!DOCTYPE" in raw:
        # Word writes no document type; entities could unfold without end. (Text of two bytes a letter has NUL bytes.)
        raise BadInputError(BROKEN)
    try:
        tree = ElementTree.fromstring(raw)  # noqa: S314 - no document type, no entities: refused above
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise BadInputError(BROKEN) from error
    # One pass, however paragraphs are nested.
    words = "".join(_SIGNS.get(node.tag, "") or (node.text or "" if node.tag == f"{_WORD}t" else "") for node in tree.iter())
    return Upload((Text("", words),), aside=pictures)


_SIGNS: Mapping[str, str] = {f"{_WORD}p": "\n", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}tab": "\t"}
_READERS: Mapping[str, Callable[[bytes], Upload]] = {
    ".txt": _plain, ".text": _plain, ".eml": _letter, ".htm": _web, ".html": _web, ".csv": _table, ".tsv": _table,
    ".docx": _document,
}  # fmt: skip
