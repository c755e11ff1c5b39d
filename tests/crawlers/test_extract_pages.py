"""Pages: text as a reader sees it, every way of finding things, and bounds against hostile markup."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawlers.extract.adverts import read_advert
from crawlers.extract.document import Document
from crawlers.extract.errors import PageError
from crawlers.extract.links import numbered, read_links
from crawlers.extract.places import Scope, find
from crawlers.extract.text import lexbor_text, lxml_text
from crawlers.trial import read_page
from strazha.model.extraction import Place
from tests.crawlers.conftest import AT, source_of

URL = "http://127.0.0.1:80/item/7?x=1"


def page(body: str | bytes, content_type: str = "text/html; charset=utf-8", url: str = URL) -> Document:
    return Document(url, body.encode() if isinstance(body, str) else body, content_type, AT)


HTML = (
    "<div id=a><!-- no --><p>One  <b>two</b></p>three<br>four<script>no()</script><style>no</style>"
    "<ul><li>five</li><li>six</ul> seven &amp; eight<table><tr><td>nine</td></tr></table></div><p>outside"
)


@pytest.mark.parametrize("how", ["lexbor", "lxml"])
def test_text_as_a_reader_sees_it(how: str) -> None:
    if how == "lexbor":
        node = LexborHTMLParser(HTML).css_first("#a")
        assert node is not None
        text = lexbor_text(node, 1000)
    else:
        text = lxml_text(lxml.html.document_fromstring(HTML).get_element_by_id("a"), 1000)
    assert text == "One two\nthree\nfour\nfive\nsix\nseven & eight\nnine"


def test_text_is_cut_at_the_limit() -> None:
    node = LexborHTMLParser("<p>" + "word " * 50_000).css_first("p")
    assert node is not None
    assert len(lexbor_text(node, 100)) == 100


def values(document: Document, **place: Any) -> list[str]:
    return find(Scope(document, 1000), Place.model_validate(place))


def test_css_and_xpath() -> None:
    document = page("<h1>A <i>b</i></h1><a class=x href=/1>one</a><a class=x href=/2>two</a><title>t</title>")
    assert values(document, css="h1") == ["A b"]
    assert values(document, css="title") == ["t"]
    assert values(document, css="a.x", attribute="href", all=True) == ["/1", "/2"]
    assert values(document, css="a.x", attribute="rel") == []
    assert values(document, xpath="//a[2]") == ["two"]
    assert values(document, xpath="//a/@href", all=True) == ["/1", "/2"]
    assert values(document, xpath="count(//a)") == ["2"]
    assert values(document, xpath="string(//h1)") == ["A b"]
    assert values(document, url=r"/item/(\d+)") == ["7"]
    assert values(document, const="x") == ["x"]


def test_json_ld_microdata_and_meta() -> None:
    graph = {"@graph": [{"@type": ["Product", "Thing"], "name": "Lamp", "offers": {"@type": "Offer", "price": 12.5}}]}
    document = page(
        f'<meta property="og:title" content="M"><script type="application/ld+json">{json.dumps(graph)}</script>'
        '<script type="application/ld+json">{broken</script>'
        '<div itemscope itemtype="http://schema.org/JobPosting"><b itemprop="title">Cook</b>'
        '<span itemprop="place" itemscope itemtype="http://schema.org/Place"><i itemprop="name">Sofia</i></span></div>'
    )
    assert values(document, json_ld="Product", path="name") == ["Lamp"]
    assert values(document, json_ld="Thing", path="offers.price") == ["12.5"]
    assert values(document, json_ld="Offer", path="price") == ["12.5"]
    assert values(document, json_ld="JobPosting", path="title") == []
    assert values(document, microdata="JobPosting", path="title") == ["Cook"]
    assert values(document, microdata="JobPosting", path="place.name") == ["Sofia"]
    assert values(document, microdata="Place", path="name") == ["Sofia"]
    assert values(document, meta="og:title") == ["M"]


def test_jmespath_and_feed() -> None:
    assert values(page('{"a": [{"b": 1}, {"b": "two"}]}'), jmespath="a[].b", all=True) == ["1", "two"]
    with pytest.raises(PageError, match="not JSON"):
        values(page("<p>"), jmespath="a")
    rss = "<rss><channel><item><title>T &amp; t</title><link>http://x/1</link></item></channel></rss>"
    assert values(page(rss), feed="title") == ["T & t"]


def test_links_from_feeds_sitemaps_and_json() -> None:
    rules = {
        "adverts": [{"sitemap": True, "match": "/item/"}, {"feed": True}],
        "follow": [{"css": "nav a", "exclude": "logout"}],
    }
    source = source_of(80, listing=rules)
    entry = '<entry><link rel="self" href="/self"/><link href="/item/5#x"/></entry>'
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    assert read_links(source, page(atom, "application/atom+xml")).adverts == ["http://127.0.0.1:80/item/5"]
    index = "<sitemapindex><sitemap><loc>/map2.xml.gz</loc></sitemap></sitemapindex>"
    assert read_links(source, page(index, "text/xml")).listings == ["http://127.0.0.1:80/map2.xml.gz"]
    urls = '<?xml version="1.0"?><urlset><url><loc> http://127.0.0.1/item/6 </loc></url><url><loc>/other</loc></url></urlset>'
    assert read_links(source, page(gzip.compress(urls.encode()), "application/gzip")).adverts == ["http://127.0.0.1/item/6"]
    html = page(
        "<nav><a href=/a>a</a><a href=/logout>b</a><a href='mailto:x@example.org'>c</a><a href='http://[bad'>d</a></nav>"
    )
    assert read_links(source, html).listings == ["http://127.0.0.1:80/a"]
    as_json = source_of(80, listing={"adverts": [{"jmespath": "rows[].url"}]})
    assert read_links(as_json, page('{"rows": [{"url": "/item/1"}, {"url": null}]}')).adverts == ["http://127.0.0.1:80/item/1"]


def test_numbered_pages() -> None:
    assert numbered("http://x/l?q=a b", "page", 1, 1) == "http://x/l?q=a+b&page=2"
    assert numbered("http://x/l?page=9&q=a", "page", 1, 1) == "http://x/l?q=a&page=10"
    assert numbered("http://x/l?offset=40", "offset", 0, 20) == "http://x/l?offset=60"
    assert numbered("http://x/l?page=" + "9" * 50, "page", 1, 1) == "http://x/l?page=2"


def test_fields_fall_back_in_order_and_a_missing_required_one_is_a_problem() -> None:
    fields = {"title": [{"css": "h1"}, {"meta": "og:title"}], "body": {"css": ".body"}}
    source = source_of(80, advert={"key": {"url": r"/item/(\d+)"}, "fields": fields})
    reading = read_advert(source, page('<h1> </h1><meta property="og:title" content=" Second ">'))
    assert [(advert.title, advert.body, advert.lang_hint) for advert in reading.adverts] == [("Second", "", "bg")]
    nothing = read_advert(source, page("<p>x</p>"))
    assert nothing.adverts == []
    assert [(problem.kind, problem.detail) for problem in nothing.problems] == [("fields", "nothing found for title")]


def test_the_id_hangs_on_the_raw_key_alone() -> None:
    source = source_of(80)
    one = read_advert(source, page("<h1>A</h1>")).adverts[0]
    other = read_advert(source, page("<h1>B</h1>", url="http://127.0.0.1:80/other/item/7")).adverts[0]
    assert one.id == other.id
    assert one.content_hash != other.content_hash


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<div>" * 100_000, "nested"),
        ("<div></x>" * 100_000, "nested"),
        ("<b><i>" * 50_000, "nested"),
        ("<a " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x", "attributes"),
    ],
)
def test_markup_that_costs_parsers_quadratic_time_is_refused_at_once(body: str, words: str) -> None:
    started = time.monotonic()
    for view in ("html", "tree"):
        with pytest.raises(PageError, match=words):
            getattr(page(body), view)
    assert time.monotonic() - started < 5


def test_long_honest_pages_pass() -> None:
    document = page("<ul>" + "<li><p>x<br>y<img src=a>" * 30_000 + "</ul><h1>T</h1>")
    assert values(document, css="h1") == ["T"]
    assert values(document, xpath="//h1") == ["T"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0", b"\xff\xfe\xff", "<h1>\ud800</h1>".encode("utf-8", "surrogatepass"), b"<h1>a\0b</h1>", b"<" * 5000,
        b"&#0;&#xD800;",
        b"<script type='application/ld+json'>" + b"[" * 100_000, b'{"a":' * 50_000, b"\x1f\x8b\x08 no gzip",
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&a;</loc></url></urlset>",
    ],
)  # fmt: skip
def test_broken_pages_give_nothing_or_a_problem(body: bytes) -> None:
    places = [
        {"json_ld": "X", "path": "a"},
        {"microdata": "X", "path": "a"},
        {"jmespath": "a"},
        {"feed": "a"},
        {"xpath": "//h1"},
    ]
    fields = {"title": {"css": "h1"}, "body": [*places, {"css": "p"}]}
    source = source_of(80, advert={"key": {"url": r"/item/(\d+)"}, "fields": fields}, listing={"adverts": [{"sitemap": True}]})
    for role in ("advert", "listing"):
        trial = read_page(source, page(body, "text/xml"), role)
        assert all("\0" not in advert.line() for advert in trial.reading.adverts)
        assert not any("root" in link for link in trial.links.adverts)
        assert trial.reading.adverts or trial.reading.problems or trial.links.problems or role == "listing"


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="<>/!-=\"' abdivph1[]&;\0\ud800", max_size=200))
def test_any_markup_is_read_or_refused(text: str) -> None:
    source = source_of(80, advert={"key": {"url": r"/item/(\d+)"}, "fields": {"title": [{"css": "h1"}, {"xpath": "//p"}]}})
    for advert in read_advert(source, page(text.encode("utf-8", "surrogatepass"))).adverts:
        advert.line().encode("utf-8")
