"""From hits to a score, a band and reasons: sums a person can repeat by hand from weights.yaml."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from indicators.catalogue import CatalogueEntry, load, weights_file
from indicators.definitions import Located
from strazha.model import Band, Hit, Indicator, Reason, Scored, Screening, Strength

#: Derivations that conclude from something missing.
ABSENCES = frozenset({"employer.absent"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Independent(_Strict):
    """What shields a person who works alone from a high band."""

    all_of: tuple[str, ...]
    none_of: tuple[str, ...]
    band: Band


class ClusterShare(_Strict):
    """From which share or number of members on an indicator counts for a cluster."""

    share: float
    count: int


class Weights(_Strict):
    """The contents of weights.yaml."""

    strength: dict[str, float]
    validity: dict[str, float]
    absence: float
    positive_dimension: int
    counter_floor: int
    bands: dict[str, int]
    urgent_dimensions: int
    fewest: int
    independent: Independent
    offences: dict[str, Band]
    head_of_queue_score: int
    cluster: ClusterShare
    dimensions: dict[str, dict[str, str]]

    @field_validator("bands")
    @classmethod
    def _rising(cls, bands: dict[str, int]) -> dict[str, int]:
        names = [band.value for band in Band if band is not Band.LOW]
        if list(bands) != names or not all(bands[low] < bands[high] for low, high in pairwise(names)):
            raise ValueError(f"has to name {', '.join(names)} in this order, each beginning above the one before")
        return bands


def weights() -> Weights:
    """The weights in force (``weights_file``), read once.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong.
    """
    return read_weights(weights_file())


@lru_cache(maxsize=4)
def read_weights(path: Path) -> Weights:
    """The weights of a file; raises DefinitionError as ``weights`` does."""
    return Located(path).parse(Weights)


def bands_between(hits: Iterable[Hit]) -> tuple[Band, Band]:
    """The lowest and the highest band that these hits allow an advert, whatever its points."""
    rules, best = weights(), _best(hits, load())
    risks = [pair for pair in best if pair[0].strength is not Strength.COUNTER]
    holds = _holds(risks, _positive(risks), {indicator.id for indicator, _ in best}, rules)
    highest = min((at for at, _, _ in holds), key=lambda band: band.rank, default=Band.URGENT)
    lowest = Band.URGENT if any(indicator.head_of_queue for indicator, _ in risks) else _offences(risks, rules)[0]
    return lowest, max(lowest, highest, key=lambda band: band.rank)


def score_advert(hits: Sequence[Hit], catalogue: Mapping[str, CatalogueEntry] | None = None) -> Scored:
    """Score, band and reasons of one advert; the points of the reasons add up to the score before it is held in 0 to 100."""
    return _score(hits, catalogue or load())


def score_cluster(hits: Sequence[Hit], member_screenings: Sequence[Screening]) -> Scored:
    """Score of a cluster: its own hits, and those indicators that enough of its members carry (an indicator counts once)."""
    catalogue = load()
    rule = weights().cluster
    carried: Counter[str] = Counter()
    best: dict[str, Hit] = {}
    for screening in member_screenings:
        for name in {hit.indicator for hit in screening.hits}:
            carried[name] += 1
        for hit in screening.hits:
            if hit.indicator not in best or hit.confidence > best[hit.indicator].confidence:
                best[hit.indicator] = hit
    least = min(rule.count, max(1, math.ceil(rule.share * len(member_screenings))))
    shared = [
        hit
        for name, hit in sorted(best.items())
        if name in catalogue and (carried[name] >= least or catalogue[name].indicator.head_of_queue)
    ]
    return _score([*hits, *shared], catalogue)


def _score(hits: Iterable[Hit], catalogue: Mapping[str, CatalogueEntry]) -> Scored:
    rules = weights()
    best = _best(hits, catalogue)
    risks = [pair for pair in best if pair[0].strength is not Strength.COUNTER]
    reasons = [_reason(indicator, hit, rules) for indicator, hit in risks]
    positive = _positive(risks)
    for dimension, names in positive.items():
        label = rules.dimensions.get(dimension, {"en": dimension})["en"]
        text = f"Dimension {label} is positive by the ILO/EC rule: {_counted(names, catalogue)}"
        reasons.append(_said(f"dimension:{dimension}", text, rules.positive_dimension, tuple(names)))
    reasons += _counters([pair for pair in best if pair[0].strength is Strength.COUNTER], rules)
    seen = {indicator.id for indicator, _ in best}
    head = any(indicator.head_of_queue for indicator, _ in risks)
    total = sum(reason.points for reason in reasons)
    if head and total < rules.head_of_queue_score:
        text = f"Head of the queue: raised to {rules.head_of_queue_score}: wording that hints at youth is looked at first"
        marked = tuple(indicator.id for indicator, _ in risks if indicator.head_of_queue)
        reasons.append(_said("head_of_queue", text, rules.head_of_queue_score - total, marked))
        total = rules.head_of_queue_score
    least = _offence(risks, total, reasons, rules)
    score = int(max(0, min(100, sum(reason.points for reason in reasons))))
    band, why = _band(score, risks, positive, seen, rules, head=head, least=least)
    reasons += why
    return Scored(score=score, band=band, reasons=tuple(reasons))


def _offence(risks: Iterable[tuple[Indicator, Hit]], total: float, reasons: list[Reason], rules: Weights) -> Band:
    """The band that an advert has at least, because what it offers is the offence itself; adds the reason where it raises."""
    least, names = _offences(risks, rules)
    if least is Band.LOW:
        return least
    wanted = rules.bands[least.value]
    if total < wanted:
        text = f"Raised to {wanted}: what is offered is an offence by itself"
        reasons.append(_said("offence", text, wanted - total, tuple(names)))
    return least


def _offences(risks: Iterable[tuple[Indicator, Hit]], rules: Weights) -> tuple[Band, list[str]]:
    """The band of the gravest offence offered, low where there is none, and the indicators that say so."""
    least = Band.LOW
    names: list[str] = []
    for indicator, hit in risks:
        band = rules.offences.get(indicator.id, Band.LOW)
        if hit.method == "semantic" and band.rank > Band.MEDIUM.rank:
            band = Band.MEDIUM
        if band.rank > least.rank:
            least, names = band, []
        if band is least and band is not Band.LOW:
            names.append(indicator.id)
    return least, names


def _best(hits: Iterable[Hit], catalogue: Mapping[str, CatalogueEntry]) -> list[tuple[Indicator, Hit]]:
    """Each indicator once with its best hit: words before an absence, then the surest; strongest indicators first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.indicator not in catalogue:
            continue
        other = best.get(hit.indicator)
        if other is None or (hit.rule not in ABSENCES, hit.confidence) > (other.rule not in ABSENCES, other.confidence):
            best[hit.indicator] = hit
    pairs = [(catalogue[name].indicator, hit) for name, hit in best.items()]
    return sorted(pairs, key=lambda pair: (_ORDER[pair[0].strength], pair[0].id))


