from __future__ import annotations

from typing import Any

import pytest

from clusters.hubs import SAMPLE, spread

KEY = "phone:+359888000500"
UNLIKE = [
    (
        "benign",
        "продавам акордеон с куфар запазен гласове наред обявата е подадена чрез вестник обяви пример код # питайте на гише",
    ),
    ("benign", "купувам къща в село с двор ток и вода без посредници отговори до вестник обяви пример код # работно време"),
    ("job", "общи работници в чужбина заминаване през април различна работа според сезона оставете име при редакцията код #"),
    ("adult", "дама на средна възраст търси запознанство с възпитан господин за театър и вечеря писма до вестник обяви пример"),
    ("benign", "пчелни семейства дванайсет кошера дадан блат прегледани с паспорти на кошерите оставете номер в редакцията"),
]
OPERATION = [
    ("adult", "високо момиче с дълга коса е за малко в града приема в тих апартамент до реката звъни след обяд"),
    ("adult", "две приятелки канят на кафе и разговор в центъра на града само с предварителна уговорка и без бързане"),
    ("job", "студио за релакс търси масажистки и без опит плаща се всяка вечер има стая за момичета от провинцията"),
    ("adult", "нова в града само тази седмица снимките са истински пиши преди да звъниш отговаря моя приятелка"),
    ("benign", "масаж с етерични масла тиха музика никакво бързане четиридесет минути обаждай се между единайсет и девет"),
]


def adverts(make: Any, texts: list[tuple[str, str]], **more: Any) -> list[Any]:
    return [make(f"a{number}", text, ad_type=kind, contacts=(KEY,), **more) for number, (kind, text) in enumerate(texts)]


def test_a_newspapers_desk_is_a_hub(advert: Any) -> None:
    found = spread(KEY, adverts(advert, UNLIKE))
    assert found.is_hub
    assert found.trust < 0.1
    assert found.texts == 5
    assert found.why.startswith("5 unlike adverts share it (3 of them innocent, the others adult, job")


def test_an_operation_with_unlike_texts_is_none(advert: Any) -> None:
    found = spread(KEY, adverts(advert, OPERATION))
    assert found.trust == 1.0
    assert found.why == ""


@pytest.mark.parametrize("copies", [2, 50])
def test_copies_of_one_text_are_no_spread(advert: Any, copies: int) -> None:
    found = spread(KEY, adverts(advert, [UNLIKE[0]] * copies, city="Русе"))
    assert (found.texts, found.trust) == (1, 1.0)


def test_a_sample_is_enough_and_the_order_does_not_count(advert: Any) -> None:
    many = [advert(f"a{number:04}", UNLIKE[number % 5][1], ad_type=UNLIKE[number % 5][0]) for number in range(500)]
    assert spread(KEY, many) == spread(KEY, many[::-1])
    assert spread(KEY, many).is_hub
    assert spread(KEY, many).texts <= SAMPLE


def test_nobody_and_one_are_no_hub(advert: Any) -> None:
    assert spread(KEY, []).trust == 1.0
    assert spread(KEY, adverts(advert, UNLIKE[:1])).trust == 1.0
