"""The normal form: what it undoes, what it leaves, and the exact way back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.normalise import fold, normalise, plain

ODD = st.text(
    alphabet=st.one_of(
        st.characters(codec=None),
        st.sampled_from("аaеeоo0OΟ\u200b\u202e\u0301\u20e3\ufe0f&;<>br/!?.*нН9️⃣ⓐ①𝟎Ｚ\u00ad\n\r\t\x00ÐÃ©РџС\ud83d"),
    ),
    max_size=120,
)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("0️⃣8️⃣8️⃣8️⃣", "0888"),
        ("⓿❽⑧ 𝟎𝟖 ８", "088 08 8"),
        ("т\u200bе\u00adл\u2060", "тел"),
        ("\u202e0888\u202c", "0888"),
        ("Спeшнo pабoтa", "Спешно работа"),  # Latin e, o, p, a
        ("exаmple", "example"),  # Cyrillic а
        ("Caf&eacute; &amp; бар&nbsp;1", "Café & бар 1"),
        ("ред<br/>друг<b>дебел</b>", "ред\nдруг дебел "),
        ("Хайде!!!!!! ела.....", "Хайде! ела."),
        ("сладкаааааа", "сладка"),
        ("кафе\u0301 и\u0306", "кафе\u0301"[:4] + " й"),
        ("Ð¡Ð¾Ñ„Ð¸", "Софи"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("ﬁrma Ⅻ", "firma XII"),
        ("20 m² ½ №5 ™", "20 m² ½ №5 ™"),
        ("www.example.com", "www.example.com"),
    ],
)
def test_what_is_undone(raw: str, normal: str) -> None:
    assert normalise(raw).text == normal


def test_a_word_of_one_script_is_left_alone() -> None:
    text = "Copy этот текст и Hotel Παράδεισος"
    assert normalise(text).text == text


@given(ODD)
@settings(max_examples=400, deadline=None)
def test_every_span_maps_back_inside_the_text_and_in_order(raw: str) -> None:
    normal = normalise(raw)
    starts, ends = list(normal.starts), list(normal.ends)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(raw) for start, end in zip(starts, ends, strict=True))
    for at in range(0, len(normal.text), 7):
        first, last = normal.original(at, len(normal.text))
        assert 0 <= first < last <= len(raw)


@given(st.text(alphabet="abcdef жзийк 0123 ,-", max_size=80))
@settings(max_examples=100, deadline=None)
def test_plain_ascii_and_cyrillic_map_to_themselves_one_by_one(raw: str) -> None:
    normal = normalise(raw)
    if normal.text == raw:
        assert [normal.original(i, i + 1) for i in range(len(raw))] == [(i, i + 1) for i in range(len(raw))]


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_the_plain_form_has_the_same_length(raw: str) -> None:
    assert len(plain(raw)) == len(raw)


def test_folding_brings_both_alphabets_together() -> None:
    cyrillic = fold("Търсим жени за работа в Германия, 1200 евро")
    latin = fold("tarsim jeni za rabota v germania 900 evro")
    assert cyrillic == latin
    assert "#" in cyrillic


def test_folding_masks_the_given_ranges() -> None:
    assert fold("Мария 0888 031 906", [(0, 5, "*"), (6, 18, "#")]) == "* #"


def test_time_grows_with_length_only() -> None:
    for piece in ("&amp;", "<a ", "aа", "e\u0301", "0\ufe0f\u20e3", "!!", "Ã©", "Рџ", "\u200b"):
        assert len(normalise(piece * 200_000).text) <= 200_000 * len(piece)
