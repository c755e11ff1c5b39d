"""An advert's text with everything the machine found in it: marks, the legend that explains them, contacts covered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from review import cover
from review.blocks import MarkedText, MentionLine, Note
from review.correcting import Place, by_place, findings, place_of_hit, place_of_mention, words_of
from review.i18n import pick, tr
from review.labels import DISGUISED, MENTIONS, PER
from review.marks import Mark, parts, segments
from review.places import place_name
from review.rows import TITLE_LIMIT, Catalogue
from review.sentences import said as spoken
from strazha.ledger.work_records import Correction
from strazha.model import Hit, Indicator, Mention, MentionKind, Screening, Strength

#: Characters of a body shown at once; longer ones are shown in parts. An advert of ordinary length is a twentieth of this.
PART = 20_000
#: Characters and number of quotes in the legend; marks and lines of mentions. Bounds for hostile adverts only.
QUOTE_LIMIT, QUOTES, MARKS_LIMIT, LINES_LIMIT = 160, 5, 2000, 200


@dataclass
class Texts:
    """Title and body as they may be shown: covered or not, same offsets as captured."""

    title: str
    body: str
    covered: bool
    words: list[str] = field(default_factory=list)

    def sentence(self, text: str) -> str:
        """A sentence about the advert, contacts covered where the text's are."""
        return spoken(cover.covered_sentence(text, self.words) if self.covered else text)

    def quote(self, hit: Hit) -> str:
        """The words behind a hit."""
        if hit.start is None or hit.end is None or hit.field is None:
            return cover.covered_sentence(hit.text, self.words) if self.covered else hit.text
        text = self.title if hit.field == "title" else self.body
        found = " ".join(text[hit.start : min(hit.end, hit.start + QUOTE_LIMIT)].split())
        return found + ("…" if hit.end - hit.start > QUOTE_LIMIT else "")


def marked_text(
    title: str, body: str, screening: Screening, catalogue: Catalogue, *, part: int = 1, uncovered: bool = False,
    corrections: Sequence[Correction] = (), contacts: Sequence[Mention] = (),
) -> MarkedText:  # fmt: skip
    """Title and one part of the body with all marks, and the legend. ``part`` counts from 1 and is brought into range.

    ``corrections`` are people's: what they call nothing or something else is marked as such, what they added is marked too.
    ``contacts`` are those that people added, covered whether or not this user may know of the corrections they come from.
    """
    mentions = screening.mentions
    said = by_place(corrections)
    texts = Texts(title, body, covered=False) if uncovered else covered_texts(title, body, [*mentions, *contacts])
    by_indicator: dict[str, list[Hit]] = {}
    for hit in screening.hits:
        by_indicator.setdefault(hit.indicator, []).append(hit)
    known = {name: catalogue.get(name) for name in by_indicator}
    order = sorted(by_indicator, key=lambda name: rank(known[name]))
    numbers = {name: number for number, name in enumerate(order, 1)}
    firsts = {hit.indicator: f"hit:{number}" for number, hit in reversed(list(enumerate(screening.hits)))}
    notes = [
        replace(
            _note(numbers[name], name, known[name], by_indicator[name], texts),
            fixes=_fixes((place_of_hit(hit) for hit in by_indicator[name]), said, catalogue),
            finding=firsts[name],
        )
        for name in order
    ]
    hidden = [not uncovered and is_hidden(one, title if one.field == "title" else body, texts) for one in mentions]
    lines, men_marks = _mentions(mentions, len(notes), hidden=hidden, said=said, catalogue=catalogue)
    marks = [*_added(corrections, catalogue), *_hit_marks(screening.hits, numbers, known, said)]
    marks_of: dict[str, list[Mark]] = {"title": [], "body": []}
    for place, mark in (marks + men_marks)[:MARKS_LIMIT]:
        marks_of[place].append(mark)
    cuts = list(parts(len(body), PART))
    part = min(max(part, 1), len(cuts))
    low, high = cuts[part - 1]
    return MarkedText(
        title=tuple(segments(texts.title, marks_of["title"], end=TITLE_LIMIT)),
        body=tuple(segments(texts.body, marks_of["body"], start=low, end=high)),
        part=part,
        parts=len(cuts),
        length=len(body),
        evidence=tuple(note for note in notes if not _counters(note.indicator)),
        counter=tuple(note for note in notes if _counters(note.indicator)),
        mentions=tuple(lines),
        covered=0 if uncovered else sum(1 for line in lines if line.covered) + len({one.text for one in contacts}),
        findings=findings(screening, (texts.title, texts.body), catalogue),
    )


def _fixes(places: Iterable[Place], said: Mapping[Place, Correction], catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words_of(said[place], catalogue) for place in places if place in said))


def _off(place: Place, said: Mapping[Place, Correction]) -> str:
    found = said.get(place)
    return "" if found is None else " off" if found.action == "remove" else " changed"


def _added(corrections: Sequence[Correction], catalogue: Catalogue) -> list[tuple[str, Mark]]:
    return [
        (one.field, Mark(one.start, one.end, 0, "person", words_of(one, catalogue), numbered=False))
        for one in corrections
        if one.action == "add" and one.field and one.start is not None and one.end is not None
    ]


def covered_texts(title: str, body: str, mentions: Sequence[Mention]) -> Texts:
    """Title and body with contacts covered."""
    in_title = cover.ranges(title, [mention for mention in mentions if mention.field == "title"])
    in_body = cover.ranges(body, [mention for mention in mentions if mention.field == "body"])
    words = cover.contact_words(mentions)
    return Texts(cover.cover(title, in_title), cover.cover(body, in_body), covered=True, words=words)


