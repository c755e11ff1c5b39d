"""Two versions of an advert beside each other, word by word."""

from __future__ import annotations

from collections.abc import Sequence

from review import cover
from review.contexts import VersionsPage, WordChange
from review.correcting import added_contacts, said_contacts
from review.differences import differences
from review.i18n import marked
from review.marks import pieces
from review.render import advert_href
from review.services import Services
from strazha.errors import EvidenceError
from strazha.evidence.landing import LineRef
from strazha.ledger.records import AdvertVersion, ScreeningRef
from strazha.model import Advert, Mention, Screening
from strazha.store.documents import AdvertDoc

#: Characters of each text that are compared: an advert of ordinary length is a fiftieth of this.
LIMIT = 100_000
#: Characters of what stayed that are shown around a change.
AROUND = 300
FIELDS = ("place", "contact", "seller", "category", "price")

MISSING = marked("The stored text of a version cannot be read. Tell an operator.")


def versions_page(services: Services, doc: AdvertDoc, asked: tuple[int, int], *, uncovered: bool = False) -> VersionsPage:
    """The two versions asked for (the last two where they are not there), what changed in text and fields between them."""
    versions = services.ledger.versions(doc.id)
    old, new = _chosen(versions, asked)
    page = VersionsPage(
        id=doc.id, href=advert_href(doc.id), versions=tuple(versions), old=old.number, new=new.number, uncovered=uncovered
    )
    try:
        before, after = _read(services, old), _read(services, new)
    except (EvidenceError, ValueError):
        # A line that is damaged or of a record no longer known: the page says so, the file is the operator's.
        return page.with_problem(MISSING)
    refs = services.ledger.version_screenings(doc.id)
    said = services.ledger.corrected([doc.id]).get(doc.id, ())
    mentions = [
        [*_mentions(services, doc, advert, refs.get(advert.content_hash)), *added_contacts(said, advert)]
        for advert in (before, after)
    ]
    words = cover.contact_words(
        [*mentions[0], *mentions[1], *doc.screening.mentions, *(contact for _, contact in said_contacts(said))]
    )
    hidden = [
        (advert.title, advert.body) if uncovered else _hidden(advert, held, words)
        for advert, held in zip((before, after), mentions, strict=True)
    ]
    return page.with_texts(
        title=_changes((before.title, after.title), (hidden[0][0], hidden[1][0])),
        body=_changes((before.body, after.body), (hidden[0][1], hidden[1][1])),
        fields=_fields(before, after, words, uncovered=uncovered),
        covered=not uncovered and any(a != b for a, b in zip(hidden, _plain(before, after), strict=True)),
        cut=max(len(before.body), len(after.body)) > LIMIT,
    )


def _plain(*adverts: Advert) -> list[tuple[str, str]]:
    return [(advert.title, advert.body) for advert in adverts]


def _chosen(versions: Sequence[AdvertVersion], asked: tuple[int, int]) -> tuple[AdvertVersion, AdvertVersion]:
    by_number = {one.number: one for one in versions}
    new = by_number.get(asked[1], versions[-1])
    old = by_number.get(asked[0], by_number.get(new.number - 1, versions[0]))
    return old, new


def _read(services: Services, version: AdvertVersion) -> Advert:
    ref = LineRef(file=version.file, offset=version.offset, length=version.length)
    return Advert.model_validate_json(services.landing.read_line(ref))


def _mentions(services: Services, doc: AdvertDoc, advert: Advert, ref: ScreeningRef | None) -> Sequence[Mention]:
    """What was recognised in a version; nothing where its screening is gone (what looks like a contact is covered anyhow)."""
    if advert.content_hash == doc.advert.content_hash:
        return doc.screening.mentions
    if ref is None:
        return ()
    try:
        line = services.landing.read_line(LineRef(file=ref.file, offset=ref.offset, length=ref.length))
        return Screening.model_validate_json(line).mentions
    except (EvidenceError, ValueError):
        return ()


def _hidden(advert: Advert, mentions: Sequence[Mention], words: Sequence[str]) -> tuple[str, str]:
    texts = []
    for name, text in (("title", advert.title), ("body", advert.body)):
        covered = cover.cover(text, cover.ranges(text, [one for one in mentions if one.field == name]))
        # Words of the other version's contacts too: what one reading missed the other may have seen.
        texts.append(cover.covered_sentence(covered, words))
    return texts[0], texts[1]


def _changes(captured: tuple[str, str], shown: tuple[str, str]) -> tuple[WordChange, ...]:
    """Changes found on what was captured, shown as it may be shown; covering changes no length."""
    found = []
    changes = differences(captured[0][:LIMIT], captured[1][:LIMIT])
    for number, one in enumerate(changes):
        text = shown[1 if one.kind == "new" else 0][one.start : one.end]
        if one.kind == "same" and len(text) > 3 * AROUND:
            head = "" if number == 0 else text[:AROUND]
            tail = "" if number == len(changes) - 1 else text[-AROUND:]
            text = f"{head} […] {tail}"
        found.append(WordChange(one.kind, tuple(pieces(text))))
    return tuple(found)


def _fields(
    before: Advert, after: Advert, words: Sequence[str], *, uncovered: bool
) -> tuple[tuple[str, str, str], ...]:  # fmt: skip
    def values(advert: Advert) -> dict[str, str]:
        price = advert.price
        raw = (price.raw or f"{price.amount or ''} {price.currency}".strip()) if price is not None else ""
        own = {name: str(getattr(advert, name)) for name in FIELDS if name != "price"}
        return {**advert.extra, **own, "price": raw}

    def shown(name: str, value: str) -> str:
        value = value[:600]
        if uncovered:
            return value
        return cover.dotted(value) if name == "contact" else cover.covered_sentence(value, words)

    old, new = values(before), values(after)
    changed = [name for name in dict.fromkeys([*old, *new]) if old.get(name, "") != new.get(name, "")]
    return tuple((name, shown(name, old.get(name, "")), shown(name, new.get(name, ""))) for name in changed[:50])
