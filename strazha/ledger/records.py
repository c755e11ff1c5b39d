"""Small records of the ledger: what was seen, what became of it, who may do what, and the entries of the audit chain."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from strazha.model.advert import Sha256
from strazha.model.base import Moment, Record
from strazha.model.screening import Band


class SeenAdvert(Record):
    """One advert as one crawl captured it, and where its JSON line lies in the landing area."""

    advert_id: str
    content_hash: Sha256
    url: str = ""
    captured_at: Moment
    file: str
    offset: int = Field(ge=0)
    length: int = Field(ge=0)


class TakeIn(Record):
    """What a run found of one source, counted in adverts. The same run gives the same counts however often it is taken in."""

    new: int = 0
    changed: int = 0
    #: Seen before with the same content, also those that had been gone.
    same: int = 0
    #: Not shown any more, since this run.
    gone: int = 0


class AdvertVersion(Record):
    """One version of an advert's content. Content that comes back after a change is a version of its own."""

    advert_id: str
    #: 1 for the first one taken in, then upwards.
    number: int = Field(ge=1)
    content_hash: Sha256
    url: str = ""
    captured_at: Moment
    run_id: str
    file: str
    offset: int = Field(ge=0)
    length: int = Field(ge=0)


class ScreeningRef(Record):
    """Where the screening of one advert version by one pipeline lies, and what it came to."""

    advert_id: str
    content_hash: Sha256
    #: ``Versions.key`` of the pipeline.
    pipeline: str
    file: str
    offset: int = Field(ge=0)
    length: int = Field(ge=0)
    band: Band
    score: int = Field(ge=0, le=100)
    run_id: str


class Role(StrEnum):
    """What an account is for; the review pages decide which page each role may see."""

    ANALYST = "analyst"
    INVESTIGATOR = "investigator"
    OPERATOR = "operator"
    LEAD = "lead"
    AUDITOR = "auditor"
    ADMIN = "admin"


class User(Record):
    """An account, without its password."""

    name: str
    role: Role
    created_at: Moment
    disabled_at: Moment | None = None
    #: Set while sign-in is refused after too many wrong passwords.
    locked_until: Moment | None = None
    last_login_at: Moment | None = None
    #: Set while the password is one somebody else made: until when it is good for choosing an own one.
    password_until: Moment | None = None


class AccountFacts(Record):
    """An account as administrators see it."""

    user: User
    #: How many sessions are open, whether there is a second factor, and whether its key is here.
    sessions: int
    totp: bool
    totp_readable: bool
    recovery_left: int
    #: The identity provider it signs in at; empty for a local account.
    issuer: str = ""


class OidcAttempt(Record):
    """A sign-in on its way to the provider and back."""

    nonce: str
    #: The code verifier (PKCE), of which the provider saw the digest.
    verifier: str
    #: The page to go to afterwards.
    target: str
    begun_at: Moment


class StatedReason(Record):
    """Why somebody looked at what is covered, closed or leaves the house."""

    name: str
    #: What was done: ``uncover``, ``export``, ...
    act: str
    subject: str
    subject_id: str
    #: A reason of the fixed list, and words to it.
    code: str
    words: str = ""
    #: True where it also holds for what the same person asks for later in the session.
    standing: bool = False
    at: Moment


class TrainingAnswer(Record):
    """What somebody marked in one exercise, held against its key."""

    id: str
    learner: str
    case_id: str
    case_version: str
    level: int
    form: str
    hit: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    #: Words given for an indicator, by its id.
    words: dict[str, str] = Field(default_factory=dict)
    outcome: str
    ground: str = ""
    verdict: Literal["best", "fair", "poor"]
    passed: bool
    at: Moment


class AuditEntry(Record):
    """One entry of the audit chain. ``hash`` covers every other field, ``former`` is the hash of the entry before."""

    number: int = Field(ge=1)
    at: Moment
    who: str
    action: str
    subject: str
    detail: dict[str, Any] = Field(default_factory=dict)
    former: str
    hash: Sha256


class LegalHold(Record):
    """A cluster under investigation: its adverts stay in the index whatever their source's retention says."""

    cluster_id: str
    #: Members when the hold was placed: they stay held if the cluster splits.
    members: tuple[str, ...]
    reason: str
    placed_by: str
    placed_at: Moment


class FoundIdentifier(Record):
    """A contact or picture that joins adverts less than fully, because unlike advertisers share it."""

    key: str
    adverts: int = Field(ge=0)
    #: From 1 (joins fully) to 0 (joins nothing).
    trust: float = Field(ge=0, le=1)
    #: One clause for the user.
    why: str
    found_at: Moment


class IdentifierRuling(Record):
    """What a person said of an identifier: a hub (joins nothing), none (joins fully), or None: what was said is taken back."""

    key: str
    is_hub: bool | None
    ruled_by: str
    ruled_at: Moment
    reason: str = ""
