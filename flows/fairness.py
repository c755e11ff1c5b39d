"""Fairness measured: counterfactual pairs screened, and what labels alone would have given each advert."""

from __future__ import annotations

from collections.abc import Sequence

from flows.blackbox import screen_rows
from strazha.evaluation.counterfactual import Pair
from strazha.evaluation.labelled import Labelled
from strazha.evaluation.moves import Moves, Outcome, compare, texts_of
from strazha.model import Band, Hit


def counterfactual(pairs: Sequence[Pair]) -> Moves:
    """Screen both texts of each pair (a text once) and say what moved."""
    texts = texts_of(pairs)
    outputs = screen_rows({"id": str(at), "title": title, "body": body} for at, (title, body) in enumerate(texts))
    outcomes = {text: Outcome.of(output) for text, output in zip(texts, outputs, strict=True)}
    return compare(pairs, outcomes)


def labelled_bands(rows: Sequence[Labelled]) -> dict[str, Band]:
    """By row, the band that the labelled indicators give: what a faultless screening would have said."""
    from indicators.catalogue import load
    from indicators.scoring import score_advert

    known = load()
    return {
        row.id: score_advert(
            [Hit(indicator=name, method="pattern", confidence=1.0, rule="label") for name in row.indicators if name in known]
        ).band
        for row in rows
    }
