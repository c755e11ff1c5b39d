"""Captures and adverts: what was fetched, and what a site showed on it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from strazha.model.base import Moment, Record, canonical_json, digest

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Capture(Record):
    """One response as fetched, and where in the WARC files it lies."""

    #: WARC-Record-ID of the response record, as ``<urn:uuid:...>`` without the angle brackets.
    id: str
    source_id: str
    run_id: str
    url: str
    fetched_at: Moment
    status: int = Field(ge=0, le=999)
    content_type: str = ""
    #: SHA-256 of the payload: the body after transfer decoding, before content decoding (WARC-Payload-Digest's subject).
    payload_sha256: Sha256
    #: Path of the WARC file below the landing area, and the offset of the record's gzip member in it.
    warc_file: str
    warc_offset: int = Field(ge=0)
    warc_length: int = Field(ge=0)


class Image(Record):
    """A picture an advert shows; Strazha keeps its address and hashes, not the picture."""

    url: str = ""
    #: Perceptual hash (PDQ, 64 hex digits) where one was given or computed.
    pdq: str = ""
    sha256: str = ""


class Price(Record):
    """An amount as the site's own price field gives it."""

    amount: float | None = None
    currency: str = ""
    raw: str = ""


class Advert(Record):
    """One version of one advert, with the texts exactly as captured.

    ``id`` is derived from ``source_id`` and ``key`` (the platform's own stable key, raw, never cleaned); ``content_hash``
    names the version: it changes when something a reader sees changes, and only then.
    """

    id: str = Field(default="", max_length=200)
    source_id: str
    #: The platform's stable key for the advert, raw: its number, or its canonical address.
    key: str
    url: str = ""
    title: str = ""
    body: str = ""
    posted_at: Moment | None = None
    price: Price | None = None
    #: Place, contact, seller and category as the site's own fields give them, untouched.
    place: str = ""
    contact: str = ""
    seller: str = ""
    category: str = ""
    #: ISO 3166 country of the platform or of the advert where the site states one.
    country: CountryCode | None = None
    lang_hint: str = ""
    images: tuple[Image, ...] = ()
    #: Further named fields of the site that no field above holds.
    extra: dict[str, str] = Field(default_factory=dict)
    captured_at: Moment
    capture_id: str = ""
    run_id: str = ""
    content_hash: Sha256 = ""

    @model_validator(mode="after")
    def _derive(self) -> Advert:
        # After validation, so that 100 and 100.0, or a time in two zones, give one and the same version.
        if not self.id:
            object.__setattr__(self, "id", advert_id(self.source_id, self.key))
        if not self.content_hash:
            object.__setattr__(self, "content_hash", content_hash(self))
        return self


_CONTENT = ("title", "body", "price", "place", "contact", "seller", "category", "images", "extra")


def advert_id(source_id: str, key: str) -> str:
    """The id of the advert a source shows under ``key`` (24 hex digits; raw parts, so that cleaning never moves it)."""
    return digest("advert", source_id, key)[:24]


def content_hash(advert: Advert) -> str:
    """SHA-256 over what a reader sees of an advert: the version of its content."""
    return digest(canonical_json(_without_empty(advert.model_dump(mode="json", include=set(_CONTENT)))))


def _without_empty(value: Any) -> Any:
    # So that a field added to the record later, empty everywhere, does not make every advert a changed one.
    if isinstance(value, dict):
        kept = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


class AdvertState(Record):
    """What the ledger knows of an advert over time; never deleted when the advert vanishes from its site."""

    advert_id: str
    source_id: str
    url: str = ""
    first_seen: Moment
    last_seen: Moment
    gone_since: Moment | None = None
    #: Content hash of the newest version and how many versions were seen.
    content_hash: Sha256
    versions: int = Field(ge=1)
    #: Where the newest version's JSON line lies: file below the landing area, byte offset, byte length.
    landing_file: str
    landing_offset: int = Field(ge=0)
    landing_length: int = Field(ge=0)
