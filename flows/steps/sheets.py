"""The common texts behind a cluster's adverts, for its page: imported when the first one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clusters.template import Template


def sheets(texts: Sequence[str]) -> list[Template]:
    """The sheets behind the texts (title and body of each advert), the one with most copies first."""
    from clusters.template import templates

    return templates(texts)
