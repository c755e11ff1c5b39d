"""Accounts on messengers and social networks, as ``network:name`` (WhatsApp and Viber as ``network:+number``)."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from nlp.extract.lexicon import Lexicon
from nlp.extract.page import Found, Page, View
from nlp.lang import languages
from strazha.model.screening import MentionKind

KIND = MentionKind.HANDLE
NAME = "handle"

#: Networks that are reached by telephone number.
#: Most networks of a field that are looked at; only junk names more.
_MOST = 300
BY_NUMBER = frozenset({"whatsapp", "viber"})
_SITES = {
    "t.me": "telegram",
    "telegram.me": "telegram",
    "instagram.com": "instagram",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "m.me": "facebook",
    "tiktok.com": "tiktok",
    "vk.com": "vk",
    "ok.ru": "ok",
    "wa.me": "whatsapp",
    "snapchat.com": "snapchat",
    "x.com": "x",
    "twitter.com": "x",
}
_NOT_ACCOUNTS = frozenset(
    {"share", "sharer", "groups", "p", "reel", "explore", "joinchat", "add", "events", "profile.php", "s", "c"}
)
#: A name as these networks allow it. Without @ or colon it must hold a digit, underscore or full stop to be told from a word.
_ACCOUNT = r"[a-z0-9](?:[a-z0-9_]|\.(?=[a-z0-9_])|-(?=[a-z0-9_])){2,39}"
_SPACED = r"[a-z0-9](?: [a-z0-9_.]){4,30}(?![a-z0-9])"
_LINK = (
    r"(?:\s{0,2}[(\[]?\s?(?:[:=>-]{1,2}|@|е|is|на|me|user|username|ник|nick|id|acc|account|акаунт|профил)\s{0,2}){0,3}\s{0,2}"
)
_AT_NAME = re.compile(rf"(?<![\w@.])@\s?({_ACCOUNT})")
_IN = "(?:on|in|at|в|v|на|na|pe|bei|auf|у|en|στο|по|via)"
#: "name on Insta": a shaped name, or one letter by letter, with a preposition before the network.
_BEFORE = re.compile(rf"(?<![\w@.])(?P<name>{_ACCOUNT}|(?:[a-z0-9_.] ){{3,30}}[a-z0-9_.]{{1,12}})\s{{1,2}}{_IN}\s{{1,2}}$")
_NO = "без no not fara ohne kein keine не нет nu sin bez χωρις нямам nqmam nicht немає немам don't".split()  # noqa: SIM905
_NEGATION = re.compile(rf"(?<!\w)(?:{'|'.join(_NO)})\s(?:\w{{1,12}}\s){{0,1}}$")


@lru_cache(maxsize=1)
def _networks() -> Lexicon[str]:
    names: dict[str, str] = {}
    for data in languages().values():
        for network, forms in data.networks.items():
            names |= dict.fromkeys((*forms, network), network)
    return Lexicon(names)


@lru_cache(maxsize=1)
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?P<link>{_LINK})(?:(?P<spaced>{_SPACED})|(?P<name>{_ACCOUNT}))(?![\w@])")


def extract(page: Page) -> None:
    """Add the accounts of both fields; telephone numbers must have been found before."""
    named: list[list[tuple[str, int, int]]] = []
    for view in page.views:
        _from_links(view)
        cues = _cues(view)
        named.append(cues)
        for network, start, end in cues:
            if network not in BY_NUMBER and not _named(view, network, end):
                _named_before(view, network, start)
        _with_at(view, cues)
    _by_number(page, named)


def _cues(view: View) -> list[tuple[str, int, int]]:
    """Networks named in a view, unless negated ("no WhatsApp"), with their places."""
    cues: list[tuple[str, int, int]] = []
    words, networks, index = view.words, _networks(), 0
    while index < len(words) and len(cues) < _MOST:
        found = networks.at(words, index)
        size = found[1] if found else 1
        if found:
            start, end = words[index].start, words[index + size - 1].end
            taken = view.taken(start, end, (MentionKind.URL, MentionKind.EMAIL))
            if not taken and not _NEGATION.search(view.plain, max(0, start - 30), start):
                cues.append((found[0], start, end))
        index += size
    return cues


def _from_links(view: View) -> None:
    for item in [found for found in view.found if found.kind is MentionKind.URL]:
        parts = urlsplit(str(item.value))
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        network = _SITES.get(host)
        account = parts.path.strip("/").split("/")[0].lstrip("@").lower()
        if network == "whatsapp" and account.lstrip("+").isdigit():
            view.add(Found(KIND, item.start, item.end, f"whatsapp:+{account.lstrip('+')}", NAME, 0.97))
        elif network and network != "whatsapp" and account and account not in _NOT_ACCOUNTS:
            view.add(Found(KIND, item.start, item.end, f"{network}:{account}", NAME, 0.97))


def _named(view: View, network: str, end: int) -> bool:
    """An account named right after the network's name; True where there is one."""
    match = _after().match(view.plain, end)
    if match is None or view.taken(match.start(), match.end(), (MentionKind.PHONE, MentionKind.EMAIL, KIND)):
        return False
    link = match.group("link")
    if match.group("spaced"):
        name, start = match.group("spaced").replace(" ", ""), match.start("spaced")
        if any(char.isalpha() for char in name):
            view.add(Found(KIND, start, match.end(), f"{network}:{name}", NAME, 0.9, ("spacing",)))
            return True
        return False
    name, start = match.group("name"), match.start("name")
    if "@" in link:
        start -= link[::-1].index("@") + 1
    elif not _is_account(name, link, view.text[match.start("name") : match.end("name")]):
        return False
    if not any(char.isalpha() for char in name):
        return False
    view.add(Found(KIND, start, match.end("name"), f"{network}:{name}", NAME, 0.95))
    return True


