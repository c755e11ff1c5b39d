"""The invented adverts of both states; plain Python, read by the seed script and by the tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

COUNT, SELLERS = 300, 15
AREAS = [
    "София",
    "Пловдив",
    "Варна",
    "Бургас",
    "Русе",
    "Veliko Tarnovo",
    "Giurgiu",
    "Стара Загора",
    "Bansko & Razlog",
    "Балчик",
]
GROUPS = {
    "Дом": ["Мебели", "Уреди", "Градина"],
    "Vehicles": ["Cars", "Велосипеди", "Parts & tyres"],
    "Услуги": ["Уроци", "Майстори", "Превоз"],
    "Имоти": ["Стаи под наем", "Къщи", "Garages"],
}
THINGS = {
    "Мебели": ["Дъбова маса", "Ракла", "Люлеещ се стол", "Bookcase", "Етажерка"],
    "Уреди": ["Хладилник", "Пералня", "Mixer", 'Печка "Раховец"', "Чайник"],
    "Градина": ["Косачка", "Лозови пръчки", "Маркуч 20 м", "Garden gnome", "Оранжерия"],
    "Cars": ["Комби 1.9", "Estate car, one owner", "Пикап", "Седан", "Camper van"],
    "Велосипеди": ["Планински велосипед", "Child's bike", "Тандем", 'Колело 28"', "Тротинетка"],
    "Parts & tyres": ["Зимни гуми", "Alternator", "Багажник за покрив", "Фар", "Stereo <working>"],
    "Уроци": ["Математика за 7. клас", "English lessons", "Lecții de bulgară", "Китара", "Уроци по рисуване"],
    "Майстори": ["Боядисване", "Plumber", "Покриви", "Шкафове по мярка", "Ремонт на уреди"],
    "Превоз": ["Хамали", "Бус под наем", "Airport transfer", "Превоз на пиана", "Куриер"],
    "Стаи под наем": ["Стая до университета", "Room with a view", "Тиха стая", "Camera in centru", "Мансарда"],
    "Къщи": ["Къща с двор", "Cottage", "Вила до язовира", "Каменна къща", "Дом у моря"],
    "Garages": ["Гараж", "Parking place", "Склад", "Мазе", "Подземен гараж"],
}
BODIES = [
    "Запазен предмет, ползван само в неделя.\nОглед след 17 ч.\n\nБез бартери, моля.",
    "Sold because we move. \"As seen\", no returns; it's all there & it works.\nCollect in person.",
    "Se dă la schimb sau se vinde. Preț fix, „fără glume”.\nTel. seara.",
    "Продаю в связи с переездом. Торг у капота; доставка — по договорённости.",
    "Gut erhalten, Nichtraucherhaushalt. Größe: 1,20 × 0,80 m. Abholung möglich.",
    "Много добро състояние 👍🏽 <не е нов> & с гаранция! </script><b>ей така</b> {{ 7*7 }} \\u0041 C:\\temp",
    "Една дълга история: " + "купено, качено на тавана, свалено от тавана, почистено, показано на съседите. " * 12,
    "Zapazeno, rabote6to, s dokumenti. Obadi se sled rabota, 4akam.\r\nBez posrednici!",
]  # fmt: skip
CHANGED = (7, 33, 61, 88, 120, 154, 187, 213, 249, 300)
GONE = (3, 42, 77, 101, 139, 166, 202, 230, 271, 299)
NEW = tuple(range(COUNT + 1, COUNT + 11))


@dataclass(frozen=True)
class Listing:
    """One advert as it is put into the site."""

    key: int
    title: str
    body: str
    price: Decimal
    place: str
    group: str
    seller: int


def phone_of(seller: int) -> str:
    """The seller's fictional number."""
    return f"0999 10{seller % 10} {100 + seller}"


def _listing(key: int) -> Listing:
    groups = [group for section in GROUPS.values() for group in section]
    group = groups[key % len(groups)]
    thing = THINGS[group][key // len(groups) % 5]
    return Listing(
        key=key,
        title=f"{thing} № {key}",
        body=f"{thing}. {BODIES[key % len(BODIES)].strip()}\nОбява {key}.",
        price=Decimal(key * 37 % 2400) + Decimal(key % 4) / 4,
        place=AREAS[key * 7 % len(AREAS)],
        group=group,
        seller=key % SELLERS,
    )


def _changed(listing: Listing, turn: int) -> Listing:
    changes: dict[str, Any] = {
        0: {"price": listing.price + 10},
        1: {"body": listing.body + "\nНамалена цена до петък."},
        2: {"title": listing.title + " (спешно)"},
        3: {"place": AREAS[(AREAS.index(listing.place) + 1) % len(AREAS)]},
    }[turn % 4]
    return replace(listing, **changes)


def listings(state: int) -> dict[int, Listing]:
    """All adverts of a state (1 or 2) by key, the number in their address."""
    first = {key: _listing(key) for key in range(1, COUNT + 1)}
    if state == 1:
        return first
    kept = {key: listing for key, listing in first.items() if key not in GONE}
    changed = {key: _changed(first[key], turn) for turn, key in enumerate(CHANGED)}
    return {**kept, **changed, **{key: _listing(key) for key in NEW}}


def expected(state: int) -> dict[str, dict[str, Any]]:
    """What a crawl must find: advert key -> title, body, amount, currency, place, category, contact."""
    return {
        str(key): {
            "title": listing.title,
            "body": listing.body,
            "amount": float(listing.price),
            "currency": "EUR",
            "place": listing.place,
            "category": listing.group,
            "contact": phone_of(listing.seller),
        }
        for key, listing in listings(state).items()
    }
