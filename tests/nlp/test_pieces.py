"""Texts cut once: every reader's words lie within the cut, and what is remembered is what would be found anew."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.components import marks, pipeline
from nlp.extract.lexicon import TOKEN, Lexicon, tokens
from nlp.normalise import Pieces, Remembered, fold, normalise, plain
from nlp.normalise.text import _passes
from strazha.model.text import NormalText

TEXTS = st.text(alphabet="aъЯ1٣²_'’`ʼ´-. \n<&>;!ёΣςİß\u0301\u200b🔥é\x00", max_size=60) | st.text(max_size=40)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_tokens_of_the_cut_are_those_of_the_whole_text(text: str) -> None:
    words, starts, texts = tokens(Pieces(text))
    assert [tuple(word) for word in words] == [(*found.span(), found.group()) for found in TOKEN.finditer(plain(text))]
    assert [(word.start, word.text) for word in words] == list(zip(starts, texts, strict=True))


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_words_met_before_change_no_normal_form(texts: list[str]) -> None:
    for text in (*texts, " ".join(texts), " <".join(texts)):
        known, anew = normalise(text), _passes(NormalText.identity(text))
        assert (known.text, list(known.starts), list(known.ends)) == (anew.text, list(anew.starts), list(anew.ends))


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(tuple), max_size=3))
def test_folding_with_masks_is_folding_what_is_left(text: str, spans: list[tuple[int, int]]) -> None:
    expected, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            expected += [fold(text[at:start]), "@"]
            at = end
    expected.append(fold(text[at:]))
    assert fold(text, [(start, end, "@") for start, end in spans]) == " ".join(part for part in expected if part)


@pytest.mark.parametrize("code", ["bg", "en", "de", "xx"])
def test_names_word_by_word_are_those_of_the_whole_text(code: str) -> None:
    text = "Питайте за Ваня,\nAnna (24), Mr. O'Neill u.a. z.B. Peter!  Maria-Elena «Ioana» a.m. " + "x" * 90 + " Ани"
    found = {(start, end) for start, end, label in marks(code, [text])[0] if label != "CAPITAL"}
    doc = pipeline(code)(text.replace("x" * 90, " " * 90))
    assert found == {(span.start_char, span.end_char) for span in doc.spans["persons"] if span.label_ != "CAPITAL"}
    assert marks(code, [text, "", text])[2] == marks(code, [text])[0]


def test_what_is_remembered_is_bounded() -> None:
    asked: list[str] = []
    lengths = Remembered(lambda text: asked.append(text) or len(text), most=3)
    assert lengths.all_of(["a", "bb", "a", "c" * 50, "c" * 50, "dd", "ee", "ff"]) == [1, 2, 1, 50, 50, 2, 2, 2]
    assert asked.count("a") == 1
    assert asked.count("c" * 50) == 2
    assert len(lengths) <= 3


def test_a_phrase_cut_off_by_the_end_of_the_text_is_not_found() -> None:
    lexicon: Lexicon[int] = Lexicon({"one two three": 3, "one two": 2, "stem*": 1})
    words, texts = (tokens(Pieces("say one two"))[index] for index in (0, 2))
    assert list(lexicon.places(words, texts, set(texts))) == [(1, 2, 2)]
    assert lexicon.before(words, 2) == (2, 2)
    assert list(lexicon.places(*_of("stemming one two three"))) == [(0, 1, 1), (1, 3, 3)]


def _of(text: str) -> tuple[list[object], list[str], set[str]]:
    words, _, texts = tokens(Pieces(text))
    return list(words), texts, set(texts)
