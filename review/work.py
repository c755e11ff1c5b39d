"""What people do with the items of the queue: who has what, double reviews, what was decided and may be taken back.

While a double review runs nobody is told who has an item or what was said of it: a second reviewer who knew the first's word
would no longer be a second pair of eyes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from review import cover
from review.access import DECIDERS, LEADS, REVIEWERS, may
from review.blocks import Done, Row, Said, Work
from review.correcting import added_contacts, said_contacts
from review.labels import OUTCOMES
from review.render import advert_href, cluster_href
from review.rows import advert_row, cluster_row
from review.services import Services
from review.typed import covered_work
from strazha.ledger.records import User
from strazha.ledger.work_records import DoubleReview
from strazha.model import Decision, Mention
from strazha.store.documents import AdvertDoc, ClusterDoc

#: Kinds of items.
KINDS = ("cluster", "advert")


def blind_review(services: Services, kind: str, item_id: str) -> DoubleReview | None:
    """The double review in which two people judge an item now without knowing of each other."""
    review = services.ledger.waiting_reviews(kind, [item_id]).get(item_id)
    return review if review is not None and review.state == "open" else None


def told(user: User | None, over: DoubleReview | None, who: str, at: datetime) -> bool:
    """Whether somebody may be told what was done to a member of a cluster that is judged blindly (``over``, if it is)."""
    return over is None or at < over.opened_at or (user is not None and who == user.name)


def work_of(
    services: Services, user: User | None, kind: str, item_id: str, cluster_id: str = "", *, uncovered: bool = False
) -> Work:  # fmt: skip
    """Everything an item's page says of people's work on it; ``cluster_id`` is an advert's cluster.

    Contacts in what people typed are covered unless ``uncovered``.
    """
    found = _work_of(services, user, kind, item_id, cluster_id)
    return found if uncovered else covered_work(found, lambda: words_by_id(services, kind, item_id))


def _work_of(services: Services, user: User | None, kind: str, item_id: str, cluster_id: str) -> Work:
    review = services.ledger.waiting_reviews(kind, [item_id]).get(item_id)
    blind = review is not None and review.state == "open"
    holding = None if blind else services.ledger.holdings(kind, [item_id]).get(item_id)
    over = blind_review(services, "cluster", cluster_id) if cluster_id else None
    hands = [
        one
        for one in services.ledger.holding_history(kind, item_id)
        if one.action != "decided" or told(user, over, one.done_by, one.at)
    ]
    own = review.by(user.name) if review is not None and user is not None else None
    disputed = review is not None and review.state == "disputed"
    return Work(
        kind=kind,
        id=item_id,
        holding=holding,
        mine=holding is not None and user is not None and holding.holder == user.name,
        hands=() if blind else tuple(reversed(hands)),
        colleagues=tuple(colleagues(services, user)) if may(user, DECIDERS) and not blind else (),
        said=() if blind else history(services, user, kind, item_id, over),
        review=review,
        own=own if blind else None,
        opinions=review.opinions if review is not None and disputed else (),
        may_hold=may(user, DECIDERS) and not blind,
        may_decide=may_decide(user, review),
        may_open=may(user, LEADS) and review is None and not services.ledger.judged(kind, [item_id]),
        may_end=may(user, LEADS) and review is not None,
    )


def may_decide(user: User | None, review: DoubleReview | None) -> bool:
    """Whether somebody's word on an item is asked for now: an opinion, a lead's settlement, or a decision."""
    if review is None:
        return may(user, DECIDERS)
    if review.state == "disputed":
        # Whoever gave one of the two opinions does not choose between them.
        return may(user, LEADS) and user is not None and review.by(user.name) is None
    return may(user, REVIEWERS)


def colleagues(services: Services, user: User | None) -> list[str]:
    """Everybody an item can be handed to."""
    return [
        one.name
        for one in services.ledger.users()
        if one.role in DECIDERS and one.disabled_at is None and (user is None or one.name != user.name)
    ]


def history(
    services: Services, user: User | None, kind: str, item_id: str, over: DoubleReview | None = None
) -> tuple[Said, ...]:  # fmt: skip
    """Every decision on an item the user may be told of, newest first, with who took which back."""
    decisions = [one for one in services.ledger.decisions(kind, item_id) if told(user, over, one.decided_by, one.decided_at)]
    gone = {
        name: one
        for name, one in services.ledger.withdrawals(one.id for one in decisions).items()
        if told(user, over, one.withdrawn_by, one.withdrawn_at)
    }
    found = []
    for one in reversed(decisions):
        back = gone.get(one.id)
        found.append(
            Said(
                decision=one,
                withdrawn_by=back.withdrawn_by if back else "",
                withdrawn_at=back.withdrawn_at if back else None,
                undoable=back is None and may_undo(user, one),
            )
        )
    return tuple(found)


def may_undo(user: User | None, decision: Decision) -> bool:
    """Whether somebody may take a decision back: whoever took it, and leads."""
    return user is not None and may(user, DECIDERS) and (decision.decided_by == user.name or may(user, LEADS))


def marked(services: Services, user: User, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows with who has each and where it stands in a double review."""
    found = {}
    for kind in KINDS:
        ids = [row.id for row in rows if row.kind == kind]
        if ids:
            holdings, reviews = services.ledger.holdings(kind, ids), services.ledger.waiting_reviews(kind, ids)
            found.update({(kind, one): (holdings.get(one), reviews.get(one)) for one in ids})
    out = []
    for row in rows:
        holding, review = found[row.kind, row.id]
        state = "" if review is None else "given" if review.state == "open" and review.by(user.name) else review.state
        blind = review is not None and review.state == "open"
        holder = holding.holder if holding is not None and not blind else ""
        out.append(replace(row, holder=holder, mine=holder == user.name, review=state))
    return tuple(out)


