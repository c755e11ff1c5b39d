"""How the columns or keys of a foreign file become the fields of an advert."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BeforeValidator, Field, ValidationError, field_validator

from strazha.errors import BadInputError
from strazha.model import Advert, Image, Price, Record
from strazha.model.advert import CountryCode
from strazha.model.source import SourceId


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


#: Names of keys to try in order; the first that is filled wins.
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class CsvShape(Record):
    """How a CSV file is written."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8-sig"


class FieldNames(Record):
    """For each field of an advert the keys of the foreign row to try, in order."""

    key: Names = ("key", "id", "ad_id", "advert_id", "url")
    url: Names = ("url", "link", "address")
    title: Names = ("title", "headline", "subject", "name")
    body: Names = ("body", "text", "description", "content")
    posted_at: Names = ("posted_at", "posted", "date", "published", "created_at")
    captured_at: Names = ("captured_at", "scraped_at", "fetched_at", "crawled_at")
    price: Names = ("price",)
    currency: Names = ("currency",)
    place: Names = ("place", "city", "location", "region")
    contact: Names = ("contact", "phone", "telephone", "email")
    seller: Names = ("seller", "author", "user", "username")
    category: Names = ("category", "section")
    country: Names = ("country",)
    lang_hint: Names = ("lang_hint", "lang", "language")
    images: Names = ("images", "image", "photos")


class ImportMapping(Record):
    """A mapping file. Only ``source`` and ``basis`` are needed where the file uses common names for its keys."""

    #: Id of the source the adverts belong to: one of the definitions, or a new one for a partner's or a tool's collection.
    source: SourceId
    #: By what right these adverts are held: the request, transfer or order, with its number and date. Kept in the audit log.
    basis: str = Field(min_length=5, max_length=2000)
    country: CountryCode | None = None
    #: Zone of times that state none.
    time_zone: str = "UTC"
    #: strptime format of dates that are not ISO 8601.
    date_format: str = ""
    fields: FieldNames = FieldNames()
    #: Further keys to keep by name in the advert's ``extra``.
    keep: tuple[str, ...] = ()
    csv: CsvShape = CsvShape()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is not a time zone (write Europe/Sofia)") from error
        return value


def load_mapping(path: Path) -> ImportMapping:
    """Read a mapping file; a wrong one raises BadInputError naming every wrong field."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInputError(f"mapping is not readable YAML: {error}", place=str(path), remedy="mend the file") from error
    try:
        return ImportMapping.model_validate(data)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise BadInputError(problems, place=str(path), remedy="see docs/import.md for the fields of a mapping") from error


class RowError(ValueError):
    """A row cannot become an advert; the message says why and what would help."""


def to_advert(row: dict[str, Any], mapping: ImportMapping, *, run_id: str, capture_id: str, at: datetime) -> Advert:
    """The advert a foreign row describes. Raises RowError where a mandatory field is missing or a value cannot be read."""
    names = mapping.fields
    key = _text(row, names.key)
    title, body = _text(row, names.title), _text(row, names.body)
    if not key:
        raise RowError(f"no key: none of {', '.join(names.key)} is filled (map fields.key to the platform's own id)")
    if not (title or body):
        raise RowError(f"no text: none of {', '.join((*names.title, *names.body))} is filled")
    country = _text(row, names.country).upper()[:2] or mapping.country
    try:
        return Advert(
            source_id=mapping.source,
            key=key,
            url=_text(row, names.url),
            title=title,
            body=body,
            posted_at=_moment(_text(row, names.posted_at), mapping),
            price=_price(_text(row, names.price), _text(row, names.currency)),
            place=_text(row, names.place),
            contact=_text(row, names.contact),
            seller=_text(row, names.seller),
            category=_text(row, names.category),
            country=country if country and country.isascii() and country.isalpha() and len(country) == 2 else mapping.country,
            lang_hint=_text(row, names.lang_hint),
            images=_images(row, names.images),
            extra={name: clean(str(row[name])) for name in mapping.keep if row.get(name) not in (None, "")},
            captured_at=_moment(_text(row, names.captured_at), mapping) or at,
            capture_id=capture_id,
            run_id=run_id,
        )
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise RowError(problems) from error


def clean(text: str) -> str:
    """Text that every part can carry: lone surrogates (broken escapes) become U+FFFD, one for one, so offsets stay."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not _encodable(text) else text


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(row: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return clean(str(value))
    return ""


def _moment(text: str, mapping: ImportMapping) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        if not mapping.date_format:
            raise RowError(f"{text[:40]!r} is no ISO 8601 date (set date_format in the mapping, as '%d.%m.%Y')") from None
        try:
            # The zone follows just below: formats seldom carry one.
            moment = datetime.strptime(text, mapping.date_format)  # noqa: DTZ007
        except ValueError as error:
            raise RowError(f"{text[:40]!r} does not fit date_format {mapping.date_format!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(mapping.time_zone))


def _price(text: str, currency: str) -> Price | None:
    if not text.strip():
        return None
    try:
        amount: float | None = float(text.replace("\u00a0", "").replace(" ", ""))
    except ValueError:
        amount = None  # kept raw: reading prices from text is nlp's work, not an import's
    if amount is not None and not -1e12 < amount < 1e12:
        amount = None
    return Price(amount=amount, currency=currency.strip().upper(), raw=text)


def _images(row: dict[str, Any], names: tuple[str, ...]) -> tuple[Image, ...]:
    for name in names:
        value = row.get(name)
        items = [value] if isinstance(value, str | dict) else value
        if isinstance(items, list) and items:
            return tuple(_image(item) for item in items if item)
    return ()


def _image(item: Any) -> Image:
    if isinstance(item, dict):
        return Image(**{name: str(item[name]) for name in ("url", "pdq", "sha256") if item.get(name)})
    return Image(url=clean(str(item)))
