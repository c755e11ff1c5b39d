"""Adverts: searching, reading, versions, capture, similar ones, corrections."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Query, Response

from review import corrected, searching
from review.access import DECIDERS, READERS, open_to
from review.advert_view import SIMILAR, advert_page, seen_of
from review.api import asks, parts, records, rows_json
from review.api.advert_json import advert_json, corrections_json
from review.api.problems import ApiError
from review.ask import ADVERT_FACETS
from review.capture_view import capture_page
from review.contexts import WordChange
from review.corrected import CHANGED
from review.routers.parts import Parts, Person, advert_or_404, note, note_reading
from review.rows import facets
from review.version_view import versions_page
from review.work import advert_rows, work_of

router = parts.router("Adverts")


@router.get("/adverts", summary="Search adverts")
@open_to(READERS)
def search_adverts(services: Parts, user: Person, ask: Annotated[asks.SearchedAdverts, Query()]) -> records.RowPage:
    """Full text and facets. What was searched for is logged: it can name a person."""
    asked = ask.ask("adverts")
    found = searching.search(services, user, asked, size=ask.limit)
    return records.RowPage(
        rows=rows_json.rows(found.rows),
        total=found.total,
        next=ask.sealed("adverts", found.cursor),
        facets=rows_json.facets(facets(found.facets, ADVERT_FACETS, asked.filters, services.catalogue)),
    )


@router.get("/adverts/{advert_id}", summary="Read an advert", responses=parts.problems(404))
@open_to(READERS)
def advert(
    services: Parts, user: Person, response: Response, advert_id: asks.Id, ask: Annotated[asks.Uncover, Query()]
) -> records.Advert:
    """Text, screening with evidence, capture facts, corrections. Contacts are covered unless a reason is given; logged."""
    doc = advert_or_404(services, advert_id)
    found = advert_json(services, doc, user, uncovered=parts.read(services, user, doc, ask))
    parts.tagged(response, found.seen, found.standing)
    return found


@router.get("/adverts/{advert_id}/versions", summary="List an advert's versions", responses=parts.problems(404))
@open_to(READERS)
def versions(services: Parts, user: Person, advert_id: asks.Id) -> list[records.Version]:
    """Oldest first."""
    doc = advert_or_404(services, advert_id)
    note(services, user, "versions listed", doc.id)
    return [
        records.Version(number=one.number, content_hash=one.content_hash, captured_at=one.captured_at, run=one.run_id)
        for one in services.ledger.versions(doc.id)
    ]


@router.get("/adverts/{advert_id}/changes", summary="Compare two versions", responses=parts.problems(404))
@open_to(READERS)
def changes(
    *, services: Parts, user: Person, advert_id: asks.Id, ask: Annotated[asks.Compared, Query()]
) -> records.VersionChanges:  # fmt: skip
    """Word by word; without numbers the last two."""
    doc = advert_or_404(services, advert_id)
    if not services.ledger.versions(doc.id):
        raise HTTPException(404)
    why = ask.why()
    if ask.uncover:
        note(services, user, "contacts uncovered", doc.id, kind="versions", versions=[ask.old, ask.new], **why)
    else:
        note(services, user, "versions compared", doc.id, versions=[ask.old, ask.new])
    page = versions_page(services, doc, (ask.old, ask.new), uncovered=ask.uncover)
    return records.VersionChanges(
        old=page.old,
        new=page.new,
        title=[_change(one) for one in page.title],
        body=[_change(one) for one in page.body],
        fields=[records.FieldChange(name=name, before=before, after=after) for name, before, after in page.fields],
        problem=page.problem,
        uncovered=ask.uncover,
    )


def _change(one: WordChange) -> records.Change:
    return records.Change.model_validate({"kind": one.kind, "text": "".join(piece.text for piece in one.pieces)})


@router.get("/adverts/{advert_id}/capture", summary="Check the evidence behind an advert", responses=parts.problems(404))
@open_to(READERS)
def capture(services: Parts, user: Person, advert_id: asks.Id) -> records.Capture:
    """Read the page back from its WARC file and compare its SHA-256. The page itself is not sent."""
    page = capture_page(services, user, advert_or_404(services, advert_id))
    return records.Capture(
        advert=page.advert_id, sound=not page.problem, problem=page.problem, payload_sha256=page.payload_sha256,
        warc_file=page.warc_file, warc_offset=page.warc_offset, fetched_at=page.fetched_at, status=page.status,
        content_type=page.content_type, size=page.size,
    )  # fmt: skip


@router.get("/adverts/{advert_id}/similar", summary="List similar adverts", responses=parts.problems(404))
@open_to(READERS)
def similar(services: Parts, user: Person, advert_id: asks.Id) -> list[records.Row]:
    """Those whose text is most like it, contacts covered."""
    doc = advert_or_404(services, advert_id)
    note(services, user, "similar listed", doc.id)
    return rows_json.rows(advert_rows(services, [row.doc for row in services.index.similar(doc.id, size=SIMILAR).rows]))


@router.get("/adverts/{advert_id}/corrections", summary="List an advert's corrections", responses=parts.problems(404))
@open_to(READERS)
def corrections(services: Parts, user: Person, advert_id: asks.Id) -> list[records.Correction]:
    """Those that stand, newest first; while a double review is open your own alone."""
    doc = advert_or_404(services, advert_id)
    note_reading(services, user, doc)
    return corrections_json(advert_page(services, doc, user))


@router.post(
    "/adverts/{advert_id}/corrections", status_code=201, summary="Correct a finding, or add one",
    responses=parts.problems(404, 409, 412),
)  # fmt: skip
@open_to(DECIDERS)
def correct(
    *, services: Parts, user: Person, advert_id: asks.Id, body: asks.CorrectionAsked, if_match: asks.IfMatch = None
) -> records.Correction:  # fmt: skip
    """Kept beside the machine's finding, which stays as it is, with its score."""
    doc = advert_or_404(services, advert_id)
    parts.require(if_match, seen_of(doc), work_of(services, user, "advert", doc.id, doc.cluster_id).standing)
    form = corrected.read(
        finding=body.finding, label=body.label, words=body.words, nth=body.nth, said=body.note, seen=body.seen
    )  # fmt: skip
    made = corrected.correct(services, user, doc, form)
    if made.correction is None:
        raise ApiError(409 if made.problem == CHANGED else 422, made.problem)
    return next(one for one in corrections_json(advert_page(services, doc, user)) if one.id == made.correction.id)


@router.delete(
    "/adverts/{advert_id}/corrections/{correction_id}", status_code=204, summary="Take a correction back",
    responses=parts.problems(404),
)  # fmt: skip
@open_to(DECIDERS)
def take_correction_back(services: Parts, user: Person, advert_id: asks.Id, correction_id: asks.Id) -> None:
    """Your own, or as a lead anybody's. It stays in the history."""
    corrected.take_back(services, user, advert_or_404(services, advert_id), correction_id)