_ORDER = {Strength.STRONG: 0, Strength.MEDIUM: 1, Strength.WEAK: 2, Strength.COUNTER: 3}


def _points(indicator: Indicator, hit: Hit, rules: Weights) -> int:
    points = rules.strength[indicator.strength.value] * rules.validity[indicator.validity.status]
    if hit.rule in ABSENCES:
        points *= rules.absence
    return math.floor(points + 0.5)


_WORDS = {Strength.STRONG: "strong", Strength.MEDIUM: "medium", Strength.WEAK: "weak", Strength.COUNTER: "counter-indicator"}


def _reason(indicator: Indicator, hit: Hit, rules: Weights) -> Reason:
    absent = hit.rule in ABSENCES
    points = _points(indicator, hit, rules)
    return _worded(indicator.id, indicator.label["en"], indicator.strength, indicator.validity.status, points, absent=absent)


@lru_cache(maxsize=4_000)
def _said(code: str, text: str, points: float, indicators: tuple[str, ...] = ()) -> Reason:
    """A reason, made once: adverts give the same ones over and over."""
    return Reason(code=code, text=text, points=points, indicators=indicators)


@lru_cache(maxsize=1_000)
def _worded(name: str, label: str, strength: Strength, validity: str, points: int, *, absent: bool) -> Reason:
    """The reason in words, made once."""
    parts = [_WORDS[strength]]
    if validity != "untested":
        parts.append(f"validity {validity}")
    if absent:
        parts.append("an absence")
    text = f"{label} ({', '.join(parts)})"
    return Reason(code=f"indicator:{name}", text=text, points=points, indicators=(name,))


