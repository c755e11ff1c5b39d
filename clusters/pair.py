"""All comparisons of one pair, weighed."""

from __future__ import annotations

from clusters.compare import COMPARISONS, Compared, Known
from clusters.weights import BENIGN_TEXT, JOIN, WEIGHTS
from strazha.model import AdType, Link, Linkable, LinkReason


def compared(a: Linkable, b: Linkable, known: Known) -> dict[str, Compared]:
    """Every comparison's outcome, those that found nothing included: the answer to "why not?" too."""
    return {name: function(a, b, known) for name, function in COMPARISONS.items()}


def weight_of(name: str, a: Linkable, b: Linkable) -> float:
    """Weight of a comparison for this pair (0 to 1)."""
    if name == "text" and a.ad_type is AdType.BENIGN and b.ad_type is AdType.BENIGN:
        return BENIGN_TEXT
    return WEIGHTS[name]


def link(a: Linkable, b: Linkable, known: Known) -> Link:
    """The pair as a link, whatever its score (it joins from ``weights.JOIN`` on); reasons strongest first."""
    first, second = (a, b) if a.id < b.id else (b, a)
    doubt, reasons = 1.0, []
    for name, outcome in compared(first, second, known).items():
        counted = weight_of(name, first, second) * outcome.score
        doubt *= 1.0 - counted
        if outcome.score > 0.0:
            reasons.append((counted, LinkReason(comparison=name, score=round(outcome.score, 4), text=outcome.text)))
    reasons.sort(key=lambda reason: (-reason[0], reason[1].comparison))
    return Link(a=first.id, b=second.id, score=round(1.0 - doubt, 4), reasons=tuple(reason for _, reason in reasons))


def hopeless(a: Linkable, b: Linkable, known: Known) -> bool:
    """Whether a pair without common contact or picture cannot join for want of like wording: told by the text alone, fast.

    Meaning is left out: pairs that share keys of it are not asked.
    """
    text = COMPARISONS["text"](a, b, known)
    doubt = 1.0 - weight_of("text", a, b) * text.score
    if text.score:
        # Between two benign adverts a like text counts for half, and a copy of a short one tips the scale.
        doubt *= 1.0 - WEIGHTS["copy"] * COMPARISONS["copy"](a, b, known).score
    for name in ("name_age_city", "time_place"):
        doubt *= 1.0 - WEIGHTS[name]
    return round(1.0 - doubt, 4) < JOIN


def score_of(a: Linkable, b: Linkable, known: Known) -> float:
    """The score that :func:`link` gives the pair, without its reasons (for very many pairs)."""
    first, second = (a, b) if a.id < b.id else (b, a)
    doubt = 1.0
    for name, outcome in compared(first, second, known).items():
        doubt *= 1.0 - weight_of(name, first, second) * outcome.score
    return round(1.0 - doubt, 4)


def joins(found: Link) -> bool:
    """Whether the link is strong enough to join two adverts."""
    return found.score >= JOIN
