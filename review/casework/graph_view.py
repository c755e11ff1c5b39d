"""A cluster's links as a graph: the strongest ones that hold it together, the rest on demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from review.access import DECIDERS, may
from review.casework.contexts import Edge, GraphPage, Node
from review.casework.members import members_of
from review.labels import COMPARISONS
from review.sentences import said
from review.services import Services
from review.work import blind_review
from strazha.ledger.records import User
from strazha.model import Judgement, Link
from strazha.store.documents import ClusterDoc

#: Edges shown where all are asked for: more is a ball of wool, not a picture.
MOST_EDGES = 900


def graph_page(services: Services, doc: ClusterDoc, user: User, *, every: bool = False, uncovered: bool = False) -> GraphPage:
    """The graph; without ``every`` only the links of the strongest spanning forest."""
    held = members_of(services, doc, uncovered=uncovered)
    nodes = {
        one.id: Node(number, one.id, held.title(one), one.screening.band, one.advert.source_id, one.state.first_seen)
        for number, one in enumerate(held.docs, 1)
    }
    links = [item.link for item in services.index.links(doc.id) if item.link.a in nodes and item.link.b in nodes]
    spanning = {link.id for link in spanning_forest(links)}
    chosen = sorted(links, key=lambda link: (link.id not in spanning, -worth(link), link.id))
    blind = blind_review(services, "cluster", doc.id) is not None
    edges: list[Edge] = []
    for link in chosen[:MOST_EDGES] if every else chosen[: len(spanning)]:
        # While two people judge blindly each is told their own words on links alone.
        told = not blind or link.judged_by == user.name
        edges.append(
            Edge(
                number=len(edges) + 1,
                a=nodes[link.a],
                b=nodes[link.b],
                score=link.score,
                reasons=tuple(
                    (COMPARISONS.get(one.comparison, one.comparison), said(held.sentence(one.text))) for one in link.reasons
                ),
                judgement=link.judgement.value if told else Judgement.NONE.value,
                spanning=link.id in spanning,
            )
        )
    return GraphPage(
        head=held.head(),
        nodes=tuple(nodes.values()),
        edges=tuple(edges),
        count=len(links),
        every=every,
        may_judge=may(user, DECIDERS) and not blind,
    )


def worth(link: Link) -> float:
    """What a link counts: a confirmed one all, one that people took away nothing."""
    if link.judgement is Judgement.CONFIRMED:
        return 1.0
    return link.score if link.judgement is Judgement.NONE else 0.0


def spanning_forest(links: Iterable[Link]) -> Sequence[Link]:
    """The strongest links that join what all of them join (Kruskal); links that people cut are no part of it."""
    leader: dict[str, str] = {}

    def lead(one: str) -> str:
        while leader.setdefault(one, one) != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    kept = []
    for link in sorted((one for one in links if worth(one) > 0), key=lambda one: (-worth(one), one.id)):
        a, b = lead(link.a), lead(link.b)
        if a != b:
            leader[a] = b
            kept.append(link)
    return kept
