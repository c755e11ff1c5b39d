"""A pasted text, screened like an advert and kept nowhere."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from review import cover
from review.access import READERS, open_to
from review.advert_view import languages_of
from review.contexts import PastePage
from review.i18n import marked
from review.marked import marked_text
from review.render import render
from review.routers.parts import Parts, Person, note
from review.rows import score_sum
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.model import Screening

router = APIRouter()

#: Characters of a pasted text: a long advert is five thousand; more than this is a document, not an advert.
LIMIT = 100_000
TITLE_LIMIT = 1000

EMPTY = marked("Paste a text first.")
UNREADABLE = marked("This text cannot be screened. Tell an operator, who will want to know it.")
TOO_LONG = marked("The text is too long: at most 100,000 characters.")


def screen(services: Services, user: User, title: str, body: str) -> Screening | str:
    """Screen a text, or say why not. The log keeps who did it and the text's digest, not the text."""
    if len(body) > LIMIT or len(title) > TITLE_LIMIT:
        return TOO_LONG
    if not (title + body).strip():
        return EMPTY
    sha = hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()
    note(services, user, "text screened", sha[:24], characters=len(title) + len(body))
    try:
        return services.screen(title, body)
    except BadInputError:
        return UNREADABLE


@router.get("/paste")
@open_to(READERS)
def paste_form(request: Request) -> Response:
    """The empty form."""
    return render(request, PastePage(limit=LIMIT))


@router.post("/paste")
@open_to(READERS)
def paste(
    request: Request, services: Parts, user: Person, title: Annotated[str, Form()] = "", body: Annotated[str, Form()] = ""
) -> Response:
    """Screen the text and show it marked. The log keeps who did it and the text's digest, not the text."""
    title = title[:TITLE_LIMIT].encode("utf-8", "replace").decode("utf-8")
    body = body.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    screening = screen(services, user, title, body)
    if isinstance(screening, str):
        return render(request, PastePage(title=title, body=body[:LIMIT], problem=screening, limit=LIMIT), status=422)
    # The user typed the contacts in a moment ago: covering them would hide nothing from anybody.
    text = marked_text(title, body, screening, services.catalogue, uncovered=True)
    return render(
        request,
        PastePage(
            title=title,
            body=body,
            limit=LIMIT,
            text=text,
            sum=score_sum(screening.reasons, screening.score, screening.band, services.catalogue, cover.contact_words(())),
            ad_type=screening.ad_type.value,
            languages=languages_of(screening),
            latin_bg=screening.latin_bg,
            reading=screening.reading,
            pipeline=screening.pipeline.key,
        ),
    )
