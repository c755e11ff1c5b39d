"""Web addresses; tracking is removed from the value, the captured text stays as it is."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from nlp.extract.email import TOP
from nlp.extract.page import Found, Page
from strazha.model.screening import MentionKind

KIND = MentionKind.URL
NAME = "url"

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}\.){{1,5}}"
_PATH = r"(?:[/?#][^\s<>\"'«»„“”]{0,500})?"
_URL = re.compile(
    rf"(?<![\w@.-])(?:(?:https?|viber|whatsapp|tg|skype|instagram|fb)://[^\s<>\"'«»„“”]{{3,800}}|www\.{_HOST}[a-z]{{2,18}}(?![\w@-]){_PATH}|{_HOST}{TOP}(?![\w@-]){_PATH})"
)
#: Without one of these there is no address; most adverts have none, and this is searched ten times faster.
_ANY = re.compile(r"://|\.[a-z]")
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|yclid|dclid|msclkid|mc_[ce]id|igshid|igsh|ref|ref_src|si|spm|_ga|_hsenc|_hsmi)$"
)
_TRAILING = ".,;:!?)]}'\"*"


def extract(page: Page) -> None:
    """Add the web addresses of both fields."""
    for view in page.views:
        if _ANY.search(view.plain) is None:
            continue
        for match in _URL.finditer(view.plain):
            start, end = match.start(), match.end()
            while end > start and view.text[end - 1] in _TRAILING:
                end -= 1
            value = clean(view.text[start:end])
            if value and not view.taken(start, end, (MentionKind.EMAIL,)):
                view.add(Found(KIND, start, end, value, NAME, 0.97))


def clean(url: str) -> str:
    """The address with scheme, lower-case host and without tracking parameters; empty if it is none."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme and not parts.scheme.startswith("http"):
            # Links that open an application: "viber://chat?number=...".
            return url if parts.netloc or parts.path else ""
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if "." not in host:
        return ""
    query = urlencode(
        [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(name)]
    )
    path = "" if parts.path == "/" else parts.path
    return urlunsplit((parts.scheme.lower(), host + port, path, query, ""))
