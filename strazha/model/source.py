"""A source: one platform, how to read it, how to behave there, and by what right."""

from __future__ import annotations

import ipaddress
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from strazha.model.advert import CountryCode
from strazha.model.base import Record
from strazha.model.cron import check_cron
from strazha.model.extraction import LinkRules, Pattern, Places

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class LegalBasis(Record):
    """By what right a source is watched. No crawl starts without one, before it or after it."""

    #: The authority that watches, e.g. a ministry's directorate.
    authority: Text
    #: The statute or the order, with its number.
    statute: Text
    purpose: Text
    #: Who answers for it: office or name, with a way to reach them.
    officer: Text
    valid_from: date
    valid_until: date

    @model_validator(mode="after")
    def _ordered(self) -> LegalBasis:
        if self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} lies before valid_from {self.valid_from}")
        return self

    def in_force(self, day: date) -> bool:
        """Whether it holds on ``day``; both ends count."""
        return self.valid_from <= day <= self.valid_until


def _host(value: str) -> str:
    name = value.strip().rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        pass
    try:
        ascii_name = name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{value!r} is not a host name: {error}") from error
    if not ascii_name or any(char in ascii_name for char in "/:@?#*% "):
        raise ValueError(f"{value!r} is not a host name: write it without scheme, port and path")
    return ascii_name


class Host(Record):
    """A host that may be reached."""

    host: Annotated[str, AfterValidator(_host)]
    #: True: names below it too.
    subdomains: bool = False
    ports: Annotated[tuple[Annotated[int, Field(ge=1, le=65535)], ...], Field(min_length=1)] = (80, 443)
    #: True: it may resolve to a loopback or private address. For tests, the demo and a department's own sites only.
    private: bool = False


