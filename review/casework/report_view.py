"""A case as evidence: what its report shows, and what its bundle holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any, TypeVar

from review import cover
from review.casework.contexts import Proof, Reported, ReportPage
from review.casework.history_view import shown_note
from review.casework.members import Members, members_of
from review.rows import TITLE_LIMIT, score_sum
from review.sentences import said as spoken
from review.services import Services
from review.work import added_of, blind_review, work_of
from strazha import __version__
from strazha.errors import EvidenceError
from strazha.evidence.bundle import Bundle, captures_of, warc_record
from strazha.ledger.casework_records import Case, CaseEvent, CaseItem, Note
from strazha.ledger.records import User
from strazha.model import Capture, Judgement
from strazha.store.documents import AdvertDoc, ClusterDoc

#: Adverts a report shows in full, characters of each text, links of a cluster; a bundle holds everything.
ADVERTS, BODY, TIES = 300, 3000, 30

Reasoned = TypeVar("Reasoned", CaseItem, CaseEvent)

README = """This is an evidence bundle made by Strazha {version} on {at} by {by}.

case.json        the case folder: name, reference number, items, notes, history
adverts/         each advert as captured (text, fields), its screening, life-span, decisions, corrections
clusters/        each cluster: members, history, links with their reasons and people's words, decisions
captures/        the page each advert was read from: one WARC record, byte for byte as archived
SHA256SUMS       the digest of every file: check with  sha256sum -c SHA256SUMS

