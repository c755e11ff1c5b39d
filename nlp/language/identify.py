"""Which language an advert and each of its passages is in, and whether Bulgarian is typed in Latin letters.

Three kinds of evidence are added up word by word: known words, letters that only some languages have, and word endings.
They are exact on adverts (which are full of the same words) and cheap; py3langid is asked only where they say too little.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import chain

import yaml
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlp.lang import codes
from nlp.language.reading import known
from nlp.language.vocabulary import Evidence, word_evidence
from nlp.normalise.pieces import Pieces, Remembered
from nlp.normalise.plain import lower, plain
from strazha.model.screening import LanguageGuess
from strazha.model.text import Passage

#: Name under which Latin-typed Bulgarian competes with the languages proper.
LATIN_BG = "bg-Latn"
#: Below this much evidence (about three known words) py3langid is asked too.
ENOUGH = 3.0

#: Least evidence for a passage in another language than the advert's.
_FOREIGN_LEAST = 1.6
#: How much more evidence it must have than the main language has in the passage.
_LEAST_LEAD = 1.0
#: A word, with the digits that Latin-typed Bulgarian has in words; not a number alone.
_WORD = re.compile(r"(?!\d+(?![^\W_]))[^\W_]+(?:['’ʼ][^\W_]+)?")
_PASSAGE = re.compile(r"[^\n.!?…;]+(?:[.!?…;]+(?!\s)[^\n.!?…;]+)*[.!?…;]*\n?|[\n.!?…;]+")


@lru_cache(maxsize=1)
def _cues() -> tuple[dict[str, Evidence], dict[str, Evidence]]:
    """Evidence of letters and of endings."""
    file = resources.files("nlp.language") / "evidence.yaml"
    raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506  (makes only strings, lists and dicts)
    letters = {
        letter: tuple((code, float(row["weight"])) for code in row["languages"])
        for row in raw["letters"]
        for letter in row["letters"]
    }
    endings = {
        ending: tuple((code, 0.25) for code in speakers.split())
        for speakers, words in raw["endings"].items()
        for ending in words
    }
    return letters, endings


#: Spellings that hardly anything but Latin-typed Bulgarian has: 4 and 6 within a word, q without u, sht.
_TYPED_DIGIT = re.compile(r"^[46][a-z]{2,}$|^[a-z]+[46][a-z]*$")
_TYPED_Q = re.compile(r"q(?!u)")
_TYPED_ENDING = re.compile(r"(?:iya|iyata|ite|ame|ata|iq|eto|ovo|ska|ski|sko|ova|ishte|nka|enie|ane|ene|ost)$")
_NOT_TYPED = frozenset("čćšžđäöüßğışţșțăâîąęłżźśńěřůéáíóúñ")


@dataclass(frozen=True, slots=True)
class Identified:
    """The languages of a text (main first), whether its Bulgarian is typed in Latin, and the passages of each field."""

    languages: tuple[LanguageGuess, ...]
    latin_bg: bool
    passages: tuple[tuple[Passage, ...], ...]

    @property
    def typed(self) -> bool:
        """True where any passage is Bulgarian typed in Latin letters."""
        return any(LATIN_BG in [passage.lang for passage in row] for row in self.passages)

    @property
    def main(self) -> str:
        """Code of the main language."""
        return self.languages[0].lang if self.languages else ""


def _weigh(word: str) -> Evidence:
    """Evidence of one word as it stands in the text."""
    low = lower(word)
    form = plain(low)
    scores = dict(word_evidence().get(form, ()))
    letters, endings = _cues()
    if len(low) > 3:
        for size in (2, 3, 4):
            for code, weight in endings.get(form[-size:], ()):
                scores[code] = scores.get(code, 0.0) + weight
    for char in dict.fromkeys(low):
        if not char.isascii():
            for code, weight in letters.get(char, ()):
                scores[code] = scores.get(code, 0.0) + weight
    if form.isascii() and not _NOT_TYPED.intersection(low):
        typed = _weigh_typed(form)
        if typed > 0:
            # A word that other languages know too speaks for Latin-typed Bulgarian only in company.
            scores[LATIN_BG] = typed / (1 + 0.6 * bool(scores))
    low_first = low[0]
    if "α" <= low_first <= "ω" or "ά" <= low_first <= "ώ":
        scores["el"] = scores.get("el", 0.0) + 1.5
    elif "\u0400" <= low_first <= "\u04ff":
        scores = {code: score for code, score in scores.items() if code in _CYRILLIC}
    else:
        scores = {code: score for code, score in scores.items() if code not in _CYRILLIC_ONLY}
    return tuple(scores.items())


_CYRILLIC = frozenset({"bg", "ru", "uk", "sr", "mk", "be"})
_CYRILLIC_ONLY = frozenset({"bg", "ru", "uk", "mk", "be", "el"})


def _weigh_typed(form: str) -> float:
    score = 0.0
    if _TYPED_DIGIT.search(form):
        score += 1.5
    if _TYPED_Q.search(form) and len(form) > 1:
        score += 1.2
    if any(char.isdigit() for char in form.replace("4", "").replace("6", "")):
        return 0.0
    if form[0].isdigit() and not score:
        return 0.0
    if len(form) > 1 and known(form):
        score += 0.5 if len(form) == 2 else 1.0
    if "sht" in form:
        score += 0.5
    if len(form) > 4 and _TYPED_ENDING.search(form):
        score += 0.2
    return score


#: Evidence of the words of a run of letters and digits, one behind the other, and how many letters they have.
_EVIDENCE: Remembered[Evidence] = Remembered(
    lambda run: tuple(pair for word in _WORD.findall(run) if len(word) <= 40 for pair in _weigh(word))
)
_LETTERS: Remembered[int] = Remembered(lambda run: sum(map(len, _WORD.findall(run))))


@lru_cache(maxsize=64)
def _leads(main: str) -> Remembered[float]:
    """How far the words of a run speak for some other language at most, more than for this one."""

    def lead(run: str) -> float:
        scores = _added(_EVIDENCE[run])
        return max([*scores.values(), 0.0]) - scores.get(main, 0.0)

    return Remembered(lambda run: max(0.0, lead(run)))


def _added(evidence: Iterable[tuple[str, float]]) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    for code, weight in evidence:
        scores[code] += weight
    return scores


def identify(texts: Sequence[str], hint: str = "", pieces: Sequence[Pieces] = ()) -> Identified:
    """Languages of an advert given its fields' normal texts; ``hint`` (a code, say from the page) tips the balance only.

    ``pieces`` are the texts' own, where they are cut already.
    """
    cuts = pieces or [Pieces(text) for text in texts]
    evidence = [_EVIDENCE.all_of(cut.runs) for cut in cuts]
    totals = _added(chain.from_iterable(chain.from_iterable(evidence)))
    if hint[:2].lower() in codes():
        totals[hint[:2].lower()] += 0.7
    if max(totals.values(), default=0.0) < ENOUGH:
        _ask(" ".join(texts), totals)
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    main = ranked[0][0] if ranked else ""
    passages = tuple(tuple(_passages(*field, main)) for field in zip(texts, cuts, evidence, strict=True))
    return Identified(_guesses(ranked, cuts, passages), main == LATIN_BG, passages)


def _passages(text: str, pieces: Pieces, evidence: list[Evidence], main: str) -> Iterator[Passage]:
    leads, starts = _leads(main).all_of(pieces.runs), pieces.starts
    first = 0
    for match in _PASSAGE.finditer(text):
        start, end = match.span()
        last = bisect_left(starts, end, first)
        # What cannot have another language is not looked at more closely.
        other = sum(leads[first:last]) > _LEAST_LEAD - 0.001
        lang = _passage_language(_added(chain.from_iterable(evidence[first:last])), main) if other else main
        yield Passage(start, end, lang)
        first = last


def _passage_language(scores: dict[str, float], main: str) -> str:
    # A passage leaves the advert's main language only on clear evidence: a foreign name or brand is not a foreign passage.
    if not scores:
        return main
    top = max(scores.values())
    if top < _FOREIGN_LEAST or top <= scores.get(main, 0.0) + _LEAST_LEAD:
        return main
    return max(scores, key=lambda code: scores[code])


def _guesses(
    ranked: list[tuple[str, float]], cuts: Sequence[Pieces], passages: tuple[tuple[Passage, ...], ...]
) -> tuple[LanguageGuess, ...]:
    if not ranked or ranked[0][1] <= 0:
        return ()
    main, top = ranked[0]
    runner = next((score for code, score in ranked[1:] if _code(code) != _code(main)), 0.0)
    guesses = [LanguageGuess(lang=_code(main), confidence=round(top / (top + runner), 3))]
    if {passage.lang for row in passages for passage in row} == {main}:
        return tuple(guesses)
    # Further languages: those in which whole passages are written.
    shares: dict[str, int] = {}
    total = 0
    for pieces, row in zip(cuts, passages, strict=True):
        for passage in row:
            code = _code(passage.lang)
            runs = pieces.runs[bisect_left(pieces.starts, passage.start) : bisect_left(pieces.starts, passage.end)]
            letters = sum(_LETTERS.all_of(runs))
            shares[code] = shares.get(code, 0) + letters
            total += letters
    for code, letters in sorted(shares.items(), key=lambda item: -item[1]):
        if code != guesses[0].lang and letters >= 0.15 * total:
            guesses.append(LanguageGuess(lang=code, confidence=round(letters / total, 3)))
    return tuple(guesses)


def _code(name: str) -> str:
    return "bg" if name == LATIN_BG else name


@lru_cache(maxsize=1)
def _model() -> LanguageIdentifier:
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages([*codes(), "hr", "sl", "pl", "cs", "sk", "it", "fr", "nl", "pt", "hu", "sq", "mk", "be"])
    return model


#: Letters that Macedonian has and Bulgarian has not.
_MACEDONIAN = frozenset("ѓќѕјљњџ")


def _ask(text: str, totals: dict[str, float]) -> None:
    if not any(char.isalpha() for char in text):
        return
    code, probability = _model().classify(text[:2000])
    if code == "mk" and _MACEDONIAN.isdisjoint(text.lower()):
        # Macedonian without any of its letters would be a rare chance; half a dozen Bulgarian words without "ъ" are common.
        code = "bg"
    totals[code] = totals.get(code, 0.0) + 2.0 * float(probability)
