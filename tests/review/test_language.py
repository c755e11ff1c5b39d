"""The pages in both languages: choosing one, nothing left untranslated, stored sentences shown in the page's language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from clusters.compare import contact, copy, image, meaning, name_age_city, text, time_place
from review import contexts, i18n, sentences
from review.i18n import LANGUAGES, chosen
from strazha.ledger.records import Role
from tools import translations

TEMPLATES = sorted((Path(contexts.__file__).parent / "templates").glob("*.html"))
CYRILLIC = re.compile("[а-я]", re.IGNORECASE)
#: Words of the templates that are names, and so the same in every language.
NAMES = {"Strazha", "SHA", "WARC", "ZWSP", "HTTP", "Enter", "Esc", *"jksxnutrhcdqwmx"}


@pytest.fixture
def bulgarian() -> Any:
    token = i18n._CURRENT.set("bg")
    yield
    i18n._CURRENT.reset(token)


def test_catalogues_are_whole_and_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert translations.main(["--check"]) == 0, capsys.readouterr().out


def test_a_translation_keeps_the_places_of_its_sentence() -> None:
    for code in set(LANGUAGES) - {"en"}:
        for message in translations.updated(code):
            if not message.id:
                continue
            ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
            strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
            wanted = set(re.findall(r"\{\w+\}|%\(\w+\)d", ids[-1]))
            for string in strings:
                assert set(re.findall(r"\{\w+\}|%\(\w+\)d", string)) == wanted, ids


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_word_of_a_template_escapes_translation(file: Path) -> None:
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    visible = re.sub(r"<[^>]*>", " ", source)
    spoken = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', source)
    words = set(re.findall(r"[A-Za-z]+", " ".join([visible, *spoken])))
    assert words - NAMES == set()


@pytest.mark.parametrize(
    ("cookies", "accepted", "language"),
    [
        ("", "", "en"),
        ("strazha-language=bg", "en", "bg"),
        ("strazha-language=xx", "bg-BG,bg;q=0.9,en;q=0.5", "bg"),
        ("", "de-DE,de;q=0.9,bg;q=0.3,en;q=0.2", "bg"),
        ("", "de", "en"),
        ("", "bg;q=0, en", "en"),
        ("", "bg;q=many,\x00,;;;=,en-GB", "en"),
        ("a=b; \x00; strazha-language", "bg", "bg"),
    ],
)
def test_the_language_of_a_request(cookies: str, accepted: str, language: str) -> None:
    assert chosen(cookies, accepted) == language


def test_a_person_changes_the_language_and_stays_on_the_page(client: TestClient) -> None:
    page = client.get("/search?q=Massage&kind=clusters")
    assert '<html lang="en">' in page.text
    assert 'value="/search?q=Massage&amp;kind=clusters"' in page.text
    answer = client.post("/language", data={"language": "bg", "next": "/search?q=Massage&kind=clusters"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=Massage&kind=clusters")
    again = client.get(answer.headers["location"]).text
    assert '<html lang="bg">' in again
    assert "Търсене" in again
    assert ">Search<" not in again


@pytest.mark.parametrize("target", ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com"])
def test_choosing_a_language_leads_nowhere_else(client: TestClient, target: str) -> None:
    answer = client.post("/language", data={"language": "bg", "next": target})
    assert answer.headers["location"] == "/"


def test_an_unknown_language_changes_nothing(client: TestClient) -> None:
    answer = client.post("/language", data={"language": "<script>", "next": "/queue"})
    assert "set-cookie" not in answer.headers
    assert '<html lang="en">' in client.get("/queue").text


def test_before_signing_in_the_browser_decides(house: Any) -> None:
    nobody = house.client(None)
    assert "Парола" in nobody.get("/login", headers={"Accept-Language": "bg"}).text
    assert "Password" in nobody.get("/login", headers={"Accept-Language": "el"}).text


def test_two_people_at_once_each_have_their_own(house: Any) -> None:
    one, other = house.client(Role.ANALYST), house.client(Role.LEAD)
    one.cookies.set("strazha-language", "bg", domain="127.0.0.1")
    for _ in range(3):
        assert '<html lang="bg">' in one.get("/queue").text
        assert '<html lang="en">' in other.get("/queue").text


def test_scores_speak_the_language_of_the_page(house: Any, client: TestClient) -> None:
    client.cookies.set("strazha-language", "bg", domain="127.0.0.1")
    page = client.get(f"/adverts/{house.advert('Берачи на ягоди')}").text
    table = page[page.index('<table class="sum">') : page.index("</table>", page.index('<table class="sum">'))]
    for line in re.findall(r"<td>(.*?)</td>", table):
        assert CYRILLIC.search(re.sub(r"<[^>]+>", "", line)), line


#: Sentences as their makers write them (the makers' own patterns are checked against the demo's in tests/examples).
STORED = [
    "Both give the telephone +359888001204.",
    "Both give the telephone ••••04. It counts for little: 4 unlike adverts share it (2 of them innocent, the others adult).",
    "Both have the name Мария / Maria, an age of 22, the town Leeds.",
    "83% of their wording is the same, names, numbers and alphabet aside (short texts, so it counts for less).",
    "Dimension abuse of vulnerability is positive by the ILO/EC rule: 1 strong, 2 medium",
    "about 4,500 euro a month; far above begins near 3,900 in Netherlands (table of 2026-11-01)",
    "They say the same in two languages, sentence by sentence (0.58 alike).",
    "3 adverts came in, some from cluster 0a1b2c3d.",
    "1 advert came in from cluster 0a1b2c3d.",
    "1 advert left.",
    "1 advert split off from 2 clusters.",
    "Both concern Leeds and were posted a day apart.",
    "Both concern Leeds and were posted within a day.",
]


@pytest.mark.usefixtures("bulgarian")
@pytest.mark.parametrize("sentence", STORED)
def test_stored_sentences_are_put_into_the_page_s_language(sentence: str) -> None:
    shown = sentences.said(sentence)
    for word in ("the ", "both", "adverts", "wording", "month", "strong", "cluster "):
        assert word not in shown.lower()
    for figure in re.findall(r"\d[\d,.]*\d|\d", sentence):
        assert figure in shown


@pytest.mark.usefixtures("bulgarian")
@pytest.mark.parametrize("foreign", ["", "Мария и Ана", "x" * 100_000, "<b>Both give</b> and more", "{n} {contact} %s %(num)d"])
def test_what_is_no_sentence_of_ours_stays_as_it_is(foreign: str) -> None:
    assert sentences.said(foreign) == foreign


@pytest.mark.usefixtures("bulgarian")
def test_a_value_cannot_become_a_place_of_the_translation() -> None:
    assert sentences.said("Both give the telephone {why}. It counts for little: {contact}.").count("{why}") == 1


def test_every_sentence_of_a_comparison_is_known() -> None:
    known = "\n".join(sentences.SENTENCES)
    for module in (contact, copy, image, meaning, name_age_city, text, time_place):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        # Sentences with a score of nothing are shown by explain only, on the command line.
        for found in re.findall(r'Compared\((?!0\.0)[^"]*?f?"([^"]+)"', source):
            words = max(re.split(r"\{[^}]*\}", found), key=len).strip(" .")
            assert words in known, found
