"""The page behind an advert, read back from the evidence."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from review.access import READERS, open_to
from review.capture_view import capture_page
from review.render import render
from review.routers.parts import Parts, Person, advert_or_404

router = APIRouter()


@router.get("/captures/{advert_id:path}")
@open_to(READERS)
def capture(request: Request, services: Parts, user: Person, advert_id: str) -> Response:
    """Read the capture of an advert back from its WARC file, which compares the SHA-256; the page itself is never shown."""
    return render(request, capture_page(services, user, advert_or_404(services, advert_id)))
