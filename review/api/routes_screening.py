"""Screening a text or a file that is kept nowhere, and the catalogue it is screened with."""

from __future__ import annotations

from collections.abc import Iterable

from review.access import READERS, only_reads, open_to
from review.api import parts, records, rows_json
from review.api import screening_records as told
from review.api.advert_json import screening_json, shown_texts
from review.api.problems import ApiError
from review.blocks import Resembled
from review.casework.uploads import read_upload
from review.cover import contact_words
from review.i18n import pick, tr
from review.routers.parts import Parts, Person
from review.routers.paste import UNREADABLE, alike, screen, screened_texts
from review.rows import score_sum
from strazha.errors import BadInputError

router = parts.router("Screening")


@router.get("/indicators", summary="List the catalogue of indicators")
@open_to(READERS)
def indicators(services: Parts, user: Person) -> list[records.Indicator]:
    """What each means, the publications it rests on, and what testing found it worth. Counter-indicators among them."""
    return [
        records.Indicator(
            id=one.id,
            version=one.version,
            label=pick(one.label, one.id),
            explanation=pick(one.explanation),
            level=one.level,
            strength=one.strength,
            dimension=one.dimension,
            sources=[records.IndicatorSource(code=source.code, title=source.title) for source in one.sources],
            validity=one.validity.status,
            finding=one.validity.finding,
            sample=one.validity.sample,
            head_of_queue=one.head_of_queue,
        )
        for one in services.catalogue.values()
    ]


@router.post("/screenings", summary="Screen a text")
@open_to(READERS)
@only_reads
def screen_text(services: Parts, user: Person, body: told.ScreenAsked) -> told.ScreenedText:
    """Screened like an advert and kept nowhere; the log keeps who did it and the text's digest. Contacts are readable: you
    sent them. Those of adverts it resembles are covered."""
    text = body.body.replace("\r\n", "\n")
    found = screen(services, user, body.title, text)
    if isinstance(found, str):
        raise ApiError(422, found)
    screened = screening_json(services, found, shown_texts(body.title, text, (), uncovered=True), None)
    sums = score_sum(found.reasons, found.score, found.band, services.catalogue, contact_words(()))
    like, compared = alike(services, body.title, text, found) if body.compare else ((), False)
    return told.ScreenedText.model_validate({
        **screened.model_dump(), "reasons": [one.model_dump() for one in rows_json.lines(sums.lines)],
        "resembles": [one.model_dump() for one in _resembled(like)], "compared": compared,
    })  # fmt: skip


@router.post("/screenings/file", summary="Screen the texts of a file", responses=parts.problems(413))
@open_to(READERS)
@only_reads
def screen_file(services: Parts, user: Person, body: told.FileAsked) -> told.ScreenedFile:
    """Plain text, a letter, a web page, a table (a text a row) or a Word document. Kept nowhere; the log keeps the digests."""
    try:
        upload = read_upload(body.name, body.content)
    except BadInputError as error:
        raise ApiError(422, error.problem) from error
    rows, compared = screened_texts(services, user, upload)
    if not rows:
        raise ApiError(422, UNREADABLE)
    return told.ScreenedFile(
        texts=[
            told.FileText(
                number=one.number, title=one.title, band=one.band, score=one.score, ad_type=one.ad_type,
                best=next(iter(_resembled([one.best] if one.best is not None else [])), None),
            )
            for one in rows
        ],
        left_out=upload.left_out, attachments_left_aside=upload.aside, compared=compared,
    )  # fmt: skip


def _resembled(found: Iterable[Resembled]) -> list[told.Resembled]:
    return [
        told.Resembled(
            advert=rows_json.rows([one.row])[0], score=one.score, verdict=tr(one.verdict),
            reasons=[told.Reason(comparison=tr(kind), text=text) for kind, text in one.reasons],
            cluster=rows_json.rows([one.cluster])[0] if one.cluster is not None else None,
        )
        for one in found
    ]  # fmt: skip
