"""From a page, or an item of one, to an Advert record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urldefrag, urljoin

from crawlers.extract.charset import tidy
from crawlers.extract.cleaning import clean, date_formats, price_currency
from crawlers.extract.dates import parse_date
from crawlers.extract.document import Document
from crawlers.extract.errors import PageError
from crawlers.extract.patterns import search
from crawlers.extract.places import Scope, find, items
from crawlers.extract.prices import parse_price
from strazha.model.advert import Advert, Image, Price, advert_id
from strazha.model.extraction import Place
from strazha.model.source import Source

_TEXTS = ("title", "body", "place", "contact", "seller", "category")
_MAX_IMAGES = 50
#: Letters of a key or of an address; longer ones are noise and would bloat every index.
_MAX_KEY = 500


@dataclass
class Reading:
    """What a page gave: adverts, and what was wrong with it."""

    adverts: list[Advert] = field(default_factory=list)
    problems: list[PageError] = field(default_factory=list)


def key_from_url(source: Source, url: str) -> str | None:
    """The advert's key where its address alone gives it."""
    pattern = source.advert.key.url
    return search(pattern, url) if pattern is not None else None


def id_from_url(source: Source, url: str) -> str | None:
    """The id of the advert at an address, where the address alone gives its key."""
    key = key_from_url(source, url)
    return advert_id(source.id, key) if key else None


def read_advert(source: Source, document: Document, *, capture_id: str = "", run_id: str = "") -> Reading:
    """The advert a page shows."""
    return _read(source, [Scope(document, source.limits.field_chars)], capture_id, run_id)


def read_items(source: Source, document: Document, *, capture_id: str = "", run_id: str = "") -> Reading:
    """The adverts that stand whole on a listing page."""
    return _read(source, items(document, source.listing.items, source.limits.field_chars), capture_id, run_id)


def _read(source: Source, scopes: Sequence[Scope], capture_id: str, run_id: str) -> Reading:
    reading = Reading()
    for scope in scopes:
        try:
            reading.adverts.append(_Reader(source, scope, reading.problems).advert(capture_id, run_id))
        except PageError as error:
            reading.problems.append(error)
    return reading


class _Reader:
    """Reads the fields of one advert; a field that fails is empty and noted, a missing required one fails the advert."""

    def __init__(self, source: Source, scope: Scope, problems: list[PageError]) -> None:
        self.source, self.scope, self.problems = source, scope, problems
        self.fields = source.advert.fields

    def advert(self, capture_id: str, run_id: str) -> Advert:
        document = self.scope.document
        texts = {name: self.text(getattr(self.fields, name)) for name in _TEXTS}
        posted_at = self.date(self.fields.posted_at)
        price = self.price()
        found = {**texts, "posted_at": posted_at, "price": price}
        missing = [name for name in self.source.advert.required if not found[name]]
        if missing:
            raise PageError("fields", f"nothing found for {', '.join(missing)}")
        url = self.url()
        country = self.text(self.fields.country).upper()
        hint = self.text(self.fields.lang_hint)[:20].lower() or (
            self.source.languages[0] if len(self.source.languages) == 1 else ""
        )
        return Advert(
            source_id=self.source.id,
            key=self.key(url),
            url=url,
            **texts,
            posted_at=posted_at,
            price=price,
            country=country if len(country) == 2 and country.isascii() and country.isalpha() else self.source.country,
            lang_hint=hint,
            images=self.images(),
            extra={name: value for name, places in self.fields.extra.items() if (value := self.text(places))},
            captured_at=document.fetched_at,
            capture_id=capture_id,
            run_id=run_id,
        )

    def first(self, places: Sequence[Place]) -> tuple[list[str], Place | None]:
        """The cleaned values of the first place that gives any, and that place."""
        for place in places:
            try:
                values = clean(find(self.scope, place), place.clean, self.scope.limit)
            except PageError as error:
                self.problems.append(error)
                continue
            if values:
                return values, place
        return [], None

    def text(self, places: Sequence[Place]) -> str:
        values, place = self.first(places)
        text = tidy((place.join if place else "").join(values))
        if len(text) > self.scope.limit:
            self.problems.append(PageError("field cut", f"a field of {len(text)} characters was cut to {self.scope.limit}"))
            text = text[: self.scope.limit]
        return text

    def date(self, places: Sequence[Place]) -> datetime | None:
        values, place = self.first(places)
        if place is None:
            return None
        return parse_date(
            values[0],
            self.source.time_zone,
            self.scope.document.fetched_at,
            formats=date_formats(place.clean),
            languages=self.source.languages,
        )

    def price(self) -> Price | None:
        values, place = self.first(self.fields.price)
        if place is None:
            return None
        currency = self.text(self.fields.currency).upper()[:3] or price_currency(place.clean) or self.source.currency
        price = parse_price(tidy(values[0])[:1000], currency)
        # A currency field of its own speaks for the site; a sign within the text speaks where there is none.
        if price is not None and self.fields.currency and currency and price.amount is not None:
            return price.model_copy(update={"currency": currency})
        return price

    def url(self) -> str:
        given = self.text(self.fields.url)
        url = absolute(self.scope.document.url, given) if given else None
        return urldefrag(url or self.scope.document.url)[0][:2000]

    def key(self, url: str) -> str:
        rule = self.source.advert.key
        key = search(rule.url, url) if rule.url is not None else None
        key = key or self.text(rule.field)
        if not key:
            raise PageError("fields", "no key: neither the address nor the page gives one")
        if len(key) > _MAX_KEY:
            raise PageError("fields", f"a key of {len(key)} characters")
        return key

    def images(self) -> tuple[Image, ...]:
        values, _ = self.first(self.fields.images)
        urls = (absolute(self.scope.document.url, tidy(value)) for value in values)
        kept = dict.fromkeys(url for url in urls if url and len(url) <= 2000)
        return tuple(Image(url=url) for url in list(kept)[:_MAX_IMAGES])


def absolute(base: str, link: str) -> str | None:
    """An http(s) address from a link on a page; None for anything else (``mailto:``, ``javascript:``, broken ones)."""
    try:
        url = urljoin(base, link.strip())
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None
