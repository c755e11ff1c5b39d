"""What a pasted text resembles among all that is held, as the page shows it."""

from __future__ import annotations

from dataclasses import replace

from review import cover
from review.blocks import Resembled
from review.casework.compare_view import VERDICTS
from review.casework.places import rooms_of
from review.labels import COMPARISONS
from review.sentences import said
from review.services import Services
from review.work import added_of, advert_rows, cluster_rows, cluster_words
from strazha.model import Screening

#: Adverts shown.
MOST = 8


def resembled(services: Services, title: str, body: str, screening: Screening, *, most: int = MOST) -> tuple[Resembled, ...]:
    """The adverts a text resembles, most alike first, each with why and its cluster. Nothing of the text is kept.

    Raises a StrazhaError where the stored adverts cannot be read.
    """
    from flows.steps.resembling import resembling

    found = resembling(rooms_of(services), title, body, screening, limit=most)
    docs = {doc.id: doc for doc in services.index.adverts([one.b for one in found])}
    rows = {row.id: row for row in advert_rows(services, list(docs.values()))}
    ids = dict.fromkeys(doc.cluster_id for doc in docs.values() if doc.cluster_id)
    clusters = [doc for doc in map(services.index.cluster, ids) if doc is not None]
    groups = {row.id: row for row in cluster_rows(services, clusters)}
    added = added_of(services, list(docs.values()))
    words = cover.contact_words(one for doc in docs.values() for one in (*doc.screening.mentions, *added[doc.id]))
    words += [word for held in cluster_words(services, clusters).values() for word in held]
    words.sort(key=len, reverse=True)
    return tuple(
        Resembled(
            row=replace(rows[one.b], snippet=()),
            score=one.score,
            verdict=VERDICTS[one.verdict],
            reasons=tuple(
                (COMPARISONS.get(line.comparison, line.comparison), said(cover.covered_sentence(line.text, words)))
                for line in one.reasons
            ),
            cluster=groups.get(docs[one.b].cluster_id),
        )
        for one in found
        if one.b in rows
    )
