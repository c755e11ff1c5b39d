"""Everything that happened to an advert or cluster in one list: merges and splits, decisions, words on links, hands, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from review import cover
from review.access import LEADS, may
from review.casework.contexts import Happening, Head, HistoryPage
from review.casework.members import head_of
from review.i18n import marked, tr
from review.labels import GROUND, HANDS, JUDGEMENTS, OUTCOMES
from review.sentences import said
from review.services import Services
from review.work import advert_rows, blind_review, words_of, work_of
from strazha.ledger.casework_records import Case, Note
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc, ClusterDoc

__all__ = ["history_page", "identities", "is_blind", "notes_of", "shown_note", "words_of"]

NOTE, TAKEN_BACK = marked("Note"), marked("Decision taken back")
SEEN, CHANGED, GONE = marked("First seen"), marked("A new version was captured"), marked("Gone from the site")
ON_LINKS = marked("Word on links")


def history_page(
    services: Services, doc: AdvertDoc | ClusterDoc, user: User, *, uncovered: bool = False, problem: str = "", typed: str = ""
) -> HistoryPage:
    """The history of an item, newest first, with its notes; while a double review runs, one's own alone."""
    kind = "advert" if isinstance(doc, AdvertDoc) else "cluster"
    blind = is_blind(services, doc)
    head: Head | None = None
    if isinstance(doc, ClusterDoc):
        words = words_of(services, doc)
        head = head_of(doc, words, uncovered=uncovered)
        title = head.title
    else:
        words = words_of(services, doc)
        title = doc.advert.title if uncovered else advert_rows(services, [doc])[0].title
    hidden: Sequence[str] = () if uncovered else words
    notes = notes_of(services, doc, user, blind=blind)
    happenings = [
        *_noted(notes, user, hidden, uncovered=uncovered),
        *_worked(services, doc, user, blind=blind, uncovered=uncovered),
    ]
    happenings += _grown(doc) if isinstance(doc, ClusterDoc) else _seen(services, doc)
    happenings.sort(key=lambda one: one.at, reverse=True)
    cases = services.ledger.cases_of(user.name, every=may(user, LEADS))
    within = services.ledger.cases_with(kind, identities(services, doc))
    return HistoryPage(
        kind=kind, id=doc.id, title=title, head=head, happenings=tuple(happenings),
        notes=len(notes), blind=blind, within=tuple(one for one in cases if one.id in within),
        open_cases=tuple(one for one in cases if not one.closed and one.id not in within),
        uncovered=uncovered, problem=problem, typed=typed,
    )  # fmt: skip


def is_blind(services: Services, doc: AdvertDoc | ClusterDoc) -> bool:
    """Whether a double review of the item, or of its cluster, runs: then one is told of one's own words alone."""
    kind, over = ("cluster", doc.id) if isinstance(doc, ClusterDoc) else ("advert", doc.cluster_id)
    return blind_review(services, kind, doc.id) is not None or bool(over and blind_review(services, "cluster", over))


def identities(services: Services, doc: AdvertDoc | ClusterDoc) -> list[str]:
    """An item's number, and the numbers of the clusters that went into it: what was noted on those is noted on it."""
    if isinstance(doc, AdvertDoc):
        return [doc.id]
    others = dict.fromkeys(other for event in doc.cluster.history for other in event.others)
    # Some of them live on: only part of their adverts came in.
    went_in = [one for one in others if (heir := services.ledger.cluster(one)) is not None and heir.id == doc.id]
    return list(dict.fromkeys([doc.id, *went_in]))


def notes_of(services: Services, doc: AdvertDoc | ClusterDoc, user: User, *, blind: bool) -> list[Note]:
    """The notes on an item that say something and that the user may be told of."""
    kind = "advert" if isinstance(doc, AdvertDoc) else "cluster"
    found = services.ledger.notes_of(kind, identities(services, doc))
    return [note for note in found if note.newest.text and (not blind or note.author == user.name)]


def shown_note(text: str, words: Sequence[str], *, uncovered: bool) -> str:
    """A note with its contacts covered unless they were asked for."""
    return cover.covered_typed(text, words, uncovered=uncovered)


def _noted(notes: Sequence[Note], user: User, words: Sequence[str], *, uncovered: bool) -> Iterator[Happening]:
    for note in notes:
        newest = note.newest
        yield Happening(
            at=newest.written_at, kind="note", what=NOTE, who=newest.written_by,
            text=shown_note(newest.text, words, uncovered=uncovered), note=note, mine=note.author == user.name,
            former=tuple(
                (one.number, shown_note(one.text, words, uncovered=uncovered), one.written_at)
                for one in reversed(note.versions[:-1])
            ),
        )  # fmt: skip


def _worked(
    services: Services, doc: AdvertDoc | ClusterDoc, user: User, *, blind: bool, uncovered: bool
) -> Iterator[Happening]:
    """Decisions, hands, and (for a cluster) words on its links; what people typed with contacts covered, as in notes."""
    kind, over = ("advert", doc.cluster_id) if isinstance(doc, AdvertDoc) else ("cluster", "")
    people = work_of(services, user, kind, doc.id, over, uncovered=uncovered)
    for one in people.said:
        made = one.decision
        ground = tr(GROUND.get(made.ground, ""))
        text = "; ".join(piece for piece in (ground, made.reason) if piece)
        yield Happening(at=made.decided_at, kind="decision", what=OUTCOMES[made.outcome], who=made.decided_by, text=text)
        if one.withdrawn_by and one.withdrawn_at is not None:
            yield Happening(at=one.withdrawn_at, kind="decision", what=TAKEN_BACK, who=one.withdrawn_by)
    for hand in people.hands:
        if hand.action != "decided":
            text = " ".join(piece for piece in (f"→ {hand.holder}" if hand.action == "handed" else "", hand.note) if piece)
            yield Happening(at=hand.at, kind="hand", what=HANDS[hand.action], who=hand.done_by, text=text)
    if isinstance(doc, AdvertDoc):
        return
    for act in services.ledger.judging_acts(doc.cluster.members):
        if not blind or act.judged_by == user.name:
            what = JUDGEMENTS[act.judgement.value]
            yield Happening(at=act.judged_at, kind="links", what=what, who=act.judged_by, count=act.pairs)


def _grown(doc: ClusterDoc) -> list[Happening]:
    return [
        Happening(at=event.at, kind=event.kind, what="", text=said(event.text) or event.kind, count=event.size)
        for event in doc.cluster.history
    ]


def _seen(services: Services, doc: AdvertDoc) -> Iterator[Happening]:
    yield Happening(at=doc.state.first_seen, kind="seen", what=SEEN)
    for version in services.ledger.versions(doc.id)[1:]:
        yield Happening(at=version.captured_at, kind="seen", what=CHANGED)
    if doc.state.gone_since is not None:
        yield Happening(at=doc.state.gone_since, kind="seen", what=GONE)


def case_words(case: Case) -> str:
    """A case's name with its reference number."""
    return f"{case.title} ({case.reference})" if case.reference else case.title
