"""The card of trained heads: what they were trained on, how well they do out of fold, in which language, and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from indicators.catalogue import CatalogueEntry
from strazha.model.vectors import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from indicators.heads.train import Material, Unseen

#: What a reader of figures must know (docs/heads.md says more).
LIMITS = (
    "The labels are invented adverts of few hands; on a real platform measure again, and train on its analysts' decisions.",
    "A head is right about a sentence, not about a person: one hit among others, shown with its sureness.",
    "Entries with fewer than eight positive sentences have no head; they are compared with their prototypes.",
    "Rates by language differ; languages with few adverts (adverts_by_language) have uncertain figures.",
    "Figures are out of fold, with thresholds chosen on the same adverts: on unseen writers they are lower.",
)


def by_language(material: Material, unseen: Unseen, thresholds: NDArray[np.float32]) -> dict[str, dict[str, float]]:
    """Of each language: adverts, labels that have a head (positives), and micro F1 of heads that did not read them."""
    adverts = material.adverts
    best = np.zeros((len(adverts), len(unseen.names)), np.float32)
    of_adverts = material.advert >= 0
    np.maximum.at(best, material.advert[of_adverts], unseen.probabilities[of_adverts])
    found = best >= thresholds
    gold = np.array([[name in advert.indicators for name in unseen.names] for advert in adverts], dtype=bool)
    gold = gold.reshape(found.shape)
    figures: dict[str, dict[str, float]] = {}
    for lang in sorted({advert.lang for advert in adverts}):
        own = np.array([advert.lang == lang for advert in adverts])
        right, total = float((gold[own] & found[own]).sum()), float(gold[own].sum() + found[own].sum())
        figures[lang] = {
            "adverts": int(own.sum()),
            "positives": int(gold[own].sum()),
            "micro_f1": round(2 * right / total, 3) if total else 0.0,
        }
    return figures


def card_of(
    material: Material, encoder: Encoder, entries: Mapping[str, CatalogueEntry], unseen: Unseen, *,
    thresholds: NDArray[np.float32], figures: Mapping[str, Mapping[str, float]], kinds: Mapping[str, float],
    settings: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    """Everything that is known of heads when they are trained; the files and the catalogue's key are added by the flow."""
    languages = [advert.lang for advert in material.adverts]
    return {
        "encoder": encoder.version,
        "encoder_name": encoder.name,
        "adverts": len(material.adverts),
        "adverts_by_language": {lang: languages.count(lang) for lang in sorted(set(languages))},
        "sentences": int((material.advert >= 0).sum()),
        "examples": int((material.advert < 0).sum()),
        "heads": dict(figures),
        "languages_out_of_fold": by_language(material, unseen, thresholds),
        "kinds_f1_out_of_fold": dict(kinds),
        "limits": list(LIMITS),
        "without_head": sorted(
            name for name, entry in entries.items() if entry.indicator.level == "advert" and name not in figures
        ),
        "settings": {**settings, "folds": len(set(material.folds.tolist()))},
    }
