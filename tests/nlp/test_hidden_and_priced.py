"""How people hide numbers and addresses and write prices and ages, in ten languages: one line each of many ways."""

from __future__ import annotations

import pytest

from nlp.pipeline import Reader
from strazha.model.screening import MentionKind

READER = Reader()


def values(text: str, kind: MentionKind) -> list[object]:
    title, _, body = text.partition(" || ") if " || " in text else ("", "", text)
    return [mention.value for mention in READER.read(title, body).mentions if mention.kind is kind]


BG, GB, DE = "+359888001234", "+447700900123", "+4917604069012"
HIDDEN = [
    ("Звънни: нула осем о-сем осем, нула нула ед-но, две три че-ти-ри", BG),
    ("нуУула осеммм осем осееем нула нуула едноо двее трии четири", BG),
    ("нуличка осмица осмица осмица нуличка нула единица двойка тройка четворка", BG),
    ("номер 0sem sem: 0 888 00 едно 2 три 4", BG),
    ("нула осемстотин осемдесет и осем, нула нула едно, двеста трийсет и 4", BG),
    ("Обади се на нула-осем-осем-осем-нула-нула-едно-две-три-четири след шест.", BG),
    ("осемстотин осемдесет и осем - 00 12 34, с нула отпред", BG),
    ("oBBВ OO1 2З4", BG),
    ("Тел 🅾️🎱🎱🎱🅾️🅾️🥇🥈🥉4️⃣", BG),
    ("nol vosem vosem vosem nol nol odin dva tri chetyre", BG),
    ("nul visim visim visim nul nul odyn dva try chotyry", BG),
    ("miden okto okto okto miden miden ena dio tria tessera", BG),
    ("нула осем стотина осамдесет осам, нула нула један, двеста тридесет четири", BG),
    ("zero, trei de opt, doi de zero, unu doi trei patru", BG),
    ("sıfır sekizyüz seksensekiz sıfır sıfır bir iki üç dört", BG),
    ("oh seven seven oh oh nine oh oh won too three", GB),
    ("07 - seven hundred - 9 hundred - 1 2 3", GB),
    ("zero seventy-seven hundred, nine hundred, one two three", GB),
    ("7700 nine hundred one-two-three, zero in front", GB),
    ("Sunați: zero-șapte-șapte-zero-zero, nouă-zero-zero, unu-doi-trei (număr englezesc)", GB),
    ("İrtibat: sıfır yedi yedi sıfır sıfır, dokuz yüz, bir iki üç", GB),
    ("null, einhundertsechsundsiebzig, null vierzig, sechshundertneunzig, zwölf", DE),
    ("Zimmer 0176 || null vier null sechs neun null eins zwei. Bitte abends.", DE),
    ("acht, doppelnull: 0176 null4 null6 neun null eins zwei", DE),
]
NO_NUMBER = (
    "Won two for one, ate three, free for six",
    "Нула грижи: две двойки, три тройки и една седмица в Осло",
    "Свободно с 1994-09-28 по 1999-02-12.",
    "Сметка BG19 UNCR 3903 9594 6084 94",
    "Αυτοκίνητο 9434, 906.859 χλμ, 5652 κυβικά",
)


@pytest.mark.parametrize(("text", "number"), HIDDEN)
def test_hidden_numbers(text: str, number: str) -> None:
    assert set(values(text, MentionKind.PHONE)) == {number}


def test_what_only_looks_hidden() -> None:
    assert [text for text in NO_NUMBER if values(text, MentionKind.PHONE)] == []


ADDRESSES = [
    ("мейл: brak (долна черта) primer, кльомба, example, точка, com", "brak_primer@example.com"),
    ("пиши на maria (на) example (точка) com", "maria@example.com"),
    ("zdrav31 (pri) example (to4ka) com", "zdrav31@example.com"),
    ("surro_obrazets, а дальше «собачка» example, точка, net", "surro_obrazets@example.net"),
    ("scrie la barza.mica apoi a rond apoi example.org", "barza.mica@example.org"),
    ("storchennest bei example Punkt com", "storchennest@example.com"),
    ("h e i r a t - m u s t e r ät example Punkt org", "heirat-muster@example.org"),
    ("eggrafa παύλα deigma στο example τελεία org", "eggrafa-deigma@example.org"),
    ("Телеграм: маймунка granica долна черта example", "telegram:granica_example"),
    ("instagram: club (underscore) salonic (underscore) example", "instagram:club_salonic_example"),
    ("Инстаграм alina.od.example", "instagram:alina.od.example"),
    ("Запитвания @praha_casting_example", "telegram:praha_casting_example"),
]


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_addresses(text: str, address: str) -> None:
    kind = MentionKind.HANDLE if address.startswith(("telegram:", "instagram:")) else MentionKind.EMAIL
    assert values(text, kind) == [address]


