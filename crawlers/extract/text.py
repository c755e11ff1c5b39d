"""The text of an element as a reader sees it: blocks on lines of their own, white space as browsers fold it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import lxml.html
from selectolax.lexbor import LexborHTMLParser, LexborNode

Event = tuple[Literal["start", "end", "text"], str]

_BLOCK_NAMES = """address article aside blockquote dd details dialog div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody td th thead tfoot tr ul"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HIDDEN = frozenset(["script", "style", "template", "noscript", "head", "title", "svg", "iframe", "object"])


def render(events: Iterable[Event], limit: int) -> str:
    """Fold a stream of events into text, at most about ``limit`` characters of it."""
    lines: list[list[str]] = [[]]
    hidden, size = 0, 0
    for kind, value in events:
        if kind == "text":
            if not hidden:
                lines[-1].append(value)
                size += len(value)
                if size > limit:
                    break
        elif value in _HIDDEN:
            hidden += 1 if kind == "start" else -1
        elif (value == "br" and kind == "start") or value in _BLOCKS:
            lines.append([])
    folded = (" ".join("".join(pieces).split()) for pieces in lines)
    return "\n".join(line for line in folded if line)[:limit]


def lexbor_text(node: LexborNode, limit: int) -> str:
    """Text of a selectolax node."""
    return render(_lexbor_events(node), limit)


def _lexbor_events(root: LexborNode) -> Iterator[Event]:
    # By hand and not by recursion: pages nest deeper than Python's stack.
    trail: list[LexborNode] = []
    node: LexborNode | None = root
    while node is not None:
        tag = node.tag or ""
        is_text = tag == "-text"
        if is_text:
            yield "text", node.text_content or ""
        elif not tag.startswith(("-", "!", "_")):
            # The element asked for is shown even where its kind is hidden by default (a <title>).
            yield "start", tag if trail else ""
            child = node.child
            if child is not None:
                trail.append(node)
                node = child
                continue
            yield "end", tag if trail else ""
        while trail and node.next is None:
            node = trail.pop()
            yield "end", (node.tag or "") if trail else ""
        node = node.next if trail else None


def lxml_text(element: Any, limit: int) -> str:
    """Text of an lxml element."""
    return render(_lxml_events(element), limit)


def _lxml_events(root: Any) -> Iterator[Event]:
    for event, element in lxml.etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        is_element = isinstance(element.tag, str)
        tag = element.tag if is_element and element is not root else ""
        if event == "start":
            yield "start", tag
            if element.text:
                yield "text", element.text
        else:
            if event == "end":
                yield "end", tag
            if element is not root and element.tail:
                yield "text", element.tail


def text_of_html(html: str, limit: int) -> str:
    """Text of a piece of HTML that stands in a string (JSON, feeds)."""
    body = LexborHTMLParser(html).body
    return lexbor_text(body, limit) if body is not None else ""
