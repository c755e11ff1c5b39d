"""Relevance of the documents found: BM25 over columns with a weight each, counted over arrays.

FTS5 ranks too, but looks at every occurrence in every document it finds, one row at a time: for two common words joined by OR
that is five times as long as bringing in the documents of each word and column. The price is that a word counts once a
column, however often it is repeated there. In adverts that is no loss: a word said ten times says no more, and keyword
stuffing is what it mostly is.
"""

from __future__ import annotations

import numpy as np

from strazha.store.parse import Node
from strazha.store.sqlite.columns import Array, View
from strazha.store.sqlite.compiled import Compiler

#: Weights by column. BM25 saturates: a weight of 10 makes one word in the title count about twice one in the body, which says
#: what the advert is for better than any number of words below it. The reading repeats the body, so it counts half. exact must
#: only decide between equals (a word spelled as typed before one that folds alike, but never before a title): 0.2 gives it a
#: third of a word. A number names a person or an operation: as the title.
WEIGHTS = {"title": 10.0, "body": 1.0, "reading": 0.5, "exact": 0.2, "numbers": 10.0}
#: BM25's own constants, at the values everybody uses: how fast a word's weight saturates, and how much of a document's length
#: is held against it.
SATURATION, LENGTH = 1.2, 0.75


def relevance(view: View, compiler: Compiler, tree: Node | None) -> Array:
    """By document number, what each is worth for the words of a query; 0 for those with none of them."""
    columns = view.columns
    present = columns.present
    total = max(1, int(np.count_nonzero(present)))
    length = columns.words / max(1.0, float(columns.words[present].sum()) / total)
    room = SATURATION * (1 - LENGTH + LENGTH * length)
    worth = np.zeros(len(present))
    for looked in compiler.terms(tree):
        weight = np.zeros(len(present))
        for name, expression in looked:
            weight[compiler.matching(expression)] += WEIGHTS[name]
        carriers = int(np.count_nonzero(weight))
        # Rare words tell more; of a word in every document a little is left, so that it still orders them.
        rarity = np.log1p((total - carriers + 0.5) / (carriers + 0.5))
        worth += rarity * weight * (SATURATION + 1) / (weight + room)
    return worth
