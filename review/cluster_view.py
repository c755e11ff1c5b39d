"""The cluster page's context: members, ties, facts, timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from review import cover
from review.advert_view import NO_QUERY
from review.blocks import Bar, ClusterHit, DecisionForm, Row, Tie, TieSum, Timeline, Work
from review.contexts import ClusterPage
from review.marked import rank, strength_css
from review.rows import score_sum
from review.sentences import said
from review.services import Services
from review.work import advert_rows, cluster_words, done, work_of
from strazha.ledger.records import User
from strazha.model import Strength
from strazha.model.base import digest
from strazha.store.documents import ClusterDoc, LinkDoc

#: Members a page; ties listed of those that hold the cluster together (all are counted); facts of a kind listed.
MEMBERS, TIES, FACTS = 50, 40, 60
#: The timeline's drawing, in units of its view box.
WIDTH, ROW, HEAD = 900, 14, 22


def seen_of(doc: ClusterDoc) -> str:
    """Names what a cluster page showed: members, score and band."""
    return digest(*doc.cluster.members, str(doc.score), doc.band.value)[:32]


def fresh_form(doc: ClusterDoc, own: Work) -> DecisionForm:
    """An empty form for a decision about a cluster; it would correct the newest one that stands."""
    return DecisionForm("cluster", doc.id, seen_of(doc), own.standing)


def cluster_page(
    services: Services, doc: ClusterDoc, user: User, *, part: int = 1, uncovered: bool = False,
    query: Mapping[str, str] = NO_QUERY, moved_from: str = "", form: DecisionForm | None = None, problem: str = "",
) -> ClusterPage:  # fmt: skip
    """Everything the cluster page shows."""
    words = [] if uncovered else cluster_words(services, [doc])[doc.id]
    member_ids = doc.cluster.members
    pages = max(1, -(-len(member_ids) // MEMBERS))
    part = min(max(part, 1), pages)
    shown = services.index.adverts(member_ids[(part - 1) * MEMBERS : part * MEMBERS])
    members = tuple(advert_rows(services, shown))
    links = services.index.links(doc.id)
    people = work_of(services, user, "cluster", doc.id, uncovered=uncovered)
    # While two people judge blindly each is told their own words on links alone.
    teller = user.name if people.blind else ""
    own, of_members = _hits(services, doc, words)
    return ClusterPage(
        id=doc.id,
        title=doc.title if uncovered else cover.covered_sentence(doc.title, words),
        band=doc.band,
        score=doc.score,
        size=doc.size,
        head_of_queue=doc.head_of_queue,
        ad_types=tuple(kind.value for kind in doc.ad_types),
        sum=score_sum(doc.cluster.reasons, doc.score, doc.band, services.catalogue, words),
        own_hits=own,
        evidence=tuple(hit for hit in of_members if not speaks_against(hit)),
        counter=tuple(hit for hit in of_members if speaks_against(hit)),
        contacts=doc.contacts[:FACTS] if uncovered else tuple(map(cover.covered_contact, doc.contacts[:FACTS])),
        names=tuple(cover.covered_sentence(name, words) if not uncovered else name for name in doc.names[:FACTS]),
        ages=doc.ages[:FACTS],
        places=doc.places[:FACTS],
        sources=doc.sources,
        countries=doc.countries,
        languages=doc.languages,
        first_seen=doc.first_seen,
        last_seen=doc.last_seen,
        ties=ties(services, links[:TIES], words, members, teller, uncovered=uncovered),
        tie_count=len(links),
        tie_sums=_tie_sums(links, words, uncovered=uncovered),
        members=members,
        part=part,
        parts=pages,
        timeline=timeline(members),
        history=tuple((event.at, said(event.text) or event.kind, event.size) for event in reversed(doc.cluster.history)),
        work=people,
        form=form or fresh_form(doc, people),
        moved_from=moved_from,
        uncovered=uncovered,
        saved=query.get("saved") == "1",
        done=done(services, user, query.get("done", "")),
        held=query.get("held") == "1",
        judged=query.get("judged") == "1",
        acts=tuple(act for act in services.ledger.judging_acts(member_ids) if teller in {"", act.judged_by}),
        problem=problem,
    )


def _hits(services: Services, doc: ClusterDoc, words: Sequence[str]) -> tuple[tuple[ClusterHit, ...], tuple[ClusterHit, ...]]:
    notes: dict[str, list[str]] = {}
    for hit in doc.cluster.hits:
        sentence = said(cover.covered_sentence(hit.note or hit.text, words))
        if sentence:
            notes.setdefault(hit.indicator, []).append(sentence)
        else:
            notes.setdefault(hit.indicator, [])
    own = tuple(_hit(services, name, 0, tuple(dict.fromkeys(texts))[:5]) for name, texts in notes.items())
    # What goes first and what is strong stands on top, then what many adverts carry.
    rest = sorted(
        (name for name in doc.indicators if name not in notes),
        key=lambda name: (rank(services.catalogue.get(name))[:2], -doc.indicators[name], name),
    )
    return own, tuple(_hit(services, name, doc.indicators[name], ()) for name in rest)


def _hit(services: Services, name: str, members: int, notes: tuple[str, ...]) -> ClusterHit:
    indicator = services.catalogue.get(name)
    return ClusterHit(indicator=indicator, id=name, members=members, notes=notes, css=strength_css(indicator))


def speaks_against(hit: ClusterHit) -> bool:
    """Whether a cluster's hit is a counter-indicator."""
    return hit.indicator is not None and hit.indicator.strength is Strength.COUNTER


