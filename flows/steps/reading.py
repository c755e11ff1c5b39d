"""Reading and screening one text: the one place where nlp and indicators meet. Both are imported when the first text comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from strazha import __version__
from strazha.clock import now
from strazha.model import Advert, Indicator, Linkable, MentionKind, Screening, Versions
from strazha.model.base import digest
from strazha.model.sentences import sentences
from strazha.settings import Settings, settings
from strazha.store.vectors import DIMS, pack_vector

if TYPE_CHECKING:
    from indicators.screener import Screener
    from nlp.pipeline import Reader
    from strazha.model.vectors import Encoder

#: Kinds of mention by which an advertiser is reached, and so linked.
CONTACT_KINDS = (MentionKind.PHONE, MentionKind.EMAIL, MentionKind.HANDLE)
#: What a single broken text can raise in a reader or a rule. Anything else (no memory, no disk, an interrupt) is not about
#: the text and must stop the run.
TEXT_ERRORS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError, RecursionError)


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


def advert_vectors(adverts: Sequence[Advert]) -> list[str]:
    """Title and body of each advert as one packed vector for the index; "" for all where semantics are off.

    A model of another size than the index holds gives none either: it serves the indicators only.
    """
    found = encoder()
    if found is None or found.dim != DIMS or not adverts:
        return [""] * len(adverts)
    return [pack_vector(vector) for vector in found.encode([f"{advert.title}\n{advert.body}" for advert in adverts])]


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Indicator]:
    """Every indicator by id, as review pages explain it. Needs neither spaCy nor a model."""
    from indicators.catalogue import load

    return {name: entry.indicator for name, entry in load().items()}


def screen_adverts(adverts: Iterable[Advert]) -> Iterator[Screening | Unreadable]:
    """Screen adverts one after another, in order. A text that breaks a reader or a rule gives Unreadable, not an error."""
    for advert in adverts:
        _machine()  # outside of the try: a reader that cannot be made is no fault of the text
        try:
            yield screen_advert(advert)
        except TEXT_ERRORS as error:
            yield Unreadable(advert, f"{type(error).__name__}: {error}"[:500])


def screen_advert(advert: Advert, *, at: datetime | None = None) -> Screening:
    """Read and screen one version of one advert."""
    reader, screener = _machine()
    reading = reader.read(advert.title, advert.body, country=advert.country, lang_hint=advert.lang_hint)
    findings = screener.screen(reading.text, reading.mentions, advert=advert)
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
    from indicators.catalogue import VERSION_KEY
    from nlp.encoder import encoder_label
    from nlp.pipeline import VERSION

    return Versions(code=__version__, nlp=VERSION, catalogue=VERSION_KEY(), encoder=encoder_label(of))


@lru_cache(maxsize=1)
def _opened(of: Settings) -> Encoder | None:
    from nlp.encoder import open_encoder

    return open_encoder(of)


@lru_cache(maxsize=1)
def _machine() -> tuple[Reader, Screener]:
    from indicators.screener import Screener
    from nlp.pipeline import Reader

    return Reader(), Screener()


def _sentences(advert: Advert) -> list[str]:
    return [text[start:end] for text in (advert.title, advert.body) for start, end in sentences(text)]


def _cyrillic(*fields: Any) -> str:
    if not any(field.reading for field in fields):
        return ""
    return "\n".join((field.reading or field.normal).text for field in fields)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
