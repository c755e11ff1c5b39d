"""An advert as the API tells it, from the same parts as its page: the same covering, the same blindness."""

from __future__ import annotations

from collections.abc import Sequence

from review import cover
from review.advert_view import advert_page
from review.api import records
from review.api.rows_json import lines
from review.contexts import AdvertPage
from review.correcting import added_contacts
from review.i18n import pick, tr
from review.marked import Texts, covered_texts, is_hidden, readable_value
from review.services import Services
from strazha.ledger.records import User
from strazha.model import Hit, Mention, Screening, Strength
from strazha.store.documents import AdvertDoc

#: Mentions and hits told at most, and characters of a text: bounds for hostile adverts only.
MOST_FINDINGS, MOST_TEXT = 2000, 200_000


def advert_json(services: Services, doc: AdvertDoc, user: User, *, uncovered: bool = False) -> records.Advert:
    """One advert with everything known of it, contacts covered unless ``uncovered``."""
    page = advert_page(services, doc, user, uncovered=uncovered)
    contacts = added_contacts(services.ledger.corrected([doc.id]).get(doc.id, ()), doc.advert)
    texts = shown_texts(doc.advert.title, doc.advert.body, [*doc.screening.mentions, *contacts], uncovered=uncovered)
    return records.Advert(
        id=doc.id,
        title=texts.title[:MOST_TEXT],
        body=texts.body[:MOST_TEXT],
        fields=[records.SiteField(name=one.name, value=one.value) for one in page.fields],
        screening=screening_json(services, doc.screening, texts, page, captured=(doc.advert.title, doc.advert.body)),
        head_of_queue=page.head_of_queue,
        capture=_capture(page),
        first_seen=page.first_seen,
        last_seen=page.last_seen,
        gone_since=page.gone_since,
        versions=len(page.versions),
        cluster=page.cluster_id,
        unstated=[tr(one) for one in page.unstated],
        images=list(page.images),
        corrections=corrections_json(page),
        seen=page.seen,
        standing=page.work.standing,
        uncovered=uncovered,
    )


def corrections_json(page: AdvertPage) -> list[records.Correction]:
    """The corrections that stand and the caller may know of."""
    return [
        records.Correction.model_validate({
            "id": one.id, "action": one.action, "machine": one.machine, "label": one.label, "text": one.text,
            "note": one.note, "made_by": one.by, "made_at": one.at, "mine": one.mine,
        })
        for one in page.fixes
    ]  # fmt: skip


def shown_texts(title: str, body: str, contacts: Sequence[Mention], *, uncovered: bool) -> Texts:
    """Title and body as they may be told, same offsets as captured."""
    return Texts(title, body, covered=False) if uncovered else covered_texts(title, body, contacts)


def screening_json(
    services: Services, found: Screening, texts: Texts, page: AdvertPage | None, *, captured: tuple[str, str] | None = None
) -> records.Screening:
    """A screening with its evidence; ``page`` holds what is told of score and reading covered, ``captured`` the texts."""
    reasons = page.sum.lines if page is not None else ()
    return records.Screening(
        ad_type=found.ad_type,
        band=found.band,
        score=found.score,
        reasons=lines(reasons),
        languages=[records.Language(code=one.lang, confidence=one.confidence) for one in found.languages],
        latin_bulgarian=found.latin_bg,
        reading=page.reading if page is not None else found.reading,
        mentions=[
            _mention(number, one, texts, captured or (texts.title, texts.body))
            for number, one in enumerate(found.mentions[:MOST_FINDINGS])
        ],
        hits=[_hit(services, number, one, texts) for number, one in enumerate(found.hits[:MOST_FINDINGS])],
        pipeline=found.pipeline.key,
    )


def _mention(number: int, one: Mention, texts: Texts, captured: tuple[str, str]) -> records.Mention:
    shown = texts.title if one.field == "title" else texts.body
    hidden = texts.covered and (
        one.kind in cover.CONTACT_KINDS or is_hidden(one, captured[0 if one.field == "title" else 1], texts)
    )
    value = readable_value(one)
    if hidden:
        value = cover.covered_contact(f"{one.kind.value}:{value}").partition(": ")[2]
    return records.Mention(
        finding=f"mention:{number}",
        kind=one.kind,
        field=one.field,
        start=one.start,
        end=one.end,
        text=shown[one.start : one.end] if hidden or texts.covered else one.text,
        value=value,
        covered=hidden,
        confidence=one.confidence,
        disguised=one.obscured,
        remarks=[tr(remark) for remark in (*one.disguise, *one.tags)],
        extractor=one.extractor,
    )


def _hit(services: Services, number: int, one: Hit, texts: Texts) -> records.Hit:
    indicator = services.catalogue.get(one.indicator)
    strength = indicator.strength if indicator is not None else None
    return records.Hit(
        finding=f"hit:{number}",
        indicator=one.indicator,
        label=pick(indicator.label, one.indicator) if indicator is not None else one.indicator,
        strength=strength,
        counter=strength is Strength.COUNTER,
        field=one.field,
        start=one.start,
        end=one.end,
        text=texts.quote(one),
        method=one.method,
        confidence=one.confidence,
        rule=one.rule,
        note=texts.sentence(one.note) if one.note else "",
    )


def _capture(page: AdvertPage) -> records.CaptureFacts:
    facts = page.capture
    return records.CaptureFacts(
        url=facts.url,
        source=facts.source_id,
        key=facts.key,
        captured_at=facts.captured_at,
        posted_at=facts.posted_at,
        run=facts.run_id,
        record=facts.record_id,
        content_hash=facts.content_hash,
        landing_file=facts.landing_file,
    )
