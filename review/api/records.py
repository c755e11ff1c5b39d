"""What the API answers with: adverts, clusters, lists. Models of its own, so that no inner record becomes a promise.

Texts are untrusted: they are what strangers wrote. Contacts in them are covered with dots of the same length, so that offsets
(Unicode code points of title or body as captured) hold either way, unless ``uncovered`` is true.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from strazha.model import AdType, Band, Judgement, MentionKind, Outcome, Strength


def _whole(value: object) -> object:
    # Half a character cannot be sent: such a text is sent with a question mark instead of failing the answer.
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


#: A text from outside.
Text = Annotated[str, BeforeValidator(_whole)]
Kind = Literal["advert", "cluster"]


class Answer(BaseModel):
    """Base of the answers."""

    model_config = ConfigDict(extra="forbid")


class ScoreLine(Answer):
    """One line of a score: what counted, and for how many points."""

    text: Text
    points: float


class Row(Answer):
    """An advert or cluster in a list."""

    kind: Kind
    id: Text
    title: Text
    band: Band
    score: int
    head_of_queue: bool = Field(description="Goes first whatever its score")
    size: int = Field(description="Adverts of a cluster; 1 for an advert")
    ad_types: list[str]
    sources: list[Text]
    languages: list[str]
    places: list[Text]
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None
    evidence: list[ScoreLine]
    counter_evidence: list[ScoreLine]
    more_reasons: int
    decision: Outcome | None
    decided_at: datetime | None
    holder: str = Field(description="Who has it; empty for nobody, and while a double review runs")
    review: str = Field(description="Where it stands in a double review: open, given (your opinion is in), disputed, or empty")
    snippet: Text = Field(description="Piece of the text that a search matched")


class FacetValue(Answer):
    """One value of a facet and how many results carry it."""

    value: Text
    label: Text
    count: int | None


class Facet(Answer):
    """One facet of a list."""

    field: str
    label: str
    values: list[FacetValue]


class RowPage(Answer):
    """One page of a list. Pass ``next`` as ``cursor`` for the page after it; empty on the last."""

    rows: list[Row]
    total: int
    next: str
    facets: list[Facet] = Field(default_factory=list)


class Language(Answer):
    """A language (ISO 639-1) and how sure the machine is."""

    code: str
    confidence: float


class Mention(Answer):
    """Something the machine found named in an advert."""

    finding: str = Field(description="Names it in a correction")
    kind: MentionKind
    field: Literal["title", "body"]
    start: int
    end: int
    text: Text
    value: Text = Field(description="Normal form")
    covered: bool
    confidence: float
    disguised: bool
    remarks: list[Text]
    extractor: str


class Hit(Answer):
    """One indicator seen in an advert: where, how, and how surely."""

    finding: str = Field(description="Names it in a correction")
    indicator: str
    label: Text
    strength: Strength | None
    counter: bool = Field(description="Speaks against trafficking")
    field: Literal["title", "body"] | None
    start: int | None
    end: int | None
    text: Text
    method: str
    confidence: float
    rule: str
    note: Text


class Correction(Answer):
    """What a person says of a finding; the machine's own stays as it is."""

    id: str
    action: Literal["add", "remove", "relabel"]
    machine: Text = Field(description="What the machine says; empty for what it did not find")
    label: Text = Field(description="What the person says; empty where it is nothing")
    text: Text
    note: Text
    made_by: str
    made_at: datetime
    mine: bool


class Screening(Answer):
    """The machine's reading of a text: an indication with its evidence, never a judgement of a person."""

    ad_type: AdType
    band: Band
    score: int
    reasons: list[ScoreLine] = Field(description="Their points add up to the score before it is limited to 0..100")
    languages: list[Language]
    latin_bulgarian: bool
    reading: Text = Field(description="Cyrillic reading of Bulgarian typed in Latin letters")
    mentions: list[Mention]
    hits: list[Hit]
    pipeline: str


class SiteField(Answer):
    """One of the site's own fields."""

    name: Text
    value: Text


class CaptureFacts(Answer):
    """Where an advert's text comes from."""

    url: Text
    source: Text
    key: Text
    captured_at: datetime
    posted_at: datetime | None
    run: str
    record: Text
    content_hash: str
    landing_file: Text


class Advert(Answer):
    """One advert with everything known of it."""

    id: Text
    title: Text
    body: Text
    fields: list[SiteField]
    screening: Screening
    head_of_queue: bool
    capture: CaptureFacts
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None
    versions: int
    cluster: str = Field(description="Its cluster; empty where it is in none")
    unstated: list[str] = Field(description="What a reader would ask for next and the advert does not say")
    images: list[Text]
    corrections: list[Correction]
    seen: str = Field(description="Names what you see; pass it on with a decision or correction")
    standing: str = Field(description="The decision that stands, which a new one corrects; empty without one")
    uncovered: bool


