"""What ``strazha eval --groups`` and ``--counterfactual`` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.tables import printable, table

if TYPE_CHECKING:
    from rich.console import Console

    from strazha.evaluation.groups import Group, Groups
    from strazha.evaluation.labelled import Labelled
    from strazha.evaluation.moves import Moves, Tally
    from strazha.evaluation.rates import Rate

#: Moved pairs listed on a terminal; all of them stand in the JSON.
LISTED = 40


def groups_of(rows: Sequence[Labelled], outputs: Mapping[str, Mapping[str, Any]], counters: Sequence[str]) -> Groups:
    """Error rates by group of rows that were screened."""
    from flows.fairness import labelled_bands
    from strazha.evaluation.groups import score_groups

    return score_groups(rows, outputs, labelled_bands(rows), counters=counters)


def show_groups(console: Console, groups: Groups) -> None:
    """Print one table for each way of grouping, and the groups that differ."""
    from strazha.evaluation.groups import FEWEST

    for way, found in groups.by_way.items():
        title = f"By {way} (Wilson 95 %; ~ rests on fewer than {FEWEST} adverts or hits, says nothing)"
        shown = table(title, "", "rows", "false alarms", "misses", "high or urgent", "precision", "recall", "F1")
        for name, group in found.items():
            shown.add_row(name, *_cells(group))
        console.print(shown)
    for gap in groups.gaps():
        console.print(
            f"{gap.way} {gap.group}: {gap.rate} {_rate(gap.own)}, others {_rate(gap.others)} (p {gap.chance:.4f}, corrected)"
        )
    if not groups.gaps():
        console.print("No group large enough differs from the others in false alarms or misses by more than chance.")


def _cells(group: Group) -> list[str]:
    from strazha.evaluation.rates import Rate

    counts = group.indicators
    own = [*group.rates().values(), Rate(counts.tp, counts.tp + counts.fp), Rate(counts.tp, counts.tp + counts.fn)]
    return [str(group.rows), *(("~" if group.small(rate) else "") + _rate(rate) for rate in own), f"{counts.f1:.2f}"]


def _rate(rate: Rate) -> str:
    low, high = rate.interval()
    return f"{rate.count}/{rate.of} ({low:.0%}-{high:.0%})" if rate.of else "-"


def moves_of(rows: Sequence[Labelled]) -> Moves:
    """Every counterfactual pair of the rows, screened."""
    from flows.fairness import counterfactual
    from strazha.evaluation.counterfactual import pairs

    return counterfactual(list(pairs(rows)))


def show_moves(console: Console, moves: Moves) -> None:
    """Print what moved, by kind and language, and the pairs in which something did."""
    from strazha.evaluation.moves import ALLOWED

    for title, tallies in (("exchanged", moves.kinds), ("language", moves.languages)):
        shown = table(
            f"Counterfactual pairs by what was {title}" if title == "exchanged" else "... by language",
            "", "pairs", "indicator changed", f"score moved > {ALLOWED}", "band moved", "fail", "most",
        )  # fmt: skip
        for name, tally in sorted(tallies.items()) if title == "language" else tallies.items():
            shown.add_row(name, *_tally(tally))
        console.print(shown)
    shown = table("Indicators that changed", "", "pairs", texts=True)
    for name, kinds in sorted(moves.indicators.items(), key=lambda item: -item[1].total()):
        shown.add_row(name, ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    console.print(shown)
    for move in sorted(moves.moves, key=lambda move: move.explained)[:LISTED]:
        changed = [f"+{name}" for name in move.gained] + [f"-{name}" for name in move.lost]
        pair, fails = move.pair, "" if move.explained else "FAILS: "
        line = f"{fails}{pair.row} {pair.lang} {pair.kind} {pair.what}: {move.before.score} to {move.after.score}"
        if move.before.ad_type != move.after.ad_type:
            line += f" (type {move.before.ad_type} to {move.after.ad_type})"
        console.print(printable(f"{line}  {' '.join(changed)}"))
    if len(moves.moves) > LISTED:
        console.print(f"... and {len(moves.moves) - LISTED} more (all of them with --json)")
    pairs = sum(tally.pairs for tally in moves.kinds.values())
    console.print(
        f"{pairs} pairs; {len(moves.unexplained)} fail: the score moved by more than {ALLOWED} points without a changed "
        "indicator, or an indicator changed that a nation or name has no say in"
    )


def _tally(tally: Tally) -> list[str]:
    changed = f"{tally.changed} ({tally.change.share:.1%})"
    return [str(tally.pairs), changed, str(tally.moved), str(tally.bands), str(tally.unexplained), str(tally.worst)]