def _host_rows(value: Any) -> Any:
    return [{"host": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else value


class Politeness(Record):
    """How a source is treated."""

    #: Obey robots.txt. False only where the legal basis covers it.
    robots: bool = True
    #: Seconds between two requests to a host; the crawler goes slower by itself when answers take long.
    delay: Annotated[float, Field(ge=0, le=3600)] = 2.0
    concurrency: Annotated[int, Field(ge=1, le=64)] = 1
    #: Pages a UTC day, over all runs.
    pages_per_day: Annotated[int, Field(ge=1)] = 5000
    #: Sent with every request; names a web page or a mailbox where the site's owner reaches a person.
    user_agent: Text
    #: False: take pages from hosts whose TLS certificate does not hold; a capture from there proves less.
    verify_certificates: bool = True
    #: Further tries after a time-out or a 5xx answer.
    retries: Annotated[int, Field(ge=0, le=5)] = 1

    @model_validator(mode="after")
    def _contact(self) -> Politeness:
        if "@" not in self.user_agent and "http" not in self.user_agent:
            raise ValueError("user_agent names no contact: add an e-mail or web address in brackets")
        if any(ord(char) < 32 or ord(char) > 126 for char in self.user_agent):
            raise ValueError("user_agent may hold printable ASCII only (it is an HTTP header)")
        return self


class Limits(Record):
    """Bounds that keep a hostile or broken site from holding up the crawl."""

    #: Bytes of one body as sent, and after decompression.
    body_bytes: Annotated[int, Field(ge=1024)] = 8_000_000
    decompressed_bytes: Annotated[int, Field(ge=1024)] = 24_000_000
    redirects: Annotated[int, Field(ge=0, le=20)] = 5
    #: Links of the kind ``listing.follow`` in a row; paging does not count.
    depth: Annotated[int, Field(ge=0, le=50)] = 3
    #: Paging links in a row.
    pages_per_listing: Annotated[int, Field(ge=1)] = 500
    #: Seconds for one page: to fetch it, and again to read it.
    page_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    #: Seconds for the whole crawl.
    crawl_seconds: Annotated[float, Field(gt=0)] = 6 * 3600.0
    #: Letters kept of one field.
    field_chars: Annotated[int, Field(ge=100)] = 100_000


class Paging(Record):
    """How listing pages continue: by links, or by a number in the address."""

    next: LinkRules = ()
    #: Query parameter that holds the page's number; pages are asked for while they bring adverts not seen before.
    parameter: Annotated[str, StringConstraints(pattern=r"^[\w.\-\[\]]+$")] | None = None
    first: int = 1
    step: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _one_way(self) -> Paging:
        if bool(self.next) == (self.parameter is not None):
            raise ValueError("give either next (links) or parameter (a number in the address)")
        return self


class Listing(Record):
    """What a listing page leads to."""

    #: Links to adverts.
    adverts: LinkRules = ()
    #: Links to further listing pages, such as categories.
    follow: LinkRules = ()
    paging: Paging | None = None
    #: Adverts that stand whole on the listing page (JSON answers, feeds): each value found is read with ``advert.fields``.
    items: Places = ()


class Key(Record):
    """The platform's own stable key of an advert, raw: from its address, or from the page."""

    #: Regular expression over the address; group 1 is the key.
    url: Pattern | None = None
    field: Places = ()

    @model_validator(mode="after")
    def _something(self) -> Key:
        if self.url is None and not self.field:
            raise ValueError("give url (a regular expression over the address) or field (where the key stands on the page)")
        return self


class Fields(Record):
    """Where each field of an advert stands: a place, or several in order of preference."""

    #: The advert's own address, where it is not that of the page it stands on.
    url: Places = ()
    title: Places = ()
    body: Places = ()
    price: Places = ()
    currency: Places = ()
    posted_at: Places = ()
    place: Places = ()
    contact: Places = ()
    seller: Places = ()
    category: Places = ()
    country: Places = ()
    lang_hint: Places = ()
    images: Places = ()
    #: Named fields of the site that no field above holds. What changes by itself (view counts) would make new versions.
    extra: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Places] = Field(default_factory=dict)


class AdvertRule(Record):
    """How an advert is read from its page."""

    key: Key
    fields: Fields
    #: Fields without which a page is no advert but an error in the report.
    required: tuple[Literal["title", "body", "price", "posted_at", "place", "contact", "seller", "category"], ...] = ("title",)

    @model_validator(mode="after")
    def _required_mapped(self) -> AdvertRule:
        missing = [name for name in self.required if not getattr(self.fields, name)]
        if missing:
            raise ValueError(f"required but not mapped under fields: {', '.join(missing)}")
        return self


def _cron(value: str) -> str:
    check_cron(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is no time zone: write it as Europe/Sofia") from error
    return value


def _start(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{value!r} is no http(s) address")
    return value


class Source(Record):
    """One platform: how to read it, how to behave there, and by what right."""

    id: SourceId
    name: Text
    #: False: a pattern to copy, or a source at rest; it is listed and checked but never crawled or scheduled.
    enabled: bool = True
    kind: Literal["classifieds", "job_board", "adult", "forum", "social", "directory", "other"]
    country: CountryCode
    start: Annotated[tuple[Annotated[str, AfterValidator(_start)], ...], Field(min_length=1)]
    hosts: Annotated[tuple[Host, ...], BeforeValidator(_host_rows), Field(min_length=1)]
    #: Languages to expect, for reading dates; a single one is the advert's hint where the page names none.
    languages: tuple[Language, ...] = ()
    #: Encodings tried, in order, where a page does not decode in the one it declares.
    encodings: tuple[str, ...] = ()
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    #: Five cron fields in the source's time zone; a sixth one at the end gives seconds.
    schedule: Annotated[str, AfterValidator(_cron)]
    #: ISO 4217 code for prices that name no currency.
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    legal_basis: LegalBasis | None = None
    politeness: Politeness
    limits: Limits = Limits()
    #: Days that captures and adverts are kept.
    retention_days: Annotated[int, Field(ge=1, le=36500)]
    #: The spider that reads it: ``listing`` is driven by this definition alone; others stand in crawlers/spiders/.
    spider: str = "listing"
    listing: Listing = Listing()
    advert: AdvertRule

    @model_validator(mode="after")
    def _whole(self) -> Source:
        if self.limits.decompressed_bytes < self.limits.body_bytes:
            raise ValueError("limits.decompressed_bytes is smaller than limits.body_bytes")
        listing = self.listing
        if self.spider == "listing" and not (listing.adverts or listing.items):
            raise ValueError("listing names neither adverts (links) nor items (adverts on the page itself)")
        for address in self.start:
            if self.host_of(urlsplit(address).hostname or "") is None:
                raise ValueError(f"start address {address} is on none of the hosts: add its host under hosts")
        return self

    def host_of(self, name: str) -> Host | None:
        """The entry of ``hosts`` that permits a host name, the exact one before a parent's."""
        try:
            asked = _host(name)
        except ValueError:
            return None
        exact = next((host for host in self.hosts if host.host == asked), None)
        return exact or next((host for host in self.hosts if host.subdomains and asked.endswith("." + host.host)), None)