Scores order work and show evidence; they judge nobody. Contacts are not covered in here: keep it accordingly.
"""


def report_page(
    services: Services, case: Case, user: User, *, reason: str, uncovered: bool
) -> ReportPage:  # fmt: skip
    """Everything the printed report shows."""
    items = services.ledger.case_items(case.id)
    left = ADVERTS
    shown: list[Reported] = []
    gone: list[str] = []
    words: list[str] = []
    cut = 0
    for item in items:
        doc = _doc(services, item)
        if doc is None:
            gone.append(f"{item.subject} {item.subject_id}")
            continue
        if isinstance(doc, AdvertDoc):
            docs, held = [doc], None
        else:
            held = members_of(services, doc, uncovered=uncovered)
            docs = list(held.docs)
        cut += max(0, len(docs) - left)
        proofs = _proofs(services, docs[:left], user, uncovered=uncovered)
        left = max(0, left - len(docs))
        own = () if uncovered else held.words if held is not None else words_of(services, docs)
        words += own
        told = covered_items([item], own, uncovered=uncovered)[0]
        shown.append(_reported(services, told, doc, held, user, proofs=proofs, words=own, uncovered=uncovered))
    notes = services.ledger.notes_of("case", [case.id])
    number, chain = services.ledger.audit_head()
    return ReportPage(
        case=case, made_by=user.name, made_at=services.clock(), reason=shown_note(reason, words, uncovered=uncovered),
        uncovered=uncovered, items=tuple(shown),
        gone=tuple(gone), notes=tuple(covered_notes(notes, words, uncovered=uncovered)),
        history=tuple(covered_items(services.ledger.case_history(case.id), words, uncovered=uncovered)),
        left_out=cut, chain=f"{number} {chain}",
    )  # fmt: skip


def words_of(services: Services, docs: Sequence[AdvertDoc]) -> tuple[str, ...]:
    """Every writing of the contacts of adverts, those that people added among them."""
    added = added_of(services, docs)
    return tuple(cover.contact_words([one for doc in docs for one in (*doc.screening.mentions, *added[doc.id])]))


def covered_items(found: Sequence[Reasoned], words: Sequence[str], *, uncovered: bool = False) -> list[Reasoned]:
    """What was put into a case or done to it, contacts covered in the reason that somebody typed."""
    return [one.model_copy(update={"reason": shown_note(one.reason, words, uncovered=uncovered)}) for one in found]


def covered_notes(notes: Sequence[Note], words: Sequence[str], *, uncovered: bool = False) -> list[Note]:
    """Notes that say something, contacts covered."""
    return [
        note.model_copy(update={"versions": tuple(
            one.model_copy(update={"text": shown_note(one.text, words, uncovered=uncovered)}) for one in note.versions
        )})
        for note in notes if note.newest.text
    ]  # fmt: skip


def _blind(services: Services, doc: AdvertDoc | ClusterDoc) -> bool:
    """Whether two people judge the item, or the cluster it is in, without knowing of each other."""
    if isinstance(doc, ClusterDoc):
        return blind_review(services, "cluster", doc.id) is not None
    over = blind_review(services, "cluster", doc.cluster_id) if doc.cluster_id else None
    return over is not None or blind_review(services, "advert", doc.id) is not None


def _doc(services: Services, item: CaseItem) -> AdvertDoc | ClusterDoc | None:
    if item.subject == "advert":
        return services.index.advert(item.subject_id)
    found = services.index.cluster(item.subject_id)
    if found is None:
        heir = services.ledger.cluster(item.subject_id)
        found = services.index.cluster(heir.id) if heir is not None else None
    return found


def _reported(
    services: Services, item: CaseItem, doc: AdvertDoc | ClusterDoc, held: Members | None, user: User,
    *, proofs: Sequence[Proof], words: Sequence[str], uncovered: bool,
) -> Reported:  # fmt: skip
    if isinstance(doc, AdvertDoc) or held is None:
        over = doc.cluster_id if isinstance(doc, AdvertDoc) else ""
        people = work_of(services, user, "advert", doc.id, over, uncovered=uncovered)
        notes = [] if _blind(services, doc) else services.ledger.notes_of("advert", [doc.id])
        return Reported(
            "advert", doc.id, proofs[0].title if proofs else "", item, proofs[0].sum if proofs else None,
            people.said,
            tuple(covered_notes(notes, words, uncovered=uncovered)), tuple(proofs),
        )  # fmt: skip
    people = work_of(services, user, "cluster", doc.id, uncovered=uncovered)
    notes = services.ledger.notes_of("cluster", [doc.id]) if not people.blind else []
    links = services.index.links(doc.id)
    titles = {one.id: held.title(one) for one in held.docs}
    return Reported(
        kind="cluster", id=doc.id, title=held.sentence(doc.title), item=item,
        sum=score_sum(doc.cluster.reasons, doc.score, doc.band, services.catalogue, words),
        said=people.said,
        notes=tuple(covered_notes(notes, words, uncovered=uncovered)), proofs=tuple(proofs),
        links=len(links),
        ties=tuple(
            (
                titles.get(one.link.a, one.link.a), titles.get(one.link.b, one.link.b), one.link.score,
                tuple(spoken(held.sentence(reason.text)) for reason in one.link.reasons),
            )
            for one in links[:TIES]
        ),
    )  # fmt: skip


def _proofs(services: Services, docs: Sequence[AdvertDoc], user: User, *, uncovered: bool) -> list[Proof]:
    captures = captures_of(services.landing, [doc.advert for doc in docs])
    added = added_of(services, docs)
    return [_proof(services, doc, captures.get(doc.id), [*doc.screening.mentions, *added[doc.id]], user, uncovered=uncovered)
            for doc in docs]  # fmt: skip


def _proof(
    services: Services, doc: AdvertDoc, capture: Capture | None, mentions: Sequence[Any], user: User, *, uncovered: bool
) -> Proof:
    advert = doc.advert
    words = [] if uncovered else cover.contact_words(mentions)
    texts = {"title": advert.title[:TITLE_LIMIT], "body": advert.body[:BODY]}
    if not uncovered:
        texts = {
            name: cover.cover(text, cover.ranges(text, [one for one in mentions if one.field == name]))
            for name, text in texts.items()
        }
    return Proof(
        id=doc.id, title=texts["title"], source=advert.source_id, url=_address(advert.url, words), body=texts["body"],
        first_seen=doc.state.first_seen, last_seen=doc.state.last_seen, gone_since=doc.state.gone_since,
        captured_at=advert.captured_at, content_hash=advert.content_hash,
        payload_sha256=capture.payload_sha256 if capture is not None else "",
        warc=f"{capture.warc_file} @ {capture.warc_offset}" if capture is not None else "", record=advert.capture_id,
        sum=score_sum(doc.screening.reasons, doc.screening.score, doc.screening.band, services.catalogue, words),
        said=work_of(services, user, "advert", doc.id, doc.cluster_id, uncovered=uncovered).said,
    )  # fmt: skip


def _address(url: str, words: Sequence[str]) -> str:
    """An advert's address with its known contacts covered; other figures are the site's own numbers, by which it is found."""
    for word in words:
        url = url.replace(word, cover.dotted(word))
    return url


def write_bundle(services: Services, case: Case, user: User, out: IO[bytes], *, reason: str, at: datetime) -> str:
    """Write a case's bundle; returns the SHA-256 of its list of digests, which the audit log keeps."""
    items = services.ledger.case_items(case.id)
    adverts: dict[str, AdvertDoc] = {}
    missing: list[str] = []
    with Bundle(out, at=at) as bundle:
        for item in items:
            doc = _doc(services, item)
            if doc is None:
                missing.append(f"{item.subject} {item.subject_id}: not in the index any more")
            elif isinstance(doc, AdvertDoc):
                adverts[doc.id] = doc
            else:
                adverts |= {one.id: one for one in services.index.adverts(doc.cluster.members)}
                _add_once(bundle, f"clusters/{_name(doc.id)}.json", _cluster(services, user, doc))
                if _blind(services, doc):
                    missing.append(f"cluster {doc.id}: what people said of it, while two of them judge it blindly")
        captures = captures_of(services.landing, [doc.advert for doc in adverts.values()])
        for one, doc in sorted(adverts.items()):
            capture = captures.get(one)
            bundle.add_json(f"adverts/{_name(one)}.json", _advert(services, user, doc, capture))
            if capture is None:
                missing.append(f"advert {one}: no capture in the landing area")
                continue
            try:
                bundle.add(f"captures/{_name(one)}.warc.gz", warc_record(services.landing, capture))
            except EvidenceError as error:
                missing.append(f"advert {one}: {error.problem}")
        bundle.add_json("case.json", _case(services, case, items))
        bundle.add("README.txt", README.format(version=__version__, at=at.isoformat(), by=user.name).encode())
        bundle.add_json("made.json", {
            "by": user.name, "at": at.isoformat(), "reason": reason, "missing": missing,
            "audit_head": list(services.ledger.audit_head()),
        })  # fmt: skip
        return bundle.close()


