"""Reading and screening one text: the one place where nlp and indicators meet. Both are imported when the first text comes."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from strazha import __version__
from strazha.clock import now
from strazha.model import Advert, Indicator, Linkable, MentionKind, Screening, Versions
from strazha.model.base import digest
from strazha.model.sentences import sentences
from strazha.model.text import Reading
from strazha.settings import Settings, settings

if TYPE_CHECKING:
    from indicators.heads.finder import Seen, SemanticFinder
    from indicators.screener import Screener
    from nlp.pipeline import Reader
    from strazha.model.vectors import Encoder

log = logging.getLogger(__name__)

#: Kinds of mention by which an advertiser is reached, and so linked.
CONTACT_KINDS = (MentionKind.PHONE, MentionKind.EMAIL, MentionKind.HANDLE)
#: What a single broken text can raise in a reader or a rule. Anything else (no memory, no disk, an interrupt) is not about
#: the text and must stop the run.
TEXT_ERRORS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError, RecursionError)


#: Adverts read and encoded together: enough for the encoder to be at its best, few enough to hold in memory.
TOGETHER = 64

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An advert that could not be screened, and why; it waits in quarantine instead of stopping everyone else."""

    advert: Advert
    error: str


def versions() -> Versions:
    """What a screening made now is made by; its ``encoder`` is "off" where there is no model, and semantics were not used."""
    return _versions(settings())


def encoder() -> Encoder | None:
    """The encoder that the process's settings name, or None where semantics are off. Asked once a process."""
    return _opened(settings())


def forget() -> None:
    """Forget the sentences met lately, so that a measurement begins like a fresh process."""
    from nlp.encoder.cache import CachedEncoder

    if isinstance(found := encoder(), CachedEncoder):
        found.forget()
    if (finder := semantic_finder()) is not None:
        finder.forget()
    screener().forget()


def advert_vectors(adverts: Sequence[Advert]) -> list[str]:
    """Title and body of each advert as one packed vector for the index; "" for all where semantics are off.

    A model of another size than the index holds gives none either: it serves the indicators only.
    """
    found = encoder()
    if found is None or not adverts:
        return [""] * len(adverts)
    from strazha.store.vectors import DIMS, pack_vector

    if found.dim != DIMS:
        return [""] * len(adverts)
    return [pack_vector(vector) for vector in found.encode([f"{advert.title}\n{advert.body}" for advert in adverts])]


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Indicator]:
    """Every indicator by id, as review pages explain it. Needs neither spaCy nor a model."""
    from indicators.catalogue import load

    return {name: entry.indicator for name, entry in load().items()}


def screen_adverts(adverts: Iterable[Advert]) -> Iterator[Screening | Unreadable]:
    """Screen adverts in order, some at a time. A text that breaks a reader or a rule gives Unreadable, not an error.

    While the encoder looks at some, the next are read: it runs without Python's lock.
    """
    with ThreadPoolExecutor(1) as beside:
        waiting: _Waiting | None = None
        for some in _parts(adverts):
            machine = screener()  # outside of the try: a reader that cannot be made is no fault of the text
            readings = [_tried(read_advert, advert) for advert in some]
            good = [reading for reading in readings if isinstance(reading, Reading)]
            # The encoder takes many sentences together far faster than one by one.
            following = _Waiting(some, readings, beside.submit(machine.look_at_all, good))
            if waiting is not None:
                yield from waiting.screened()
            waiting = following
        if waiting is not None:
            yield from waiting.screened()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Adverts that are read, and being looked at for what they mean."""

    adverts: Sequence[Advert]
    readings: Sequence[Reading | Unreadable]
    seen: Future[list[Seen]]

    def screened(self) -> Iterator[Screening | Unreadable]:
        """Their screenings, in order."""
        seen = iter(self.seen.result())
        for advert, reading in zip(self.adverts, self.readings, strict=True):
            if isinstance(reading, Unreadable):
                yield reading
            else:
                yield _tried(partial(screen_advert, reading=reading, seen=next(seen)), advert)


def _parts(adverts: Iterable[Advert]) -> Iterator[list[Advert]]:
    rest = iter(adverts)
    while some := list(islice(rest, TOGETHER)):
        yield some


def _tried(function: Callable[[Advert], Made], advert: Advert) -> Made | Unreadable:
    try:
        return function(advert)
    except TEXT_ERRORS as error:
        return Unreadable(advert, f"{type(error).__name__}: {error}"[:500])


def screen_advert(
    advert: Advert, *, at: datetime | None = None, reading: Reading | None = None, seen: Seen | None = None
) -> Screening:
    """Read and screen one version of one advert; ``reading`` and ``seen`` are what was read, and seen by meaning, already."""
    reading = reading or read_advert(advert)
    findings = _machine()[1].screen(reading.text, reading.mentions, advert=advert, seen=seen)
    return Screening(
        advert_id=advert.id,
        content_hash=advert.content_hash,
        screened_at=at or now(),
        languages=reading.languages,
        latin_bg=reading.latin_bg,
        ad_type=findings.ad_type,
        mentions=reading.mentions,
        hits=tuple(findings.hits),
        score=findings.score,
        band=findings.band,
        reasons=tuple(findings.reasons),
        folded=reading.text.folded,
        reading=_cyrillic(reading.text.title, reading.text.body),
        pipeline=versions(),
    )


def semantic_finder() -> SemanticFinder | None:
    """What sees by meaning with the process's settings, or None where semantics are off."""
    return _finder(settings())


