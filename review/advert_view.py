"""The advert page's context, put together from index and ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType

from review import cover
from review.blocks import CaptureFacts, DecisionForm, FixForm, SiteField, Work
from review.contexts import AdvertPage
from review.correcting import added_contacts, fixes
from review.i18n import pick
from review.marked import marked_text
from review.rows import TITLE_LIMIT, advert_row, score_sum
from review.services import Services
from review.unstated import unstated
from review.work import advert_rows, blind_review, done, work_of
from strazha.ledger.records import User
from strazha.ledger.work_records import Correction
from strazha.model import Advert, Mention, Screening
from strazha.model.base import digest
from strazha.store.documents import AdvertDoc

#: Similar adverts shown, and characters of a site's own field or of the Cyrillic reading.
SIMILAR, FIELD_LIMIT, READING_LIMIT = 6, 600, 20_000
NO_QUERY: Mapping[str, str] = MappingProxyType({})


def seen_of(doc: AdvertDoc) -> str:
    """Names what an advert page showed: a decision taken on it is about this and nothing newer."""
    return digest(doc.screening.content_hash, doc.screening.pipeline.key)[:32]


def advert_page(
    services: Services,
    doc: AdvertDoc,
    user: User,
    *,
    part: int = 1,
    uncovered: bool = False,
    query: Mapping[str, str] = NO_QUERY,
    form: DecisionForm | None = None,
    fix: FixForm | None = None,
) -> AdvertPage:
    """Everything the advert page shows."""
    advert, screening, state = doc.advert, doc.screening, doc.state
    # Covered whoever said that it is a contact, and whether or not this user may know that they did.
    contacts = added_contacts(services.ledger.corrected([doc.id]).get(doc.id, ()), advert)
    held = (*screening.mentions, *contacts)
    words = [] if uncovered else cover.contact_words(held)
    own = work_of(services, user, "advert", doc.id, doc.cluster_id or "", uncovered=uncovered)
    corrections = corrections_of(services, doc, user)
    text = marked_text(
        advert.title, advert.body, screening, services.catalogue,
        part=part, uncovered=uncovered, corrections=corrections, contacts=contacts,
    )  # fmt: skip
    cluster = services.index.cluster(doc.cluster_id) if doc.cluster_id else None
    row = advert_row(doc, services.catalogue, contacts)
    reading = _reading(advert, screening, held)
    return AdvertPage(
        id=doc.id,
        title=advert.title[:TITLE_LIMIT] if uncovered else row.title,
        band=screening.band,
        score=screening.score,
        ad_type=screening.ad_type.value,
        head_of_queue=doc.head_of_queue,
        languages=languages_of(screening),
        latin_bg=screening.latin_bg,
        text=text,
        reading=screening.reading[:READING_LIMIT] if uncovered else reading or "",
        reading_covered=reading is None and not uncovered,
        sum=score_sum(screening.reasons, screening.score, screening.band, services.catalogue, words),
        fields=_fields(advert, words, uncovered=uncovered),
        capture=_capture(advert, state.landing_file),
        first_seen=state.first_seen,
        last_seen=state.last_seen,
        gone_since=state.gone_since,
        versions=tuple(reversed(services.ledger.versions(doc.id))),
        cluster_id=doc.cluster_id if cluster is not None else "",
        cluster_size=cluster.size if cluster is not None else 0,
        similar=tuple(advert_rows(services, [found.doc for found in services.index.similar(doc.id, size=SIMILAR).rows])),
        work=own,
        form=form or fresh_form(doc, own),
        pipeline=screening.pipeline.key,
        screened_at=screening.screened_at,
        images=tuple(image.url or image.pdq or image.sha256 for image in advert.images),
        uncovered=uncovered,
        saved=query.get("saved") == "1",
        done=done(services, user, query.get("done", "")),
        held=query.get("held") == "1",
        unstated=unstated(advert, screening),
        fixes=fixes(corrections, services.catalogue, user.name, words, uncovered=uncovered),
        fix=fix or FixForm(),
        indicators=tuple(
            sorted(((name, pick(one.label, name)) for name, one in services.catalogue.items()), key=itemgetter(1))
        ),
        seen=seen_of(doc),
    )


def corrections_of(services: Services, doc: AdvertDoc, user: User) -> list[Correction]:
    """What people say of this version's findings; while a double review runs on advert or cluster, one's own words alone."""
    blind = blind_review(services, "advert", doc.id) or blind_review(services, "cluster", doc.cluster_id or "")
    return services.ledger.standing_corrections(doc.id, doc.advert.content_hash, by=user.name if blind else "")


def fresh_form(doc: AdvertDoc, own: Work) -> DecisionForm:
    """An empty form for a decision about an advert; it would correct the newest one that stands."""
    return DecisionForm("advert", doc.id, seen_of(doc), own.standing)


def languages_of(screening: Screening) -> tuple[tuple[str, float], ...]:
    """Languages with how sure the machine is, surest first."""
    return tuple((guess.lang, guess.confidence) for guess in screening.languages)


def _reading(advert: Advert, screening: Screening, held: Sequence[Mention]) -> str | None:
    # The reading carries no offsets; it has the words of title and body in their order.
    captured = f"{advert.title}\n{advert.body}"
    hidden = "\n".join(
        cover.cover(text, cover.ranges(text, [mention for mention in held if mention.field == name]))
        for name, text in (("title", advert.title), ("body", advert.body))
    )
    found = cover.covered_reading(screening.reading, captured, hidden) if screening.reading else ""
    return found[:READING_LIMIT] if found is not None else None


def _fields(advert: Advert, words: list[str], *, uncovered: bool) -> tuple[SiteField, ...]:
    price = advert.price
    raw = (price.raw or f"{price.amount or ''} {price.currency}".strip()) if price is not None else ""
    plain = {"price": raw, "place": advert.place, "category": advert.category, "seller": advert.seller, **advert.extra}
    found = [
        SiteField(name, value if uncovered else cover.covered_sentence(value, words))
        for name, value in ((name, value[:FIELD_LIMIT]) for name, value in plain.items())
        if value
    ]
    if advert.contact:
        contact = advert.contact[:FIELD_LIMIT]
        found.insert(0, SiteField("contact", contact if uncovered else cover.dotted(contact)))
    if advert.country:
        found.append(SiteField("country", advert.country))
    return tuple(found)


def _capture(advert: Advert, landing_file: str) -> CaptureFacts:
    return CaptureFacts(
        url=advert.url,
        source_id=advert.source_id,
        key=advert.key,
        captured_at=advert.captured_at,
        run_id=advert.run_id,
        record_id=advert.capture_id,
        content_hash=advert.content_hash,
        landing_file=landing_file,
        posted_at=advert.posted_at,
    )
