"""Indicators that cannot both be true of one advert: words beat what was only understood, the surer of two the other."""

from __future__ import annotations

from collections.abc import Sequence

from strazha.model import Hit

#: Heads know what a sentence is about better than which way round it says it ("I do not host").
CONTRARY = (
    ("incall_only", "outcall_only"),
    ("risky_service_wording", "stated_limits"),
    ("no_contract", "written_contract"),
)


def agreeing(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those by meaning alone that contradict a hit in words, or a surer one by meaning."""
    dropped: set[str] = set()
    for pair in CONTRARY:
        first, second = ([hit for hit in hits if hit.indicator == name] for name in pair)
        if first and second:
            dropped.update(
                hits_of[0].indicator for hits_of, others in ((first, second), (second, first)) if _weaker(hits_of, others)
            )
    return [hit for hit in hits if hit.indicator not in dropped]


def _weaker(hits: Sequence[Hit], others: Sequence[Hit]) -> bool:
    if any(hit.method != "semantic" for hit in hits):
        return False
    if any(hit.method != "semantic" for hit in others):
        return True
    return max(hit.confidence for hit in hits) < max(hit.confidence for hit in others)