def _add_once(bundle: Bundle, name: str, value: Any) -> None:
    # Two items can have become one cluster since they were put into the case.
    if not bundle.holds(name):
        bundle.add_json(name, value)


def _name(identity: str) -> str:
    """An id as part of a file's name: ids are digests, but an import may have brought others."""
    safe = "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "_" for char in identity)
    return safe[:120]


def _case(services: Services, case: Case, items: Sequence[CaseItem]) -> dict[str, Any]:
    return {
        "case": case.model_dump(mode="json"),
        "items": [one.model_dump(mode="json") for one in items],
        "notes": [one.model_dump(mode="json") for one in services.ledger.notes_of("case", [case.id])],
        "history": [one.model_dump(mode="json") for one in services.ledger.case_history(case.id)],
    }


def _cluster(services: Services, user: User, doc: ClusterDoc) -> dict[str, Any]:
    people = work_of(services, user, "cluster", doc.id, uncovered=True)
    links = [one.link for one in services.index.links(doc.id)]
    if people.blind:
        # As in its graph: each is told their own words on links alone.
        unsaid = {"judgement": Judgement.NONE, "judged_by": "", "judged_at": None}
        links = [one if one.judged_by == user.name else one.model_copy(update=unsaid) for one in links]
    return {
        "cluster": doc.cluster.model_dump(mode="json"),
        "links": [one.model_dump(mode="json") for one in links],
        "decisions": [one.decision.model_dump(mode="json") for one in people.said if not one.withdrawn_by],
        "notes": [] if people.blind else [one.model_dump(mode="json") for one in services.ledger.notes_of("cluster", [doc.id])],
    }


def _advert(services: Services, user: User, doc: AdvertDoc, capture: Capture | None) -> dict[str, Any]:
    people = work_of(services, user, "advert", doc.id, doc.cluster_id, uncovered=True)
    blind = _blind(services, doc)
    return {
        "advert": doc.advert.model_dump(mode="json"),
        "state": doc.state.model_dump(mode="json"),
        "screening": doc.screening.model_dump(mode="json"),
        "capture": capture.model_dump(mode="json") if capture is not None else None,
        "decisions": [one.decision.model_dump(mode="json") for one in people.said if not one.withdrawn_by],
        "corrections": [] if blind else [one.model_dump(mode="json") for one in services.ledger.corrections(doc.id)],
        "notes": [] if blind else [one.model_dump(mode="json") for one in services.ledger.notes_of("advert", [doc.id])],
    }
