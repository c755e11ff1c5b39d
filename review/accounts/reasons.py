"""A reason, asked before something covered, closed or confidential is shown or leaves the house.

Article 25 of Directive (EU) 2016/680 asks that the logs of consultation and disclosure make it possible to establish the
justification. A part that shows or hands out such a thing takes the form's fields as ``given: Given``, asks :func:`stated` and
refuses while there is no reason; its template uses ``accounts/reasons.html``. Asked once per act, item and session, or once
for the session where the person says so. Of a closed item (:mod:`review.accounts.closed`) it is asked by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Form, Request

from review.access import cookie_name, user_of
from review.accounts.closed import closed_by
from review.i18n import marked
from review.services import Services
from strazha.ledger.records import StatedReason, User
from strazha.model import Decision

#: Why people look: the code is what the log keeps.
REASONS: Mapping[str, str] = {
    "triage": marked("deciding on this item"),
    "case": marked("work on an open case"),
    "victim": marked("protecting or reaching a possible victim"),
    "request": marked("request of a prosecutor, court or other authority"),
    "check": marked("checking colleagues' work or the machine's"),
    "other": marked("another reason, in words"),
}
#: The one that says nothing without words.
OTHER = "other"
WORDS_LIMIT = 300

NEEDED = marked("Choose a reason first: the law asks why this was looked at.")
NEEDED_WORDS = marked("Say in a few words what the reason is.")


@dataclass(frozen=True, slots=True)
class GivenReason:
    """What the form brought, as typed."""

    code: str = ""
    words: str = ""
    keep: bool = False

    @property
    def problem(self) -> str:
        """What is wrong with it; empty for a reason that can be kept."""
        if self.code not in REASONS:
            return NEEDED
        return NEEDED_WORDS if self.code == OTHER and not self.words else ""

    def detail(self) -> dict[str, str]:
        """What the audit entry of an act says of it."""
        return {"reason": self.code, "words": self.words} if self.words else {"reason": self.code}


@dataclass(frozen=True, slots=True)
class Asking:
    """What a page's form for a reason shows: the one that holds already, or what was wrong with what was typed."""

    #: Code and words of the reason that will be recorded without asking; empty where one must be chosen.
    ready: str = ""
    words: str = ""
    given: GivenReason = field(default_factory=GivenReason)
    problem: str = ""
    choices: Mapping[str, str] = field(default_factory=lambda: REASONS)
    #: The decision that closed the item: a reason for the session does not count there.
    closed: Decision | None = None


def _given(
    why: Annotated[str, Form()] = "", why_words: Annotated[str, Form()] = "", why_keep: Annotated[str, Form()] = ""
) -> GivenReason:
    # Whatever cannot be shown on one line is of no use in a log.
    words = " ".join("".join(char if char.isprintable() else " " for char in why_words[: 2 * WORDS_LIMIT]).split())
    return GivenReason(why[:40], words[:WORDS_LIMIT], bool(why_keep))


#: A form's fields ``why``, ``why_words`` and ``why_keep``, for an endpoint's signature.
Given = Annotated[GivenReason, Depends(_given)]


def stated(
    request: Request, services: Services, user: User, *, act: str, item: tuple[str, str], given: GivenReason
) -> StatedReason | None:
    """The reason for an act on an item (its kind and id): the one given now, else this session's for the item or for all.

    What is returned was kept, and belongs into the audit entry of the act (:func:`detail`). ``None``: there is none (or what
    was given is none); the caller then shows its page again with status 422, and the page's form says what is missing.
    """
    token = _token(request, services)
    subject, subject_id = item
    if given.code:
        if given.problem:
            request.state.asked = given
            return None
        found = StatedReason(
            name=user.name, act=act, subject=subject, subject_id=subject_id, code=given.code, words=given.words,
            standing=given.keep, at=services.clock(),
        )  # fmt: skip
        services.ledger.state_reason(token, found)
        return found
    closed = closed_by(services, user, subject, subject_id)
    known = _known(services, token, act, item, closed)
    if known is not None:
        return known
    standing = services.ledger.standing_reason(token) if closed is None else None
    if standing is None:
        request.state.asked = given
        return None
    found = standing.model_copy(
        update={"act": act, "subject": subject, "subject_id": subject_id, "standing": False, "at": services.clock()}
    )
    services.ledger.state_reason(token, found)
    return found


def asking(request: Request, services: Services, act: str, subject: str, subject_id: str) -> Asking:
    """What a page's form for a reason shows."""
    closed = closed_by(services, user_of(request), subject, subject_id)
    given: GivenReason | None = getattr(request.state, "asked", None)
    if given is not None:
        return Asking(given=given, problem=given.problem, closed=closed)
    token = _token(request, services)
    known = _known(services, token, act, (subject, subject_id), closed)
    if known is None and closed is None:
        known = services.ledger.standing_reason(token)
    return Asking(closed=closed) if known is None else Asking(ready=known.code, words=known.words, closed=closed)


def _known(
    services: Services, token: str, act: str, item: tuple[str, str], closed: Decision | None
) -> StatedReason | None:  # fmt: skip
    """What was said of this very item; of a closed one since it was closed."""
    found = services.ledger.stated_reason(token, act, *item)
    return None if found is None or (closed is not None and found.at <= closed.decided_at) else found


def detail(reason: StatedReason) -> dict[str, str]:
    """What the audit entry of an act says of its reason."""
    return {"reason": reason.code, "words": reason.words} if reason.words else {"reason": reason.code}


def _token(request: Request, services: Services) -> str:
    return request.cookies.get(cookie_name(https=services.settings.https), "")[:200]
