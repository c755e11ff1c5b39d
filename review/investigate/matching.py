"""Why something was found: where in it the words stand, and which contact it is whose piece was typed (covered)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from review.ask import SearchAsk
from review.cover import CONTACT_KINDS, covered_contact
from review.i18n import marked, tr
from review.labels import MENTIONS
from strazha.model import MentionKind
from strazha.store.documents import ClusterDoc
from strazha.store.folding import contact_fragments, contact_piece, fragments
from strazha.store.marking import marks
from strazha.store.parse import Digits, Term, parse, wanted
from strazha.store.query import AdvertRow

#: Contacts named for one row.
MOST = 3
TITLE, TEXT, READING = marked("in the title"), marked("in the text"), marked("in the Cyrillic reading")
NAMES, PLACES = marked("in the names"), marked("in the places")
OTHER_FORM = marked("by another form of the word")


class Why:
    """Says for the rows of one search where it found what was asked for."""

    def __init__(self, ask: SearchAsk) -> None:
        self._terms: list[Term] = wanted(parse(ask.text))
        self._pieces = [piece[1:] for piece in contact_fragments(ask.contact)] if ask.contact else []
        self._pieces += [piece for term in self._terms if isinstance(term, Digits) for piece in fragments(term.digits)]

    def advert(self, row: AdvertRow) -> tuple[str, ...]:
        """Where an advert matches."""
        advert, screening = row.doc.advert, row.doc.screening
        found = self._contacts(
            (mention.kind.value, mention.key) for mention in screening.mentions if mention.kind in CONTACT_KINDS
        )
        site = "\n".join((advert.place, advert.contact, advert.seller))
        texts = ((TITLE, advert.title), (TEXT, f"{advert.body}\n{site}"), (READING, screening.reading))
        return self._said(found, texts)

    def cluster(self, doc: ClusterDoc) -> tuple[str, ...]:
        """Where a cluster matches."""
        contacts = (contact.partition(":")[::2] for contact in doc.contacts)
        texts = (
            (TITLE, doc.title), (NAMES, "\n".join(doc.names)),
            (PLACES, "\n".join(place.partition("|")[0] for place in doc.places)),
        )  # fmt: skip
        return self._said(self._contacts(contacts), texts)

    def _said(self, contacts: list[str], texts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        where = [tr(name) for name, text in texts if self._terms and text and marks(text, self._terms)]
        if self._terms and not where and not contacts:
            where = [tr(OTHER_FORM)]
        return (*contacts[:MOST], *where)

    def _contacts(self, contacts: Iterable[Sequence[str]]) -> list[str]:
        if not self._pieces:
            return []
        found: dict[str, None] = {}
        for kind, value in contacts:
            whole = contact_piece(value)
            if any(piece in whole for piece in self._pieces):
                name = MENTIONS.get(MentionKind(kind), kind) if kind in set(MentionKind) else kind
                found[f"{tr(name)} {covered_contact(f'{kind}:{value}').partition(': ')[2]}"] = None
                if len(found) == MOST:
                    break
        return list(found)
