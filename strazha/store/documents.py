"""Review documents: what the index holds, whichever backend keeps it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from strazha.errors import BadInputError
from strazha.model import Advert, AdvertState, Band, Cluster, Link, Moment, Outcome, Record, Screening
from strazha.model.screening import AdType


def _sound(value: str) -> str:
    if value:
        # Only where there is a vector: review and steps start without numpy.
        from strazha.store.vectors import unpack_vector

        try:
            unpack_vector(value)
        except BadInputError as error:
            raise ValueError(error.problem) from error
    return value


#: A vector as ``pack_vector`` writes it; empty where there is none.
PackedVector = Annotated[str, AfterValidator(_sound)]


class AdvertDoc(Record):
    """One advert as reviewed: text, life-span, screening, its cluster and the newest decision on it."""

    advert: Advert
    state: AdvertState
    screening: Screening
    cluster_id: str = ""
    #: Blocking keys of linking, so that candidates are found by the index itself.
    keys: tuple[str, ...] = ()
    #: True where an indicator of the screening puts the advert at the head of the queue whatever its score.
    head_of_queue: bool = False
    decision: Outcome | None = None
    decided_at: Moment | None = None
    #: What the text says, as the encoder's vector (strazha.store.vectors); empty where no model was there to make one.
    vector: PackedVector = ""
    #: Version of the document: a later write wins, an older one is ignored (external versioning).
    version: int = Field(ge=0)

    @property
    def id(self) -> str:
        """The advert's id."""
        return self.advert.id


class ClusterDoc(Record):
    """One cluster as reviewed: members, facts drawn from them, evidence, and the newest decision on it."""

    cluster: Cluster
    size: int = Field(ge=1)
    #: Title of the member that stands for the cluster.
    title: str = ""
    ad_types: tuple[AdType, ...] = ()
    #: Indicator ids of the members and of the cluster itself, with the number of members that carry each.
    indicators: dict[str, int] = Field(default_factory=dict)
    contacts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    #: ``Name|CC``.
    places: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    first_seen: Moment
    last_seen: Moment
    head_of_queue: bool = False
    score: int = Field(ge=0, le=100)
    band: Band
    decision: Outcome | None = None
    decided_at: Moment | None = None
    version: int = Field(ge=0)

    @property
    def id(self) -> str:
        """The cluster's id."""
        return self.cluster.id


class LinkDoc(Record):
    """One link as shown on a cluster page."""

    link: Link
    cluster_id: str = ""
    version: int = Field(ge=0)

    @property
    def id(self) -> str:
        """``a~b``."""
        return self.link.id
