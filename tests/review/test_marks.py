"""Captured text as pieces and segments: nothing lost, nothing active, offsets untouched."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from review.marks import _ORDINARY, MARKER_BUDGET, Mark, is_odd, parts, pieces, segments, shown

TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)
MARKS = st.lists(
    st.tuples(st.integers(0, 220), st.integers(0, 220), st.integers(1, 5)).map(
        lambda t: Mark(t[0], t[1], t[2], f"c{t[2]}", f"label {t[2]}")
    ),
    max_size=12,
)


def test_odd_characters_are_named() -> None:
    found = pieces("a\u202eb\u200b\u200bc\x00")
    assert [(piece.text, piece.sign) for piece in found] == [
        ("a", ""), ("\u202e", "RLO"), ("b", ""), ("\u200b\u200b", "ZWSP×2"), ("c", ""), ("\x00", "NUL"),
    ]  # fmt: skip
    assert found[1].title == "U+202E right-to-left override"


def test_what_is_taken_for_ordinary_unseen_is() -> None:
    taken = [char for char in map(chr, range(0x11_0000)) if _ORDINARY.fullmatch(char)]
    assert len(taken) > 700
    assert not any(map(is_odd, taken))


def test_ordinary_characters_stay() -> None:
    assert [piece.sign for piece in pieces("ред 1\n\tред 2 — 200 €, façade, 👍🏽")] == [""]


def test_a_joiner_within_a_picture_stays_but_elsewhere_shows() -> None:
    assert [piece.sign for piece in pieces("👩\u200d🔧")] == [""]
    assert [piece.sign for piece in pieces("07\u200d00")] == ["", "ZWJ", ""]


@given(TEXTS)
def test_pieces_join_to_the_text_and_hide_nothing(text: str) -> None:
    found = pieces(text)
    assert "".join(piece.text for piece in found) == text
    for piece in found:
        if not piece.sign:
            assert not any(is_odd(char) and char != "\u200d" for char in piece.text)


@given(TEXTS, MARKS, st.integers(0, 50), st.integers(0, 250))
def test_segments_join_to_the_text_and_carry_every_mark(text: str, marks: list[Mark], start: int, end: int) -> None:
    found = segments(text, marks, start=start, end=end)
    assert "".join(piece.text for segment in found for piece in segment.pieces) == text[start:end]
    at = start
    for segment in found:
        width = sum(len(piece.text) for piece in segment.pieces)
        expected = {mark.css for mark in marks if mark.start < at + width and mark.end > at and mark.start < mark.end}
        assert set(segment.css.split()) == expected
        at += width


def test_overlapping_marks_share_the_overlap() -> None:
    found = segments("abcdef", [Mark(0, 4, 1, "one", "One"), Mark(2, 6, 2, "two", "Two")])
    assert [(segment.pieces[0].text, segment.css, segment.closing) for segment in found] == [
        ("ab", "one", ()), ("cd", "one two", (1,)), ("ef", "two", (2,)),
    ]  # fmt: skip


def test_a_mark_cut_by_the_end_of_a_part_closes_in_the_next_part_only() -> None:
    marks = [Mark(2, 8, 1, "one", "One")]
    assert segments("abcdefghij", marks, end=5)[-1].closing == ()
    assert segments("abcdefghij", marks, start=5)[0].closing == (1,)


def test_a_text_of_controls_alone_stays_small() -> None:
    hostile = "\u202e\u200b" * 10_000
    signs = [piece for piece in pieces(hostile) if piece.sign]
    assert len(signs) <= MARKER_BUDGET + 1
    assert len(str(shown(hostile))) < 20_000


def test_shown_escapes_isolates_and_cuts() -> None:
    assert str(shown("<script>alert(1)</script>")) == "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"
    assert str(shown("\"'&")) == "<bdi>&#34;&#39;&amp;</bdi>"
    assert str(shown("abcdef", 3)) == "<bdi>abc…</bdi>"
    assert "\u202e" not in str(shown("a\u202eb"))


def test_a_megabyte_takes_no_time() -> None:
    text = "слово <b> 0888 \u200b" * 70_000
    begun = time.process_time()
    segments(text, [Mark(n, n + 40, n, "x", "x") for n in range(0, 40_000, 20)])
    assert time.process_time() - begun < 5


def test_parts_cover_a_text_without_gap() -> None:
    assert list(parts(0, 10)) == [(0, 0)]
    assert list(parts(25, 10)) == [(0, 10), (10, 20), (20, 25)]
