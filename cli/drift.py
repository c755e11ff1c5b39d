"""``strazha drift``: whether what a source shows has changed, by the shares its runs have noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from flows.steps.drift import Compared, Shift


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--all", "whole", is_flag=True, help="Show every share, not only the ten surest shifts.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write every share to this file.")
def command(sources: tuple[str, ...], whole: bool, json_path: Path | None) -> None:
    """Compare the newest adverts of each SOURCE (or of all) with those before: shares of indicators, languages and types.

    A shift that is neither chance nor a trifle is an alarm (docs/drift.md).
    """
    from rich.console import Console

    from flows.rooms import open_rooms
    from flows.steps.drift import STEP, compared
    from strazha.errors import BadInputError
    from strazha.settings import settings

    console = Console()
    with open_rooms(settings()) as rooms:
        known = sorted({unit for unit, _, _ in rooms.ledger.done_units(STEP)})
        unknown = sorted(set(sources) - set(known))
        if unknown:
            remedy = f"known: {', '.join(known)}" if known else "shares are noted with each run: strazha run SOURCE"
            raise BadInputError("no run has noted shares of this source", place=", ".join(unknown), remedy=remedy)
        found = [compared(rooms, source) for source in sources or known]
    if not found:
        console.print("No run has noted shares yet.")
    for one in found:
        _show(console, one, whole=whole)
    if json_path is not None:
        plain = {one.source_id: _plain(one) for one in found}
        json_path.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _show(console: Console, one: Compared, *, whole: bool) -> None:
    from rich.table import Table

    from flows.steps.drift import LEAST

    shifts = one.shifts()
    alarms = sum(shift.alarming for shift in shifts)
    crawls = "the newest crawl" if one.crawls == 1 else f"the newest {one.crawls} crawls"
    console.print(
        f"{one.source_id}: {one.now.adverts} new texts in {crawls}, {one.before.adverts} before; {alarms} alarms",
        style="bold", markup=False, highlight=False,
    )  # fmt: skip
    if not one.enough:
        # A table of shares of nothing would read as if everything had gone from the site.
        console.print(f"  Too few to compare: at least {LEAST} on either side are needed.", highlight=False)
        return
    table = Table("", "", "before", "now", "chance", "", title_justify="left")
    for shift in shifts if whole else shifts[:10]:
        chance = "-" if shift.chance == 1 else f"{shift.chance:.4f}"
        table.add_row(shift.kind, shift.name, *map(_rate, (shift.before, shift.now)), chance, "ALARM" if shift.alarming else "")
    console.print(table)


def _rate(rate: Any) -> str:
    return f"{rate.share:.1%} ({rate.count})"


def _plain(one: Compared) -> dict[str, Any]:
    def plain(shift: Shift) -> dict[str, Any]:
        return {
            "kind": shift.kind, "name": shift.name, "before": shift.before.plain(), "now": shift.now.plain(),
            "chance": shift.chance, "alarm": shift.alarming,
        }  # fmt: skip

    return {
        "pipeline": one.pipeline,
        "crawls": one.crawls,
        "adverts": {"now": one.now.adverts, "before": one.before.adverts},
        "enough": one.enough,
        "shares": [plain(shift) for shift in one.shifts()],
    }
