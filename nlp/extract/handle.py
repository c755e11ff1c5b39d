"""Accounts on messengers and social networks, as ``network:name`` (WhatsApp and Viber as ``network:+number``)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import nlp.extract.email as written_out
from nlp.extract.digits import LEET
from nlp.extract.lexicon import Lexicon
from nlp.extract.numbering import FICTIONAL, NONE, Plan, dialled
from nlp.extract.page import Found, Page, View
from nlp.lang import languages
from strazha.model.screening import MentionKind

KIND = MentionKind.HANDLE
NAME = "handle"

#: Most networks of a field that are looked at; only junk names more.
_MOST = 300
#: Networks that are reached by telephone number, and those that may be.
BY_NUMBER = frozenset({"whatsapp", "viber"})
_SITES = {
    "t.me": "telegram", "telegram.me": "telegram", "telegram.dog": "telegram", "tg": "telegram", "instagram.com": "instagram",
    "ig.me": "instagram", "instagram": "instagram", "facebook.com": "facebook", "fb.com": "facebook", "fb.me": "facebook",
    "m.me": "facebook", "messenger.com": "facebook", "tiktok.com": "tiktok", "vk.com": "vk", "ok.ru": "ok", "wa.me": "whatsapp",
    "api.whatsapp.com": "whatsapp", "whatsapp.com": "whatsapp", "web.whatsapp.com": "whatsapp", "whatsapp": "whatsapp",
    "viber": "viber", "viber.me": "viber", "viber.click": "viber", "snapchat.com": "snapchat", "x.com": "x", "twitter.com": "x",
    "skype": "skype", "signal.me": "signal",
}  # fmt: skip
_NOT_ACCOUNTS = frozenset([
    "share", "sharer", "groups", "p", "reel", "reels", "explore", "joinchat", "add", "events", "profile.php", "s", "c",
    "m", "pages", "watch", "stories", "hashtag", "home", "login", "send", "chat", "resolve", "iv", "proxy", "addstickers",
    "invite", "business", "help", "about", "legal", "tv", "tag", "people", "photo", "story.php", "marketplace",
    "discover",
])  # fmt: skip
_FOLDERS = frozenset({"add", "t", "u", "s", "_u"})
_DIGITS = re.compile(r"\+?(\d{9,15})")
#: A name as these networks allow it. Without @ or colon it must hold a digit, underscore or full stop to be told from a word.
_ACCOUNT = r"[a-z0-9_](?:[a-z0-9_]|\.(?=[a-z0-9_])|-(?=[a-z0-9_])){2,39}"
_SPACED = r"[a-z0-9_](?: [a-z0-9_.]){4,30}(?![a-z0-9])"
_LINK = (
    r"(?:\s{0,2}[(\[]?\s?(?:[:=>–-]{1,2}|@|(?:е|is|na|me|user|username|ник|nick|nickname|id|acc|account|акаунт|профил|profile|профиль|handle"
    r"|съм|маймунка|маймунско а|кльомба|клъомба|maimunka|klomba|собака|собачка"
    r"|равлик|arroba|aroba|arond|a rond|παπακι|papaki|manki|манки|klammeraffe"
    r"|kuyruklu a|at sign|като|as|als|unter|под|ca|як|као|es|ми|my|mi|hesabim|adim|name|име)(?![\w.@-]))\s{0,2}){0,4}\s{0,2}"
)
_LINKED = re.compile(_LINK)
_AT_NAME = re.compile(rf"(?<![\w@.])@\s?({_ACCOUNT})")
_IN = r"(?:on|in|at|в|v|на|na|pe|bei|auf|у|en|στο|по|via|im|u|w|über|prin|через)"
#: "name on Insta", "name (telegram)": a name before its network.
_BEFORE = re.compile(
    rf"(?<![\w@.])(?P<sign>@\s?)?(?P<name>{_ACCOUNT}|(?:[a-z0-9_.] ){{3,30}}[a-z0-9_.]{{1,12}})"
    rf"(?:\s{{1,2}}{_IN}(?:\s(?:my|the|der|το|ми|моя))?\s{{1,2}}|\s{{0,2}}[(\[]\s?|\s{{1,2}}[-=–—]\s{{1,2}})$"
)
#: Between a network and a name in its form: no end of a sentence, a few words at most.
_TOWARDS = re.compile(
    rf"(?P<gap>[^\w\n@]{{0,6}}(?:[^\W\d_]{{1,14}}[^\w\n@.!?;]{{1,4}}){{0,5}}?)(?P<sign>@\s?)?(?P<name>(?=[a-z0-9-]{{0,30}}[_.0-9]|(?<=@)){_ACCOUNT})"
    r"(?![\w@]|\.\w|-\w)"
)
_NO = [
    "без", "no", "not", "fara", "ohne", "kein", "keine", "не", "нет", "nu", "sin", "bez", "χωρις", "нямам",
    "nqmam", "nicht", "немає", "немам", "don't", "нямаме", "niamam", "hicbir", "degil", "nemam",
    "never", "without", "only", "via",
]  # fmt: skip
_NEGATION = re.compile(rf"(?<!\w)(?:{'|'.join(_NO[:-2])})\s(?:\w{{1,12}}\s){{0,1}}$")
_OFFER = re.compile(r"(?:€|(?<!\w)eur(?:o|os)?)\s?$")
#: Account names as Telegram gives them: no full stop, so "@booking.com" is none.
_TELEGRAM = re.compile(r"[a-z]\w{4,31}", re.ASCII)
_LEET_FIGURES = frozenset("013457")
_LEET_WORD = re.compile(r"(?<![\w@./])(?=[a-z0-9]{5,10}(?!\w))[a-z]{0,9}[0-9][a-z0-9]{2,9}")
_SPACED_WORD = re.compile(r"(?<![\w.])(?:[^\W\d_][ .*-]){3,11}[^\W\d_](?!\w)")
#: "t . me / name", "t точка me slash name".
_LOOSE_LINK = re.compile(rf"(?<!\w)t\s?\.\s?me\s?/\s?({_ACCOUNT})")
_SKYPE = re.compile(r"(?<!\w)live:(?:\.cid\.)?[a-z0-9_.-]{3,40}[a-z0-9]")
_OTHERS = (MentionKind.PHONE, MentionKind.EMAIL, MentionKind.URL, KIND)


class _Cue(NamedTuple):
    """A network named at ``[start, end)`` of a view."""

    network: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _networks() -> Lexicon[str]:
    names: dict[str, str] = {}
    for data in languages().values():
        for network, forms in data.networks.items():
            names |= dict.fromkeys((*forms, network), network)
    # Inflected and joined to an article ("инстаграмът", "Telegramdan"): only names too long to be the head of another word.
    names |= {f"{name}*": network for name, network in list(names.items()) if len(name) >= 7 and name.isalpha()}
    return Lexicon(names)


@lru_cache(maxsize=1)
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?P<link>{_LINK})(?:(?P<spaced>{_SPACED})|(?P<name>{_ACCOUNT}))(?![\w@])")


def extract(page: Page) -> None:
    """Add the accounts of both fields; telephone numbers must have been found before."""
    named: list[list[_Cue]] = []
    for view in page.views:
        _from_links(view)
        cues = _cues(view)
        named.append(cues)
        for cue in cues:
            if cue.network not in BY_NUMBER:
                _account(view, cue)
        _with_at(view, cues)
    _by_number(page, named)
    if not any(named):
        for view in page.views:
            _alone(view)


def _alone(view: View) -> None:
    """An @name in an advert that names no network: on the sites watched that is Telegram, and said with less confidence."""
    if "@" not in view.plain or any(found.kind is KIND for found in view.found):
        return
    for match in _AT_NAME.finditer(view.plain):
        name = match.group(1)
        shaped = any(char == "_" or char.isdigit() for char in name)
        if not shaped or not _TELEGRAM.fullmatch(name) or "@ " in match.group():
            continue
        if not view.taken(match.start(), match.end(), _OTHERS):
            view.add(Found(KIND, match.start(), match.end(), f"telegram:{name}", NAME, 0.6, tags=("network assumed",)))


def _cues(view: View) -> list[_Cue]:
    """Networks named in a view, unless negated ("no WhatsApp"), with their places."""
    cues = [_Cue(*found) for found in _disguised(view)]
    words = view.words
    for index, network, size in _networks().places(words, view.texts, view.vocabulary):
        start, end = words[index].start, words[index + size - 1].end
        if (
            not view.taken(start, end, (MentionKind.URL, MentionKind.EMAIL, KIND))
            and not _negated(view, start)
            and not _terms(view, start, end)
        ):
            cues.append(_Cue(network, start, end))
            if len(cues) >= _MOST:
                break
    return sorted(cues, key=lambda cue: cue.start)


def _terms(view: View, start: int, end: int) -> bool:
    """True for the German "400 € VB" (open to offers), which is no Viber."""
    return view.plain[start:end] == "vb" and _OFFER.search(view.plain, max(0, start - 8), start) is not None


def _negated(view: View, start: int) -> bool:
    return _NEGATION.search(view.plain, max(0, start - 30), start) is not None


def _disguised(view: View) -> list[tuple[str, int, int]]:
    """Networks whose names are spelt with digits ("t3legram") or letter by letter."""
    found: list[tuple[str, int, int]] = []
    networks = _networks()
    for match in _LEET_WORD.finditer(view.plain) if not _LEET_FIGURES.isdisjoint(view.vocabulary) else ():
        if (network := networks.word(match.group().translate(LEET))) and len(found) < _MOST:
            found.append((network, match.start(), match.end()))
    letters = list(map(len, view.texts)).count(1)
    for match in _SPACED_WORD.finditer(view.plain) if letters > 3 else ():
        word = "".join(char for char in match.group() if char.isalpha())
        if (network := networks.word(word)) and len(found) < _MOST:
            found.append((network, match.start(), match.end()))
    return found


def _from_links(view: View) -> None:
    for item in [found for found in view.found if found.kind is MentionKind.URL]:
        _from_link(view, item)
    if "t" in view.vocabulary:
        for match in _LOOSE_LINK.finditer(view.plain):
            if not view.taken(match.start(), match.end(), (MentionKind.URL, MentionKind.EMAIL)):
                found = Found(KIND, match.start(), match.end(), f"telegram:{match.group(1)}", NAME, 0.9, ("spacing",))
                view.add(found)


def _from_link(view: View, item: Found) -> None:
    parts = urlsplit(str(item.value))
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    network = _SITES.get(host if parts.scheme.startswith("http") else parts.scheme)
    if network is None:
        return
    query = parse_qs(parts.query)
    path = [part for part in unquote(parts.path).strip("/").lower().split("/") if part]
    if number := _number(network, path, query, unquote(parts.fragment)):
        tags = ("fictional range",) if FICTIONAL.match(number) else ()
        view.add(Found(MentionKind.PHONE, item.start, item.end, number, NAME, 0.95, ("link",), tags))
        if network in BY_NUMBER:
            view.add(Found(KIND, item.start, item.end, f"{network}:{number}", NAME, 0.97))
        return
    if network in BY_NUMBER or network == "signal":
        return
    account = (query.get("domain") or query.get("username") or [""])[0] or (
        path[1] if len(path) > 1 and path[0] in _FOLDERS else path[0] if path else parts.netloc if network == "skype" else ""
    )
    account = account.lstrip("@").lower().rstrip(".")
    if account and account not in _NOT_ACCOUNTS and not account.startswith("+") and len(account) > 2:
        view.add(Found(KIND, item.start, item.end, f"{network}:{account}", NAME, 0.97))


_ANYWHERE = Plan((), frozenset(), "", frozenset())


def _number(network: str, path: list[str], query: dict[str, list[str]], fragment: str) -> str:
    """The telephone number in a link that opens a chat with it, in E.164."""
    if network not in {"whatsapp", "viber", "telegram", "signal"}:
        return ""
    candidates = [*query.get("phone", ()), *query.get("number", ()), *path[-1:], fragment.rsplit("/", 1)[-1]]
    for text in candidates:
        match = _DIGITS.fullmatch("".join(char for char in text if char not in " -()"))
        if match and (network != "telegram" or text.strip().startswith("+") or query):
            rank, value = dialled(match.group(1).removeprefix("00"), True, _ANYWHERE, False)
            if rank < NONE:
                return value
    return ""


def _account(view: View, cue: _Cue) -> None:
    """The account named beside its network: right after it, right before it, or after a few words."""
    before = _BEFORE.search(view.plain, max(0, cue.start - 60), cue.start)
    if before is not None and before.group("sign") and _named_before(view, cue, before):
        return
    if _named(view, cue) or (before is not None and _named_before(view, cue, before)):
        return
    _towards(view, cue)


def _freed(view: View, match: re.Match[str], part: str) -> bool:
    """True where what was taken for a host name is an account ("instagram: mina.bg"); it is then no web address."""
    start, end = match.span(part)
    link = match.group("link")
    if not any(sign in link for sign in ":@=") and (link.strip() or match.group(part).count(".") < 2):
        return False
    bare = next((f for f in view.found if f.kind is MentionKind.URL and (f.start, f.end) == (start, end)), None)
    if bare is None or view.plain[start:end].startswith("www."):
        return False
    view.discard(bare)
    return True


def _named(view: View, cue: _Cue) -> bool:
    """An account named right after the network's name; True where there is one."""
    if (cue.network == "skype" and _skype(view, cue)) or _spelt(view, cue):
        return True
    match = _after().match(view.plain, cue.end)
    if match is None:
        return False
    part = "spaced" if match.group("spaced") else "name"
    start, end = match.span(part)
    name, link = match.group(part).replace(" ", ""), match.group("link")
    if (view.taken(start, end, _OTHERS) and not _freed(view, match, part)) or not any(char.isalpha() for char in name):
        return False
    if part == "spaced":
        view.add(Found(KIND, start, end, f"{cue.network}:{name}", NAME, 0.9, ("spacing",)))
        return True
    if "@" in link:
        start -= link[::-1].index("@") + 1
    elif not _is_account(name, link, view.text[start:end]):
        return False
    view.add(Found(KIND, start, end, f"{cue.network}:{name}", NAME, 0.95))
    return True