class Version(Answer):
    """One version of an advert's content."""

    number: int
    content_hash: str
    captured_at: datetime
    run: str


class Change(Answer):
    """A stretch of two texts laid over each other: what stayed (same), went (gone) or came (new)."""

    kind: Literal["same", "gone", "new"]
    text: Text


class FieldChange(Answer):
    """One of the site's own fields that changed."""

    name: Text
    before: Text
    after: Text


class VersionChanges(Answer):
    """Two versions of an advert, word by word."""

    old: int
    new: int
    title: list[Change]
    body: list[Change]
    fields: list[FieldChange]
    problem: str = Field(description="Why nothing can be compared; empty where it can")
    uncovered: bool


class Capture(Answer):
    """The page behind an advert as its WARC file holds it, its SHA-256 compared just now."""

    advert: Text
    sound: bool
    problem: Text = Field(description="What is wrong with the evidence; empty where it is sound")
    payload_sha256: str
    warc_file: Text
    warc_offset: int
    fetched_at: datetime | None
    status: int
    content_type: Text
    size: int


class ClusterHit(Answer):
    """An indicator of a cluster as a whole, or of its members."""

    indicator: str
    label: Text
    strength: Strength | None
    members: int = Field(description="Members that carry it; 0 for what only the cluster shows")
    notes: list[Text]


class LinkSum(Answer):
    """How many links of a cluster rest on one kind of comparison."""

    comparison: str
    links: int
    example: Text


class ClusterEvent(Answer):
    """One event in a cluster's history."""

    at: datetime
    text: Text
    size: int


class Cluster(Answer):
    """One cluster: adverts that seem to be of one operation, what they share, and what speaks for and against."""

    id: Text
    former_id: Text = Field(description="The number you asked for, where that cluster went into this one")
    title: Text
    band: Band
    score: int
    size: int
    head_of_queue: bool
    ad_types: list[str]
    reasons: list[ScoreLine]
    own_hits: list[ClusterHit]
    evidence: list[ClusterHit]
    counter_evidence: list[ClusterHit]
    contacts: list[Text]
    names: list[Text]
    ages: list[int]
    places: list[Text]
    sources: list[Text]
    countries: list[str]
    languages: list[str]
    first_seen: datetime
    last_seen: datetime
    links: int
    links_by_comparison: list[LinkSum]
    history: list[ClusterEvent]
    seen: str = Field(description="Names what you see; pass it on with a decision")
    standing: str = Field(description="The decision that stands, which a new one corrects; empty without one")
    uncovered: bool


class Link(Answer):
    """Two adverts of a cluster and why they are linked."""

    a: Text
    b: Text
    score: float
    reasons: list[Text]
    judgement: Judgement


class LinkPage(Answer):
    """One page of a cluster's links."""

    links: list[Link]
    total: int
    next: str


class Comparison(Answer):
    """One comparison of two adverts: what it found (0 to 1), what that weighs, and its sentence."""

    comparison: str
    score: float
    weight: float
    text: Text


class Explanation(Answer):
    """Why two adverts are in one cluster, or why not."""

    a: Text
    b: Text
    clusters: list[str] = Field(description="The clusters of the two; empty texts where an advert is in none")
    score: float
    sentences: list[Text]
    comparisons: list[Comparison]
    common_keys: list[Text]
    way: list[Link] = Field(description="The chain of links from one to the other")
    bridges: list[Link] = Field(description="Links between their clusters that were not followed")


class JudgingAct(Answer):
    """What somebody said of links at one moment."""

    at: datetime
    by: str
    judgement: Judgement
    pairs: int
    standing: int = Field(description="Pairs of it about which nothing newer was said")


class Judged(Answer):
    """Where the adverts of a judgement are now."""

    clusters: dict[str, str] = Field(description="By advert: its cluster, empty where it is in none")


class IndicatorSource(Answer):
    """A publication an indicator rests on."""

    code: str
    title: str


class Indicator(Answer):
    """One indicator: what it means, how strong it is, what it rests on, and what testing found it worth."""

    id: str
    version: int
    label: str
    explanation: str
    level: Literal["advert", "cluster"]
    strength: Strength
    dimension: str
    sources: list[IndicatorSource]
    validity: Literal["supports", "contrary", "mixed", "untested"]
    finding: str
    sample: str
    head_of_queue: bool
