"""The query syntax as a tree. What it finds is in contracts/test_backends.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strazha.store.marking import marks, snippet
from strazha.store.parse import MAX_TERMS, And, Digits, Keyword, Node, Not, Or, Phrase, Word, parse, wanted


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        (" - OR OR -", None),
        ("work", Word("work")),
        ("good work", And((Word("good"), Word("work")))),
        ("wor*", Word("wor", prefix=True)),
        ('"good work"', Phrase(("good", "work"))),
        ("well-paid", Phrase(("well", "paid"))),
        ("a@example.org", Phrase(("a", "example", "org"))),
        ("-bad", Not(Word("bad"))),
        ('a -"b c"', And((Word("a"), Not(Phrase(("b", "c")))))),
        ("a b OR c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("OR a OR", Word("a")),
        ("a or b", And((Word("a"), Word("or"), Word("b")))),
        ("title:work", Word("work", field="title")),
        ('body:"good work"', Phrase(("good", "work"), field="body")),
        ("exact:wor*", Word("wor", prefix=True, field="exact")),
        ("place:sofia", Keyword("place", "sofia")),
        ('place:"new town"', Keyword("place", "new town")),
        ("type:job", Keyword("ad_type", "job")),
        ("contact:phone:+359*", Keyword("contact", "phone:+359", prefix=True)),
        ("-band:low", Not(Keyword("band", "low"))),
        ("place:", Word("place")),
        ("colour:red", Phrase(("colour", "red"))),
        ("10:30", Phrase(("10", "30"))),
        ("0888 00 12", Digits("08880012", ("0888", "00", "12"))),
        ("call 0888 00 12 now", And((Word("call"), Digits("08880012", ("0888", "00", "12")), Word("now")))),
        ("+44 (0)7700 900", Digits("447700900", ("44", "0", "7700", "900"))),
        ("-0888001", Not(Digits("0888001", ("0888001",)))),
        ("10000 -20000", And((Digits("10000", ("10000",)), Not(Digits("20000", ("20000",)))))),
        ("phone:0888/001", Digits("0888001")),
        ("phone:12", Word("12")),
        ("12345abc", Word("12345abc")),
        ("1234", Word("1234")),
        ('"open', Word("open")),
        ('say "open', And((Word("say"), Word("open")))),
    ],
)
def test_trees(text: str, tree: Node | None) -> None:
    assert parse(text) == tree


@given(st.text(max_size=300) | st.text('"*-:() OR0123+abtile', max_size=120))
def test_nothing_a_user_types_fails(text: str) -> None:
    tree = parse(text)
    terms = wanted(tree)
    for start, end in marks(text, terms):
        assert 0 <= start < end <= len(text)
    spans = snippet([text], terms)
    assert "".join(span.text for span in spans).strip("… ") in text or not spans


def test_the_number_of_terms_is_bounded() -> None:
    tree = parse("x " * 1000)
    assert isinstance(tree, And)
    assert len(tree.nodes) == MAX_TERMS


def test_unwanted_and_keyword_terms_are_not_marked() -> None:
    assert wanted(parse("a -b place:c OR d")) == [Word("a"), Word("d")]


def test_marks_lie_where_the_words_are() -> None:
    text = "РАБОТА и Rabota, тел 0888 00-12 34; рабо́тник"
    found = [text[start:end] for start, end in marks(text, wanted(parse("rabota 88800")))]
    assert found == ["РАБОТА", "Rabota", "0888 00-12 34"]
    assert [text[start:end] for start, end in marks(text, wanted(parse("rabot*")))] == ["РАБОТА", "Rabota", "рабо́тник"]


def test_overlapping_marks_become_one() -> None:
    spans = snippet(["one two three"], wanted(parse('"one two" OR "two three" OR one')))
    assert [(span.text, span.marked) for span in spans] == [("one two three", True)]
