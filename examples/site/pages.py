"""What the two platforms answer: pages, feed, sitemap and robots.txt, made from the adverts of a state."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from examples.site.adverts import CATEGORIES, DemoAdvert, adverts

PER_PAGE = 20
_SIGNS = {"EUR": "€", "BGN": "лв.", "GBP": "£"}
_PERIODS = {"hour": " на час", "day": " на ден", "month": " на месец", "": ""}
HTML, XML, RSS, TEXT = (
    "text/html; charset=utf-8",
    "application/xml",
    "application/rss+xml; charset=utf-8",
    "text/plain; charset=utf-8",
)
Answer = tuple[int, str, str]


def price_text(advert: DemoAdvert) -> str:
    """The price as the sites print it."""
    if advert.amount is None:
        return "по договаряне"
    return f"{advert.amount:g} {_SIGNS[advert.currency]}{_PERIODS[advert.per]}"


def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    pages = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    pages.filters["price"] = price_text
    return pages


_PAGES = _environment()
_MISSING: Answer = (404, HTML, "<!doctype html><title>Няма такава страница</title><h1>Няма такава страница</h1>")


def _show(template: str, **values: object) -> Answer:
    return 200, HTML, _PAGES.get_template(template).render(**values)


def _common(base: str, path: str) -> Answer | None:
    if path == "/style.css":
        return 200, "text/css; charset=utf-8", (Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    if path == "/robots.txt":
        lines = ["User-agent: *", "Disallow: /vhod/", f"Sitemap: {base}/sitemap.xml"]
        return 200, TEXT, "\n".join(lines[: 3 if base else 2]) + "\n"
    return None


def classifieds(state: int, target: str) -> Answer:
    """Answer of the classifieds site to a request target (path and query)."""
    address = urlsplit(target)
    common = _common("", address.path)
    if common:
        return common
    ads = [item for item in adverts(state) if item.platform == "classifieds"]
    shared = {"categories": CATEGORIES, "here": ""}
    if address.path == "/":
        return _show("classifieds_home.html", **shared, counts=Counter(item.category for item in ads))
    head, _, tail = address.path.strip("/").partition("/")
    if head == "obiava":
        found = next((item for item in ads if item.number == tail), None)
        return _show("classifieds_item.html", **{**shared, "here": found.category}, ad=found) if found else _MISSING
    if head != "obiavi" or tail not in CATEGORIES:
        return _MISSING
    listed = [item for item in ads if item.category == tail]
    pages = max(1, -(-len(listed) // PER_PAGE))
    asked = parse_qs(address.query).get("page", ["1"])[0]
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:6]) <= pages:
        return _MISSING
    page = int(asked[:6])
    part = listed[(page - 1) * PER_PAGE : page * PER_PAGE]
    return _show("classifieds_list.html", **{**shared, "here": tail}, ads=part, page=page, pages=pages)


def jobs(state: int, target: str, base: str) -> Answer:
    """Answer of the job board; ``base`` is its own address, which sitemap and feed must name in full."""
    address = urlsplit(target)
    common = _common(base, address.path)
    if common:
        return common
    ads = [item for item in adverts(state) if item.platform == "jobs"]
    if address.path == "/":
        return _show("jobs_home.html", ads=ads)
    if address.path == "/sitemap.xml":
        return 200, XML, _sitemap(base, ads)
    if address.path == "/rss.xml":
        return 200, RSS, _feed(base, ads)
    head, _, tail = address.path.strip("/").partition("/")
    found = next((item for item in ads if head == "jobs" and item.number == tail), None)
    return _show("jobs_item.html", ad=found, json_ld=_json_ld(found, base)) if found else _MISSING


def _sitemap(base: str, ads: list[DemoAdvert]) -> str:
    rows = [f"<url><loc>{base}/</loc></url>"]
    rows += [f"<url><loc>{base}{ad.path}</loc><lastmod>{ad.posted.date()}</lastmod></url>" for ad in ads]
    body = "\n".join(rows)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}\n</urlset>\n'


def _feed(base: str, ads: list[DemoAdvert]) -> str:
    rows = [
        f"<item><title>{escape(ad.title)}</title><link>{base}{ad.path}</link><guid>{base}{ad.path}</guid>"
        f"<pubDate>{format_datetime(ad.posted)}</pubDate><description>{escape(ad.body)}</description></item>"
        for ad in ads[:30]
    ]
    head = f"<title>Пътека - най-нови обяви</title><link>{base}/</link><description>Работа тук и навън</description>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>' + head + "\n".join(rows) + "</channel></rss>\n"
    )


def _json_ld(ad: DemoAdvert, base: str) -> Markup:
    posting: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": ad.title,
        "description": ad.body,
        "identifier": {"@type": "PropertyValue", "name": "Пътека", "value": ad.number},
        "url": base + ad.path,
        "datePosted": ad.posted.date().isoformat(),
        "validThrough": (ad.posted.date() + timedelta(days=60)).isoformat(),
        "jobLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "addressLocality": ad.place, "addressCountry": ad.country},
        },
    }
    if ad.seller:
        posting["hiringOrganization"] = {"@type": "Organization", "name": ad.seller}
    if ad.contact:
        posting["applicationContact"] = {"@type": "ContactPoint", "telephone": ad.contact}
    if ad.amount is not None:
        value = {"@type": "QuantitativeValue", "value": ad.amount, "unitText": ad.per.upper()}
        posting["baseSalary"] = {"@type": "MonetaryAmount", "currency": ad.currency, "value": value}
    # Not escaped as HTML: "<" can stand in a script element only where it opens no tag, so it is written as JSON's own escape.
    return Markup(json.dumps(posting, ensure_ascii=False, indent=1).replace("<", "\\u003c"))  # noqa: S704