def screener() -> Screener:
    """What the process screens with."""
    return _machine()[1]


def read_advert(advert: Advert) -> Reading:
    """An advert's texts as read: languages, normal forms, mentions. May raise one of ``TEXT_ERRORS``."""
    return _machine()[0].read(advert.title, advert.body, country=advert.country, lang_hint=advert.lang_hint)


def screen_text(title: str, body: str, *, country: str | None = None, lang_hint: str = "") -> Screening:
    """Screen a pasted text. Nothing is stored; ``advert_id`` is derived from the text."""
    advert = Advert(
        source_id="pasted",
        key=digest(title, body),
        title=title,
        body=body,
        country=country,
        lang_hint=lang_hint,
        captured_at=now(),
    )
    return screen_advert(advert)


def with_meanings(read: Sequence[tuple[Advert, Linkable]]) -> list[Linkable]:
    """The linkables with the vectors of their adverts' sentences; as they are where semantics are off. One call for many."""
    found = encoder()
    if found is None or not read:
        return [one for _, one in read]
    from clusters.meaning import meanings

    texts = [(one.lang, _sentences(advert)) for advert, one in read]
    return [
        one.model_copy(update={"sentences": vectors}) for (_, one), vectors in zip(read, meanings(found, texts), strict=True)
    ]


def linkable(advert: Advert, screening: Screening) -> Linkable:
    """What linking compares of an advert: contacts, names, ages and places as read, the site's own place, pictures."""
    found: dict[MentionKind, list[Any]] = {}
    for mention in screening.mentions:
        found.setdefault(mention.kind, []).append(mention)
    contacts = [f"{mention.kind.value}:{mention.key}" for kind in CONTACT_KINDS for mention in found.get(kind, ())]
    ages = [mention.value for mention in found.get(MentionKind.AGE, ()) if isinstance(mention.value, int)]
    return Linkable(
        id=advert.id,
        source_id=advert.source_id,
        posted_at=advert.posted_at,
        ad_type=screening.ad_type,
        folded=screening.folded,
        contacts=_once(contacts),
        names=_once(mention.key for mention in found.get(MentionKind.NAME, ())),
        ages=tuple(dict.fromkeys(ages)),
        places=_once(mention.key for mention in found.get(MentionKind.PLACE, ())),
        city=advert.place,
        country=advert.country,
        image_hashes=_once(value for image in advert.images for value in (image.pdq, image.sha256) if value),
        lang=screening.languages[0].lang if screening.languages else "",
    )


@lru_cache(maxsize=1)
def _versions(of: Settings) -> Versions:
    # Told from files alone: a page that counts what waits must not load languages, heads and a model into its server.
    from indicators.catalogue import VERSION_KEY
    from indicators.heads.model import label_for
    from nlp.encoder import encoder_label
    from nlp.version import VERSION

    label = encoder_label(of)
    heads = label_for(label.partition("@")[2], *((Path(of.heads),) if of.heads else ()))
    if heads:
        label = f"{label}+{heads}"
    # What was screened with some ways only, for a measurement, never passes for the whole.
    key = VERSION_KEY() + (f"+{of.ways}" if of.ways else "")
    return Versions(code=__version__, nlp=VERSION, catalogue=key, encoder=label)


@lru_cache(maxsize=1)
def _opened(of: Settings) -> Encoder | None:
    from nlp.encoder import open_encoder

    return open_encoder(of)


def _machine() -> tuple[Reader, Screener]:
    return _made(settings())


@lru_cache(maxsize=1)
def _made(of: Settings) -> tuple[Reader, Screener]:
    from indicators.screener import WAYS, Screener
    from nlp.pipeline import Reader

    chosen = [way for way in WAYS if way in of.ways.split(",")] if of.ways else WAYS
    made = Reader(), Screener(_finder(of), chosen)
    # Word lists and patterns stay as long as the process: without this each full collection goes through all of them.
    gc.freeze()
    return made


@lru_cache(maxsize=1)
def _finder(of: Settings) -> SemanticFinder | None:
    """Sees by meaning where there are an encoder and heads trained for it; heads of another encoder would see nonsense."""
    from indicators.heads.finder import SemanticFinder
    from indicators.heads.model import load

    found, heads = _opened(of), load(Path(of.heads)) if of.heads else load()
    if found is None or heads is None:
        return None
    if heads.encoder != found.version:
        log.warning("the heads were trained for another model (%s) and are not used: strazha heads train", heads.encoder)
        return None
    return SemanticFinder(found, heads)


def _sentences(advert: Advert) -> list[str]:
    return [text[start:end] for text in (advert.title, advert.body) for start, end in sentences(text)]


def _cyrillic(*fields: Any) -> str:
    if not any(field.reading for field in fields):
        return ""
    return "\n".join((field.reading or field.normal).text for field in fields)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
