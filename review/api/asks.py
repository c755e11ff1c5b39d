"""What the API is asked: query parameters and bodies. Whatever is not understood is refused with its name."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from review.accounts.reasons import WORDS_LIMIT, GivenReason
from review.api.problems import ApiError
from review.ask import ADVERT_FACETS, CLUSTER_FACETS, DAYS, TEXT_LIMIT, QueueAsk, SearchAsk, clean, pack, unpack
from review.deciding import REASON_LIMIT
from review.i18n import marked
from strazha.model import AdType, Band, Judgement, Outcome
from strazha.model.base import digest

#: A number of an advert, cluster, decision and so on, in an address.
Id = Annotated[str, Path(min_length=1, max_length=200)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=200)]
#: Characters of a cursor: both streams of the queue, packed twice.
CURSOR_LIMIT = 6000
#: A cursor as the page before gave it.
Cursor = Annotated[str, Query(max_length=CURSOR_LIMIT, pattern=r"^[A-Za-z0-9_-]*$")]
#: Rows a page.
Limit = Annotated[int, Query(ge=1, le=100)]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=200, description="ETag of the item as you saw it; 412 where it changed")
]
SeenVersion = Annotated[int, Query(ge=1, le=10**6, description="'version' of the note as you saw it")]
#: Printable ASCII: it becomes part of a digest, and proxies pass nothing else on unharmed.
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=8, max_length=80, pattern=r"^[!-~]+$",
        description="Chosen by you, new for each decision: a request sent twice with the same key records one decision",
    ),
]  # fmt: skip

BAD_CURSOR = marked("This cursor is not one of this list.")
FROM_START = marked("Pass what 'next' gave, with the same filters; or begin again without a cursor.")
SAY_REASON = marked("Send reason= with a code of GET /vocabulary, and words= with 'other'; they go to the audit log.")


#: As review.accounts.reasons has them; a test holds the two alike.
Why = Literal["triage", "case", "victim", "request", "check", "other"]


class Uncover(BaseModel):
    """Whether contacts are to be readable, and why."""

    model_config = ConfigDict(extra="forbid")

    uncover: bool = Field(default=False, description="Make contacts readable; each time is a line of the audit log")
    reason: Why | None = Field(default=None, description="Why, where contacts are uncovered; see /vocabulary")
    words: str = Field(default="", max_length=WORDS_LIMIT, description="The reason in words, needed with 'other'")

    def why(self) -> dict[str, str]:
        """What the audit log is told of the reason; 422 where contacts are to be uncovered without one."""
        given = GivenReason(self.reason or "", clean(self.words, WORDS_LIMIT))
        if self.uncover and given.problem:
            raise ApiError(422, given.problem, SAY_REASON)
        return given.detail()


class Compared(Uncover):
    """Which two versions."""

    old: int = Field(default=0, ge=0, le=10**6, description="Number of the older one; 0: the one before the newer")
    new: int = Field(default=0, ge=0, le=10**6, description="Number of the newer one; 0: the last")


#: A day as YYYY-MM-DD, in UTC.
Day = Annotated[date | None, Field(ge=date(1901, 1, 1), le=date(8999, 12, 31))]


class Facets(BaseModel):
    """Filters: values of one facet are alternatives, facets narrow each other."""

    model_config = ConfigDict(extra="forbid")

    band: list[Band] = Field(default_factory=list, max_length=10)
    ad_type: list[AdType] = Field(default_factory=list, max_length=10)
    indicator: list[Value] = Field(default_factory=list, max_length=50)
    source: list[Value] = Field(default_factory=list, max_length=50)
    place: list[Value] = Field(default_factory=list, max_length=50)
    language: list[Value] = Field(default_factory=list, max_length=50)
    decision: list[Outcome | Literal["none"]] = Field(default_factory=list, max_length=10)

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """What was chosen, as stores take it."""
        found: dict[str, tuple[str, ...]] = {}
        for name in (*ADVERT_FACETS, *CLUSTER_FACETS):
            values = dict.fromkeys(clean(str(value), 200) for value in getattr(self, name, ()))
            values.pop("", None)
            if values:
                found[name] = tuple(values)
        return found


class Queued(Facets):
    """Which part of the queue."""

    kind: Literal["all", "clusters", "adverts"] = "all"
    hold: Literal["all", "free", "mine"] = Field(default="all", description="All, what nobody else has, or what you have")
    limit: int = Field(default=25, ge=1, le=100)
    cursor: str = Field(default="", max_length=CURSOR_LIMIT, pattern=r"^[A-Za-z0-9_-]*$")

    def ask(self) -> QueueAsk:
        """The same as the page asks it; without a decision named, what is undecided."""
        filters = self.chosen()
        filters.setdefault("decision", ("none",))
        mark = digest("queue", self.kind, self.hold, repr(sorted(filters.items())))
        return QueueAsk(self.kind, filters, opened(self.cursor, mark), self.hold)

    def sealed(self, cursor: str) -> str:
        """A cursor that holds for this part of the queue alone."""
        filters = self.chosen()
        filters.setdefault("decision", ("none",))
        return sealed(cursor, digest("queue", self.kind, self.hold, repr(sorted(filters.items()))))


class Sought(Facets):
    """What is searched for: text takes words, "phrases", prefix*, -not, OR."""

    q: str = Field(default="", max_length=TEXT_LIMIT)
    country: list[Value] = Field(default_factory=list, max_length=50)
    contact: str = Field(default="", max_length=200, description="A piece of a telephone number, address or account name")
    min_score: int | None = Field(default=None, ge=0, le=100)
    seen_from: Day = Field(default=None, description="Seen on this day or later")
    seen_to: Day = Field(default=None, description="Seen on this day or earlier")
    first_from: Day = Field(default=None, description="First seen on this day or later")
    first_to: Day = Field(default=None, description="First seen on this day or earlier")
    last_from: Day = Field(default=None, description="Last seen on this day or later")
    last_to: Day = Field(default=None, description="Last seen on this day or earlier")


class Searched(Sought):
    """A page of a search."""

    sort: Literal["priority", "newest", "oldest", "seen", "relevance"] = "priority"
    limit: int = Field(default=25, ge=1, le=100)
    cursor: str = Field(default="", max_length=CURSOR_LIMIT, pattern=r"^[A-Za-z0-9_-]*$")

    def ask(self, kind: Literal["adverts", "clusters"]) -> SearchAsk:
        """The same as the page asks it."""
        return SearchAsk(
            kind=kind,
            text=clean(self.q, TEXT_LIMIT),
            filters=self.chosen(),
            sort=self.sort if self.sort != "relevance" or clean(self.q, TEXT_LIMIT) else "priority",
            min_score=self.min_score,
            contact=clean(self.contact, 200),
            cursor=opened(self.cursor, self._mark(kind)),
            facets=CLUSTER_FACETS if kind == "clusters" else ADVERT_FACETS,
            **{name: getattr(self, name) for name in DAYS},
        )

    def sealed(self, kind: str, cursor: str) -> str:
        """A cursor that holds for this search alone."""
        return sealed(cursor, self._mark(kind))

    def _mark(self, kind: str) -> str:
        return digest("search", kind, repr(self.model_dump(exclude={"cursor", "limit"})))


class SearchedAdverts(Searched):
    """A search of adverts."""

    status: list[Literal["live", "gone"]] = Field(default_factory=list, max_length=2)


def sealed(cursor: str, mark: str) -> str:
    """A store's cursor, tied to what was asked: with other filters it would leave out or repeat rows unseen."""
    return pack([mark[:16], cursor]) if cursor else ""


