"""People's corrections of mentions and hits: which findings there are to correct, and the words that say who holds what.

A correction is kept beside the machine's finding, names who made it, and is itself never deleted: taking it back is a further
row. Scores are the machine's and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from review import cover
from review.blocks import Finding, Fix
from review.i18n import marked, pick, tr
from review.labels import MENTIONS
from review.rows import Catalogue
from strazha.ledger.work_records import Correction
from strazha.model import Advert, Hit, Mention, MentionKind, Screening

#: Findings offered for correction, and characters of their words.
MOST_OFFERED, WORDS_LIMIT = 150, 60

REMOVED = marked("no such thing, says {who}")
RELABELLED = marked("{label}, says {who}")

Place = tuple[str, str, str, int | None, int | None]


def place_of_mention(mention: Mention) -> Place:
    """What names a mention in a correction."""
    return "mention", mention.kind.value, mention.field, mention.start, mention.end


def place_of_hit(hit: Hit) -> Place:
    """What names a hit in a correction."""
    return "hit", hit.indicator, hit.field or "", hit.start, hit.end


def by_place(corrections: Iterable[Correction]) -> dict[Place, Correction]:
    """Corrections of what the machine found."""
    return {one.place: one for one in corrections if one.action in {"remove", "relabel"}}


def name_of(about: str, label: str, catalogue: Catalogue) -> str:
    """The name of a kind of mention or an indicator, in the page's language."""
    if about == "mention":
        return tr(MENTIONS.get(label, label))
    indicator = catalogue.get(label)
    return pick(indicator.label, label) if indicator is not None else label


def words_of(one: Correction, catalogue: Catalogue) -> str:
    """What a correction says and who made it, as one line."""
    sentence = tr(REMOVED if one.action == "remove" else RELABELLED)
    return _filled(sentence, {"label": name_of(one.about, one.label, catalogue), "who": one.made_by})


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    # Piece by piece: a value that looks like a place stays what it is.
    pieces = sentence.split("{")
    return pieces[0] + "".join(
        values.get(name, name) + rest for name, _, rest in (piece.partition("}") for piece in pieces[1:])
    )


def findings(screening: Screening, texts: tuple[str, str], catalogue: Catalogue) -> tuple[Finding, ...]:
    """What the machine found, to choose from; ``texts`` are title and body as they may be shown."""
    shown = {"title": texts[0], "body": texts[1]}
    found = [
        Finding(f"mention:{number}", tr(MENTIONS[one.kind]), _cut(shown[one.field][one.start : one.end]))
        for number, one in enumerate(screening.mentions)
    ]
    for number, hit in enumerate(screening.hits):
        words = shown[hit.field][hit.start : hit.end] if hit.field and hit.start is not None and hit.end is not None else ""
        found.append(Finding(f"hit:{number}", name_of("hit", hit.indicator, catalogue), _cut(words)))
    return tuple(found[:MOST_OFFERED])


def _cut(words: str) -> str:
    plain = " ".join(words[: 4 * WORDS_LIMIT].split())
    return plain[:WORDS_LIMIT] + ("…" if len(plain) > WORDS_LIMIT else "")


def fixes(
    corrections: Sequence[Correction], catalogue: Catalogue, user: str, words: Sequence[str], *, uncovered: bool
) -> tuple[Fix, ...]:
    """The corrections that stand, newest first, as the page lists them; ``words`` are the advert's known contacts."""
    return tuple(
        Fix(
            id=one.id,
            action=one.action,
            machine=name_of(one.about, one.machine, catalogue) if one.machine else "",
            label=name_of(one.about, one.label, catalogue) if one.label else "",
            text=one.text if uncovered else _covered(one, words),
            note=cover.covered_typed(one.note, words, uncovered=uncovered),
            by=one.made_by,
            at=one.made_at,
            mine=one.made_by == user,
        )
        for one in reversed(corrections)
    )


def _covered(one: Correction, words: Sequence[str]) -> str:
    kinds: set[str] = {kind.value for kind in cover.CONTACT_KINDS}
    if (one.about == "mention" and kinds.intersection((one.machine, one.label))) or cover.ranges(one.text, ()):
        return cover.dotted(one.text)
    return cover.covered_sentence(one.text, words)


def added_contacts(corrections: Iterable[Correction], advert: Advert) -> list[Mention]:
    """Contacts that people added to any version, as mentions of this one, so that they are covered like the machine's.

    Each stands where it was marked and wherever else its words stand, in the title as in the body.
    """
    found = []
    for one, contact in said_contacts(corrections):
        if one.content_hash == advert.content_hash:
            found.append(contact)
        for field, text in (("title", advert.title), ("body", advert.body)):
            at = text.find(one.text) if len(one.text) >= cover.SHORTEST else -1
            while at >= 0:
                end = at + len(one.text)
                found.append(contact.model_copy(update={"field": field, "start": at, "end": end}))
                at = text.find(one.text, end)
    return found


def said_contacts(corrections: Iterable[Correction]) -> list[tuple[Correction, Mention]]:
    """Corrections that say something is a contact, each with that contact as a mention of the version it is about."""
    kinds = {kind.value for kind in cover.CONTACT_KINDS}
    return [
        (one, Mention(
            kind=MentionKind(one.label), text=one.text, value=one.text, field=one.field, start=one.start, end=one.end,
            extractor="person", confidence=1.0,
        ))
        for one in corrections
        if one.about == "mention" and one.label in kinds and one.start is not None and one.end is not None and one.field
    ]  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """Words found in a text as captured."""

    field: str
    start: int
    end: int


def find_words(texts: Mapping[str, str], words: str, nth: int) -> Stretch | None:
    """Where words stand in title and body, the ``nth`` time (from 1), exactly as captured."""
    left = nth
    for field in ("title", "body"):
        at = texts[field].find(words)
        while at >= 0:
            left -= 1
            if left == 0:
                return Stretch(field, at, at + len(words))
            at = texts[field].find(words, at + 1)
    return None
