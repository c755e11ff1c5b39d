"""The pages' language. Every sentence goes through gettext; a further language is one catalogue under ``review/locale``.

A request's language is the one chosen on the page (a cookie), else the first of the browser's that there is a catalogue for,
else English. It is set before the application runs and holds for everything done for that request.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

DOMAIN = "review"
LOCALES = Path(__file__).parent / "locale"
#: Languages a user may choose by their own names, the first being the one the sentences are written in.
LANGUAGES: Mapping[str, str] = {"en": "English", "bg": "Български"}
DEFAULT = "en"
#: Remembers the choice in the browser; holds a language code and nothing else.
COOKIE = "strazha-language"

_CURRENT: ContextVar[str] = ContextVar("strazha_language", default=DEFAULT)


def marked(sentence: str) -> str:
    """Mark a sentence as one to translate where it is written down long before it is shown."""
    return sentence


def language() -> str:
    """The language of the request at hand."""
    return _CURRENT.get()


def tr(sentence: str) -> str:
    """A sentence that stands in the code (or a value that stands nowhere), in the page's language, as plain text.

    Templates use ``_()`` for sentences written in them and this for everything else: ``_()`` takes its argument for safe HTML
    and for a pattern with placeholders, which a value of an advert must never become. A test holds the templates to it.
    """
    return translations(language()).gettext(str(sentence)) if sentence else ""


def in_page(sentence: str) -> str:
    """What ``_()`` of the templates does: the language is looked up when the page is filled, not when it is compiled."""
    return translations(language()).gettext(sentence)


def in_page_counted(one: str, many: str, count: int) -> str:
    """What ``ngettext()`` of the templates does."""
    return translations(language()).ngettext(one, many, count)


@lru_cache(maxsize=8)
def translations(code: str) -> gettext.NullTranslations:
    """The catalogue of a language; sentences it lacks stay as they are written."""
    path = LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    if code == DEFAULT or not path.is_file():
        return gettext.NullTranslations()
    # Read from its source: a compiled catalogue beside it could be older than what it was compiled from.
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def pick(texts: Mapping[str, str], otherwise: str = "") -> str:
    """The page's language's text of a catalogue entry's; English where it has none."""
    return texts.get(language()) or texts.get(DEFAULT) or otherwise


def chosen(cookies: str, accepted: str) -> str:
    """The language of a request, by its Cookie and Accept-Language headers. Anything malformed counts as not sent."""
    try:
        choice = SimpleCookie(cookies[:4000]).get(COOKIE)
    except CookieError:
        choice = None
    if choice is not None and choice.value in LANGUAGES:
        return choice.value
    wanted: list[tuple[float, int, str]] = []
    for place, item in enumerate(accepted[:400].split(",")):
        tag, _, quality = item.strip().partition(";q=")
        code = tag.partition("-")[0].strip().lower()
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if code in LANGUAGES and weight > 0:
            wanted.append((-weight, place, code))
    return min(wanted)[2] if wanted else DEFAULT


class Speaks:
    """Wraps an application: sets the language of each request before anything of it runs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = _CURRENT.set(chosen(headers.get("cookie", ""), headers.get("accept-language", "")))
        try:
            await self.app(scope, receive, send)
        finally:
            _CURRENT.reset(token)
