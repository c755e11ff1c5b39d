"""The one entry to this room: a text goes in, a :class:`strazha.model.text.Reading` comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple

from nlp.components import any_trained
from nlp.extract import EXTRACTORS, Page, View
from nlp.extract.name import prepare
from nlp.language import LATIN_BG, Identified, identify, read_cyrillic
from nlp.normalise import Mask, Pieces, fold, normalise
from strazha.model.screening import Mention, MentionKind
from strazha.model.text import NormalText, Passage, ReadField, Reading, ReadText

_MASKS = {MentionKind.PHONE: "#", MentionKind.EMAIL: "@", MentionKind.HANDLE: "@", MentionKind.URL: "@", MentionKind.NAME: "*"}


#: Adverts that go through trained pipelines together, and from process to process.
_BATCH = 50
#: Share of the evidence that the main language must have against the next one.
_SURE_OF_LANGUAGE = 0.6

_FIRST = (
    "Търся работа в София, тел. 0888 001 234, 20 лв на час, Мария, 30 г.",
    "Job in London, call Ann on 07700 900123, £12 an hour",
)


class Item(NamedTuple):
    """One advert to read: its texts, the country of its site or its own (ISO 3166), and the site's language hint."""

    title: str
    body: str
    country: str | None = None
    lang_hint: str = ""


class Reader:
    """Reads adverts. Making one loads the languages (under three seconds); it can be used for any number of texts."""

    def __init__(self) -> None:
        # The word lists, the gazetteer and the first two pipelines are loaded now, not with the first advert.
        for text in _FIRST:
            self.read("", text)

    def read(self, title: str, body: str, *, country: str | None = None, lang_hint: str = "") -> Reading:
        """Languages, normal forms and mentions of one advert. Never raises, whatever the texts; linear in their length."""
        return _finish(_begin(Item(title, body, country, lang_hint)))

    def pipe(self, items: Iterable[Item | tuple[str, str]], processes: int = 1) -> Iterator[Reading]:
        """Readings of many adverts in order; more than one process where the texts are many enough to pay for starting them."""
        rows = (item if isinstance(item, Item) else Item(*item) for item in items)
        if processes <= 1 and not any_trained():
            # Words are all that spaCy reads then, and it remembers them: batches gain nothing.
            yield from (_finish(_begin(item)) for item in rows)
            return
        if processes <= 1:
            while batch := list(islice(rows, _BATCH)):
                opened = [_begin(item) for item in batch]
                prepare([each.page for each in opened])
                for each in opened:
                    yield _finish(each)
            return
        with ProcessPoolExecutor(processes) as pool:
            # A window of batches, so that an endless stream is never held in memory.
            while window := list(islice(rows, 4 * _BATCH * processes)):
                batches = [window[at : at + _BATCH] for at in range(0, len(window), _BATCH)]
                for readings in pool.map(_read_batch, batches):
                    yield from readings


class _Opened(NamedTuple):
    """An advert in its normal form and languages, before the extractors."""

    page: Page
    identified: Identified
    #: The Cyrillic readings of both fields, where there are any.
    readings: list[NormalText | None]


def _begin(item: Item) -> _Opened:
    normals = (normalise(item.title), normalise(item.body))
    pieces = [Pieces(normal.text) for normal in normals]
    identified = identify([normal.text for normal in normals], item.lang_hint, pieces)
    readings = [_reading(normal, row) for normal, row in zip(normals, identified.passages, strict=True)]
    views = (
        View("title", item.title, normals[0], pieces=pieces[0]),
        View("body", item.body, normals[1], pieces=pieces[1]),
    )
    page = Page(
        views=views,
        readings=tuple(
            View(v.name, v.captured, r, is_reading=True) for v, r in zip(views, readings, strict=True) if r is not None
        ),
        codes=tuple(guess.lang for guess in identified.languages),
        country=item.country,
        latin_bg=identified.latin_bg,
        sure_of_language=bool(identified.languages) and identified.languages[0].confidence >= _SURE_OF_LANGUAGE,
    )
    return _Opened(page, identified, readings)


def _finish(opened: _Opened) -> Reading:
    page, identified, readings = opened
    for extractor in EXTRACTORS:
        extractor.extract(page)
    passages = [_as_bulgarian(row) for row in identified.passages] if identified.typed else identified.passages
    fields = [
        ReadField(view.name, view.captured, view.normal, reading, row)
        for view, reading, row in zip(page.views, readings, passages, strict=True)
    ]
    text = ReadText(fields[0], fields[1], page.codes, identified.latin_bg, _folded(page))
    return Reading(text, identified.languages, identified.latin_bg, tuple(_mentions(page)))


_OWN: list[Reader] = []


def _read_batch(items: list[Item]) -> list[Reading]:
    # One reader per worker process, made when the first batch arrives.
    if not _OWN:
        _OWN.append(Reader())
    return list(_OWN[0].pipe(items))


def _as_bulgarian(row: tuple[Passage, ...]) -> tuple[Passage, ...]:
    return tuple(Passage(p.start, p.end, "bg") if p.lang == LATIN_BG else p for p in row)


def _reading(normal: NormalText, passages: tuple[Passage, ...]) -> NormalText | None:
    typed = tuple(passage for passage in passages if passage.lang == LATIN_BG)
    return read_cyrillic(normal, typed) if typed else None


_PLACE = attrgetter("start", "end")


def _mentions(page: Page) -> Iterator[Mention]:
    for field in ("title", "body"):
        views = [view for view in page.all_views() if view.name == field]
        mentions = [mention for view in views for found in view.found if (mention := view.mention(found)) is not None]
        for _, row in groupby(sorted(mentions, key=_PLACE), key=_PLACE):
            here = list(row)
            yield from here if len(here) == 1 else _different(here)


def _different(mentions: list[Mention]) -> Iterable[Mention]:
    """What was found twice in one place, as typed and as read, is one mention."""
    seen: dict[tuple[MentionKind, str], Mention] = {}
    for mention in mentions:
        seen.setdefault((mention.kind, mention.key), mention)
    return seen.values()


def _folded(page: Page) -> str:
    parts = []
    for view in page.views:
        masks: list[Mask] = [(found.start, found.end, _MASKS[found.kind]) for found in view.found if found.kind in _MASKS]
        own = None
        for other in page.readings:
            if other.name == view.name:
                masks.extend(_carried(other, view))
                own = other
        if own is not None:
            spans = [(*view.normal.original(start, end), sign) for start, end, sign in masks]
            masks = [(*own.normal.normal(start, end), sign) for start, end, sign in spans]
        source = own or view
        parts.append(fold(source.text, masks, source.pieces))
    return " ".join(part for part in parts if part)


def _carried(source: View, target: View) -> Iterator[Mask]:
    for found in source.found:
        if found.kind in _MASKS:
            first, last = target.normal.normal(*source.normal.original(found.start, found.end))
            yield first, last, _MASKS[found.kind]
