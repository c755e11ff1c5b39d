"""From review documents to rows of the queue and of search results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from review import cover
from review.blocks import Facet, FacetValue, Line, Row, Sum
from review.i18n import pick
from review.labels import FACETS, facet_label
from review.render import advert_href, cluster_href
from review.sentences import reason_line
from strazha.model import AdType, Band, Indicator, Mention, MentionKind, Reason, Strength
from strazha.store.documents import AdvertDoc, ClusterDoc
from strazha.store.query import AdvertRow, FacetCount

Catalogue = Mapping[str, Indicator]

#: Reasons a row shows; the page behind it shows all.
EVIDENCE_SHOWN, COUNTER_SHOWN, MEMBERS_SHOWN = 3, 2, 3
#: Characters of a title: a bound for hostile adverts only.
TITLE_LIMIT = 1000


def advert_row(
    doc: AdvertDoc, catalogue: Catalogue, added: Sequence[Mention] = (), snippet: Sequence[tuple[str, bool]] = ()
) -> Row:
    """The row of an advert; ``added`` are the contacts that people found in it."""
    screening, state = doc.screening, doc.state
    held = (*screening.mentions, *added)
    words = cover.contact_words(held)
    evidence, counter, more = _reasons(screening.reasons, words, catalogue)
    title = doc.advert.title[:TITLE_LIMIT]
    title_mentions = [mention for mention in held if mention.field == "title"]
    return Row(
        kind="advert",
        id=doc.id,
        href=advert_href(doc.id),
        title=cover.cover(title, cover.ranges(title, title_mentions)),
        band=screening.band,
        score=screening.score,
        head_of_queue=doc.head_of_queue,
        ad_types=(screening.ad_type,),
        sources=(doc.advert.source_id,),
        languages=tuple(guess.lang for guess in screening.languages),
        places=tuple(
            dict.fromkeys(
                mention.key
                for mention in screening.mentions
                if mention.kind is MentionKind.PLACE and mention.text not in words
            )
        )[:3],
        first_seen=state.first_seen,
        last_seen=state.last_seen,
        gone_since=state.gone_since,
        evidence=evidence,
        counter=counter,
        more=more,
        decision=doc.decision,
        decided_at=doc.decided_at,
        snippet=tuple(snippet),
    )  # fmt: skip


def cluster_row(doc: ClusterDoc, catalogue: Catalogue, words: Sequence[str]) -> Row:
    """The row of a cluster; ``words`` are those of its contacts."""
    evidence, counter, more = _reasons(doc.cluster.reasons, words, catalogue)
    return Row(
        kind="cluster",
        id=doc.id,
        href=cluster_href(doc.id),
        title=cover.covered_sentence(doc.title, words),
        band=doc.band,
        score=doc.score,
        head_of_queue=doc.head_of_queue,
        ad_types=tuple(doc.ad_types),
        sources=doc.sources,
        languages=doc.languages,
        places=doc.places[:3],
        first_seen=doc.first_seen,
        last_seen=doc.last_seen,
        gone_since=None,
        evidence=evidence,
        counter=counter,
        more=more,
        decision=doc.decision,
        decided_at=doc.decided_at,
        size=doc.size,
        # The cluster's own reasons can be few; its members' strongest indicators say what the adverts are like.
        indicators=_strongest(doc.indicators, catalogue),
    )


def _strongest(counts: Mapping[str, int], catalogue: Catalogue) -> tuple[str, ...]:
    """Indicators of members to name in a row: strong before weak, then those of most adverts; none of whole clusters."""

    def rank(name: str) -> tuple[int, int, str]:
        return list(Strength).index(catalogue[name].strength), -counts[name], name

    # What shows in a cluster alone stands among its reasons already.
    own = [name for name in counts if name in catalogue and catalogue[name].level != "cluster"]
    return tuple(sorted(own, key=rank)[:MEMBERS_SHOWN])


def found_row(row: AdvertRow, catalogue: Catalogue, added: Sequence[Mention]) -> Row:
    """The row of a search result, contacts in its snippet covered too."""
    words = cover.contact_words((*row.doc.screening.mentions, *added))
    plain = "".join(span.text for span in row.snippet)
    hidden = cover.covered_sentence(plain, words)
    snippet, at = [], 0
    for span in row.snippet:
        snippet.append((hidden[at : at + len(span.text)], span.marked))
        at += len(span.text)
    return advert_row(row.doc, catalogue, added, snippet)


def _reasons(
    reasons: Sequence[Reason], words: Sequence[str], catalogue: Catalogue
) -> tuple[tuple[Line, ...], tuple[Line, ...], int]:
    ordered = sorted(reasons, key=lambda reason: -abs(reason.points))
    # Only what is shown is put into words: a list shows a few of hundreds.
    shown = [reason for reason in ordered if reason.points >= 0][:EVIDENCE_SHOWN]
    against = [reason for reason in ordered if reason.points < 0][:COUNTER_SHOWN]
    evidence = tuple(_line(reason, words, catalogue) for reason in shown)
    counter = tuple(_line(reason, words, catalogue) for reason in against)
    return evidence, counter, len(ordered) - len(evidence) - len(counter)


def _line(reason: Reason, words: Sequence[str], catalogue: Catalogue) -> Line:
    return Line(reason_line(reason, catalogue, cover.covered_sentence(reason.text, words)), reason.points)


def score_sum(reasons: Sequence[Reason], score: int, band: Band, catalogue: Catalogue, words: Sequence[str] = ()) -> Sum:
    """A score as lines to add up, largest first, contacts covered."""
    ordered = sorted(reasons, key=lambda reason: -reason.points)
    lines = tuple(_line(reason, words, catalogue) for reason in ordered)
    return Sum(lines=lines, total=round(sum(reason.points for reason in reasons), 2), score=score, band=band)


def facets(
    counts: Mapping[str, Iterable[FacetCount]],
    fields: Iterable[str],
    filters: Mapping[str, tuple[str, ...]],
    catalogue: Catalogue,
) -> tuple[Facet, ...]:
    """The facets to choose from: what was counted, and what is chosen though nothing has it."""
    found = []
    for field in fields:
        taken = filters.get(field, ())
        counted = {item.value: item.count for item in counts.get(field, ())}
        names = [*counted, *(value for value in taken if value not in counted)]
        if field in _ORDER:
            names.sort(key=partial(_place, _ORDER[field]))
        values = tuple(
            FacetValue(name, _facet_name(field, name, catalogue), counted.get(name), name in taken) for name in names
        )
        if values:
            found.append(Facet(field, FACETS[field], values))
    return tuple(found)


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


#: Facets whose values have an order of their own.
_ORDER: Mapping[str, list[str]] = {
    "band": [band.value for band in reversed(Band)],
    "ad_type": [kind.value for kind in AdType],
}


def _facet_name(field: str, value: str, catalogue: Catalogue) -> str:
    if field == "indicator" and value in catalogue:
        return pick(catalogue[value].label, value)
    return facet_label(field, value)
