"""Places in the page's language, wherever a page names one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from review import i18n
from review.places import country_name, names, place_name, town_name, town_of
from review.sentences import said
from strazha.ledger.records import Role
from tools.invented import samples, screened

KEYS = {
    "Sofia|BG": ("Sofia, BG", "София, BG"),
    "Vienna|AT": ("Vienna, AT", "Виена, AT"),
    "Golden Sands|BG": ("Golden Sands, BG", "Златни пясъци, BG"),
    "Odd Corner|GB": ("Odd Corner, GB", "Odd Corner, GB"),
    "|UA": ("Ukraine", "Украйна"),
    "|XQ": ("XQ", "XQ"),
    "Лийдс": ("Лийдс", "Лийдс"),
    "": ("", ""),
}


@pytest.fixture(params=["en", "bg"])
def speaking(request: pytest.FixtureRequest) -> Any:
    token = i18n._CURRENT.set(request.param)
    yield request.param
    i18n._CURRENT.reset(token)


def test_a_place_is_called_as_the_page_speaks(speaking: str) -> None:
    assert {key: place_name(key) for key in KEYS} == {key: shown[speaking == "bg"] for key, shown in KEYS.items()}
    assert country_name("MK") == {"en": "North Macedonia", "bg": "Северна Македония"}[speaking]
    # A town within a stored sentence too, whoever wrote it in whatever letters.
    assert {town_name("Sofia"), town_name("Nowhere")} == {"София" if speaking == "bg" else "Sofia", "Nowhere"}
    sentence = said("3 cities within days of each other: Sofia, Varna, Nowhere")
    assert ("София, Варна, Nowhere" in sentence) is (speaking == "bg")


def test_the_table_is_whole() -> None:
    held = names("bg")
    assert len(held) > 4500
    assert all(re.fullmatch(r"[^|\t]+\|[A-Z]{2}", key) and re.match(r"[А-Я]", name) for key, name in held.items())
    assert not names("en")


def test_a_town_has_one_name_whoever_wrote_it(house: Any) -> None:
    """The site says "София", the text is read into "Sofia": one town, not a journey."""
    from review.casework.times_view import times_page

    doc = next(iter(house.filled.adverts.values()))
    sample = next(one for one in samples() if "{place:Sofia" in one.title)
    advert, screening = screened(replace(sample, place="София"), 1, house.services.catalogue)
    towns = {
        town_of(doc.model_copy(update={"advert": advert.model_copy(update={"place": written}), "screening": screening}))
        for written in ("София", "Sofia", "софия", " Sofia ")
    }
    assert towns == {"Sofia|BG"}
    blank = screening.model_copy(update={"mentions": ()})
    assert town_of(doc.model_copy(update={"advert": advert, "screening": blank})) == "Sofia|BG"
    unknown = advert.model_copy(update={"place": "До гарата"})
    assert town_of(doc.model_copy(update={"advert": unknown, "screening": blank})) == "До гарата"
    page = times_page(house.services, house.filled.of("fields"))
    assert {"Plovdiv, BG", "Stara Zagora, BG"} <= {stay.town for stay in page.stays}
    assert not any("Пловдив" in stay.town for stay in page.stays)


def test_pages_name_places_in_their_language(house: Any) -> None:
    cluster = house.filled.of("vans").id
    client = house.client(Role.LEAD)
    for path in ("/queue", f"/clusters/{cluster}", f"/facts/{cluster}", "/search?q=Sofia", "/map", "/dashboard"):
        shown = client.get(path, headers={"Accept-Language": "bg"}).text
        assert "София, BG" in re.sub(r"</?bdi>", "", shown), path
        assert "Sofia, BG" not in shown, path
        assert "Sofia, BG" in re.sub(r"</?bdi>", "", client.get(path).text), path