def opened(cursor: str, mark: str) -> str:
    """The store's cursor in a sealed one; 422 for one that is none, or of another list."""
    if not cursor:
        return ""
    found = unpack(cursor)
    if not isinstance(found, list) or len(found) != 2 or found[0] != mark[:16] or not isinstance(found[1], str) or not found[1]:
        raise ApiError(422, BAD_CURSOR, FROM_START)
    return found[1]


class Audited(BaseModel):
    """Which part of the audit log."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(default="", max_length=80)
    subject: str = Field(default="", max_length=200)
    limit: int = Field(default=100, ge=1, le=100)
    cursor: str = Field(default="", max_length=CURSOR_LIMIT, pattern=r"^[A-Za-z0-9_-]*$")


class Body(BaseModel):
    """Base of the bodies: what is not asked for is refused, so that nobody believes to have said it."""

    model_config = ConfigDict(extra="forbid")


class OpinionAsked(Body):
    """What you think of an item, with what you saw. A ground of the fixed list or a reason in words is needed."""

    outcome: Outcome
    ground: str = Field(default="", max_length=40, description="A reason of the fixed list, see /vocabulary")
    reason: str = Field(default="", max_length=REASON_LIMIT)
    seen: str = Field(min_length=1, max_length=64, description="'seen' of the advert, cluster or item")


class DecisionAsked(OpinionAsked):
    """A decision."""

    corrects: str = Field(default="", max_length=80, description="'standing' of the item: the decision this one corrects")


class HandOver(Body):
    """To whom, and what they should know."""

    to: str = Field(min_length=1, max_length=64)
    note: str = Field(default="", max_length=1000)


class CorrectionAsked(Body):
    """What is wrong with a finding, or what the machine missed."""

    finding: str = Field(default="", max_length=40, description="A finding of the advert; empty: one the machine missed")
    label: str = Field(
        default="", max_length=200,
        description="What it is: mention:<kind> or hit:<indicator>; empty with a finding: it is nothing",
    )  # fmt: skip
    words: str = Field(default="", max_length=500, description="For what the machine missed: the words as captured")
    nth: int = Field(default=1, ge=1, le=1000, description="Which of several places where these words stand")
    note: str = Field(default="", max_length=500)
    seen: str = Field(min_length=1, max_length=64, description="'seen' of the advert")


class LinkJudged(Body):
    """A word on one link: confirmed, cut, never (kept apart for good), or none (what was said is taken back)."""

    a: str = Field(min_length=1, max_length=200)
    b: str = Field(min_length=1, max_length=200)
    judgement: Judgement
    reason: str = Field(default="", max_length=500)


class MergeAsked(Body):
    """With what a cluster is to be merged."""

    other: str = Field(min_length=1, max_length=200, description="Number of another cluster or of an advert")
    reason: str = Field(default="", max_length=500)


class SplitAsked(Body):
    """Which adverts are to be taken out."""

    members: list[Value] = Field(min_length=1, max_length=5000)
    reason: str = Field(default="", max_length=500)


class TakeBackAsked(Body):
    """Which word is to be taken back, as listed under judgements."""

    by: str = Field(min_length=1, max_length=80)
    at: str = Field(min_length=1, max_length=40)


class DrawAsked(Body):
    """How many double reviews to draw by chance."""

    count: int = Field(ge=1, le=50)


class ViewAsked(Body):
    """Filters of the queue under a name."""

    name: str = Field(min_length=1, max_length=60)
    query: str = Field(default="", max_length=3000, description="As in the queue's address: band=urgent&kind=clusters")


class NoteAsked(Body):
    """A note."""

    text: str = Field(min_length=1, max_length=5000)


class NoteChanged(NoteAsked):
    """What a note is to say from now on."""

    seen: int = Field(ge=1, le=10**6, description="'version' of the note as you saw it")


class CaseAsked(Body):
    """A new case folder."""

    title: str = Field(min_length=1, max_length=200)
    reference: str = Field(default="", max_length=80, description="The unit's reference number")


class CasePut(Body):
    """What is put into a case, and why."""

    kind: Literal["advert", "cluster"]
    id: Value
    reason: str = Field(min_length=3, max_length=500)


class PersonNamed(Body):
    """Who is to see a case, and why."""

    name: str = Field(min_length=1, max_length=64)
    reason: str = Field(min_length=3, max_length=500)


class Removed(BaseModel):
    """Why something is taken out of a case."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=500, description="Kept in the case's history; it stands in the address")


class WatchAsked(Body):
    """What you want to hear of. Ways out of the system (mail, webhook) are chosen on the pages."""

    name: str = Field(min_length=1, max_length=60)
    kind: Literal["search", "list"]
    source: str = Field(
        min_length=1, max_length=10_000, description="A search's address (q=van&place=Leeds), or a list, a line for each"
    )


class TextAsked(Body):
    """A text to screen."""

    title: str = Field(default="", max_length=1000)
    body: str = Field(default="", max_length=100_000)
