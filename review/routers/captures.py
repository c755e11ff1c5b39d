"""The page behind an advert, read back from the evidence."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.contexts import CapturePage
from review.render import render
from review.routers.parts import Parts, Person, advert_or_404, note
from strazha.errors import EvidenceError
from strazha.evidence.captures import capture_of
from strazha.evidence.warc import read_response

router = APIRouter()


@router.get("/captures/{advert_id:path}")
@open_to(READERS)
def capture(request: Request, services: Parts, user: Person, advert_id: str) -> Response:
    """Read the capture of an advert back from its WARC file, which compares the SHA-256; the page itself is never shown."""
    doc = advert_or_404(services, advert_id)
    note(services, user, "capture checked", doc.id, capture=doc.advert.capture_id)
    try:
        held = capture_of(services.landing, doc.advert)
        response = read_response(services.landing, held)
    except EvidenceError as error:
        return render(request, CapturePage(advert_id=doc.id, problem=error.problem))
    return render(
        request,
        CapturePage(
            advert_id=doc.id,
            payload_sha256=held.payload_sha256,
            warc_file=held.warc_file,
            warc_offset=held.warc_offset,
            fetched_at=held.fetched_at,
            status=held.status,
            content_type=held.content_type,
            size=len(response.payload),
        ),
    )
