"""``strazha calibrate``: scores and bands held against what people decided, and thresholds proposed from it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from flows.calibration import Gathered, Moved
    from strazha.evaluation.calibration import Effect, Line
    from strazha.evaluation.rates import Rate
    from strazha.evaluation.thresholds import Proposals

_FILE = click.Path(path_type=Path, dir_okay=False)
#: Indicators listed on a terminal; all of them stand in the JSON.
LISTED = 25


@click.command()
@click.option("--newest", is_flag=True, help="Count each item's newest decision, not its first.")
@click.option("--json", "json_path", type=_FILE, help="Also write every figure to this file.")
@click.option("--write", "write_path", type=_FILE, help="Write a copy of the weights with the proposed thresholds, a new file.")
def command(newest: bool, json_path: Path | None, write_path: Path | None) -> None:
    """Hold scores and bands against what people decided; propose thresholds where decisions suffice (docs/calibration.md).

    Nothing is changed: a person adopts a proposal by naming the file that --write makes in STRAZHA_WEIGHTS.
    """
    from rich.console import Console

    from flows.calibration import catalogue_says, gather, moved, thresholds, write_weights
    from flows.rooms import open_rooms
    from strazha.clock import now
    from strazha.evaluation.calibration import by_band, by_score, effects
    from strazha.evaluation.thresholds import propose
    from strazha.settings import settings

    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 160)
    with open_rooms(settings()) as rooms:
        found = gather(rooms, newest=newest)
        proposals = propose(found.cases, thresholds())
        move = moved(rooms, found.cases, proposals) if proposals.any else None
    bands, bins, worth = by_band(found.cases), by_score(found.cases), effects(found.cases, catalogue_says())
    _opening(console, found)
    if found.cases:
        _lines(console, "By band", bands)
        _lines(console, "By score", bins)
        _order(console, bands, bins)
        _effects(console, worth)
    _proposals(console, proposals, move)
    if json_path is not None:
        figures = {
            "cases": len(found.cases),
            "left_out": dict(found.left_out),
            "overturned": found.overturned,
            "low_drawn_by_chance": found.chance,
            "bands": [one.plain() for one in bands],
            "scores": [one.plain() for one in bins],
            "indicators": [one.plain() for one in worth],
            "proposals": proposals.plain(),
            "moved": None if move is None else {"decided": move.decided, "all": move.all, "unread": move.unread},
        }
        json_path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if write_path is not None:
        write_weights(write_path, proposals, len(found.cases), now().date())
        console.print(f"Written. To adopt the proposed thresholds: set STRAZHA_WEIGHTS={write_path}, then `strazha rescreen`.")


def _opening(console: Console, found: Gathered) -> None:
    cases = found.cases
    adverts = sum(case.subject == "advert" for case in cases)
    double = sum(case.double for case in cases)
    console.print(
        f"{len(cases)} decided items: {adverts} adverts, {len(cases) - adverts} clusters; {double} by double review, "
        f"{sum(case.drawn for case in cases)} of them drawn by chance"
    )
    for why, count in found.left_out.items():
        console.print(f"  {count} {why}")
    if found.overturned:
        console.print(f"  {found.overturned} items were decided the other way since (--newest counts the newest decision)")
    low = sum(case.band.value == "low" for case in cases)
    console.print(
        f"Only what people looked at is decided, and they look at the head of the queue: of {low} decided in low, "
        f"{found.chance} were drawn by chance; the others say little of what nobody looked at."
    )


def _lines(console: Console, title: str, lines: Sequence[Line]) -> None:
    headings = ["", "decided", "insufficient", "followed up (Wilson 95 %)", "referred", "drawn"]
    fit = any(line.fitted is not None for line in lines)
    shown = table(title, *headings, *(["fit that never falls"] if fit else []))
    for line in lines:
        cells = [
            line.label,
            str(line.decided),
            str(line.insufficient),
            _rate(line.followed),
            _rate(line.referred),
            str(line.drawn),
        ]
        fitted = "-" if line.fitted is None else f"{line.fitted:.0%}"
        shown.add_row(*cells, *([fitted] if fit else []))
    console.print(shown)


def _rate(rate: Rate) -> str:
    low, high = rate.interval()
    return f"{rate.count}/{rate.of} ({low:.0%}-{high:.0%})" if rate.of else "-"


def _order(console: Console, bands: Sequence[Line], bins: Sequence[Line]) -> None:
    from strazha.evaluation.calibration import falls

    wrong = [*falls(bands), *falls(bins)]
    for one in wrong:
        console.print(
            f"OUT OF ORDER: {one.higher.label} was followed up less often ({_rate(one.higher.followed)}) than "
            f"{one.lower.label} ({_rate(one.lower.followed)}); p {one.chance:.4f}, corrected"
        )
    if not wrong:
        console.print("No band or bin was followed up less often than a lower one by more than chance.")


def _effects(console: Console, worth: Sequence[Effect]) -> None:
    from strazha.evaluation.calibration import LEAST_WITH

    enough = [one for one in worth if one.enough]
    console.print(f"Indicators: {len(enough)} of {len(worth)} stand in, and lack in, at least {LEAST_WITH} decided adverts.")
    if not enough:
        return
    shown = table(
        "Followed up with and without an indicator", "", "strength", "validity", "with", "without", "ratio (95 %)", "p"
    )
    for one in enough[:LISTED]:
        ratio, low, high = one.ratio()
        name = f"{one.name} !" if one.contradiction else one.name
        cells = (_rate(one.present), _rate(one.absent), f"{ratio:.2f} ({low:.2f}-{high:.2f})", f"{one.chance:.3f}")
        shown.add_row(name, one.known.strength, one.known.validity, *cells)
    console.print(shown)
    for one in enough:
        if one.contradiction:
            console.print(f"! {one.name}: {one.contradiction} (strength {one.known.strength}, validity {one.known.validity})")


def _proposals(console: Console, proposals: Proposals, move: Moved | None) -> None:
    from strazha.evaluation.thresholds import LEAST, LEAST_LOW

    console.print(
        f"Thresholds (nothing is proposed from fewer than {LEAST} decided adverts at or above one, {LEAST_LOW} below medium):"
    )
    for one in proposals.of:
        what = f"{one.present}, stays" if one.proposed is None else f"{one.present}, proposed {one.proposed}"
        console.print(f"  {one.band.value}: {what}: {one.why}")
    if move is None:
        return
    shown = table("Adverts by band, before and after", "", *move.all[0])
    for name, (before, after) in (("decided", move.decided), ("all screened", move.all)):
        shown.add_row(name, *(f"{before[band]} > {after[band]}" for band in before))
    console.print(shown)
    console.print("Clusters are given bands by the same thresholds when they are linked anew; they are not counted here.")