@pytest.mark.parametrize("text", ["Nur VB 0888 001 234", "nur VB: 0888 001 234", "Contact doar VB 0888 001 234"])
def test_vb_is_viber(text: str) -> None:
    assert values(text, MentionKind.HANDLE) == [f"viber:{BG}"]


@pytest.mark.parametrize(
    "text",
    ["Auto 400 € VB 0888 001 234", "Sofa 50 euro VB, 0888 001 234", "Резервации @booking.com за стаи", "Пиша от @abv.bg"],
)
def test_what_is_no_account(text: str) -> None:
    assert values(text, MentionKind.HANDLE) == []


PRICES = [
    ("Работа || от 1200 до 1500 евро на месец", {(1200, "EUR", "month"), (1500, "EUR", "month")}),
    ("Warehouse staff || £12-£14 ph, nights £15.50 p/h", {(12, "GBP", "hour"), (14, "GBP", "hour"), (15.5, "GBP", "hour")}),
    ("Arbeit || zweitausendfünfhundert Euro im Monat", {(2500, "EUR", "month")}),
    ("Работа || 2-2,5 тыс. евро в месяц", {(2000, "EUR", "month"), (2500, "EUR", "month")}),
    ("Shiatsu || €70 for an hour, €35 for under-18s", {(70, "EUR", "hour"), (35, "EUR", "hour")}),
    ("Mona || 80 euro an hour in Burgas, 100 in Sofia", {(80, "EUR", "hour"), (100, "EUR", "hour")}),
    ("Transport persoane || Locul 110 euro, copiii sub 6 ani 60.", {(110, "EUR", "trip"), (60, "EUR", "trip")}),
    ("Паспорта ЕС под ключ || Паспорт 6500 евро. Права и дипломы - от 500.", {(6500, "EUR", "once"), (500, "EUR", "once")}),
    ("Водитель || 1700 лв, оформление по ТК, пять дней в неделю.", {(1700, "BGN", "month")}),
    ("Работа за двойки, паспорт се изисква || Заплата 1500 евро, нужен е паспорт и виза, дипломи.", {(1500, "EUR", "month")}),
    (
        "Diplomas and passports || Diploma 800 euro, pay on delivery. Passport 1500 euro.",
        {(800, "EUR", "once"), (1500, "EUR", "once")},
    ),
    ("Масажно студио || Цени за един час: релаксиращ 70 лв, спортен 80 лв", {(70, "BGN", "hour"), (80, "BGN", "hour")}),
]


@pytest.mark.parametrize(("text", "expected"), PRICES)
def test_prices(text: str, expected: set[tuple[float, str, str | None]]) -> None:
    found = values(text, MentionKind.PRICE)
    assert {(v["amount"], v["currency"], v["per"]) for v in found if isinstance(v, dict)} == expected


AGES = [
    ("For a gentleman of 91 with dementia", {91}),
    ("Четиридесетгодишен инженер търси съпруга", {40}),
    ("Моложе тридцати не звоните.", {30}),
    ("Mlađi od 30 neka ne pišu.", {30}),
    ("Suntem două, Bianca 23 și Lory 25, poți alege.", {23, 25}),
    ("Diese Woche Vivi (24), Aneta (28) und Bo (31).", {24, 28, 31}),
    ("Гаранция 2 години, фирма с 20 години опит", set()),
]


@pytest.mark.parametrize(("text", "expected"), AGES)
def test_ages(text: str, expected: set[int]) -> None:
    assert {int(str(value)) for value in values(text, MentionKind.AGE)} == expected