def _skype(view: View, cue: _Cue) -> bool:
    link = _LINKED.match(view.plain, cue.end)
    live = _SKYPE.match(view.plain, link.end()) if link else None
    if live is not None:
        view.add(Found(KIND, live.start(), live.end(), f"skype:{live.group()}", NAME, 0.95))
    return live is not None


#: Words that are followed by a name whatever its form.
_NAMING = ("username", "user", "nick", "nickname", "ник", "account", "акаунт", "профил", "profil", "id", "handle")
_COMMON = frozenset([
    "only", "само", "група", "group", "канал", "channel", "page", "chat", "чат", "bot", "бот", "numar", "номер", "number",
    "тел", "tel", "да", "и", "or", "или", "viber", "whatsapp",
])  # fmt: skip


def _is_account(name: str, link: str, written: str) -> bool:
    if name in _COMMON or _networks().word(name):
        return False
    shaped = any(char in "_." or char.isdigit() for char in name) and any(char.isalpha() for char in name)
    told = ":" in link or "=" in link or link.rstrip(" :").endswith(_NAMING)
    return shaped or (told and written == name and len(name) >= 4)


def _spelt(view: View, cue: _Cue) -> bool:
    """A name with its marks said in words ("anna dot travels", "ivan долна черта sf")."""
    patterns = written_out.spoken_name()
    link = _LINKED.match(view.plain, cue.end)
    start = link.end() if link else cue.end
    match = patterns.match(view.plain, start) or (patterns.match(view.plain, cue.end + 1) if start != cue.end + 1 else None)
    if match is None or view.taken(match.start(), match.end(), _OTHERS):
        return False
    name = written_out.drawn(match.group())
    if name == match.group():
        return False  # every mark is drawn: nothing is disguised
    view.add(Found(KIND, match.start(), match.end(), f"{cue.network}:{name}", NAME, 0.85, ("written out",)))
    return True


