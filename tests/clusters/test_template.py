from __future__ import annotations

import random
import time

from clusters.template import templates

SHEET = "{} - {} тази седмица\nДнес дойдох, може да се видим и сутрин. Без задръжки и без правила. {} лв на час. Тел. {}"
COPIES = [
    SHEET.format("Тереза 27", "Силистра", "80", "0888 001 001"),
    SHEET.format("Дани 28", "Добрич", "90", "0888 001 002"),
    (
        "Vanina 24 - Burgas tazi sedmica\nDnes doidoh, moje da se vidim i sutrin. Bez zadrujki i bez pravila. 120 lv na chas."
        " Tel. 0888 001 003"
    ),
    SHEET.format("Рая 25", "Русе", "85", "0888 001 004"),
]
STRANGER = "Продавам детско колело, почти ново, с две резервни гуми. Само лично предаване в центъра след работа."


def test_the_sheet_and_what_is_filled_in() -> None:
    (found,) = templates([*COPIES[:2], STRANGER, *COPIES[2:]])
    assert found.members == (0, 1, 3, 4)
    assert found.slots == 3
    assert found.fills[0] == ("Тереза 27 - Силистра", "80", "0888 001 001")
    assert found.fills[2] == ("Vanina 24 - Burgas", "120", "0888 001 003")
    fixed = "".join(part.text for part in found.parts if part.slot is None)
    assert "Без задръжки и без правила. " in fixed
    assert fixed.endswith("лв на час. Тел. ")


def test_the_parts_give_back_the_standing_text() -> None:
    (found,) = templates(COPIES)
    assert "".join(part.text for part in found.parts) == COPIES[found.standing]


def test_a_word_that_one_copy_adds_or_leaves_out_is_no_slot() -> None:
    text = (
        "Събиране на ябълки в голяма градина край реката, осем часа на ден, почивка в неделя, обядът от нас, елате с ръкавици."
    )
    (found,) = templates([text, text, text, text.replace("голяма ", ""), text.replace("елате", "елате рано")])
    assert found.slots == 0


def test_two_sheets_are_told_apart_the_commoner_first() -> None:
    other = "Събиране на ябълки в {} край реката, осем часа на ден, почивка в неделя, обядът е от нас, елате с ръкавици."
    found = templates([*COPIES, other.format("Плевен"), other.format("Видин")])
    assert [template.members for template in found] == [(0, 1, 2, 3), (4, 5)]


def test_strangers_and_nothing_have_no_template() -> None:
    assert templates([]) == []
    assert templates([STRANGER]) == []
    assert templates([STRANGER, COPIES[0]]) == []
    assert templates(["", "", "\0", "🌴🌴🌴"]) == []


def test_a_cluster_of_three_hundred_in_two_alphabets_takes_less_than_a_second() -> None:
    rng = random.Random(5)
    sheet = (
        "Набираме хора за склад в Холандия, голям завод приема двойки и единични без опит. {} евро месечно, дадена квартира, "
        "наемът се удържа. Обадете се на {} и питайте за {}."
    )
    latin = str.maketrans("абвгдезиклмнопрстуфхъ", "abvgdeziklmnoprstufha")
    texts = []
    for number in range(300):
        text = sheet.format(
            rng.randint(900, 2500), f"0888 00{rng.randint(1, 9)} {number:03}", rng.choice(["Мария", "Иван", "Деси"])
        )
        texts.append(text.lower().translate(latin) if number % 10 == 0 else text)
    start = time.process_time()
    (found,) = templates(texts)
    assert time.process_time() - start < 1.0
    assert len(found.members) == 300
    assert found.slots == 3
    assert found.fills[1][1].startswith("0888 00")
