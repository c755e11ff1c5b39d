"""Correcting what the machine found in an advert, and taking corrections back. Pages and API call the same functions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import HTTPException

from review.access import LEADS, may
from review.advert_view import seen_of
from review.ask import number
from review.correcting import Place, find_words, place_of_hit, place_of_mention
from review.i18n import marked
from review.routers.parts import note
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.work_records import Correction
from strazha.model import Hit, Mention, MentionKind
from strazha.store.documents import AdvertDoc

NOTE_LIMIT, WORDS_LIMIT = 500, 500

CHANGED = marked("The advert has changed since you saw it. Look again, then correct it.")
NO_LABEL = marked("Say what it is.")
NO_WORDS = marked("These words do not stand in the text as captured. Contacts are covered: uncover them first to name one.")
SAME = marked("That is what the machine says already.")
CROSS = marked("A mention cannot become an indicator: say that it is nothing, and add the other.")
TOO_MANY = marked("This advert has as many corrections as it takes.")


@dataclass(frozen=True)
class Asked:
    """What somebody says: of which finding (empty: one the machine missed), what it is, where; and what they saw."""

    finding: str
    label: str
    words: str
    nth: int
    note: str
    seen: str


@dataclass(frozen=True)
class Meant:
    """What is to be kept, or why it cannot be."""

    problem: str = ""
    action: str = "add"
    place: Place = ("", "", "", None, None)
    label: str = ""
    text: str = ""


@dataclass(frozen=True)
class Corrected:
    """Why nothing was kept, or what was."""

    problem: str = ""
    correction: Correction | None = None


def read(*, finding: str, label: str, words: str, nth: int, said: str, seen: str) -> Asked:
    """Cut to limits, line ends as Unix writes them."""
    line_ends = words[: 2 * WORDS_LIMIT].replace("\r\n", "\n")
    return Asked(finding[:40], label[:200], line_ends[:WORDS_LIMIT], nth, said[:NOTE_LIMIT].strip(), seen)


def correct(services: Services, user: User, doc: AdvertDoc, form: Asked) -> Corrected:
    """Add, remove or relabel a mention or a hit, beside what the machine found."""
    meant = Meant(CHANGED) if form.seen != seen_of(doc) else _meant(services, doc, form)
    if meant.problem:
        return Corrected(meant.problem)
    about, machine, field, start, end = meant.place
    made = Correction.model_validate({
        "id": secrets.token_hex(12), "advert_id": doc.id, "content_hash": doc.advert.content_hash, "about": about,
        "action": meant.action, "machine": machine, "label": meant.label, "field": field, "start": start, "end": end,
        "text": meant.text, "note": form.note, "made_by": user.name, "made_at": services.clock(),
    })  # fmt: skip
    try:
        services.ledger.add_correction(made)
    except BadInputError:
        return Corrected(TOO_MANY)
    detail = {"correction": made.id, "about": about, "did": made.action, "machine": machine, "label": made.label}
    note(services, user, "correction", doc.id, **detail)
    return Corrected(correction=made)


def take_back(services: Services, user: User, doc: AdvertDoc, correction: str) -> None:
    """Take a correction back: one's own, or as a lead anybody's. It stays in the history."""
    every = services.ledger.corrections(doc.id)
    found = next((one for one in every if one.id == correction and one.action != "takeback"), None)
    if found is None or any(one.takes_back == found.id for one in every):
        raise HTTPException(404)
    if found.made_by != user.name and not may(user, LEADS):
        raise HTTPException(403)
    own = {"id": secrets.token_hex(12), "action": "takeback", "made_by": user.name, "made_at": services.clock(), "note": ""}
    services.ledger.add_correction(found.model_copy(update={**own, "takes_back": found.id}))
    note(services, user, "correction taken back", doc.id, correction=found.id)


def _meant(services: Services, doc: AdvertDoc, form: Asked) -> Meant:
    about, _, label = form.label.partition(":")
    if form.label and not _known(services, about, label):
        return Meant(NO_LABEL)
    if not form.finding:
        return _added(doc, form, about, label)
    found = _finding(doc, form.finding)
    if found is None:
        return Meant(CHANGED)
    place = place_of_mention(found) if isinstance(found, Mention) else place_of_hit(found)
    if not form.label:
        return Meant(action="remove", place=place, text=found.text)
    if about != place[0] or label == place[1]:
        return Meant(SAME if label == place[1] else CROSS)
    return Meant(action="relabel", place=place, label=label, text=found.text)


def _added(doc: AdvertDoc, form: Asked, about: str, label: str) -> Meant:
    if not label:
        return Meant(NO_LABEL)
    where = find_words({"title": doc.advert.title, "body": doc.advert.body}, form.words, form.nth) if form.words else None
    if where is None:
        return Meant(NO_WORDS)
    return Meant(place=(about, "", where.field, where.start, where.end), label=label, text=form.words)


def _known(services: Services, about: str, label: str) -> bool:
    return (about == "mention" and label in set(MentionKind)) or (about == "hit" and label in services.catalogue)


def _finding(doc: AdvertDoc, name: str) -> Mention | Hit | None:
    about, _, place = name.partition(":")
    at = number(place, 0, 100_000)
    found: Sequence[Mention | Hit] = ()
    if about == "mention":
        found = doc.screening.mentions
    elif about == "hit":
        found = doc.screening.hits
    return found[at] if at is not None and at < len(found) else None
