"""The adverts of the example site, made from the hand-written texts under texts/, and the truth about each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from examples.site.phones import HUB, PLAIN_STYLES, NumberBook, e164, typed
from strazha.model.advert import advert_id

TEXTS = Path(__file__).parent / "texts"
ZONE = ZoneInfo("Europe/Sofia")
#: The first state stands on the days from here on; adverts that are new in the second state are posted 20 days later.
FIRST_DAY = datetime(2026, 11, 1, tzinfo=ZONE)

#: Platform key -> source id of its definition.
PLATFORMS = {"classifieds": "demo-megdan", "jobs": "demo-pateka"}

_LATIN = dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True))
_LATIN |= {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "yu", "я": "ya"}

CATEGORIES = {
    "stoki": "Стоки и техника",
    "imoti": "Имоти и стаи",
    "avto": "Автомобили и части",
    "uslugi": "Услуги и уроци",
    "krasota": "Масажи и красота",
    "zapoznanstva": "Компания 18+",
    "patuvane": "Пътуване и превоз",
    "rabota": "Работа",
    "razni": "Разни",
}


@dataclass(frozen=True)
class DemoAdvert:
    """One advert as the site shows it, and what it really is."""

    ref: str
    platform: str
    number: str
    #: ``operation``, ``independent`` or ``harmless``.
    kind: str
    #: The operation or the person behind it: adverts that belong together share it.
    group: str
    #: The base text it was made from.
    base: str
    lang: str
    latin_bg: bool
    ad_type: str
    title: str
    body: str
    category: str
    seller: str
    place: str
    country: str
    posted: datetime
    amount: float | None
    currency: str
    per: str
    #: The number in the site's own contact field, or nothing where it stands only in the text.
    contact: str
    #: E.164, all numbers a careful reader finds on the page.
    phones: tuple[str, ...]
    phone_obscured: bool
    hub_phone: bool

    @property
    def source_id(self) -> str:
        """Id of the source definition that reads the platform."""
        return PLATFORMS[self.platform]

    @property
    def advert_id(self) -> str:
        """The id Strazha gives it."""
        return advert_id(self.source_id, self.number)

    @property
    def path(self) -> str:
        """Path of its page on its platform."""
        return f"/obiava/{self.number}" if self.platform == "classifieds" else f"/jobs/{self.number}/"


@dataclass(frozen=True)
class Changes:
    """What differs between state 1 and state 2: advert ids."""

    new: frozenset[str]
    changed: frozenset[str]
    gone: frozenset[str]

    def of(self, source_id: str) -> Changes:
        """The part of one source."""
        ids = {advert.advert_id for state in (1, 2) for advert in adverts(state) if advert.source_id == source_id}
        return Changes(self.new & ids, self.changed & ids, self.gone & ids)


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


class _Row(NamedTuple):
    ref: str
    kind: str
    group: str
    base: str
    #: The text's and the row's fields together.
    fields: dict[str, Any]


def _rows() -> Iterator[_Row]:
    for path in [*sorted(TEXTS.glob("harmless_*.yaml")), TEXTS / "independents.yaml"]:
        page = _load(path)
        kind = "independent" if path.stem == "independents" else "harmless"
        common = {key: page[key] for key in ("lang", "latin") if key in page}
        for name, entry in page["adverts"].items():
            text = {**common, **{key: value for key, value in entry.items() if key != "rows"}}
            for index, row in enumerate(entry["rows"]):
                yield _Row(f"{name}.{index}", kind, name, name, {**text, "owner": name, **row})
    for path in sorted((TEXTS / "operations").glob("*.yaml")):
        page = _load(path)
        for index, row in enumerate(page["adverts"]):
            owner = f"{path.stem}/{row['num']}"
            fields = {**page["texts"][row["text"]], **row, "owner": owner, "num": page["numbers"][row["num"]]}
            yield _Row(f"{path.stem}.{index}", "operation", path.stem, f"{path.stem}/{row['text']}", fields)


def _price(text: str) -> tuple[float | None, str, str]:
    amount, currency, per = [*text.split(), "", "", ""][:3]
    return (float(amount) if amount else None), currency, per


def _make(row: _Row, number: str, book: NumberBook) -> DemoAdvert:
    ref, kind, group, base, fields = row
    latin = bool(fields.get("latin", False))
    hub = bool(fields.get("hub", False))
    digits = HUB.replace(" ", "") if hub else book.number(str(fields["owner"]), str(fields.get("num", "bg")))
    style = str(fields.get("style", "plain" if _seed(ref) % 2 else "spaced"))
    slots = {key: str(value) for key, value in fields.items()}
    if latin or fields["lang"] not in {"bg", "ru"}:
        slots["place"] = _latin(slots["place"])
    slots["tel"] = typed(digits, style, "bg-latin" if latin else str(fields["lang"]))
    body = str(fields["body"]).strip().format_map(slots)
    by_mail_only = "{tel}" not in fields["body"] and "@" in fields["body"]
    plain = style in PLAIN_STYLES and not by_mail_only
    day = int(fields["day"]) - 1 if "day" in fields else _seed("day" + ref) % 20
    amount, currency, per = _price(str(fields.get("price", "")))
    return DemoAdvert(
        ref=ref,
        platform=str(fields.get("site", "classifieds")),
        number=number,
        kind=kind,
        group=group,
        base=base,
        lang=str(fields["lang"]),
        latin_bg=latin,
        ad_type=str(fields["type"]),
        title=_capital(str(fields["title"]).format_map(slots)),
        body=_capital(body),
        category=str(fields.get("cat", "rabota")),
        seller=str(fields.get("seller", "")).format_map(slots),
        place=str(fields["place"]),
        country=str(fields.get("country", "BG")),
        posted=FIRST_DAY + timedelta(days=day, hours=7 + _seed("hour" + ref) % 14, minutes=_seed("minute" + ref) % 60),
        amount=amount,
        currency=currency,
        per=per,
        contact=typed(digits, "spaced") if plain else "",
        phones=() if by_mail_only else (e164(digits),),
        phone_obscured=style not in PLAIN_STYLES,
        hub_phone=hub,
    )


def _latin(name: str) -> str:
    """A Bulgarian place name in Latin letters, as the law on transliteration writes it."""
    return "".join(_LATIN.get(char.lower(), char).capitalize() if char.isupper() else _LATIN.get(char, char) for char in name)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _numbers(refs: list[str]) -> dict[str, str]:
    """A six-digit item number for each ref, the same ones whatever is added later (but for the rare collision)."""
    taken: dict[str, str] = {}
    for ref in refs:
        seed = _seed("item" + ref)
        while str(100_000 + seed % 900_000) in taken:
            seed += 1
        taken[str(100_000 + seed % 900_000)] = ref
    return {ref: number for number, ref in taken.items()}


@cache
def _states() -> tuple[tuple[DemoAdvert, ...], tuple[DemoAdvert, ...], Changes]:
    plan = _load(TEXTS / "second_state.yaml")
    rows = list(_rows())
    numbers, book = _numbers([row.ref for row in rows]), NumberBook()
    first, second = [], []
    for row in rows:
        ref = row.ref
        advert = _make(row, numbers[ref], book)
        if ref in plan["new"]:
            second.append(replace(advert, posted=FIRST_DAY + timedelta(days=20, hours=8, minutes=_seed(ref) % 600)))
            continue
        first.append(advert)
        if ref in plan["changed"]:
            edited = row._replace(fields={**row.fields, **plan["changed"][ref]})
            second.append(_make(edited, numbers[ref], book))
        elif ref not in plan["gone"]:
            second.append(advert)
    before, after = {item.ref: item for item in first}, {item.ref: item for item in second}
    found = Changes(
        new=frozenset(item.advert_id for ref, item in after.items() if ref not in before),
        changed=frozenset(item.advert_id for ref, item in after.items() if ref in before and before[ref] != item),
        gone=frozenset(item.advert_id for ref, item in before.items() if ref not in after),
    )
    for name, listed in (("new", found.new), ("changed", found.changed), ("gone", found.gone)):
        if len(listed) != len(plan[name]):
            raise ValueError(f"second_state.yaml names {len(plan[name])} {name} adverts, {len(listed)} came out")
    order = sorted(first, key=_newest_first), sorted(second, key=_newest_first)
    return tuple(order[0]), tuple(order[1]), found


def _newest_first(advert: DemoAdvert) -> tuple[float, str]:
    return -advert.posted.timestamp(), advert.number


def adverts(state: int = 1) -> tuple[DemoAdvert, ...]:
    """All adverts of both platforms in a state (1 or 2), newest first."""
    if state not in (1, 2):
        raise ValueError(f"the example site has the states 1 and 2, not {state}")
    return _states()[state - 1]


def changes() -> Changes:
    """What state 2 adds, changes and takes away."""
    return _states()[2]


def truth(state: int = 1) -> list[dict[str, Any]]:
    """What each advert really is, as JSON-ready rows: ``advert_id``, ``source_id`` and the fields of :class:`DemoAdvert`."""
    rows = []
    for advert in adverts(state):
        row = {"advert_id": advert.advert_id, "source_id": advert.source_id, **asdict(advert)}
        rows.append({**row, "posted": advert.posted.isoformat(), "phones": list(advert.phones)})
    return rows