def _positive(risks: Iterable[tuple[Indicator, Hit]]) -> dict[str, list[str]]:
    """Positive dimensions and the indicators that make them so: 2 S, or 1 S with M or W, or 3 M, or 2 M with W.

    Heads confuse indicators that are near one another, and those of a dimension are: by meaning a sentence counts once for it.
    """
    by_dimension: dict[str, list[Indicator]] = {}
    understood: set[tuple[str, str | None, int | None, str]] = set()
    for indicator, hit in risks:  # strongest first
        if not indicator.dimension or indicator.validity.status == "contrary" or hit.rule in ABSENCES:
            continue
        # Its words too: hits of a cluster come from several adverts, whose sentences may begin at the same place.
        sentence = (indicator.dimension, hit.field, hit.start, hit.text)
        if hit.method == "semantic" and sentence in understood:
            continue
        if hit.method == "semantic":
            understood.add(sentence)
        by_dimension.setdefault(indicator.dimension, []).append(indicator)
    positive = {}
    for dimension, indicators in sorted(by_dimension.items()):
        count = Counter(indicator.strength for indicator in indicators)
        strong, medium, weak = count[Strength.STRONG], count[Strength.MEDIUM], count[Strength.WEAK]
        if strong >= 2 or (strong and medium + weak) or medium >= 3 or (medium >= 2 and weak):
            positive[dimension] = [indicator.id for indicator in indicators]
    return positive


def _counted(names: Sequence[str], catalogue: Mapping[str, CatalogueEntry]) -> str:
    count = Counter(catalogue[name].indicator.strength for name in names)
    order = (Strength.STRONG, Strength.MEDIUM, Strength.WEAK)
    return ", ".join(f"{count[strength]} {_WORDS[strength]}" for strength in order if count[strength])


def _counters(pairs: Sequence[tuple[Indicator, Hit]], rules: Weights) -> list[Reason]:
    reasons, left = [], rules.counter_floor
    for indicator, _ in pairs:
        points = max(int(rules.strength["C"]), left)
        left -= points
        text = f"{indicator.label['en']} (speaks against exploitation by others)"
        reasons.append(_said(f"counter:{indicator.id}", text, points, (indicator.id,)))
    return reasons


def _band(
    score: int,
    risks: Sequence[tuple[Indicator, Hit]],
    positive: Mapping[str, Sequence[str]],
    seen: set[str],
    rules: Weights,
    *,
    head: bool,
    least: Band,
) -> tuple[Band, list[Reason]]:
    if head:
        return Band.URGENT, []
    band = Band.LOW
    for name, points in rules.bands.items():
        if score >= points:
            band = Band(name)
    reasons: list[Reason] = []
    for at, code, text in _holds(risks, positive, seen, rules):
        if band.rank > max(at.rank, least.rank):
            band = max(at, least, key=lambda one: one.rank)
            reasons.append(_said(code, text, 0))
    return band, reasons


def _holds(
    risks: Sequence[tuple[Indicator, Hit]], positive: Mapping[str, Sequence[str]], seen: set[str], rules: Weights
) -> list[tuple[Band, str, str]]:
    """What holds a band down whatever the points: the highest band left, a code, and why."""
    holds: list[tuple[Band, str, str]] = []
    if len(positive) < rules.urgent_dimensions:
        text = f"Not urgent: fewer than {rules.urgent_dimensions} positive dimensions"
        holds.append((Band.HIGH, "band:dimensions", text))
    if not positive and not any(indicator.strength is Strength.STRONG for indicator, _ in risks):
        holds.append((Band.MEDIUM, "band:evidence", "Not high: no positive dimension and no strong indicator"))
    weighty = [indicator for indicator, _ in risks if indicator.validity.status != "contrary"]
    if len(weighty) < rules.fewest or all(indicator.strength is Strength.WEAK for indicator in weighty):
        holds.append((Band.LOW, "band:fewest", "One indicator alone, or weak ones only, are no flag"))
    shield = rules.independent
    if seen.issuperset(shield.all_of) and seen.isdisjoint(shield.none_of):
        text = "Held at medium: independent, states limits, and nobody else speaks"
        holds.append((shield.band, "band:independent", text))
    return holds
