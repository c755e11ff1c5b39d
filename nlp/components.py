"""spaCy pipelines: one ``Language`` per language folder and a multilingual one for everything else.

They are blank (a tokenizer and our component) unless a trained pipeline of the language is installed, which then also says
which words it takes for persons.

The factory is stateless: what it makes depends on its configuration and the language folders only, so that pipelines can be
made in every worker process. Registration is a call, not an effect of importing this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import entry_points
from itertools import accumulate, chain, compress, count
from weakref import WeakKeyDictionary

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp.lang import languages
from nlp.language.vocabulary import word_evidence
from nlp.normalise.pieces import MOST_REMEMBERED
from nlp.normalise.plain import plain

FACTORY = "strazha_persons"
#: The key under which the component leaves its spans, and their labels: a sure name, one that needs a context, a bare capital.
SPANS, SURE, SHAKY, CAPITAL = "persons", "SURE", "SHAKY", "CAPITAL"

#: Pipes of a trained pipeline that are run, and its labels for persons.
_KEPT_PIPES, _PERSON_LABELS = (
    frozenset({"tok2vec", "transformer", "ner", "entity_ruler"}),
    frozenset({"PER", "PERSON", "PRS", "persName"}),
)

_CYRILLIC = "а б в г д е ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ь ю я ы э і ї є ј љ њ ћ ђ џ"
_AS_LATIN = "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y yu ya y e i i ie j lj nj c dj dz"
_GREEK, _AS_LATIN_TOO = "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ τ υ φ χ ψ ω", "a v g d e z i th i k l m n x o p r s t y f ch ps o"
_TO_LATIN = str.maketrans(dict(zip((_CYRILLIC + " " + _GREEK).split(), (_AS_LATIN + " " + _AS_LATIN_TOO).split(), strict=True)))


@lru_cache(maxsize=1)
def name_lexicon() -> dict[str, str]:
    """Given names of all languages in plain form, with their Latin spellings, and how sure each is."""
    lexicon: dict[str, str] = {}
    for label, field in ((SHAKY, "shaky_names"), (SURE, "names")):
        for data in languages().values():
            for name in getattr(data, field):
                for form in _forms(name):
                    lexicon.setdefault(form, label)
    return lexicon


@lru_cache(maxsize=1)
def open_names() -> dict[str, frozenset[str]]:
    """Names of the long open lists and the languages in whose adverts they are sure; elsewhere they need a context."""
    found: dict[str, set[str]] = {}
    for code, data in languages().items():
        for name in data.open_shaky_names:
            for form in _forms(name):
                found.setdefault(form, set())
        for name in data.open_names:
            for form in _forms(name):
                found.setdefault(form, set()).add(code)
    return {form: frozenset(codes) for form, codes in found.items()}


def _forms(name: str) -> Iterator[str]:
    yield name
    if not name.isascii():
        yield from (form for form in _spellings(name.translate(_TO_LATIN)) if len(form) > 2)


def _spellings(latin: str) -> tuple[str, ...]:
    return (
        latin,
        latin.replace("ya", "ia").replace("yu", "iu"),
        latin.replace("iya", "ia"),
        latin.replace("zh", "j"),
        latin.replace("ts", "tz"),
    )


#: Start, end and label of what can be a name.
Marks = tuple[tuple[int, int, str], ...]


class Persons:
    """Marks the tokens of a document that can be given names."""

    def __init__(self, nlp: Language, code: str) -> None:
        lexicon, wide, evidence = name_lexicon(), open_names(), word_evidence()
        near = {code, "en"}

        def label(text: str) -> str:
            form = plain(text)
            found = lexicon.get(form, "")
            if not found and form in wide:
                found = SURE if code in wide[form] else SHAKY
            # A name that is also a word of this language needs a context, whatever its list says.
            return SHAKY if found and any(other in near for other, _ in evidence.get(form, ())) else found

        self._sure: int = nlp.vocab.add_flag(lambda text: label(text) == SURE)
        self._shaky: int = nlp.vocab.add_flag(lambda text: label(text) == SHAKY)

    def __call__(self, doc: Doc) -> Doc:
        """Leave one-token spans under ``doc.spans["persons"]``."""
        # As one array: asking token by token costs ten times as much.
        table = doc.to_array([self._sure, self._shaky, "IS_TITLE", "IS_ALPHA", "LENGTH"]).astype(np.int64)
        spans = []
        # A trained recogniser's word alone is not enough for a name, but the context that it needs is smaller.
        people = {entity.start for entity in doc.ents if entity.label_ in _PERSON_LABELS} if doc.ents else frozenset()
        marked = np.flatnonzero(table[:, 0] | table[:, 1] | (table[:, 2] & table[:, 3])) if len(doc) else np.empty(0, np.int64)
        for at, (sure, shaky, _, _, length) in zip(marked.tolist(), table[marked].tolist(), strict=True):
            if sure or shaky or 2 < length < 16:
                spans.append(Span(doc, at, at + 1, label=SURE if sure else SHAKY if shaky or at in people else CAPITAL))
        doc.spans[SPANS] = spans
        return doc


def make_persons(nlp: Language, name: str, code: str) -> Callable[[Doc], Doc]:
    """The factory: a component from its configuration."""
    del name
    return Persons(nlp, code)


def register() -> None:
    """Tell spaCy of the factory; calling it twice does no harm."""
    if not Language.has_factory(FACTORY):
        Language.factory(FACTORY, default_config={"code": ""}, func=make_persons)


def trained(code: str) -> str:
    """The trained pipeline installed for a language (its package's name), or an empty string: none is ever required."""
    return min((entry.name for entry in entry_points(group="spacy_models") if entry.name.startswith(f"{code}_")), default="")


@lru_cache(maxsize=1)
def any_trained() -> bool:
    """Whether a trained pipeline of some language is installed."""
    return any(trained(code) for code in languages())


def _trained_pipeline(model: str) -> Language:
    """A trained pipeline with what its entity recogniser needs, and nothing else."""
    nlp = spacy.load(model)
    for name in nlp.pipe_names:
        if name not in _KEPT_PIPES:
            nlp.remove_pipe(name)
    return nlp


@lru_cache(maxsize=32)
def pipeline(code: str) -> Language:
    """The pipeline of a language, or the multilingual one (``xx``) for a code without a folder."""
    register()
    known = code if code in languages() else "xx"
    model = trained(known)
    nlp = _trained_pipeline(model) if model else spacy.blank(known)
    # An advert is short; a megabyte of text is read all the same, so spaCy's own limit only stands in the way.
    nlp.max_length = 50_000_000
    nlp.add_pipe(FACTORY, config={"code": known})
    return nlp


#: Lexemes after which a pipeline is made anew: its vocabulary keeps every word it ever saw (about 100 bytes each).
_MOST_LEXEMES = 300_000


def pipeline_for(code: str) -> Language:
    """The pipeline of a language, made anew when its vocabulary has grown too large.

    spaCy's memory zones would free each text's words at once, but then every word is made and judged again for every text,
    which costs more than all the rest of reading it.
    """
    nlp = pipeline(code)
    if len(nlp.vocab) > _MOST_LEXEMES:
        pipeline.cache_clear()
        nlp = pipeline(code)
    return nlp


#: For each pipeline that is nothing but a tokenizer and our component: what it found in the words that it has read.
_SEEN: WeakKeyDictionary[Language, dict[str, Marks]] = WeakKeyDictionary()

#: spaCy's tokenizer takes quadratic time on longer runs without a space, in which no name stands anyway.
_LONGEST = 79
_UNSPACED = re.compile(rf"\S{{{_LONGEST + 1},}}")


def marks(code: str, texts: Sequence[str]) -> list[Marks]:
    """What can be a name in each text: start, end and label, bare capitals only of words that are no everyday words.

    spaCy cuts a text at its spaces first, so that without a trained pipeline nothing but the word itself tells what it is:
    spaCy then reads only words that it has not seen, all of them as one batch.
    """
    nlp = pipeline_for(code)
    seen = _SEEN.get(nlp)
    if seen is None:
        if nlp.pipe_names == [FACTORY]:
            _SEEN[nlp] = {}
            return marks(code, texts)
        return [_of_doc(doc) for doc in nlp.pipe(map(_spaced, texts), batch_size=len(texts))]
    rows = [text.replace("\n", " ").split(" ") for text in texts]
    try:
        return [_in_words(row, list(map(seen.__getitem__, row))) for row in rows]
    except KeyError:
        if len(seen) > MOST_REMEMBERED:
            seen.clear()
        new = sorted(set(chain.from_iterable(rows)).difference(seen))
        _learn(nlp, seen, new)
    found = [_in_words(row, list(map(seen.__getitem__, row))) for row in rows]
    for word in new:
        if len(word) > _LONGEST:
            del seen[word]
    return found


def _spaced(text: str) -> str:
    return _UNSPACED.sub(lambda match: " " * len(match.group()), text)


def _learn(nlp: Language, seen: dict[str, Marks], new: list[str]) -> None:
    """Read words that were not seen before: one a line, so that spaCy joins none with the next."""
    found = _of_doc(nlp(_spaced("\n".join(new))))
    at = index = 0
    for word in new:
        end, first = at + len(word), index
        while index < len(found) and found[index][0] < end:
            index += 1
        seen[word] = tuple((start - at, last - at, label) for start, last, label in found[first:index])
        at = end + 1


def _in_words(words: list[str], found: list[Marks]) -> Marks:
    """The marks of a text from those of its words."""
    places = zip(words, accumulate(map(len, words)), count(), found, strict=False)
    return tuple(
        (first + end - len(word) + at, last + end - len(word) + at, label)
        for word, end, at, marked in compress(places, found)
        for first, last, label in marked
    )


def _of_doc(doc: Doc) -> Marks:
    text, evidence = doc.text, word_evidence()
    return tuple(
        (span.start_char, span.end_char, span.label_)
        for span in doc.spans[SPANS]
        # Most capitalised words are everyday words of some language.
        if span.label_ != CAPITAL or plain(text[span.start_char : span.end_char]) not in evidence
    )
