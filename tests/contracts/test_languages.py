"""What every language folder must hold and every language must do."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import phonenumbers
import pytest

from nlp.components import pipeline
from nlp.lang import codes, languages, load_language
from nlp.language import identify
from nlp.normalise import plain
from nlp.pipeline import Reader
from strazha.errors import DefinitionError

CODES = codes()
READER = Reader()


def test_every_folder_is_a_language_and_the_asked_for_ones_are_there() -> None:
    folders = {
        entry.name for entry in resources.files("nlp.lang").iterdir() if entry.is_dir() and not entry.name.startswith("_")
    }
    assert folders == set(CODES)
    assert {"bg", "en", "ro", "ru", "uk", "de", "el", "tr", "sr", "es"} <= folders


@pytest.mark.parametrize("code", CODES)
def test_the_folder_is_complete(code: str) -> None:
    data = languages()[code]
    assert data.code == code
    assert set(range(11)) <= set(data.numbers.values())
    assert {20, 30, 90} <= set(data.numbers.values())
    assert "EUR" in data.currency
    assert {"hour", "day", "week", "month"} <= set(data.periods)
    for words in (
        data.at,
        data.dot,
        data.phone_cues,
        data.per,
        data.wage,
        data.fee,
        data.rent,
        data.job,
        data.age.years,
        data.name_cues.before,
    ):
        assert words
    assert len(data.names) >= 100
    assert len(data.words) >= 30
    assert {target.partition("|")[2] for target in data.places.values()} >= {"BG", "DE", "GB", "TR"}
    assert all(region in phonenumbers.SUPPORTED_REGIONS for region in data.regions)


@pytest.mark.parametrize("code", CODES)
def test_words_are_in_plain_form(code: str) -> None:
    data = languages()[code]
    for words in (data.words, data.names, data.per, data.at, tuple(data.numbers)):
        assert all(word == plain(word) for word in words)


@pytest.mark.parametrize("code", CODES)
def test_its_own_words_are_recognised_as_its_own(code: str) -> None:
    words = [
        word for word in languages()[code].words if len(word) > 4 and (languages()[code].script != "both" or not word.isascii())
    ]
    assert identify([" ".join(words[:40])]).languages[0].lang == code


@pytest.mark.parametrize("code", CODES)
def test_a_telephone_in_its_number_words_is_read(code: str) -> None:
    data = languages()[code]
    word = {}
    for form, value in data.numbers.items():
        word.setdefault(value, form)
    text = " ".join(word[int(digit)] for digit in "0888001234")
    filler = " ".join(data.words[:12])
    found = [m.value for m in READER.read("", f"{filler}. {text}").mentions if m.kind == "phone"]
    assert found == ["+359888001234"]


@pytest.mark.parametrize("code", CODES)
def test_it_has_a_pipeline(code: str) -> None:
    assert pipeline(code).lang == code


def test_a_mistake_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "language.yaml").write_text("code: qq\nname: None\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"language\.yaml"):
        load_language(tmp_path)
