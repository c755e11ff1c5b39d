"""Hostile content: encodings, markup, linked data, traps. Everything here is sent in well-formed HTTP."""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Iterable

from tests.targets.hostile_visit import GOOD_TITLE, KIND, MEGABYTE, Page, Visit, advert, html, item, raw


def content_pages() -> list[Page]:
    """The good adverts and every page whose content is hostile."""
    good = [item(f"good-{n}", "advert", "good", "an ordinary advert", html(advert(f"good-{n}"))) for n in range(1, 9)]
    return [*good, *_encodings(), *_markup(), *_linked_data(), *_traps()]


def _encodings() -> Iterable[Page]:
    bulgarian = "Чайник, като нов. Кипва за три минути."
    plain = "Content-Type: text/html"

    def of(key: str) -> str:
        return advert(key, body=bulgarian)

    yield item(
        "charset-wrong",
        "advert",
        "encoding",
        "declares windows-1251, is UTF-8",
        raw(of("charset-wrong").encode(), f"{plain}; charset=windows-1251"),
    )
    yield item(
        "charset-late",
        "advert",
        "encoding",
        "declares nothing, is windows-1251",
        raw(of("charset-late").encode("cp1251"), plain),
    )
    yield item(
        "charset-unknown",
        "advert",
        "encoding",
        "declares an encoding that does not exist",
        raw(of("charset-unknown").encode(), f"{plain}; charset=klingon-9000"),
    )
    yield item(
        "charset-codec",
        "advert",
        "encoding",
        "declares a Python codec that is no encoding",
        raw(of("charset-codec").encode(), f"{plain}; charset=zlib"),
    )
    yield item(
        "charset-utf7",
        "advert",
        "encoding",
        "declares UTF-7 in a meta element",
        raw(advert("charset-utf7", head='<meta charset="utf-7">', body="+ADw-script+AD4-x").encode(), plain),
    )
    broken = of("utf8-broken").encode().replace("минути".encode(), b"\xff\xfe\xd0\xc0\x80\xed\xa0\x80\xf8\x88\x80\x80\x80")
    yield item(
        "utf8-broken",
        "advert",
        "encoding",
        "invalid UTF-8: stray, overlong and surrogate bytes",
        raw(broken, f"Content-Type: {KIND}"),
    )
    yield item(
        "utf16-no-bom",
        "either",
        "encoding",
        "UTF-16 without a byte order mark, declared",
        raw(of("utf16-no-bom").encode("utf-16-le"), f"{plain}; charset=utf-16"),
    )
    yield item(
        "utf16-silent",
        "either",
        "encoding",
        "UTF-16 without a byte order mark or a declaration",
        raw(of("utf16-silent").encode("utf-16-be"), plain),
    )
    mixed = of("encoding-mixed").encode() + bulgarian.encode("cp1251") + bulgarian.encode("koi8-r")
    yield item(
        "encoding-mixed",
        "advert",
        "encoding",
        "UTF-8, windows-1251 and KOI8-R on one page",
        raw(mixed, f"Content-Type: {KIND}"),
    )
    yield item(
        "nul-bytes",
        "advert",
        "encoding",
        "NUL bytes in every field",
        raw(advert("nul-bytes", body="Bo\0ils\0 a litre\0").replace("Sofia", "So\0fia").encode(), plain),
    )
    controls = "".join(map(chr, [*range(1, 32), 127, *range(0x80, 0xA0)])) + "\u202e\u2066\u2069\u200f\ufeff\ufffe\ufdd0"
    yield item(
        "controls",
        "advert",
        "encoding",
        "control, bidi and non-characters in every field",
        html(advert("controls", body=f"Boils {controls} a litre").replace("Sofia", f"So{controls}fia")),
    )
    yield item(
        "zalgo",
        "advert",
        "encoding",
        "200,000 combining marks on one letter",
        html(advert("zalgo", body="B" + "\u0301\u0489" * 100_000)),
    )


def _script_everywhere() -> str:
    attack = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    shown = attack.replace("<", "&lt;").replace('"', "&quot;")
    page = advert("scripts", body=f"{attack}{shown}javascript:document.title='run' {{{{7*7}}}} ${{7*7}} =HYPERLINK('x')")
    return page.replace("Sofia", f"Sofia{shown}").replace("Ina", f"Ina{shown}").replace("12 EUR", f"12 EUR{shown}")


