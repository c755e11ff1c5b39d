"""The pattern language and the engine: what matches, what is refused, and that time stays linear."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from indicators.engine import Engine, _shortest, _spec
from indicators.syntax import PatternError, parse
from indicators.tokens import Tokens, fold, tokenise

LISTS = {"documents": ["passport*", "id card"], "numbers": ["two", "#"]}


def seen(pattern: str, text: str) -> list[str]:
    tokens = tokenise("", text)
    found = Engine({0: parse(pattern, LISTS)}).scan(tokens)
    return [text[tokens.starts[first] : tokens.ends[last - 1]] for first, last, _ in found]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("no contract", "There is No Contract here", ["No Contract"]),
        ("contract*", "contracts", ["contracts"]),
        ("*vertrag", "ein Arbeitsvertrag", ["Arbeitsvertrag"]),
        ("*beit*", "Arbeiter", ["Arbeiter"]),
        ("(cash|in hand)", "paid in hand", ["in hand"]),
        ("pay [the] fee", "pay fee, pay the fee", ["pay fee", "pay the fee"]),
        ("keep ..2 <documents>", "we keep all your passports", ["keep all your passports"]),
        ("keep ..2 <documents>", "we keep each and every passport", []),
        ("keep ..2 <documents>", "we keep it. Passports are yours", []),
        ("keep ..2 <documents>", "keep your ID card", ["keep your ID card"]),
        ("# hours", "14 hours, 7.5 hours", ["14 hours", "7.5 hours"]),
        ("24/7", "open 24/7!", ["24/7"]),
        ("pret", "preț, PREŢ", ["preț", "PREŢ"]),
        ("договор*", "без ДОГОВОРИ", ["ДОГОВОРИ"]),
        ("do 24 bez", "do 24 g. bez", []),
        ("24 ..2 без", "до 24 г. без опит", ["24 г. без"]),
        ("keep &2 <documents>", "passports we keep, and keep your passports", ["passports we keep", "keep your passports"]),
        ("keep &2 <documents>", "we keep it. Passports are yours", []),
        ("(pay|wage) &3 end &3 month*", "at the end of a month wage is given", ["end of a month wage"]),
    ],
)
def test_matches(pattern: str, text: str, expected: list[str]) -> None:
    assert seen(pattern, text) == expected


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", "empty"),
        ("..3 contract", "begins and ends with a word"),
        ("contract ..3", "begins and ends with a word"),
        ("a (b|c", "missing"),
        ("a | b", "outside brackets"),
        ("<nothing>", "no list <nothing>"),
        ("a*", "too short for a star"),
        ("word ..99 word", "write ..1 to"),
        ("a &99 b", "write ..1 to"),
        ("a &2 b &2 c &2 d", "joins 4 parts"),
        ("keep &2 [the]", "neither may be left out"),
        ("keep &2", "neither may be left out"),
        ("#", "at least one word"),
        ("(a b|c d)(a b|c d)(a b|c d)(a b|c d)(a b|c d)(a b|c d)(a b|c d)(a b|c d)(a b|c d)", "unfolds into 512"),
    ],
)
def test_refuses(pattern: str, problem: str) -> None:
    with pytest.raises(PatternError, match=problem):
        parse(pattern, LISTS)


@given(st.text(max_size=200))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300), st.text(max_size=100))
def test_tokens_lie_in_their_text(body: str, title: str) -> None:
    tokens = tokenise(title, body)
    for at, word in enumerate(tokens.words):
        source = title if at < tokens.body else body
        assert 0 <= tokens.starts[at] <= tokens.ends[at] <= len(source)
        assert word


def test_a_megabyte_takes_time_in_proportion() -> None:
    engine = Engine({0: parse("keep ..4 <documents>", LISTS), 1: parse("(no|without) ..3 contract", LISTS), 2: parse("# euro")})
    unit = "we keep keep keep no no no without 12 12 euro passport contract a b c d "

    def seconds(times: int) -> float:
        tokens = tokenise("", unit * times)
        engine.forget()
        start = time.process_time()
        engine.scan(tokens)
        return time.process_time() - start

    # The best of three each, and a floor for what a busy machine adds: quadratic growth would take 64 times as long.
    small, large = (min(seconds(times) for _ in range(3)) for times in (4_000, 32_000))
    assert large < 8 * small * 2.5 + 0.5, (small, large)


_WORDS = st.sampled_from(["a", "dd*", "dd*", "(a|b)", "#"])
_PATTERNS = st.lists(_WORDS, min_size=2, max_size=4).flatmap(
    lambda words: st.lists(st.sampled_from([" ", " ..1 ", " ..3 "]), min_size=len(words), max_size=len(words)).map(
        lambda gaps: "".join(part for pair in zip(words, gaps, strict=True) for part in pair).rstrip(" .13")
    )
)


@settings(deadline=None, max_examples=400)
@given(_PATTERNS, st.lists(st.sampled_from(["a", "b", "ddx", "7", ".", "x"]), min_size=3, max_size=14))
def test_finds_what_a_matcher_alone_finds_in_the_whole_text(pattern: str, words: list[str]) -> None:
    assume(set(pattern) - set("# .13"))
    sequences = parse(pattern)
    vocab = Vocab()
    matcher = Matcher(vocab)
    matcher.add("rule", [[_spec(item) for item in sequence] for sequence in sequences])
    alone = {(first, last, 0) for _, first, last in matcher(Doc(vocab, words=words))}
    engine = Engine({0: sequences})
    tokens = Tokens(words, [0] * len(words), [0] * len(words), 0)
    assert engine.scan(tokens) == _shortest(list(alone))
    assert engine.scan(tokens) == _shortest(list(alone)), "and again, from what is remembered"


def test_what_is_forgotten_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = ("(pass|passport*) ..3 (keep*|hold)", "no (fee|costs)", "*vertrag", "pay &4 held", "# euro")
    engine = Engine({number: parse(pattern) for number, pattern in enumerate(patterns)})
    texts = [
        tokenise("No fee", "We hold no passports. Passports the boss will keep, pay is always held, 300 euro."),
        tokenise("Arbeitsvertrag", "Held is the pay; no costs. Pass on, hold on."),
    ]
    first = [engine.scan(text) for text in texts]
    assert {rule for found in first for _, _, rule in found} == set(range(len(patterns)))
    for name in ("anchors.MAX_KNOWN", "anchors.MAX_WORDS", "engine.MAX_LEXEMES", "engine.MAX_SENTENCES"):
        monkeypatch.setattr(f"indicators.{name}", 1)
    engine.forget()
    for _ in range(2):
        assert [engine.scan(text) for text in texts] == first
