"""A pasted text or an uploaded file, screened like an advert and held against what is stored; kept nowhere."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from review import cover
from review.access import READERS, open_to
from review.advert_view import languages_of
from review.blocks import Resembled, ScreenedText
from review.casework.resembles import resembled
from review.casework.uploads import ASIDE, FILE, Upload, read_upload
from review.contexts import PastePage
from review.i18n import marked
from review.marked import marked_text
from review.render import render
from review.routers.parts import Parts, Person, note
from review.rows import score_sum
from review.services import Services
from strazha.errors import BadInputError, EvidenceError
from strazha.ledger.records import User
from strazha.model import Screening

router = APIRouter()

#: Characters of a pasted text: a long advert is five thousand; more than this is a document, not an advert.
LIMIT = 100_000
TITLE_LIMIT = 1000

EMPTY = marked("Paste a text first.")
UNREADABLE = marked("This text cannot be screened. Tell an operator, who will want to know it.")
TOO_LONG = marked("The text is too long: at most 100,000 characters.")
NO_FILE = marked("Choose a file first.")


def screen(services: Services, user: User, title: str, body: str) -> Screening | str:
    """Screen a text, or say why not. The log keeps who did it and the text's digest, not the text."""
    if len(body) > LIMIT or len(title) > TITLE_LIMIT:
        return TOO_LONG
    if not (title + body).strip():
        return EMPTY
    sha = hashlib.sha256(f"{title}\n{body}".encode("utf-8", "replace")).hexdigest()
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
    return _screened(request, services, user, title, body)


@router.post("/paste/file")
@open_to(READERS)
def paste_file(request: Request, services: Parts, user: Person, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """Screen the texts of a file. It is kept nowhere; the log keeps who did it and the digests of its texts."""
    name = (file.filename or "")[:200] if file is not None else ""
    if file is None or not name:
        return render(request, PastePage(problem=NO_FILE, limit=LIMIT), status=422)
    try:
        found = read_upload(name, file.file.read(FILE + 1))
    except BadInputError as error:
        return render(request, PastePage(problem=error.problem, limit=LIMIT), status=422)
    if len(found.texts) == 1 and not found.left_out:
        title, body = found.texts[0].title, found.texts[0].body
        return _screened(request, services, user, title, body, file=name, aside=ASIDE if found.aside else "")
    return _many(request, services, user, found, name)


def alike(services: Services, title: str, body: str, screening: Screening) -> tuple[tuple[Resembled, ...], bool]:
    """What a text resembles among what is held, and whether that could be told at all."""
    try:
        return resembled(services, title, body, screening), True
    except EvidenceError:
        # Without the landing area nothing can be compared; the screening stands for itself.
        return (), False


def _screened(
    request: Request, services: Services, user: User, title: str, body: str, *, file: str = "", aside: str = ""
) -> Response:
    screening = screen(services, user, title, body)
    if isinstance(screening, str):
        return render(request, PastePage(title=title, body=body[:LIMIT], problem=screening, limit=LIMIT), status=422)
    # The user typed the contacts in a moment ago: covering them would hide nothing from anybody.
    text = marked_text(title, body, screening, services.catalogue, uncovered=True)
    found, compared = alike(services, title, body, screening)
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
            resembles=found,
            compared=compared,
            file=file,
            aside=aside,
        ),
    )


def screened_texts(services: Services, user: User, found: Upload) -> tuple[tuple[ScreenedText, ...], bool]:
    """Each text of a table, and whether what they resemble could be told; texts that cannot be screened are left out."""
    rows, compared = [], True
    for number, one in enumerate(found.texts, 1):
        screening = screen(services, user, one.title, one.body)
        if isinstance(screening, str):
            continue
        like, well = alike(services, one.title, one.body, screening)
        compared = compared and well
        shown = one.title or " ".join(one.body[:400].split())[:120]
        rows.append(
            ScreenedText(number, shown, screening.band, screening.score, screening.ad_type.value, like[0] if like else None)
        )
    return tuple(rows), compared


def _many(request: Request, services: Services, user: User, found: Upload, name: str) -> Response:
    rows, compared = screened_texts(services, user, found)
    if not rows:
        return render(request, PastePage(problem=UNREADABLE, limit=LIMIT), status=422)
    return render(request, PastePage(limit=LIMIT, many=rows, left_out=found.left_out, file=name, compared=compared))
