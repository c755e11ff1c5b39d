"""``strazha eval``: figures of screening and linking on labelled files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.tables import printable, table

if TYPE_CHECKING:
    from rich.console import Console

    from strazha.evaluation.counts import Counts
    from strazha.evaluation.labelled import Labelled
    from strazha.evaluation.linking import LinkingScore
    from strazha.evaluation.screening import ScreeningScore

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option("--errors", is_flag=True, help="Also list every row's errors: what was missed, what was found wrongly.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write the figures to this file.")
@click.option("--screened", type=_FILE, help="Score this output of `strazha screen` instead of screening now.")
@click.option("--linked", type=_FILE, help="Score this output of `strazha link` instead of linking now.")
@click.option("--groups", is_flag=True, help="Error rates by language, nationality named and advert type, all files together.")
@click.option("--counterfactual", is_flag=True, help="Exchange nation, city, script, name: what does the score do?")
def command(  # noqa: PLR0917 - click hands options over by name
    files: tuple[Path, ...], errors: bool, json_path: Path | None, screened: Path | None, linked: Path | None,
    groups: bool, counterfactual: bool,
) -> None:  # fmt: skip
    """Score screening and linking against labelled files (docs/evaluation.md). Rows with "group" are scored for linking too.

    --groups and --counterfactual print their own tables instead (docs/fairness.md); exit code 1 where a counterfactual score
    moved without an indicator, or an indicator by a nation or name that has no say in it.
    """
    from rich.console import Console

    from strazha.evaluation.labelled import read_labelled

    # Markup off: labelled texts hold brackets. Wide where nobody looks at a terminal, so that a log keeps its columns.
    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 160)
    figures: dict[str, dict[str, object]] = {}
    labelled = {path: read_labelled(path) for path in files}
    if groups or counterfactual:
        together = [row for rows in labelled.values() for row in rows]
        good = _fairness(console, together, screened if groups else None, json_path, (groups, counterfactual))
        sys.exit(0 if good else 1)
    for path, rows in labelled.items():
        console.rule(str(path.name))
        own: dict[str, object] = {}
        if screened or not linked:
            score = _screening(rows, screened)
            own["screening"] = score.plain()
            show_screening(console, score)
            if errors:
                show_misses(console, score)
        grouped = [row for row in rows if row.group is not None]
        if grouped and (linked or not screened):
            own["linking"] = _linking(console, grouped, linked, errors=errors).plain()
        figures[str(path)] = own
    if json_path is not None:
        json_path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _fairness(
    console: Console, rows: Sequence[Labelled], screened: Path | None, json_path: Path | None, wanted: tuple[bool, bool]
) -> bool:
    """Groups, counterfactual pairs, or both; False where a score moved that must not."""
    from cli.fairness import groups_of, moves_of, show_groups, show_moves

    figures: dict[str, object] = {}
    good = True
    if wanted[0]:
        groups = groups_of(rows, _outputs(rows, screened), _counters())
        show_groups(console, groups)
        figures["groups"] = groups.plain()
    if wanted[1]:
        moves = moves_of(rows)
        show_moves(console, moves)
        figures["counterfactual"] = moves.plain()
        good = not moves.unexplained
    if json_path is not None:
        json_path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return good


def _screening(rows: Sequence[Labelled], screened: Path | None) -> ScreeningScore:
    from strazha.evaluation.screening import score_screening

    return score_screening(rows, _outputs(rows, screened), counters=_counters())


def _counters() -> list[str]:
    from flows.steps import catalogue
    from strazha.model import Strength

    return [name for name, indicator in catalogue().items() if indicator.strength is Strength.COUNTER]


def _outputs(rows: Sequence[Labelled], screened: Path | None) -> dict[str, dict[str, Any]]:
    from flows.blackbox import screen_rows
    from strazha.evaluation.labelled import read_outputs

    if screened is not None:
        return read_outputs(screened)
    return {output["id"]: output for output in screen_rows(_inputs(rows))}


def _linking(console: Console, rows: Sequence[Labelled], linked: Path | None, *, errors: bool) -> LinkingScore:
    from cli.link import link_numbered
    from strazha.evaluation.labelled import read_outputs
    from strazha.evaluation.linking import score_linking

    if linked is not None:
        outputs = read_outputs(linked)
    else:
        outputs = {row["id"]: row for row in link_numbered(enumerate(_inputs(rows), 1), []).rows()}
    found = {name: str(row["cluster"]) for name, row in outputs.items() if row.get("cluster") is not None}
    gold = {row.id: str(row.group) for row in rows}
    score = score_linking(gold, found, frozenset(row.id for row in rows if row.hub_phone))
    show_linking(console, score)
    if errors:
        show_pairs(console, rows, gold, found)
    return score


def _inputs(rows: Sequence[Labelled]) -> Iterator[dict[str, Any]]:
    """The rows without their labels: nothing that is to be found may be given."""
    for row in rows:
        given = {"id": row.id, "title": row.title, "body": row.body, "site": row.site, "city": row.city}
        if row.posted_at is not None:
            given["posted_at"] = row.posted_at.isoformat()
        yield given


def show_screening(console: Console, score: ScreeningScore) -> None:
    """Print the figures of screening as tables."""
    from strazha.evaluation.counts import macro_f1, micro

    rows: dict[str, Counts] = dict(score.extraction)
    rows["all kinds"] = micro(list(score.extraction.values()))
    rows["phones, disguised rows"] = score.phones_disguised
    rows["phones, other rows"] = score.phones_plain
    rows["phone is disguised"] = score.phone_obscured
    rows["Latin-typed Bulgarian"] = score.latin_bg
    _counts(console, f"Extraction ({score.rows} rows)", rows)
    if score.without_output:
        console.print(f"{score.without_output} rows have no output; they count as nothing found.")
    _languages(console, score)
    types = {f"{kind}": counts for kind, counts in sorted(score.ad_types.items())}
    _counts(console, f"Advert type (macro F1 {macro_f1(list(types.values())):.3f})", types)
    _confusion(console, score)
    for counter, title in ((False, "Indicators"), (True, "Counter-indicators")):
        counted = score.indicator_counts(counter=counter)
        whole = micro(list(counted.values()))
        figures = f"micro F1 {whole.f1:.3f}, macro F1 {macro_f1(list(counted.values())):.3f}"
        _counts(console, f"{title} ({figures})", {**counted, "all": whole})
    console.print(f"Shown where the label shows it: {score.span_overlap:.1%} of {score.spans_total} rightly found indicators")
    for kind in ("benign", "other", "independent"):
        bands = ", ".join(f"{band} {score.bands[kind][band]}" for band in ("urgent", "high", "medium", "low", "none"))
        console.print(f"Bands of {kind} adverts: {bands}")


def show_misses(console: Console, score: ScreeningScore) -> None:
    """Print every row's errors, one kind a line."""
    shown = table("Errors", "row", "kind", "missed", "false", texts=True)
    for miss in score.misses:
        shown.add_row(*map(printable, (miss.row, miss.kind, ", ".join(miss.missed), ", ".join(miss.false))))
    console.print(shown)