def ties(
    services: Services, links: Sequence[LinkDoc], words: Sequence[str], members: Sequence[Row], teller: str,
    *, uncovered: bool,
) -> tuple[Tie, ...]:  # fmt: skip
    """Links with the sentences of their reasons; ``teller`` (where not empty) is the only one whose judgements are told."""
    titles = {row.id: row.title for row in members}
    missing = {end for item in links for end in (item.link.a, item.link.b) if end not in titles}
    titles.update((row.id, row.title) for row in advert_rows(services, services.index.adverts(sorted(missing))))
    found = []
    for item in links:
        link = item.link
        texts = (said(reason.text if uncovered else cover.covered_sentence(reason.text, words)) for reason in link.reasons)
        found.append(
            Tie(
                a=link.a,
                b=link.b,
                a_title=titles.get(link.a, link.a),
                b_title=titles.get(link.b, link.b),
                score=link.score,
                reasons=tuple(texts),
                judgement=link.judgement.value if teller in {"", link.judged_by} else "none",
            )
        )
    return tuple(found)


def _tie_sums(links: Sequence[LinkDoc], words: Sequence[str], *, uncovered: bool) -> tuple[TieSum, ...]:
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for item in links:
        for reason in item.link.reasons:
            counts[reason.comparison] += 1
            examples.setdefault(reason.comparison, reason.text)
    return tuple(
        TieSum(name, count, said(examples[name] if uncovered else cover.covered_sentence(examples[name], words)))
        for name, count in counts.most_common()
    )


def timeline(members: Sequence[Row]) -> Timeline:
    """The members' life-spans, earliest first."""
    ordered = sorted(members, key=lambda row: (row.first_seen, row.id))
    if not ordered:
        return Timeline((), (), WIDTH, HEAD)
    low = ordered[0].first_seen
    high = max(row.last_seen for row in ordered)
    span = max((high - low).total_seconds(), 86_400.0)

    def place(moment: datetime) -> float:
        return round((moment - low).total_seconds() / span * (WIDTH - 20) + 10, 1)

    bars = tuple(
        Bar(
            id=row.id, title=row.title, band=row.band, x=place(row.first_seen), y=HEAD + number * ROW,
            # Seen once only: still wide enough to be seen and touched.
            width=max(6.0, round(place(row.last_seen) - place(row.first_seen), 1)),
            first_seen=row.first_seen, last_seen=row.last_seen, gone_since=row.gone_since,
        )
        for number, row in enumerate(ordered)
    )  # fmt: skip
    return Timeline(bars, _ticks(low, span, place), WIDTH, HEAD + len(ordered) * ROW + 4)


def _ticks(low: datetime, span: float, place: Callable[[datetime], float]) -> tuple[tuple[float, str], ...]:
    count = 5
    step = timedelta(days=max(1, round(span / 86_400 / count)))
    first = low.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [first + step * number for number in range(1, count + 1)]
    return tuple((place(moment), moment.strftime("%d.%m")) for moment in moments if place(moment) <= WIDTH - 40)