def waits_for(row: Row, user: User) -> bool:
    """Whether a marked row is work for this person: not with somebody else, and their word is asked for."""
    if row.holder and not row.mine:
        return False
    if row.review == "open":
        return user.role in REVIEWERS
    if row.review == "disputed":
        return user.role in LEADS
    return row.review != "given"


def held_rows(services: Services, user: User) -> list[Row]:
    """What somebody has, as rows."""
    held = services.ledger.held_by(user.name)
    return rows_of(services, [(one.subject, one.subject_id) for one in held])


def rows_of(services: Services, items: Iterable[tuple[str, str]]) -> list[Row]:
    """Items by kind and id as rows; what has left the index is left out."""
    named = list(items)
    clusters = [services.index.cluster(one) for kind, one in named if kind == "cluster"]
    return [
        *advert_rows(services, services.index.adverts([one for kind, one in named if kind == "advert"])),
        *cluster_rows(services, [doc for doc in clusters if doc is not None]),
    ]


def advert_rows(services: Services, docs: Sequence[AdvertDoc]) -> list[Row]:
    """Adverts as rows, the contacts that people added covered like the machine's."""
    added = added_of(services, docs)
    return blinded(services, docs, [advert_row(doc, services.catalogue, added[doc.id]) for doc in docs])


def blinded(services: Services, docs: Sequence[AdvertDoc], rows: Iterable[Row]) -> list[Row]:
    """Rows of adverts without what was decided on those whose cluster is judged blindly."""
    reviews = services.ledger.waiting_reviews("cluster", {doc.cluster_id for doc in docs if doc.cluster_id})
    over = {name for name, one in reviews.items() if one.state == "open"}
    hidden = {doc.id for doc in docs if doc.cluster_id in over}
    return [replace(row, decision=None, decided_at=None, review="open") if row.id in hidden else row for row in rows]


def added_of(services: Services, docs: Sequence[AdvertDoc]) -> dict[str, list[Mention]]:
    """By advert, the contacts that people added."""
    said = services.ledger.corrected(doc.id for doc in docs)
    return {doc.id: added_contacts(said.get(doc.id, ()), doc.advert) for doc in docs}


def cluster_rows(services: Services, docs: Sequence[ClusterDoc]) -> list[Row]:
    """Clusters as rows."""
    words = cluster_words(services, docs)
    return [cluster_row(doc, services.catalogue, words[doc.id]) for doc in docs]


def cluster_words(services: Services, docs: Sequence[ClusterDoc]) -> dict[str, list[str]]:
    """By cluster, the writings of its contacts, those that people added to its members among them."""
    said = services.ledger.corrected({one for doc in docs for one in doc.cluster.members})
    return {
        doc.id: cover.contact_words(
            (contact for one in doc.cluster.members for _, contact in said_contacts(said.get(one, ()))), doc.contacts
        )
        for doc in docs
    }


def words_of(services: Services, doc: AdvertDoc | ClusterDoc) -> tuple[str, ...]:
    """Every writing of an item's contacts."""
    if isinstance(doc, ClusterDoc):
        return tuple(cluster_words(services, [doc])[doc.id])
    return tuple(cover.contact_words((*doc.screening.mentions, *added_of(services, [doc])[doc.id])))


def words_by_id(services: Services, kind: str, item_id: str) -> tuple[str, ...]:
    """Every writing of an item's contacts, of an advert those of its cluster too; none for what has left the index."""
    if kind == "cluster":
        cluster = services.index.cluster(item_id)
        return words_of(services, cluster) if cluster is not None else ()
    doc = services.index.advert(item_id)
    if doc is None:
        return ()
    over = words_by_id(services, "cluster", doc.cluster_id) if doc.cluster_id else ()
    return tuple(sorted({*words_of(services, doc), *over}, key=len, reverse=True))


def href_of(kind: str, item_id: str) -> str:
    """Address of an item's page."""
    return advert_href(item_id) if kind == "advert" else cluster_href(item_id)


def done(services: Services, user: User, what: str) -> Done | None:
    """What the user did a moment ago, named by an address' ``done``; nothing for what was not theirs or is undone."""
    kind, _, name = what[:80].partition(".")
    if kind == "d":
        decision = services.ledger.decision(name)
        if decision is None or decision.decided_by != user.name or services.ledger.withdrawals([name]):
            return None
        subject, item_id, outcome = decision.subject, decision.subject_id, decision.outcome
        undo = f"/undo/decision/{decision.id}"
    elif kind == "o":
        review = services.ledger.review(name)
        own = review.by(user.name) if review is not None and review.state == "open" else None
        if review is None or own is None:
            return None
        subject, item_id, outcome = review.subject, review.subject_id, own.outcome
        undo = f"/undo/opinion/{review.id}"
    else:
        return None
    row = next(iter(rows_of(services, [(subject, item_id)])), None)
    title = row.title if row is not None else item_id
    return Done(label=OUTCOMES[outcome], title=title, href=href_of(subject, item_id), undo=undo)