def _named_before(view: View, network: str, start: int) -> None:
    """An account named before its network ("villa_sample on Insta"); only one that cannot be a word."""
    match = _BEFORE.search(view.plain, max(0, start - 60), start)
    if match is None or view.taken(
        match.start("name"), match.end("name"), (MentionKind.PHONE, MentionKind.EMAIL, MentionKind.URL, KIND)
    ):
        return
    written = match.group("name")
    name = written.replace(" ", "")
    if any(char.isalpha() for char in name) and (" " in written or any(char in "_." or char.isdigit() for char in name)):
        disguise = ("spacing",) if " " in written else ()
        view.add(Found(KIND, match.start("name"), match.end("name"), f"{network}:{name}", NAME, 0.85, disguise))


def _is_account(name: str, link: str, written: str) -> bool:
    shaped = any(char in "_." or char.isdigit() for char in name) and any(char.isalpha() for char in name)
    return shaped or (":" in link and written == name and len(name) >= 4)


def _with_at(view: View, cues: list[tuple[str, int, int]]) -> None:
    """An @name without its network beside it belongs to the nearest network named in the field."""
    if not cues:
        return
    for match in _AT_NAME.finditer(view.plain):
        if view.taken(match.start(), match.end(), (MentionKind.EMAIL, MentionKind.URL, KIND)):
            continue
        network = min(
            (cue for cue in cues if cue[0] not in BY_NUMBER), key=lambda cue: abs(cue[1] - match.start()), default=None
        )
        if network is not None:
            view.add(Found(KIND, match.start(), match.end(), f"{network[0]}:{match.group(1)}", NAME, 0.8))


def _by_number(page: Page, named: list[list[tuple[str, int, int]]]) -> None:
    """WhatsApp and Viber go with the number they stand beside, or with the advert's only number."""
    phones = [(view, found) for view in page.views for found in view.found if found.kind is MentionKind.PHONE]
    if not phones:
        return
    seen: set[str] = {str(found.value) for view in page.views for found in view.found if found.kind is KIND}
    for view, cues in zip(page.views, named, strict=True):
        for network, start, end in cues:
            if network not in BY_NUMBER:
                continue
            here = [found for other, found in phones if other is view]
            nearest = min(here, key=lambda found: _distance(found, start, end), default=None)
            if nearest is None or (_distance(nearest, start, end) > 60 and len(phones) > 1):
                if len({str(found.value) for _, found in phones}) != 1:
                    continue
                nearest = phones[0][1]
            value = f"{network}:{nearest.value}"
            if value not in seen:
                seen.add(value)
                view.add(Found(KIND, start, end, value, NAME, 0.9, tags=("by number",)))


def _distance(found: Found, start: int, end: int) -> int:
    return max(found.start - end, start - found.end, 0)