def _counters(indicator: Indicator | None) -> bool:
    return indicator is not None and indicator.strength is Strength.COUNTER


_STRENGTH_ORDER = (Strength.STRONG, Strength.MEDIUM, Strength.WEAK, Strength.COUNTER)


def rank(indicator: Indicator | None) -> tuple[int, int, str]:
    """Sort key of indicators: those that go first, then by strength, counter-indicators last."""
    if indicator is None:
        return 1, 2, ""
    return (0 if indicator.head_of_queue else 1), _STRENGTH_ORDER.index(indicator.strength), indicator.id


def strength_css(indicator: Indicator | None) -> str:
    """The class under which an indicator's strength is drawn."""
    return f"s-{indicator.strength.value}" if indicator is not None else "s-W"


def _note(number: int, name: str, indicator: Indicator | None, hits: Sequence[Hit], texts: Texts) -> Note:
    quotes = dict.fromkeys(quote for hit in hits if (quote := texts.quote(hit)))
    first = min((hit.start for hit in hits if hit.field == "body" and hit.start is not None), default=None)
    titled = any(hit.field == "title" and hit.start is not None for hit in hits)
    return Note(
        number=number,
        css=strength_css(indicator),
        label=pick(indicator.label, name) if indicator is not None else name,
        quotes=tuple(quotes)[:QUOTES],
        part=0 if titled else None if first is None else first // PART + 1,
        indicator=indicator,
        methods=tuple(dict.fromkeys(hit.method for hit in hits)),
        confidence=max(hit.confidence for hit in hits),
        remarks=tuple(dict.fromkeys(texts.sentence(hit.note) for hit in hits if hit.note))[:QUOTES],
        rules=tuple(dict.fromkeys(hit.rule for hit in hits if hit.rule))[:QUOTES],
    )


def _hit_marks(
    hits: Sequence[Hit], numbers: Mapping[str, int], known: Mapping[str, Indicator | None], said: Mapping[Place, Correction]
) -> list[tuple[str, Mark]]:
    found: list[tuple[str, Mark]] = []
    for hit in hits:
        if hit.start is None or hit.end is None or hit.field is None:
            continue
        indicator = known[hit.indicator]
        label = pick(indicator.label, hit.indicator) if indicator is not None else hit.indicator
        mark = Mark(
            hit.start, hit.end, numbers[hit.indicator], f"hit {strength_css(indicator)}{_off(place_of_hit(hit), said)}", label
        )
        found.append((hit.field, mark))
    return found


def is_hidden(mention: Mention, captured: str, texts: Texts) -> bool:
    """Whether a mention is not to be read while contacts are covered; ``captured`` is the text it stands in."""
    # What is no contact by itself may stand within one, such as a name a person says is an account.
    shown = texts.title if mention.field == "title" else texts.body
    low, high = mention.start, mention.end
    return mention.kind in cover.CONTACT_KINDS or captured[low:high] != shown[low:high]


def _mentions(
    mentions: Sequence[Mention], taken: int, *, hidden: Sequence[bool], said: Mapping[Place, Correction], catalogue: Catalogue
) -> tuple[list[MentionLine], list[tuple[str, Mark]]]:
    lines: dict[tuple[str, str], MentionLine] = {}
    marks: list[tuple[str, Mark]] = []
    for at, mention in enumerate(mentions):
        key = (mention.kind.value, mention.key)
        if key not in lines and len(lines) < LINES_LIMIT:
            line = _mention_line(mention, taken + len(lines) + 1, covered=hidden[at])
            lines[key] = replace(line, finding=f"mention:{at}")
        place = place_of_mention(mention)
        if key in lines and place in said:
            fixes = (*lines[key].fixes, words_of(said[place], catalogue))
            lines[key] = replace(lines[key], fixes=tuple(dict.fromkeys(fixes)))
        number = lines[key].number if key in lines else 0
        label = tr(MENTIONS[mention.kind]) + (f" ({tr(DISGUISED)})" if mention.obscured else "")
        css = f"men k-{mention.kind.value}{_off(place, said)}"
        marks.append((mention.field, Mark(mention.start, mention.end, number, css, label, numbered=False)))
    return list(lines.values()), marks


def _mention_line(mention: Mention, number: int, *, covered: bool) -> MentionLine:
    value = readable_value(mention)
    text = " ".join(mention.text.split())
    return MentionLine(
        number=number,
        kind=mention.kind.value,
        text=cover.dotted(text) if covered else text,
        value=cover.covered_contact(f"{mention.kind.value}:{value}").partition(": ")[2] if covered else value,
        covered=covered,
        confidence=mention.confidence,
        obscured=mention.obscured,
        remarks=tuple(tr(remark) for remark in (*mention.disguise, *mention.tags)),
        part=0 if mention.field == "title" else mention.start // PART + 1,
    )


def readable_value(mention: Mention) -> str:
    """A mention's normal form as a person reads it."""
    value = mention.value
    if not isinstance(value, dict):
        return str(value)
    if mention.kind is MentionKind.PLACE:
        return place_name(f"{value.get('name') or ''}|{value.get('country') or ''}")
    amount, currency, per = value.get("amount"), value.get("currency"), value.get("per")
    shape = f"{amount:g}" if isinstance(amount, int | float) else str(amount or "")
    return " ".join(str(item) for item in (shape, currency, tr(PER.get(str(per or ""), ""))) if item)