def _named_before(view: View, cue: _Cue, match: re.Match[str]) -> bool:
    """An account named before its network ("villa_sample on Insta"); only one that cannot be a word."""
    start = match.start("sign") if match.group("sign") else match.start("name")
    if view.taken(match.start("name"), match.end("name"), _OTHERS):
        return False
    written = match.group("name")
    name = written.replace(" ", "")
    # Figures stand for letters in Latin-typed Bulgarian ("pi6i v tg").
    shaped = " " in written or any(char in "_." or (char.isdigit() and char not in "46") for char in name)
    if not any(char.isalpha() for char in name) or not (match.group("sign") or shaped):
        return False
    disguise = ("spacing",) if " " in written else ()
    view.add(Found(KIND, start, match.end("name"), f"{cue.network}:{name}", NAME, 0.85, disguise))
    return True


def _towards(view: View, cue: _Cue) -> bool:
    """An account after a few words ("add me on Telegram, my name there is anna_tr"): it must have the form of one."""
    match = _TOWARDS.match(view.plain, cue.end)
    if match is None or view.taken(match.start("name"), match.end("name"), _OTHERS):
        return False
    name = match.group("name")
    marked = "_" in name or "." in name
    letters = sum(char.isalpha() for char in name)
    if not (match.group("sign") or (letters >= 3 and (marked or (name[-1].isdigit() and name[0].isalpha() and letters >= 4)))):
        return False
    if any(_networks().word(word) for word in re.findall(r"[^\W\d_]+", match.group("gap"))):
        return False
    view.add(
        Found(
            KIND,
            match.start("sign") if match.group("sign") else match.start("name"),
            match.end("name"),
            f"{cue.network}:{name}",
            NAME,
            0.85,
        )
    )
    return True


