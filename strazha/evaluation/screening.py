"""How well adverts were screened: extraction, language, type, indicators, bands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strazha.evaluation.counts import Counts, macro_f1, micro
from strazha.evaluation.labelled import Labelled
from strazha.evaluation.values import KINDS, Row, found_values, labelled_values

#: The sign by which screening says that a contact is disguised, where its mentions carry no flag of their own.
_OBSCURED = "obscured_contact"


@dataclass(frozen=True, slots=True)
class Miss:
    """One row's errors of one kind, for reading."""

    row: str
    kind: str
    missed: tuple[str, ...]
    false: tuple[str, ...]


@dataclass(slots=True)
class ScreeningScore:
    """Figures over one labelled file; built up by :func:`score_screening`."""

    rows: int = 0
    #: Rows for which the output has no row, or only an error; they count as found nothing.
    without_output: int = 0
    extraction: dict[str, Counts] = field(default_factory=lambda: {kind: Counts() for kind in KINDS})
    #: language -> kind -> counts.
    by_language: dict[str, dict[str, Counts]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Counts)))
    #: Telephones on rows whose number is disguised, and on the others.
    phones_disguised: Counts = field(default_factory=Counts)
    phones_plain: Counts = field(default_factory=Counts)
    phone_obscured: Counts = field(default_factory=Counts)
    language_right: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    latin_bg: Counts = field(default_factory=Counts)
    ad_types: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    #: (labelled, found) -> rows.
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    indicators: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    #: Counter-indicators among them, reported apart.
    counters: frozenset[str] = frozenset()
    #: Rightly found indicators with a labelled span: how many were shown at a place that overlaps it, and how many there are.
    spans_met: int = 0
    spans_total: int = 0
    #: "benign" and "other" hold every row once; "independent" again those labelled so.
    bands: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    misses: list[Miss] = field(default_factory=list)

    @property
    def language_accuracy(self) -> float:
        """Share of rows whose first language is the labelled one."""
        right = sum(counts["right"] for counts in self.language_right.values())
        return right / self.rows if self.rows else 1.0

    @property
    def span_overlap(self) -> float:
        """Share of rightly found indicators that were shown where the label shows them."""
        return self.spans_met / self.spans_total if self.spans_total else 1.0

    def indicator_counts(self, *, counter: bool) -> dict[str, Counts]:
        """Counts by indicator: counter-indicators, or the others."""
        return {one: self.indicators[one] for one in sorted(self.indicators) if (one in self.counters) == counter}

    def plain(self) -> dict[str, object]:
        """For JSON."""
        signs, counters = self.indicator_counts(counter=False), self.indicator_counts(counter=True)
        return {
            "rows": self.rows,
            "without_output": self.without_output,
            "extraction": {kind: counts.plain() for kind, counts in self.extraction.items()},
            "extraction_micro": micro(list(self.extraction.values())).plain(),
            "by_language": {
                lang: {kind: counts.plain() for kind, counts in kinds.items()}
                for lang, kinds in sorted(self.by_language.items())
            },
            "phones_disguised": self.phones_disguised.plain(),
            "phones_plain": self.phones_plain.plain(),
            "phone_obscured": self.phone_obscured.plain(),
            "language_accuracy": round(self.language_accuracy, 4),
            "languages": {lang: dict(counts) for lang, counts in sorted(self.language_right.items())},
            "latin_bg": self.latin_bg.plain(),
            "ad_type_macro_f1": round(macro_f1(list(self.ad_types.values())), 4),
            "ad_type": {kind: counts.plain() for kind, counts in sorted(self.ad_types.items())},
            "confusion": {f"{gold}>{found}": count for (gold, found), count in sorted(self.confusion.items())},
            "indicators_macro_f1": round(macro_f1(list(signs.values())), 4),
            "indicators_micro": micro(list(signs.values())).plain(),
            "indicators": {one: counts.plain() for one, counts in signs.items()},
            "counter_indicators_macro_f1": round(macro_f1(list(counters.values())), 4),
            "counter_indicators_micro": micro(list(counters.values())).plain(),
            "counter_indicators": {one: counts.plain() for one, counts in counters.items()},
            "span_overlap": round(self.span_overlap, 4),
            "bands": {kind: dict(counts) for kind, counts in sorted(self.bands.items())},
        }