def _markup() -> Iterable[Page]:
    def shown(key: str, outcome: str, note: str, **parts: str) -> Page:
        return item(key, outcome, "markup", note, html(advert(key, **parts)))

    deep, letters = 100_000, "abcdefghijklmnopqrstuvwxyz0123456789"
    names = itertools.islice(("".join(chars) for chars in itertools.product(letters, repeat=4)), MEGABYTE)
    attributes = " ".join(f"{name}=" for name in names if name[0].isalpha())
    yield item("scripts", "advert", "markup", "script in every field", html(_script_everywhere()))
    yield shown("nested", "either", "100,000 nested elements", extra="<div>" * deep)
    yield shown(
        "nested-closed", "either", "100,000 nested elements of changing kind, closed", extra="<b><i>" * deep + "</i></b>" * deep
    )
    yield shown("nested-tables", "either", "20,000 nested tables", extra="<table><tr><td>" * 20_000)
    yield shown(
        "formatting", "either", "misnested formatting elements, which parsers carry on", extra="<p><a><b><font>" * 3_000
    )
    yield shown("attributes", "either", "a tag with a million attributes", extra=f"<p {attributes}>")
    yield shown("attribute-huge", "advert", "an attribute of 3 MB", extra=f'<p data-x="{"x" * 3 * MEGABYTE}">')
    yield shown("comment-open", "advert", "a comment that never ends", extra="<!-- " + "<p>" * 10_000)
    yield shown("entities", "advert", "300,000 character references", extra="&amp;&#x110000;&nosuch;" * 100_000)
    yield shown("links-many", "advert", "50,000 links", extra="".join(f"<a href=/item/none-{n}>x</a>" for n in range(50_000)))
    yield shown(
        "refresh",
        "advert",
        "a meta refresh to the metadata address",
        head='<meta http-equiv="refresh" content="0; url=http://169.254.169.254/latest/">',
    )
    yield shown(
        "doctype", "advert", "foreign elements, templates, plaintext", extra="<svg><math><template><plaintext>" + "</" * 999
    )
    huge = advert("title-huge").replace(GOOD_TITLE, GOOD_TITLE + "title-huge " + "very " * (MEGABYTE // 5))
    yield item("title-huge", "advert", "size", "a title of 1 MB", html(huge))
    yield shown("spaces", "advert", "2 MB of white space in the body", body="Boils" + " \n\t" * (2 * MEGABYTE // 3) + "water")
    yield item(
        "no-title",
        "error",
        "markup",
        "a page without the required title",
        html("<html><body><p>Nothing here.</p></body></html>"),
    )
    yield item("empty", "error", "markup", "an empty body", raw(b"", f"Content-Type: {KIND}"))
    yield item("no-type", "advert", "headers", "no Content-Type", raw(advert("no-type").encode()))
    yield item(
        "binary",
        "error",
        "markup",
        "random bytes called HTML",
        raw(zlib.compress(bytes(range(256)) * 40, 0)[7:] * 20, f"Content-Type: {KIND}"),
    )
    yield item("picture", "error", "markup", "a picture", raw(b"\x89PNG\r\n\x1a\n" + bytes(5_000), "Content-Type: image/png"))
    yield item("json", "error", "markup", "JSON called HTML", raw(b'{"a":' * 50_000, f"Content-Type: {KIND}"))


def _linked_data() -> Iterable[Page]:
    def shown(key: str, note: str, script: str) -> Page:
        element = f'<script type="application/ld+json">{script}</script>'
        return item(key, "advert", "linked-data", note, html(advert(key, head=element)))

    posting = {"@context": "https://schema.org", "@type": "JobPosting", "title": "x"}
    yield shown("jsonld-broken", "JSON-LD cut off in the middle", '{"@type": "JobPosting", "title": "x')
    yield shown("jsonld-deep", "JSON-LD nested 100,000 deep", '{"@graph":' * 100_000)
    yield shown("jsonld-huge", "4 MB of JSON-LD", json.dumps({**posting, "description": "x" * 4 * MEGABYTE}))
    yield shown("jsonld-many", "200,000 objects", json.dumps([{"@type": "Thing"}] * 200_000))
    yield shown(
        "jsonld-types",
        "numbers and lists where texts belong",
        json.dumps({**posting, "hiringOrganization": {"name": [1, None, {"a": []}]}, "@type": ["JobPosting", 7, None]}),
    )
    yield shown(
        "jsonld-numbers",
        "NaN, infinities, an integer of 5,000 digits",
        '{"@type":"JobPosting","a":NaN,"b":-Infinity,"c":1e999,"d":' + "9" * 5_000 + "}",
    )
    scopes = '<div itemscope itemtype="https://schema.org/Offer"><span itemprop="name">x</span>' * 2_000
    yield item("microdata", "advert", "linked-data", "2,000 nested microdata objects", html(advert("microdata", extra=scopes)))


def _traps() -> Iterable[Page]:
    def calendar(visit: Visit) -> None:
        month = int(visit.query("month", "0")[:9])
        # A link downwards on one page in 25 only: on every page it would be thousands, within any sensible bounds.
        down = f'<a class="section" href="/calendar/{month}/?month={month * 1000 + 1000}">week</a>' if month % 25 == 0 else ""
        visit.html(f'<h1>Month {month}</h1>{down}<a rel="next" href="/calendar/?month={month + 1}">next month</a>')

    def session(visit: Visit) -> None:
        number = int(visit.query("sid", "0")[:9])
        visit.html(
            f'<a class="item" href="/item/good-1?sid={number}">again</a>'
            f'<a rel="next" href="/session/?sid={number + 1}">more</a>'
        )

    yield Page(
        "calendar", "/calendar", "quiet", "trap", "a calendar that never ends", calendar, "section", "/calendar/?month=0"
    )
    yield Page(
        "session", "/session", "quiet", "trap", "one advert under ever new addresses", session, "section", "/session/?sid=0"
    )
    yield Page(
        "self",
        "/self",
        "quiet",
        "trap",
        "a page whose next page is itself",
        html('<a rel="next" href="/self/">next</a><a class="section" href="/self/">self</a>'),
        "section",
        "/self/",
    )
    twice = advert("good-2").replace(GOOD_TITLE, "Another under the same number: ")
    yield Page(
        "twice",
        "/copies",
        "quiet",
        "trap",
        "a second page with the item number of good-2",
        lambda visit: visit.html('<a class="item" href="/copies/item/good-2">copy</a>' if visit.path == "/copies/" else twice),
        "section",
        "/copies/",
    )
