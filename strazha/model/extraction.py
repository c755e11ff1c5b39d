"""How a definition says where things stand on a page: one place, what to make of it, and which address patterns count."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import regex
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from strazha.model.base import Record


def _pattern(value: str) -> str:
    try:
        regex.compile(value)
    except regex.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return value


#: A regular expression (module ``regex``); it runs with a time limit on bounded text: a bad one costs a field, not the crawl.
Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_pattern)]

PLACES = ("css", "xpath", "jmespath", "json_ld", "microdata", "feed", "meta", "url", "const")


class RegexStep(Record):
    """Keep what group 1 captures (the whole match without a group); no match leaves nothing."""

    regex: Pattern


class ReplaceStep(Record):
    """Replace one literal text by another."""

    replace: tuple[str, str]


class SplitStep(Record):
    """Split at a literal text and keep one piece (0 is the first, -1 the last)."""

    split: Annotated[str, Field(min_length=1)]
    piece: int = 0


class DateStep(Record):
    """How the site writes dates: strptime formats tried in order, then a free reading in the source's languages and zone."""

    date: tuple[str, ...] = ()


class PriceStep(Record):
    """Read a price; ``price`` is the currency (ISO 4217) where the text names none."""

    price: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


_STEPS = {"regex": RegexStep, "replace": ReplaceStep, "split": SplitStep, "date": DateStep, "price": PriceStep}


_STEP_NAMES = ", ".join(["strip", "squash", "lower", "first_line", "unhtml", *_STEPS])


def _step_kind(value: Any) -> str | None:
    if isinstance(value, str):
        return "word"
    keys = value if isinstance(value, dict) else type(value).model_fields if isinstance(value, Record) else ()
    return next((key for key in _STEPS if key in keys), None)


#: One clean-up step: ``squash`` (all white space to single blanks), ``lower``, ``first_line``, ``unhtml`` (HTML in a string to
#: its text), or a mapping with parameters. White space at both ends always goes.
CleanStep = Annotated[
    Annotated[Literal["strip", "squash", "lower", "first_line", "unhtml"], Tag("word")]
    | Annotated[RegexStep, Tag("regex")]
    | Annotated[ReplaceStep, Tag("replace")]
    | Annotated[SplitStep, Tag("split")]
    | Annotated[DateStep, Tag("date")]
    | Annotated[PriceStep, Tag("price")],
    Discriminator(
        _step_kind,
        custom_error_type="clean_step",
        custom_error_message=f"is no clean-up step: use {_STEP_NAMES}",
    ),
]


class Place(Record):
    """Where on a page a value stands: exactly one of the place keys, and how to read it there."""

    #: A CSS selector.
    css: str | None = None
    #: An XPath 1.0 expression giving elements, attributes or a string.
    xpath: str | None = None
    #: A JMESPath expression over a JSON page.
    jmespath: str | None = None
    #: A schema.org type in the page's JSON-LD or microdata; ``path`` says what of it.
    json_ld: str | None = None
    microdata: str | None = None
    #: A field of an RSS or Atom entry by its local name (``title``, ``link``, ``pubDate``).
    feed: str | None = None
    #: Name or property of a ``<meta>`` element.
    meta: str | None = None
    #: A regular expression over the page's own address.
    url: Pattern | None = None
    #: A fixed value.
    const: str | None = None
    #: With css or xpath: an attribute instead of the text.
    attribute: str | None = None
    #: With json_ld or microdata: a JMESPath expression within the object.
    path: str | None = None
    #: All values, joined by ``join``, instead of the first.
    all: bool = False
    join: str = "\n"
    clean: tuple[CleanStep, ...] = ()

    @model_validator(mode="after")
    def _one_place(self) -> Place:
        given = [key for key in PLACES if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(PLACES)} (found: {', '.join(given) or 'none'})")
        if self.path is not None and given[0] not in {"json_ld", "microdata"}:
            raise ValueError("path goes with json_ld or microdata only")
        if self.attribute is not None and given[0] not in {"css", "xpath"}:
            raise ValueError("attribute goes with css or xpath only")
        return self

    @property
    def how(self) -> str:
        """The place key in use."""
        return next(key for key in PLACES if getattr(self, key) is not None)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, (dict, Place)) else value


#: One place, or several in order of preference: the first that gives something wins.
Places = Annotated[tuple[Place, ...], BeforeValidator(_listed)]


class LinkRule(Record):
    """Where links stand on a listing page, and which of them count."""

    css: str | None = None
    xpath: str | None = None
    jmespath: str | None = None
    json_ld: str | None = None
    microdata: str | None = None
    path: str | None = None
    attribute: str = "href"
    #: True: the entries of an RSS or Atom feed.
    feed: bool = False
    #: True: the pages of a sitemap (its index is followed by itself, gzip included).
    sitemap: bool = False
    #: Only addresses in which this is found, and none in which ``exclude`` is found.
    match: Pattern | None = None
    exclude: Pattern | None = None

    @model_validator(mode="after")
    def _one_place(self) -> LinkRule:
        given = [key for key in ("css", "xpath", "jmespath", "json_ld", "microdata") if getattr(self, key) is not None]
        given += [key for key in ("feed", "sitemap") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(
                "give exactly one of css, xpath, jmespath, json_ld, microdata, feed, sitemap "
                f"(found: {', '.join(given) or 'none'})"
            )
        return self


def _rules(value: Any) -> Any:
    return [value] if isinstance(value, (dict, LinkRule)) else value


LinkRules = Annotated[tuple[LinkRule, ...], BeforeValidator(_rules)]
