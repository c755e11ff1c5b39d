"""What comparison with prototypes alone is worth, were there no head for any entry.

Run: ``python -m benchmarks.prototypes`` (on tests/eval/own-a, -b, -c and -e, or ``--on FILE...``). For thresholds around the
one in use it prints precision and recall of adverts (an entry is looked for in adverts of the types it speaks about, as
labelled) and of the catalogue's examples, where every other near miss of an entry is what the entry is told it is not, and the
rest are measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indicators import prototypes
from indicators.catalogue import CatalogueEntry, Examples, load
from indicators.heads.finder import split
from indicators.heads.model import Heads
from indicators.heads.model import load as load_heads
from indicators.prototypes import AGAINST, THRESHOLD, Prototypes, as_read, without_head
from nlp.encoder import open_encoder
from nlp.pipeline import Reader
from strazha.evaluation.labelled import Labelled, read_labelled
from strazha.model.vectors import Encoder
from strazha.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

EVAL = Path(__file__).parents[1] / "tests/eval"
#: Thresholds tried.
TRIED = (0.15, 0.2, 0.25, THRESHOLD, 0.3, 0.35, 0.4)


def halved(entries: Mapping[str, CatalogueEntry]) -> dict[str, CatalogueEntry]:
    """Entries with every other near miss only."""
    found = {}
    for name, entry in entries.items():
        half = {lang: Examples(match=one.match, no_match=one.no_match[::2]) for lang, one in entry.examples.items()}
        found[name] = entry.model_copy(update={"examples": half})
    return found


def standing(compared: Prototypes, centred: Rows, texts: Sequence[str]) -> Rows:
    """Scores as they count: nothing where a sentence denies and the prototype it is like does not."""
    scores = compared.scores(centred)
    found = np.full_like(scores, -1.0)
    columns = {name: at for at, name in enumerate(compared.names)}
    for like in compared.like(centred, texts):
        found[like.row, columns[like.indicator]] = scores[like.row, columns[like.indicator]]
    return found


def of_adverts(rows: Sequence[Labelled], compared: Prototypes, heads: Heads, encoder: Encoder) -> tuple[Rows, Rows]:
    """[adverts x entries]: the best score where the entry speaks about such an advert, and whether it is labelled with it."""
    reader, entries = Reader(), load()
    best = np.full((len(rows), len(compared.names)), -1.0, np.float32)
    gold = np.zeros_like(best)
    for at, row in enumerate(rows):
        gold[at] = [name in row.indicators for name in compared.names]
        reading = reader.read(row.title, row.body)
        texts = [one.text for one in split(reading.text, reading.mentions)]
        if texts:
            best[at] = standing(compared, heads.centred(encoder.encode(texts)), texts).max(axis=0)
        kinds = {row.ad_type, row.screened_type, row.ad_type.removeprefix("benign_").replace("massage", "adult")}
        speaks = [not (one := entries[name].indicator.applies_to) or bool(kinds & set(one)) for name in compared.names]
        best[at, ~np.array(speaks)] = -1.0
    return best, gold


def of_examples(compared: Prototypes, heads: Heads, encoder: Encoder) -> tuple[Rows, Rows]:
    """[examples]: the score for the example's own entry, and whether it must match."""
    best: list[float] = []
    gold: list[float] = []
    for column, name in enumerate(compared.names):
        shown = [one for lang, one in load()[name].examples.items() if lang != "bg-Latn"]
        said = {as_read(text) for texts in load()[name].prototypes.values() for text in texts}
        for wanted, listed in ((1.0, [one.match for one in shown]), (0.0, [one.no_match[1::2] for one in shown])):
            texts = [text for many in listed for one in many if (text := as_read(one)) not in said]
            best += standing(compared, heads.centred(encoder.encode(texts)), texts)[:, column].tolist()
            gold += [wanted] * len(texts)
    return np.array(best, np.float32), np.array(gold, np.float32)


def table(label: str, best: Rows, gold: Rows) -> None:
    """Precision and recall at each threshold."""
    print(f"{label:12} {'threshold':>9} {'precision':>9} {'recall':>6} {'found':>6}")
    for tried in TRIED:
        found = best >= tried
        right = float((found & (gold > 0)).sum())
        in_use = "  in use" if tried == THRESHOLD else ""
        print(f"{'':12} {tried:9.2f} {right / max(1, found.sum()):9.2f} {right / gold.sum():6.2f} {found.sum():6}{in_use}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", nargs="+", type=Path, default=[EVAL / f"own-{letter}.jsonl" for letter in "abce"])
    files: list[Path] = parser.parse_args().on
    encoder, heads = open_encoder(Settings()), load_heads()
    if encoder is None or heads is None:
        raise SystemExit("prototypes need a model and the mean of the heads' sentences: strazha model build")
    names = without_head(load(), ())
    # Below the lowest threshold tried nothing is of interest; the one in use must not hide what lies between.
    prototypes.THRESHOLD = TRIED[0]

    def encode(texts: Sequence[str]) -> Rows:
        return heads.centred(encoder.encode(texts))

    print(f"{len(names)} entries, encoder {encoder.version}, {AGAINST} of the nearness to what an entry is not is taken away")
    rows = [row for path in files for row in read_labelled(path)]
    table(f"{len(rows)} adverts", *of_adverts(rows, Prototypes(load(), names, encode), heads, encoder))
    best, gold = of_examples(Prototypes(halved(load()), names, encode), heads, encoder)
    table(f"{len(gold)} examples", best, gold)


if __name__ == "__main__":
    main()
