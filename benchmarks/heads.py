"""What each way of seeing indicators is worth on adverts that no head was trained on.

Run: ``python -m benchmarks.heads`` (trains on tests/eval/own-a.jsonl, measures on own-b.jsonl; ``--train`` and ``--test`` for
others). Prints precision, recall and F1 of patterns, semantics, derivations and all together, each by language, with versions.
Patterns were tuned on own-a and partly on own-b; heads here saw own-a and the catalogue's examples only, so they are not those
that ship. A second table is the shipped heads' on own-d.jsonl, which nobody trained or tuned on: totals alone, so that it stays
unread (left out with ``--test``). Without a model semantics are left out, and it says so.

``--parts`` trains four times instead (a quarter of an hour) and prints what heads are worth that look at the sentence's vector
alone, at the advert's too, at the wording too, at everything. ``--across`` leaves one labelled file out after the other, each
in turn the writer that no head has read, and prints each and all together: the fairest measure there is here, as it rests on
every label (patterns and words, though, have been tuned on all but ``own-d``).
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from flows.heads import Learnt, learn, train_heads
from indicators import catalogue
from indicators.heads.finder import Seen, SemanticFinder, Sentence, split
from indicators.heads.model import load
from indicators.heads.train import PARTS, Part
from indicators.prototypes import Prototypes
from indicators.screener import WAYS, Findings, Screener
from nlp.encoder import open_encoder
from nlp.pipeline import Reader
from strazha.evaluation.counts import Counts, macro_f1
from strazha.evaluation.labelled import Labelled, read_labelled
from strazha.model import Band, Hit, Mention, Reading, ReadText, Strength
from strazha.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]


def counted(rows: Sequence[Labelled], found: Sequence[Findings], names: frozenset[str]) -> Counts:
    """Rightly found, wrongly found and missed indicators."""
    counts = Counts()
    for row, one in zip(rows, found, strict=True):
        counts.add(names & set(row.indicators), names & {hit.indicator for hit in one.hits})
    return counts


def figures(counts: Counts) -> str:
    """Precision, recall and F1 as the table shows them."""
    return f"{counts.precision:9.3f} {counts.recall:6.3f} {counts.f1:6.3f}"


def seen(screener: Screener, readings: Iterable[Reading]) -> list[Findings]:
    """What is found in each advert."""
    return [screener.screen(one.text, one.mentions) for one in readings]


def type_f1(rows: Sequence[Labelled], found: Sequence[Findings]) -> float:
    """Macro F1 of the advert types, harmless ones as one."""
    counts = {kind: Counts() for kind in {row.screened_type for row in rows}}
    for row, one in zip(rows, found, strict=True):
        for kind, count in counts.items():
            count.add([kind] if row.screened_type == kind else [], [kind] if one.ad_type.value == kind else [])
    return macro_f1(list(counts.values()))


def by_parts(train: Sequence[Path], rows: Sequence[Labelled], settings: Settings) -> None:
    """Everything together, with heads that look at less and at more."""
    entries = catalogue.load()
    counters = frozenset(name for name, entry in entries.items() if entry.indicator.strength is Strength.COUNTER)
    encoder, reader = open_encoder(settings), Reader()
    if encoder is None:
        raise SystemExit("heads need a model: strazha model build")
    readings = [reader.read(row.title, row.body) for row in rows]
    choices: tuple[tuple[Part, ...], ...] = ((), ("advert",), ("words",), PARTS)
    for parts in choices:
        folder = Path(settings.home) / "_".join(("heads", *parts))
        folder.mkdir()
        train_heads(train, settings, folder, parts)
        heads = load(folder)
        if heads is None:
            raise SystemExit(f"{folder}: nothing was trained")
        screener = Screener(SemanticFinder(encoder, heads))
        screener.prepare(readings)
        found = seen(screener, readings)
        risk, against = (figures(counted(rows, found, names)) for names in (frozenset(entries) - counters, counters))
        kinds = type_f1(rows, found)
        print(f"{' and '.join(('sentence', *parts)):26} {risk}   counter-indicators {against}   types {kinds:.3f}", flush=True)


#: Ways of seeing, each by itself, the two that need no model, and all.
ABLATION = ((WAYS[0],), (WAYS[1],), (WAYS[2],), (WAYS[0], WAYS[2]), WAYS)


def named(files: Iterable[Path]) -> str:
    """Files as the output calls them."""
    return ", ".join(path.stem for path in files)


def trained_on(finder: SemanticFinder | None, files: Iterable[Path]) -> str:
    """What the heads of the table learnt from, for who reads it."""
    if finder is None:
        return "without a model: no heads, semantics are left out"
    learnt = f"the labels of {named(files)} and the catalogue's examples"
    return f"heads trained for this table on {learnt}, so not those that ship"


def ablation(
    rows: Sequence[Labelled], readings: Sequence[Reading], finder: SemanticFinder | None, *, by_language: bool = True
) -> None:
    """What each way of seeing is worth, over all rows and (``by_language``) over those of each language."""
    entries = catalogue.load()
    counters = frozenset(name for name, entry in entries.items() if entry.indicator.strength is Strength.COUNTER)
    risks = frozenset(entries) - counters
    found: dict[str, list[Findings]] = {}
    if finder is not None:
        finder.prepare(readings)
    for ways in ABLATION:
        if finder is not None or WAYS[1] not in ways or ways == WAYS:
            found["all" if ways == WAYS else " and ".join(ways)] = seen(Screener(finder, ways), readings)
    print(f"{'':26} {'precision':>9} {'recall':>6} {'F1':>6}")
    for label, one in found.items():
        print(f"{label:26} {figures(counted(rows, one, risks))}   counter-indicators {figures(counted(rows, one, counters))}")
    for lang in sorted({row.lang for row in rows}) if by_language else ():
        at = [number for number, row in enumerate(rows) if row.lang == lang]
        some = [rows[number] for number in at]
        print(f"{lang} ({len(at)} adverts)")
        for label, one in found.items():
            print(f"  {label:24} {figures(counted(some, [one[number] for number in at], risks))}")


def shipped(settings: Settings) -> None:
    """The heads that ship, on the adverts that nobody trained or tuned on: totals alone."""
    encoder, heads = open_encoder(settings), load()
    if encoder is None or heads is None or heads.encoder != encoder.version:
        print(f"\n{UNREAD.stem}: the shipped heads need their model: strazha model build")
        return
    rows, reader = read_labelled(UNREAD), Reader()
    print(f"\n{len(rows)} adverts of {UNREAD.stem}, which nobody trained or tuned on; the shipped heads {heads.version}")
    ablation(rows, [reader.read(row.title, row.body) for row in rows], SemanticFinder(encoder, heads), by_language=False)


#: Labelled adverts that are only ever counted.
UNREAD = ROOT / "tests/eval/own-d.jsonl"
#: What ``--across`` learns from, one file the writer that no head has read, each in turn.
ACROSS = ("own-a", "own-b", "own-c", "own-e", "own-f", "own-g", "dev-screening", "dev-groups")


class Unread(SemanticFinder):
    """Stands where the finder stands: what heads think of an advert that did not read its file."""

    def __init__(self, learnt: Learnt, readings: Sequence[Reading]) -> None:  # everything is known: nothing to encode
        material, unseen = learnt.material, learnt.unseen
        self._seen: dict[int, Seen] = {}
        for number, reading in enumerate(readings):
            found = split(reading.text, reading.mentions)
            own = unseen.probabilities[material.advert == number]
            hits = tuple(_hits(found, own, unseen.names, learnt.heads.thresholds)) if found else ()
            self._seen[id(reading.text)] = Seen(hits, unseen.leanings[number] if found else {})

    def prototypes_of(self, entries: Mapping[str, catalogue.CatalogueEntry]) -> None:
        """Nothing: it is heads that are measured."""

    def look(self, text: ReadText, mentions: Sequence[Mention], prototypes: Prototypes | None = None) -> Seen:
        """As ``SemanticFinder.look``."""
        return self._seen[id(text)]

    def prepare(self, readings: Iterable[Reading]) -> None:
        """Everything is there already."""


def _hits(
    found: Sequence[Sentence], own: NDArray[numpy.float32], names: Sequence[str], thresholds: NDArray[numpy.float32]
) -> Iterable[Hit]:
    for row, column in numpy.argwhere(own >= thresholds).tolist():
        one, sure = found[row], round(float(own[row, column]), 2)
        place = {"field": one.field, "start": one.start, "end": one.end, "text": one.captured}
        yield Hit.model_validate(
            {"indicator": names[column], **place, "method": "semantic", "confidence": sure, "rule": "head"}
        )


def across(settings: Settings) -> None:
    """Each labelled file as one that no head has read; then all of them."""
    files = [ROOT / f"tests/eval/{name}.jsonl" for name in ACROSS]
    learnt, reader, entries = learn(files, settings), Reader(), catalogue.load()
    rows = [row for path in files for row in read_labelled(path)]
    names = [path.stem for path in files for _ in read_labelled(path)]
    readings = [reader.read(row.title, row.body) for row in rows]
    found = seen(Screener(Unread(learnt, readings)), readings)
    counters = frozenset(name for name, entry in entries.items() if entry.indicator.strength is Strength.COUNTER)
    risks = frozenset(entries) - counters
    print(f"{'':26} {'precision':>9} {'recall':>6} {'F1':>6}")
    for label in (*ACROSS, "all"):
        at = [number for number, name in enumerate(names) if label in {name, "all"}]
        some, theirs = [rows[number] for number in at], [found[number] for number in at]
        each = [counted(some, theirs, frozenset({name})) for name in sorted(risks)]
        macro = macro_f1([one for one in each if one.tp + one.fp + one.fn])
        against, kinds = figures(counted(some, theirs, counters)), type_f1(some, theirs)
        benign = [one for row, one in zip(some, theirs, strict=True) if row.screened_type == "benign"]
        false = sum(one.band in {Band.HIGH, Band.URGENT} for one in benign)
        print(
            f"{label + f' ({len(at)})':26} {figures(counted(some, theirs, risks))}   macro {macro:.3f}   "
            f"counter-indicators {against}   types {kinds:.3f}   false alarms {false} of {len(benign)}"
        )


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=Path, nargs="+", default=[ROOT / "tests/eval/own-a.jsonl"])
    parser.add_argument("--test", type=Path, nargs="+", default=[ROOT / "tests/eval/own-b.jsonl"])
    parser.add_argument("--parts", action="store_true", help="what each thing heads look at is worth, instead")
    parser.add_argument("--across", action="store_true", help="each labelled file as one that no head has read, instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        encoder = open_encoder(settings)
        label = f"{encoder.name}@{encoder.version}" if encoder else "none, so without semantics: strazha model build"
        print(f"encoder {label}; numpy {numpy.__version__}, Python {platform.python_version()}")
        if given.across:
            across(settings)
            return
        rows = [row for path in given.test for row in read_labelled(path)]
        if given.parts:
            print(f"{len(rows)} adverts\n{'':26} {'precision':>9} {'recall':>6} {'F1':>6}")
            by_parts(given.train, rows, settings)
            return
        finder = None
        if encoder is not None:
            train_heads(given.train, settings, Path(folder))
            heads = load(Path(folder))
            finder = SemanticFinder(encoder, heads) if heads else None
        reader = Reader()
        readings = [reader.read(row.title, row.body) for row in rows]
        print(f"\n{len(rows)} adverts of {named(given.test)}; {trained_on(finder, given.train)}")
        ablation(rows, readings, finder)
        if given.test == parser.get_default("test"):
            shipped(settings)


if __name__ == "__main__":
    main()