def score_screening(
    labelled: Sequence[Labelled], outputs: Mapping[str, Row], *, counters: Collection[str] = ()
) -> ScreeningScore:
    """Compare the output rows of ``strazha screen`` (by id) with labelled rows. ``counters``: ids of counter-indicators."""
    score = ScreeningScore(counters=frozenset(counters))
    for row in labelled:
        output = outputs.get(row.id, {})
        if "mentions" not in output:
            score.without_output += 1
        score.rows += 1
        _extraction(score, row, output)
        _language(score, row, output)
        _type(score, row, output)
        _indicators(score, row, output)
        band = str(output.get("band", "none"))
        score.bands["benign" if row.screened_type == "benign" else "other"][band] += 1
        if row.independent:
            score.bands["independent"][band] += 1
    return score


def _extraction(score: ScreeningScore, row: Labelled, output: Row) -> None:
    for kind in KINDS:
        gold, found = labelled_values(kind, row), found_values(kind, output)
        missed, wrong = score.extraction[kind].add(gold, found)
        score.by_language[row.lang][kind].add(gold, found)
        if kind == "phones":
            (score.phones_disguised if row.phone_obscured else score.phones_plain).add(gold, found)
        _note(score, row, kind, missed, wrong)
    _flag(score.phone_obscured, row.phone_obscured, _says_obscured(output))


def _says_obscured(output: Row) -> bool:
    phones = [mention for mention in output.get("mentions", ()) if mention.get("kind") == "phone"]
    if any("obscured" in mention for mention in phones):
        return any(mention.get("obscured") for mention in phones)
    return bool(phones) and any(hit.get("indicator") == _OBSCURED for hit in output.get("hits", ()))


def _language(score: ScreeningScore, row: Labelled, output: Row) -> None:
    guesses = output.get("languages") or [{}]
    found = str(guesses[0].get("lang", "none"))
    score.language_right[row.lang]["right" if found == row.lang else "wrong"] += 1
    if found != row.lang:
        _note(score, row, "language", [row.lang], [found])
    said = bool(output.get("latin_bg", False))
    _flag(score.latin_bg, row.latin_bg, said)
    if said != row.latin_bg:
        _note(score, row, "latin_bg", [row.latin_bg], [said])


def _type(score: ScreeningScore, row: Labelled, output: Row) -> None:
    gold, found = row.screened_type, str(output.get("ad_type", "none"))
    score.confusion[gold, found] += 1
    if gold == found:
        score.ad_types[gold].tp += 1
        return
    score.ad_types[gold].fn += 1
    if found != "none":
        score.ad_types[found].fp += 1
    _note(score, row, "ad_type", [gold], [found])


def _indicators(score: ScreeningScore, row: Labelled, output: Row) -> None:
    hits = list(output.get("hits", ()))
    gold, found = set(row.indicators), {str(hit.get("indicator")) for hit in hits}
    for one in gold | found:
        _flag(score.indicators[one], one in gold, one in found)
    _note(score, row, "indicators", sorted(gold - found), sorted(found - gold))
    for one in sorted(gold & found):
        ranges = _ranges(row, row.spans.get(one, ()))
        if not ranges:
            continue
        score.spans_total += 1
        if any(_overlaps(hit, ranges) for hit in hits if hit.get("indicator") == one):
            score.spans_met += 1


def _ranges(row: Labelled, spans: Iterable[str]) -> list[tuple[str, int, int]]:
    """Every place where a labelled span stands, as (field, start, end)."""
    found: list[tuple[str, int, int]] = []
    for span in spans:
        for name, text in (("title", row.title), ("body", row.body)):
            at = text.find(span) if span else -1
            while at >= 0:
                found.append((name, at, at + len(span)))
                at = text.find(span, at + 1)
    return found


def _overlaps(hit: Mapping[str, Any], ranges: Iterable[tuple[str, int, int]]) -> bool:
    start, end = hit.get("start"), hit.get("end")
    if start is None or end is None:
        return False
    return any(hit.get("field") == name and start < stop and begin < end for name, begin, stop in ranges)


def _flag(counts: Counts, gold: bool, found: bool) -> None:
    counts.tp += gold and found
    counts.fp += found and not gold
    counts.fn += gold and not found


def _note(score: ScreeningScore, row: Labelled, kind: str, missed: Iterable[object], wrong: Iterable[object]) -> None:
    miss = Miss(row.id, kind, tuple(_shown(one) for one in missed), tuple(_shown(one) for one in wrong))
    if miss.missed or miss.false:
        score.misses.append(miss)


def _shown(value: object) -> str:
    return " ".join("-" if part in (None, "") else str(part) for part in value) if isinstance(value, tuple) else str(value)
