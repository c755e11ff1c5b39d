"""What the API answers when something is wrong: RFC 9457 problem details, with a remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from review.i18n import marked, tr

MEDIA = "application/problem+json"

#: By status: what happened and what to do, where the place that refused says nothing of its own.
WORDS: Mapping[int, tuple[str, str]] = {
    400: (marked("The server did not understand this request."), marked("Compare it with the API's description.")),
    401: (
        marked("The API needs a token, and this request carries none that is valid now."),
        marked("Send the header 'Authorization: Bearer' with a token: administrators allow it, its account collects it."),
    ),
    403: (
        marked("This token does not reach that."),
        marked("Ask an administrator for a token of an account whose role does; one for reading changes nothing."),
    ),
    404: (marked("There is nothing here."), marked("Check the address and the number.")),
    405: (marked("This address is not called with that method."), marked("Compare it with the API's description.")),
    409: (
        marked("This cannot be done now: the item has moved on since you saw it."),
        marked("Read the item again, look at what was done, then decide anew."),
    ),
    412: (
        marked("The item is not what If-Match names any more."),
        marked("Read the item again and send its new ETag."),
    ),
    413: (marked("That is more than the server takes."), marked("Send less at once.")),
    422: (marked("Something in this request is not as it should be."), marked("Mend what 'errors' names and send it again.")),
    429: (marked("This token makes too many requests."), marked("Wait as long as the header Retry-After says.")),
    500: (
        marked("Something went wrong in the server. Nothing was recorded."),
        marked("Try again; if it stays, tell an operator."),
    ),
    503: (
        marked("The index or the ledger cannot be reached."),
        marked("Try again in a minute; if it stays, tell an operator."),
    ),
}  # fmt: skip


class Fault(BaseModel):
    """One part of a request that is not as it should be."""

    model_config = ConfigDict(extra="forbid")

    where: str = Field(description="Part of the request, for example body.outcome or query.limit")
    problem: str


class Problem(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Address of the explanation of this kind of problem")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    remedy: str
    errors: list[Fault] = Field(default_factory=list)


class ApiError(HTTPException):
    """A refusal with words of its own (English; they are put into the caller's language when they are sent)."""

    def __init__(self, status: int, detail: str = "", remedy: str = "") -> None:
        super().__init__(status, detail)
        self.remedy = remedy


def problem(
    status: int, detail: str = "", remedy: str = "", *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as an answer; without words of its own those of its status."""
    said, advised = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    body = Problem(
        type=f"/api#p-{status}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=tr(detail or said),
        remedy=tr(remedy or advised),
        errors=list(errors),
    )
    return Response(body.model_dump_json(), status, dict(headers or {}), MEDIA)


def faults(found: Sequence[Any]) -> list[Fault]:
    """What pydantic found wrong, without what was sent: that can name a person, and answers are kept in logs."""
    return [
        Fault(
            where=_sent(".".join(str(part) for part in one.get("loc", ())))[:200], problem=_sent(str(one.get("msg", "")))[:300]
        )
        for one in found[:50]
    ]


def _sent(text: str) -> str:
    # Half a character in a name somebody sent cannot be sent back.
    return text.encode("utf-8", "replace").decode("utf-8")
