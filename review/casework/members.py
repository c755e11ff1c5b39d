"""A cluster's members for its views: read once, texts and titles as they may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review import cover
from review.casework.contexts import Head
from review.rows import TITLE_LIMIT
from review.services import Services
from review.work import added_of, cluster_words
from strazha.model import Mention
from strazha.store.documents import AdvertDoc, ClusterDoc

#: Members a view looks at; of larger clusters the first by id, and the page says so.
MOST = 600


@dataclass(frozen=True)
class Members:
    """A cluster with its members, and what covers their contacts."""

    cluster: ClusterDoc
    docs: tuple[AdvertDoc, ...]
    #: By advert, the contacts that people added.
    added: dict[str, list[Mention]]
    #: Every writing of the cluster's contacts.
    words: tuple[str, ...]
    uncovered: bool

    def sentence(self, text: str) -> str:
        """A sentence of the program or a short text of an advert, contacts covered unless they were asked for."""
        return text if self.uncovered else cover.covered_sentence(text, self.words)

    def contact(self, contact: str) -> str:
        """A ``kind:value`` contact."""
        return contact if self.uncovered else cover.covered_contact(contact)

    def title(self, doc: AdvertDoc) -> str:
        """An advert's title."""
        return self.field(doc, "title")[:TITLE_LIMIT]

    def field(self, doc: AdvertDoc, name: str) -> str:
        """An advert's title or body."""
        text = doc.advert.title if name == "title" else doc.advert.body
        if self.uncovered:
            return text
        return cover.cover(text, cover.ranges(text, [one for one in self.mentions(doc) if one.field == name]))

    def mentions(self, doc: AdvertDoc) -> tuple[Mention, ...]:
        """What is named in an advert, contacts that people added among it."""
        return (*doc.screening.mentions, *self.added.get(doc.id, ()))

    def head(self) -> Head:
        """The top of the page."""
        return head_of(self.cluster, self.words, uncovered=self.uncovered, left_out=max(0, self.cluster.size - MOST))


def head_of(doc: ClusterDoc, words: Sequence[str], *, uncovered: bool, left_out: int = 0) -> Head:
    """The top of a cluster's view; ``words`` are the writings of its contacts."""
    return Head(
        id=doc.id, title=doc.title if uncovered else cover.covered_sentence(doc.title, words), band=doc.band, score=doc.score,
        size=doc.size, first_seen=doc.first_seen, last_seen=doc.last_seen, contacts=len(doc.contacts), uncovered=uncovered,
        left_out=left_out,
    )  # fmt: skip


def members_of(services: Services, doc: ClusterDoc, *, uncovered: bool = False) -> Members:
    """Read a cluster's members, earliest seen first."""
    docs = services.index.adverts(doc.cluster.members[:MOST])
    return Members(
        cluster=doc,
        docs=tuple(sorted(docs, key=lambda one: (one.state.first_seen, one.id))),
        added=added_of(services, docs),
        words=tuple(cluster_words(services, [doc])[doc.id]),
        uncovered=uncovered,
    )


def named(held: Members, docs: Sequence[AdvertDoc]) -> tuple[tuple[str, str], ...]:
    """Adverts as (id, title)."""
    return tuple((doc.id, held.title(doc)) for doc in docs)