def _with_at(view: View, cues: list[_Cue]) -> None:
    """An @name without its network beside it belongs to the nearest network named in the field."""
    near = [cue for cue in cues if cue.network not in BY_NUMBER]
    if not near or "@" not in view.plain:
        return
    for match in _AT_NAME.finditer(view.plain):
        if not view.taken(match.start(), match.end(), (MentionKind.EMAIL, MentionKind.URL, KIND)):
            cue = min(near, key=lambda cue: abs(cue.start - match.start()))
            view.add(Found(KIND, match.start(), match.end(), f"{cue.network}:{match.group(1)}", NAME, 0.8))


def _by_number(page: Page, named: list[list[_Cue]]) -> None:
    """WhatsApp and Viber go with the number they stand beside, or with the advert's only number."""
    phones = [(view, found) for view in page.views for found in view.found if found.kind is MentionKind.PHONE]
    if not phones:
        return
    seen: set[str] = {str(found.value) for view in page.views for found in view.found if found.kind is KIND}
    for view, cues in zip(page.views, named, strict=True):
        here = [found for other, found in phones if other is view]
        for cue in cues:
            if cue.network not in BY_NUMBER:
                continue
            found = _number_of(view, here, cue)
            if found is None:
                if len({str(other.value) for _, other in phones}) != 1:
                    continue
                found = phones[0][1]
            value = f"{cue.network}:{found.value}"
            if value not in seen:
                seen.add(value)
                view.add(Found(KIND, cue.start, cue.end, value, NAME, 0.9, tags=("by number",)))


_CLOSE_TO = re.compile(r"[^\w\n]{0,4}(?:[^\W\d_]{1,12}[^\w\n]{1,4}){0,2}[^\w\n]{0,4}")


def _number_of(view: View, phones: list[Found], cue: _Cue) -> Found | None:
    """The number right behind a network on its line, else the nearest one."""
    for found in phones:
        gap = found.start - cue.end
        if 0 <= gap <= 25 and _CLOSE_TO.fullmatch(view.plain, cue.end, found.start):
            # "0888 001 204 Viber, 0888 001 205": the number before may be the one, if nothing but a space parts them.
            before = next((other for other in phones if 0 <= cue.start - other.end <= 2), None)
            if before is None or not re.search("[,;./]", view.plain[cue.end : found.start]):
                return found
    nearest = min(phones, key=lambda found: max(found.start - cue.end, cue.start - found.end, 0), default=None)
    if nearest is None or (max(nearest.start - cue.end, cue.start - nearest.end, 0) > 60 and len(phones) > 1):
        return None
    return nearest
