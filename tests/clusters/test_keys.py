from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from clusters.form import MAX_CHARS, same_name, skeleton
from clusters.keys import contact_keys, is_contact, is_picture, is_text, keys_of, keys_of_many
from strazha.model import Linkable

TEXT = "търсим работници за склад край градчето заплата всяка седмица квартира осигурена тръгване в неделя"
LATIN = "tarsim rabotnitsi za sklad kray gradcheto zaplata vsqka sedmica kvartira osigurena tragvane v nedelq"


def sample() -> Linkable:
    contacts = ("phone:+359888001001", "handle:whatsapp:+359888001002", "handle:telegram:primer")
    return Linkable(id="a", folded=TEXT, contacts=contacts, image_hashes=("0f" * 32,))


def test_keys_are_the_same_in_every_process() -> None:
    """Golden: keys lie in indexes. If this fails after an upgrade, raise SCHEME in clusters/keys.py and record them anew."""
    keys = keys_of(sample())
    assert [key for key in keys if is_text(key)][:3] == [
        "t1.00:95d7db9fb505b132",
        "t1.01:88749c107e3183eb",
        "t1.02:6d2238592ce97511",
    ]
    code = (
        "import json; from clusters.keys import keys_of; from strazha.model import Linkable; import sys; "
        "print(json.dumps(keys_of(Linkable.model_validate_json(sys.argv[1]))))"
    )
    for seed in ("1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", code, sample().line()],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == keys


def test_keys_of_many_are_those_of_each() -> None:
    batch = [sample(), Linkable(id="b"), Linkable(id="c", folded=LATIN), Linkable(id="d", folded="кратко")]
    assert keys_of_many(batch) == [keys_of(one) for one in batch]
    assert keys_of_many([]) == []


def test_a_text_has_32_bands_and_a_short_one_none() -> None:
    assert sum(is_text(key) for key in keys_of(Linkable(id="a", folded=TEXT))) == 32
    assert keys_of(Linkable(id="a", folded="обади се сега")) == []


def test_a_copy_shares_bands_in_either_alphabet_and_a_stranger_none() -> None:
    other = "продавам детско колело почти ново с две резервни гуми само лично предаване в центъра след работа"
    mine = {key for key in keys_of(Linkable(id="a", folded=TEXT)) if is_text(key)}
    assert mine & set(keys_of(Linkable(id="b", folded=LATIN)))
    assert mine & set(keys_of(Linkable(id="b", folded=TEXT.replace("неделя", "петък"))))
    assert not mine & set(keys_of(Linkable(id="b", folded=other)))


def test_a_messenger_number_is_a_telephone_too() -> None:
    assert contact_keys(("handle:viber:+359888001001",)) == {"handle:viber:+359888001001", "phone:+359888001001"}
    assert contact_keys(("handle:telegram:primer",)) == {"handle:telegram:primer"}


def test_pictures_share_pieces_and_blank_ones_have_no_key() -> None:
    near = "0f" * 31 + "0e"
    one, other = set(keys_of(Linkable(id="a", image_hashes=("0f" * 32,)))), set(keys_of(Linkable(id="b", image_hashes=(near,))))
    assert len(one & other) == 7
    assert keys_of(Linkable(id="c", image_hashes=("0" * 64,))) == []


def test_kinds_of_keys_are_told_apart() -> None:
    kinds = [(is_contact(key), is_picture(key), is_text(key)) for key in keys_of(sample())]
    assert sum(contact for contact, _, _ in kinds) == 4
    assert sum(picture for _, picture, _ in kinds) == 1
    assert sum(text for _, _, text in kinds) == 32
    assert all(sum(kind) <= 1 for kind in kinds)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Елица", "Elitsa"), ("Жоро", "Joro"), ("Щилиян", "Shtilian"), ("Юлия", "Yulia"), ("Яна", "Qna"), ("Чавдар", "4avdar")],
)
def test_spellings_of_a_name_coincide(one: str, other: str) -> None:
    assert same_name(one) == same_name(other)


@pytest.mark.parametrize("text", ["", "\0\0\0", "\u202e" * 50, "﷽" * 5000, "а́" * 10_000, "x" * 3_000_000, "٣٤٥ ♥ 🌴"])
def test_hostile_texts_do_no_harm(text: str) -> None:
    assert len(skeleton(text)) <= 18 * MAX_CHARS
    keys_of(Linkable(id="a", folded=text))
