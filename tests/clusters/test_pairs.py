from __future__ import annotations

from typing import Any

from clusters.compare import COMPARISONS, Known
from clusters.pair import joins, link

SHEET = (
    "набираме хора за склад за пакетиране в холандия голям завод край # приема двойки и единични не се изисква опит "
    "чисти # евро месечно осигурена квартира наемът се удържа пътуването е организирано останаха малко места @"
)
AGAIN = (
    "трябват хора за склад за пакетиране в холандия голям завод край # приема двойки и единични без опит "
    "чисти # евро на месец осигурена квартира наемът се удържа пътуването е организирано от нас останаха малко места @"
)
LATIN = (
    "nabirame hora za sklad za paketirane v holandiq golqm zavod krai # priema dvoiki i edini4ni ne se iziskva opit "
    "4isti # evro mese4no osigurena kvartira naemut se udurja putuvaneto e organizirano ostanaha malko mesta @"
)
STRANGER = (
    "търсим продавач за магазин за тапети осем часа два почивни дни трудов договор желание за работа и малко математика "
    "обадете се в работно време или елате на място с автобиография"
)
FORM = "давам под наем вид имот {} площ # кв м обзавеждане {} наем # лв на месец депозит един наем отопление {} подходящ за {}"


def test_a_shared_contact_joins(advert: Any) -> None:
    found = link(advert("a", SHEET, phone="+359888001001"), advert("b", STRANGER, phone="+359888001001"), Known())
    assert joins(found)
    assert [reason.text for reason in found.reasons] == ["Both give the telephone +359888001001."]


def test_a_hub_joins_nothing_and_says_why(advert: Any) -> None:
    hub = Known({"phone:+359888001001": 0.05}, {"phone:+359888001001": "7 unlike adverts share it"})
    found = link(advert("a", SHEET, phone="+359888001001"), advert("b", STRANGER, phone="+359888001001"), hub)
    assert not joins(found)
    assert "counts for little: 7 unlike adverts share it" in found.reasons[0].text


def test_a_number_and_its_messenger_are_one_piece_of_evidence(advert: Any) -> None:
    both = ("phone:+359888001001", "handle:viber:+359888001001")
    outcome = COMPARISONS["contact"](
        advert("a", contacts=both), advert("b", contacts=both[1:]), Known({"phone:+359888001001": 0.5})
    )
    assert outcome.score == 0.5


def test_rewritten_and_retyped_copies_join(advert: Any) -> None:
    for other in (AGAIN, LATIN):
        found = link(advert("a", SHEET, phone="+359888001001"), advert("b", other, phone="+359888001002"), Known())
        assert joins(found)
        assert found.reasons[0].comparison == "text"
    assert not joins(link(advert("a", SHEET), advert("b", STRANGER), Known()))


def test_a_sites_own_form_joins_no_benign_strangers(advert: Any) -> None:
    first = advert("a", FORM.format("гарсониера", "пълно", "ток", "студентки"), ad_type="benign", phone="+359888001001")
    second = advert("b", FORM.format("двустаен", "пълно", "газ", "семейство"), ad_type="benign", phone="+359888001002")
    assert not joins(link(first, second, Known()))
    assert joins(link(first, second.model_copy(update={"contacts": first.contacts}), Known()))


def test_a_few_words_are_no_handwriting(advert: Any) -> None:
    assert not joins(link(advert("a", "обади се сега чакам те"), advert("b", "обади се сега чакам те"), Known()))


def test_a_name_alone_or_a_town_and_day_alone_do_not_join(advert: Any) -> None:
    same = {"names": ("Мария",), "ages": (25,), "city": "София", "day": 3}
    found = link(advert("a", SHEET, **same), advert("b", STRANGER, **same), Known())
    assert not joins(found)
    assert {reason.comparison for reason in found.reasons} == {"name_age_city", "time_place"}


def test_names_meet_across_alphabets(advert: Any) -> None:
    outcome = COMPARISONS["name_age_city"](
        advert("a", names=("Елица",), ages=(26,), city="Варна"),
        advert("b", names=("Elitsa",), ages=(25,), places=("Varna|BG",)),
        Known(),
    )
    assert outcome.score == 1.0
    assert outcome.text == "Both have the name Elitsa / Елица, ages of 25 and 26, the town Varna."


def test_one_picture_joins_and_a_near_one_says_how_near(advert: Any) -> None:
    one, near = "0f" * 32, "0f" * 31 + "0e"
    found = link(advert("a", image_hashes=(one,)), advert("b", image_hashes=(near,)), Known())
    assert joins(found)
    assert found.reasons[0].text == "Both show nearly the same picture (1 of 256 bits differ)."
    assert not joins(link(advert("a", image_hashes=(one,)), advert("b", image_hashes=("f0" * 32,)), Known()))


def test_time_fades(advert: Any) -> None:
    near = COMPARISONS["time_place"](advert("a", city="Русе", day=0), advert("b", city="Русе", day=0), Known())
    far = COMPARISONS["time_place"](advert("a", city="Русе", day=0), advert("b", city="Русе", day=40), Known())
    assert (near.score, far.score) == (1.0, 0.0)
