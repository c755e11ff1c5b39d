"""Places: all of Bulgaria, Europe's towns in ten languages and their cases, villages that are words, roles in offers abroad."""

from __future__ import annotations

import pytest

from nlp.gazetteer import gazetteer
from nlp.gazetteer.build import official
from nlp.gazetteer.inflect import nominatives
from nlp.gazetteer.store import Place, Store, pack
from nlp.pipeline import Reader
from strazha.model.screening import MentionKind

Named = set[tuple[str | None, str]]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def places(reader: Reader, title: str, body: str = "", country: str | None = None) -> Named:
    found = reader.read(title, body, country=country).mentions
    values = [m.value for m in found if m.kind is MentionKind.PLACE]
    return {(value["name"], value["country"]) for value in values if isinstance(value, dict)}


def roles(reader: Reader, title: str, body: str = "") -> dict[str, str]:
    found = [m for m in reader.read(title, body).mentions if m.kind is MentionKind.PLACE and m.tags]
    return {str(m.value["name"] or m.value["country"]): m.tags[0] for m in found if isinstance(m.value, dict)}


def test_store_gives_back_what_was_packed() -> None:
    one = Place("Sofia", "BG", 727011, 42.698, 23.324, 1_152_556)
    two = Place("Novo selo", "BG", None, 44.159, 22.787, 300)
    store = Store(pack([(one, ["sofia", "софия"]), (two, ["ново село"]), (two, ["ново село", "novo selo"])]))
    assert store.find("софия") == [one]
    assert store.find("ново село") == [two, two]
    assert store.find("софи") == []
    assert store.has("^ново")
    assert not store.has("^село")
    assert len(store) == 3


def test_gazetteer_has_every_settlement_of_bulgaria() -> None:
    known = gazetteer()
    assert len(known) > 95_000
    rows = [known._store.place(index) for index in range(len(known))]
    assert sum(place.country == "BG" for place in rows) > 5_250
    for village in ("черни осъм", "горна малина", "кранево", "ковачевица", "бръшлян", "горно кобиле"):
        assert any(place.country == "BG" for place in known.find(village)), village


def test_official_transliteration() -> None:
    names = {
        "Велико Търново": "Veliko Tarnovo",
        "София": "Sofia",
        "Кърджали": "Kardzhali",
        "Пещера": "Peshtera",
        "Айтос": "Aytos",
    }
    assert {name: official(name) for name in names} == names


@pytest.mark.parametrize("form", ["виена", "wien", "vienna", "viena", "βιεννη", "viyana", "беч", "вена", "відень", "bec"])
def test_one_city_in_many_languages(form: str) -> None:
    assert ("Vienna", "AT") in {(place.name, place.country) for place in gazetteer().find(form)}


CASES = [
    ("софии", "ru", "Sofia"), ("кишинёва", "ru", "Chisinau"), ("старой загоры", "ru", "Stara Zagora"),
    ("тернополя", "uk", "Ternopil"),
    ("львові", "uk", "Lviv"), ("празі", "uk", "Prague"), ("чернівцях", "uk", "Chernivtsi"), ("новог сада", "sr", "Novi Sad"),
    ("cirihu", "sr", "Zurich"), ("лесковца", "sr", "Leskovac"), ("αθηνασ", "el", "Athens"), ("craiovei", "ro", "Craiova"),
    ("sofyadan", "tr", "Sofia"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "code", "name"), CASES)
def test_case_forms_lead_to_the_name(form: str, code: str, name: str) -> None:
    assert name in {place.name for place in gazetteer().inflected(form, (code,))}


def test_case_rules_only_for_languages_that_inflect() -> None:
    assert nominatives("софии", ("bg", "en", "de")) == ()
    assert "софия" in nominatives("софии", ("ru",))
    assert len(nominatives("а" * 39, ("ru", "uk", "sr"))) < 20


ORDINARY = [
    "Извор на доходи за цяла зима, победа над безработицата и бряг на спокойствие.",
    "Звезда сме за един ден. Мост между хората, Надежда за всички, Дружба и Младост.",
    "Ново село за къмпинг, нов живот и светла поляна за почивка.",
    "Масаж с вкус на Роза и Малина, кафе Труд, магазин Искра, улица Здравец 4.",
    "Търся момиче на име Елена, Мария или Ана за Септември.",
    "Победа! Свобода! Бяла кухня, черна маса, Езеро от идеи.",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_village_names_that_are_words_need_a_context(reader: Reader, text: str) -> None:
    assert places(reader, "Обява", text) == set()


def test_a_word_for_a_settlement_makes_a_village(reader: Reader) -> None:
    assert places(reader, "Къща в с. Победа", "Оглед в събота") == {("Pobeda", "BG")}
    assert ("Izvor", "BG") in places(reader, "Двор в село Извор", "Пристройка и кладенец")
    assert places(reader, "Продавам овце", "На място в с. Горна Малина до гр. София") == {
        ("Gorna Malina", "BG"),
        ("Sofia", "BG"),
    }


def test_a_quarter_beside_its_city_is_no_village(reader: Reader) -> None:
    assert places(reader, "Чистачка, София, Лозенец", "Четири часа") == {("Sofia", "BG")}
    assert places(reader, "Стая в Бургас, Зорница", "Тиха") == {("Burgas", "BG")}


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Набираме от Видин, работа в Кьолн", "Завод за опаковки", {"Vidin": "origin", "Cologne": "destination"}),
        ("Работа от България за Германия", "Общи работници", {"BG": "origin", "DE": "destination"}),
        ("Берачи за Андалусия", "Тръгване от Русе, обектът е край Севиля", {"Ruse": "origin", "Seville": "destination"}),
        ("Rabota v Holandia", "Trugvame ot Pazardjik na 10-ti, 13 evro na 4as", {"Pazardzhik": "origin", "NL": "destination"}),
        ("Fruit pickers for a farm near Perth", "Coaches leave Sofia on 3 May", {"Sofia": "origin", "Perth": "destination"}),
        (
            "Muncitori Rotterdam",
            "Plecare din Craiova vineri, lucru la abator",
            {"Craiova": "origin", "Rotterdam": "destination"},
        ),
        ("Официантки в Афины", "Вылет из Кишинёва за наш счёт, работа в баре", {"Chisinau": "origin", "Athens": "destination"}),
        (
            "Spargelstecher bei Beelitz",
            "Abholung in Plowdiw mit Bus, Arbeit ab April",
            {"Plovdiv": "origin", "Beelitz": "destination"},
        ),
        ("Antalya'da otel personeli", "Sofya'dan ulaşım bize ait, iş hemen", {"Sofia": "origin"}),
    ],
)
def test_roles_in_offers_abroad(reader: Reader, title: str, body: str, expected: dict[str, str]) -> None:
    found = roles(reader, title, body)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "text", ["На 20 км от Видин, тиха къща с двор", "Two miles from Leeds, quiet room", "Хотел в Банско, топъл басейн"]
)
def test_no_role_without_a_journey(reader: Reader, text: str) -> None:
    assert roles(reader, "Обява", text) == {}
