"""What must be known of a page before a parser sees it: both HTML parsers take quadratic time on a few shapes.

Measured: 100,000 nested ``<div>`` cost lexbor 10 s, 100,000 attributes in one tag cost lexbor 15 s and libxml2 10 s. These
checks are linear and cheap; what slips through is caught by the crawl's watchdog.
"""

from __future__ import annotations

import re
from collections import Counter

from crawlers.extract.errors import PageError

#: Open elements at once; browsers cut at 512.
MAX_DEPTH = 5_000
#: Attributes in what looks like one tag.
MAX_ATTRIBUTES = 20_000

_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
#: Elements that never hold others, or whose end tag is left out all the time.
_FLAT = frozenset(
    b"area base br col embed hr img input link meta param source track wbr p li dt dd tr td th option optgroup "
    b"thead tbody tfoot colgroup rt rp path circle rect line use polygon polyline ellipse stop image animate".split()
)


def check_markup(body: bytes) -> None:
    """Raise :class:`PageError` where parsing could take long: elements nested too deeply, or too many attributes in a tag."""
    if body.count(b"<") > MAX_DEPTH:
        _check_depth(body)
    if body.count(b"=") > MAX_ATTRIBUTES:
        for piece in body.split(b">"):
            if len(piece) > MAX_ATTRIBUTES and b"<" in piece and piece.count(b"=") > MAX_ATTRIBUTES:
                raise PageError("parse", f"more than {MAX_ATTRIBUTES} attributes in one tag")


def _check_depth(body: bytes) -> None:
    # By name, so that end tags of something never opened do not hide the nesting.
    still_open: Counter[bytes] = Counter()
    depth = 0
    for end, name in _TAG.findall(body):
        tag = name.lower()
        if tag in _FLAT:
            continue
        if not end:
            still_open[tag] += 1
            depth += 1
            if depth > MAX_DEPTH:
                raise PageError("parse", f"more than {MAX_DEPTH} elements nested in each other")
        elif still_open[tag]:
            still_open[tag] -= 1
            depth -= 1