def show_linking(console: Console, score: LinkingScore) -> None:
    """Print the figures of linking."""
    _counts(console, f"Linking ({score.adverts} adverts)", {"pairs": score.pairs})
    console.print(
        f"ARI {score.ari:.3f}   B-cubed precision {score.bcubed_precision:.3f}, recall {score.bcubed_recall:.3f}, "
        f"F1 {score.bcubed_f1:.3f}   strangers of one hub in one cluster, pairs: {score.hub_false_pairs}"
    )


def show_pairs(console: Console, rows: Sequence[Labelled], gold: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Print where groups fell apart and where strangers were joined, one pair for each seam."""
    from strazha.evaluation.linking import wrong_pairs

    titles = {row.id: row.title for row in rows}
    missed, joined = wrong_pairs(gold, found)
    shown = table("Pairs", "error", "a", "b", "title of a", "title of b", texts=True)
    for kind, pairs in (("missed", missed), ("false", joined)):
        for a, b in pairs:
            shown.add_row(kind, *map(printable, (a, b, titles.get(a, ""), titles.get(b, ""))))
    console.print(shown)


def _counts(console: Console, title: str, rows: Mapping[str, Counts]) -> None:
    shown = table(title, "", "precision", "recall", "F1", "there", "missed", "false")
    for name, one in rows.items():
        figures = (f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.support), str(one.fn), str(one.fp))
        shown.add_row(name, *figures)
    console.print(shown)


def _languages(console: Console, score: ScreeningScore) -> None:
    kinds = list(score.extraction)
    shown = table(f"By language (right in {score.language_accuracy:.1%} of rows); F1", "", "rows", "right", *kinds)
    for lang, counted in sorted(score.language_right.items(), key=lambda item: -item[1].total()):
        per_kind = score.by_language[lang]
        cells = [f"{per_kind[kind].f1:.2f}" if per_kind[kind].support + per_kind[kind].fp else "-" for kind in kinds]
        shown.add_row(lang, str(counted.total()), str(counted["right"]), *cells)
    console.print(shown)


def _confusion(console: Console, score: ScreeningScore) -> None:
    found = sorted({pair[1] for pair in score.confusion})
    shown = table("Advert type: labelled (rows) and found (columns)", "", *found)
    for gold in sorted({pair[0] for pair in score.confusion}):
        shown.add_row(gold, *(str(score.confusion[gold, one] or "") for one in found))
    console.print(shown)
