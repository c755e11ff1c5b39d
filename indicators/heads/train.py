"""Training of the heads: from labelled adverts and the catalogue's own examples, by one command, always with the same outcome.

Each indicator gets one logistic regression (L2, liblinear) on the sentence's vector, its advert's vector and its pieces of
words. Positive are the sentences in which a labelled span stands, the entry's prototypes and its examples that must match;
negative are all other sentences and the examples that must not. Thresholds come from out-of-fold probabilities of whole
adverts, drawn towards a common one where labels are few, so that no head is tuned on a handful. A fold is a whole labelled
file where there are several: a file is one hand's, and a head is surer of writers it has read than of those it will meet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from indicators.catalogue import CatalogueEntry
from indicators.heads.card import card_of
from indicators.heads.finder import Sentence, split
from indicators.heads.grams import PLACES, Grams, grams, rarity, together, weighed
from indicators.heads.model import KINDS, NOT_BY_MEANING, Heads, advert_vector, sigmoid, unit, whole
from indicators.heads.neutral import neutral_sentences
from strazha.errors import BadInputError
from strazha.model import Reading, Strength
from strazha.model.vectors import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

#: Reads a title and a body as nlp does; given from outside, as rooms of one floor do not import each other.
Read = Callable[[str, str], Reading]

#: What a head looks at besides the sentence's own vector.
Part = Literal["advert", "words"]
PARTS: tuple[Part, ...] = ("advert", "words")

#: Fewest positive sentences for a head; with fewer it would learn the examples by heart.
FEWEST = 8
#: Inverse strength of regularisation, and weight of a positive sentence against a negative one: chosen on held-back adverts;
#: neither is sharp.
SOFTNESS, POSITIVE = 10.0, 3.0
#: For kinds of advert: the same, and how much pieces of words count against vectors.
KIND_SOFTNESS, KIND_GRAMS = 3.0, 2.0
#: Strong indicators lift a band by themselves: their thresholds must be right this often, where one is.
SURE_ENOUGH = 0.75
#: The threshold heads are drawn towards, as if this many adverts had voted for it, and how far one may go from it.
COMMON, VOTES, LOWEST, HIGHEST = 0.35, 20.0, 0.25, 0.6
FOLDS = 5
#: Adverts in which each neutral sentence is learnt, besides by itself: a nation among an advert's signs is none either.
HOSTS = 30
#: Fewest files that are folds by themselves.
FEWEST_FILES = 3


class LabelledAdvert(Protocol):
    """What training needs of a labelled advert (strazha.evaluation.labelled.Labelled has it)."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def lang(self) -> str: ...  # noqa: D102
    @property
    def ad_type(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def body(self) -> str: ...  # noqa: D102
    @property
    def indicators(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def spans(self) -> Mapping[str, tuple[str, ...]]: ...  # noqa: D102


@dataclass
class Unseen:
    """What heads that did not see an advert's fold think of it: [sentences, heads] probabilities, and each kind's share."""

    names: list[str]
    probabilities: Rows
    leanings: list[dict[str, float]]


@dataclass
class Material:
    """Sentences with their vectors and what each shows. ``advert`` is the number of the advert, -1 for an example."""

    texts: list[str]
    vectors: Rows
    shows: list[frozenset[str]]
    advert: NDArray[np.int64]
    title: NDArray[np.bool_]
    #: The number of the advert that stands around: its own, or that of the host of a neutral sentence; -1 for an example.
    around: NDArray[np.int64]
    #: Of an example: the only entry it says anything about.
    only: list[str]
    adverts: Sequence[LabelledAdvert]
    mean: Rows
    rare: Rows
    #: Everything a head sees of a sentence: its vector, its advert's, its pieces of words; scipy CSR, a row a sentence.
    design: Any
    parts: Collection[Part]
    #: The fold of each advert.
    folds: NDArray[np.int64]


def gather(
    adverts: Sequence[LabelledAdvert], entries: Mapping[str, CatalogueEntry], read: Read, encoder: Encoder,
    parts: Collection[Part] = PARTS, *, files: Sequence[int] = (),
) -> Material:  # fmt: skip
    """Split, encode and label everything there is to learn from.

    ``parts`` are what heads may look at, to measure each; ``files`` is the number of the file of each advert.
    """
    texts: list[str] = []
    shows: list[frozenset[str]] = []
    number: list[int] = []
    title: list[bool] = []
    only: list[str] = []

    def add(one: Sentence, shown: frozenset[str], advert: int, entry: str = "") -> None:
        texts.append(one.text)
        shows.append(shown)
        number.append(advert)
        title.append(one.field == "title")
        only.append(entry)

    for at, advert in enumerate(adverts):
        places = _places(advert)
        for one in _split(read(advert.title, advert.body)):
            shown = frozenset(name for name, where, low, high in places if where == one.field and _within(one, low, high))
            add(one, shown, at)
    for name, entry in entries.items():
        if entry.indicator.level != "advert":
            continue
        said = [(text, True) for examples in entry.examples.values() for text in examples.match]
        said += [(text, False) for examples in entry.examples.values() for text in examples.no_match]
        said += [(text, True) for prototypes in entry.prototypes.values() for text in prototypes]
        for text, positive in said:
            for one in _split(read("", text)):
                # An example of several sentences shows its sign in one of them, and it is not said in which.
                if one.start == 0 and one.end >= len(text.rstrip(" .!?")):
                    add(one, frozenset({name}) if positive else frozenset(), -1, name)
    around = list(number)
    for at, text in enumerate(neutral_sentences()):
        for one in _split(read("", text)):
            for host in (-1, *_hosts(at, len(adverts))):
                add(one, frozenset(), -1)
                around.append(host)
    vectors = encoder.encode(texts)
    from_adverts = np.array(number) >= 0
    mean = vectors[from_adverts].mean(axis=0).astype(np.float32)
    centred, found = unit(vectors - mean), grams(texts)
    rare = rarity(found)
    design = _design(centred, np.array(number), np.array(around), weighed(found, rare), parts)
    folds = _folds(adverts, files)
    return Material(
        texts,
        centred,
        shows,
        np.array(number),
        np.array(title),
        np.array(around),
        only,
        adverts,
        mean,
        rare,
        design,
        parts,
        folds,
    )


def _hosts(sentence: int, adverts: int) -> list[int]:
    """Adverts of all files in which a neutral sentence is learnt; others for the next sentence."""
    return sorted({(sentence * 7 + step * adverts // HOSTS) % adverts for step in range(HOSTS)}) if adverts else []


def _design(centred: Rows, number: NDArray[np.int64], around: NDArray[np.int64], said: Grams, parts: Collection[Part]) -> Any:
    from scipy import sparse

    # An example stands alone: it has no advert around it.
    beside = np.zeros_like(centred)
    for advert in range(int(number.max(initial=-1)) + 1) if "advert" in parts else ():
        own = number == advert
        if own.any():
            beside[around == advert] = whole(centred[own])
    # What is left out stands there as nothing, and so gets no weight.
    worth = 1.0 if "words" in parts else 0.0
    pieces = sparse.csr_matrix((worth * said.weight, said.where, said.starts), shape=(len(centred), PLACES))
    return sparse.hstack([sparse.csr_matrix(np.hstack([centred, beside])), pieces], format="csr", dtype=np.float32)


def _split(reading: Reading) -> list[Sentence]:
    return split(reading.text, reading.mentions)


def _places(advert: LabelledAdvert) -> list[tuple[str, str, int, int]]:
    found = []
    for name, spans in advert.spans.items():
        for span in spans:
            for where, text in (("title", advert.title), ("body", advert.body)):
                at = text.find(span) if span else -1
                while at >= 0:
                    found.append((name, where, at, at + len(span)))
                    at = text.find(span, at + 1)
    return found


def _within(one: Sentence, low: int, high: int) -> bool:
    shared = min(one.end, high) - max(one.start, low)
    return shared >= min(6.0, (high - low) / 2)


def train(material: Material, entries: Mapping[str, CatalogueEntry], encoder: Encoder) -> tuple[Heads, dict[str, Any], Unseen]:
    """Heads, their card, and what they would have thought of each advert without its fold."""
    names = [name for name in entries if name not in NOT_BY_MEANING and _positives(material, name) >= FEWEST]
    weights, biases, thresholds, figures = [], [], [], {}
    unseen = Unseen(names, np.zeros((len(material.only), len(names)), np.float32), [])
    for name in names:
        weight, bias = _head(material, name, np.ones(len(material.only), bool))
        weights.append(weight)
        biases.append(bias)
        unseen.probabilities[:, len(weights) - 1] = probabilities = _unseen(material, name)
        threshold, figure = _threshold(material, name, probabilities, entries[name].indicator.strength is Strength.STRONG)
        thresholds.append(threshold)
        figures[name] = figure
    kinds = _kinds(material, material.folds)
    size = material.vectors.shape[1]
    parts = np.array(weights, np.float32).reshape(len(names), 2 * size + PLACES)
    heads = Heads(
        encoder=encoder.version, names=tuple(names), thresholds=np.array(thresholds, np.float32),
        weights=parts[:, :size], biases=np.array(biases, np.float32), mean=material.mean, context=parts[:, size : 2 * size],
        grams=parts[:, 2 * size :].T.copy(), rare=material.rare,
        kind_weights=kinds.weights, kind_biases=kinds.biases, kind_grams=kinds.grams, kind_rare=kinds.rare, version="",
    )  # fmt: skip
    unseen.leanings = kinds.leanings
    settings = {"places": PLACES, "softness": SOFTNESS, "positive": POSITIVE, "common_threshold": COMMON}
    return (
        heads,
        card_of(
            material, encoder, entries, unseen, thresholds=heads.thresholds, figures=figures, kinds=kinds.f1, settings=settings
        ),
        unseen,
    )


def _positives(material: Material, name: str) -> int:
    return sum(name in shown for shown in material.shows)


def _head(material: Material, name: str, usable: NDArray[np.bool_]) -> tuple[Rows, float]:
    chosen = np.flatnonzero(np.array([not only or only == name for only in material.only]) & usable)
    target = np.array([name in material.shows[at] for at in chosen])
    return regression(material.design[chosen], target, np.where(target, POSITIVE, 1.0))


def regression(
    rows: Any, target: NDArray[np.bool_], weight: NDArray[np.float64], softness: float = SOFTNESS
) -> tuple[Rows, float]:
    """Weighted logistic regression with L2, rows dense or sparse: weights float32 [columns] and bias.

    Raises:
        BadInputError: scikit-learn, which only training needs, is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise BadInputError("training needs scikit-learn", remedy="run: pip install 'strazha[train]'") from error
    if target.all() or not target.any():
        # Nothing to tell apart: always the same answer, surer than any threshold.
        return np.zeros(rows.shape[1], np.float32), 10.0 if target.all() else -10.0
    fitted = LogisticRegression(C=softness, solver="liblinear", tol=_FLAT).fit(rows, target, sample_weight=weight)
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])


#: How flat is flat: further steps move no threshold.
_FLAT = 1e-2


def _folds(adverts: Sequence[LabelledAdvert], files: Sequence[int]) -> NDArray[np.int64]:
    if len(set(files)) >= FEWEST_FILES:
        return np.array(files, dtype=np.int64)
    # By a hash of the id, so that an advert added later moves no other one into another fold.
    return np.array([int(sha256(advert.id.encode()).hexdigest()[:8], 16) % FOLDS for advert in adverts], dtype=np.int64)


def _unseen(material: Material, name: str) -> Rows:
    """[sentences]: what a head that did not see its fold thinks of each sentence of an advert."""
    found = np.zeros(len(material.only), np.float32)
    for fold in sorted(set(material.folds.tolist())):
        inside = np.flatnonzero(material.folds == fold)
        held = np.isin(material.advert, inside)
        if held.any():
            weight, bias = _head(material, name, ~np.isin(material.around, inside))
            found[held] = sigmoid(material.design[held] @ weight + np.float32(bias))
    return found


def _threshold(material: Material, name: str, probabilities: Rows, strong: bool) -> tuple[float, dict[str, float]]:
    gold = np.array([name in advert.indicators for advert in material.adverts], dtype=bool)
    best = np.zeros(len(gold), np.float32)
    of_adverts = material.advert >= 0
    np.maximum.at(best, material.advert[of_adverts], probabilities[of_adverts])
    tried = np.round(np.arange(LOWEST, HIGHEST + 0.001, 0.05), 2)
    scores = [_f1(gold, best >= at) for at in tried]
    sure = [_precision(gold, best >= at) >= SURE_ENOUGH for at in tried]
    if strong and any(sure):
        scores = [score if enough else 0.0 for score, enough in zip(scores, sure, strict=True)]
    found = float(tried[int(np.argmax(scores))])
    votes = float(gold.sum())
    threshold = round((votes * found + VOTES * COMMON) / (votes + VOTES), 3)
    return threshold, {"adverts": int(gold.sum()), "threshold": threshold, "f1": round(_f1(gold, best >= threshold), 3)}


def _precision(gold: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float((gold & found).sum()) / float(found.sum() or 1)


def _f1(gold: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    right = float((gold & found).sum())
    total = float(gold.sum() + found.sum())
    return 2 * right / total if total else 0.0


def kind_of(advert: LabelledAdvert) -> str:
    """Which of ``KINDS`` a labelled type is."""
    if advert.ad_type in KINDS:
        return advert.ad_type
    return "benign"


@dataclass
class _Kinds:
    """What tells kinds of advert apart: weights [kinds, 2 x 384], biases, [PLACES, kinds] of pieces of words, their rarity."""

    weights: Rows
    biases: Rows
    grams: Rows
    rare: Rows
    f1: dict[str, float]
    #: Of each advert, by kinds that did not see its fold.
    leanings: list[dict[str, float]]


def _kinds(material: Material, folds: NDArray[np.int64]) -> _Kinds:
    from scipy import sparse

    rows, texts = [], []
    for number in range(len(material.adverts)):
        of = material.advert == number
        titles = material.vectors[of & material.title]
        vectors = material.vectors[of] if of.any() else np.zeros_like(material.vectors[:1])
        rows.append(advert_vector(vectors, titles[0] if len(titles) else None))
        texts.append([material.texts[at] for at in np.flatnonzero(of)])
    said = together(texts)
    rare = rarity(said)
    said = weighed(said, rare)
    worth = KIND_GRAMS if "words" in material.parts else 0.0
    pieces = sparse.csr_matrix((worth * said.weight, said.where, said.starts), shape=(len(rows), PLACES))
    design = sparse.hstack([sparse.csr_matrix(np.array(rows, np.float32)), pieces], format="csr", dtype=np.float32)
    gold = np.array([KINDS.index(kind_of(advert)) for advert in material.adverts])

    def fit(usable: NDArray[np.bool_]) -> tuple[Rows, Rows]:
        weights, biases = [], []
        for kind in range(len(KINDS)):
            target = gold[usable] == kind
            # Kinds count alike, however many adverts of each there are.
            share = max(target.mean(), 1e-3)
            even = np.where(target, 0.5 / share, 0.5 / (1 - min(share, 0.999)))
            weight, bias = regression(design[usable], target, even, KIND_SOFTNESS)
            weights.append(weight)
            biases.append(bias)
        return np.array(weights, np.float32), np.array(biases, np.float32)

    shares = np.zeros((len(gold), len(KINDS)), np.float32)
    for fold in sorted(set(folds.tolist())):
        held = folds == fold
        weights, biases = fit(~held)
        shares[held] = sigmoid(design[held] @ weights.T + biases)
    found = shares.argmax(axis=1)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    leanings = [dict(zip(KINDS, row, strict=True)) for row in shares.tolist()]
    figures = {kind: round(_f1(gold == at, found == at), 3) for at, kind in enumerate(KINDS)}
    weights, biases = fit(np.ones(len(gold), bool))
    size = 2 * material.vectors.shape[1]
    return _Kinds(weights[:, :size], biases, KIND_GRAMS * weights[:, size:].T, rare, figures, leanings)
