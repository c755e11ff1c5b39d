"""The page behind an advert, read back from the evidence."""

from __future__ import annotations

from review.contexts import CapturePage
from review.routers.parts import note
from review.services import Services
from strazha.errors import EvidenceError
from strazha.evidence.captures import capture_of
from strazha.evidence.warc import read_response
from strazha.ledger.records import User
from strazha.store.documents import AdvertDoc


def capture_page(services: Services, user: User, doc: AdvertDoc) -> CapturePage:
    """Read the capture back from its WARC file, which compares the SHA-256; the page itself is never shown. Logged."""
    note(services, user, "capture checked", doc.id, capture=doc.advert.capture_id)
    try:
        held = capture_of(services.landing, doc.advert)
        response = read_response(services.landing, held)
    except EvidenceError as error:
        return CapturePage(advert_id=doc.id, problem=error.problem)
    return CapturePage(
        advert_id=doc.id,
        payload_sha256=held.payload_sha256,
        warc_file=held.warc_file,
        warc_offset=held.warc_offset,
        fetched_at=held.fetched_at,
        status=held.status,
        content_type=held.content_type,
        size=len(response.payload),
    )
