"""What ``strazha indicators diff`` does and prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.tables import moved_line, printable, table

if TYPE_CHECKING:
    from rich.console import Console

    from flows.corpus import Named, Refuse
    from indicators.difference import Change, Difference


def run(
    changed: Sequence[Path], base: tuple[Path | None, bool], *, corpus: Path | None, sources: Sequence[str], show: int,
    out: Path | None,
) -> None:  # fmt: skip
    """Compare the catalogues on the corpus, print, and write JSON where ``out`` is given. ``base``: folder, whole or not."""
    from rich.console import Console

    from cli.screen import tell_left_out
    from flows.difference import catalogues, difference

    before, after = catalogues(changed, base[0], whole=base[1])
    bad: list[tuple[str, str]] = []

    def refuse(place: str, reason: str) -> None:
        bad.append((place, reason))

    found = difference(_corpus(corpus, sources, refuse), before, after, refuse=refuse)
    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 160)
    show_difference(console, found, show)
    if out is not None:
        out.write_text(json.dumps(found.plain(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    tell_left_out(bad)


def _corpus(corpus: Path | None, sources: Sequence[str], refuse: Refuse) -> Iterator[Named]:
    from cli.screen import counted
    from flows.corpus import from_file, from_store
    from flows.rooms import open_rooms
    from strazha.settings import settings

    if corpus is not None:
        yield from counted(from_file(corpus, refuse), corpus)
        return
    with open_rooms(settings()) as rooms:
        yield from from_store(rooms, refuse, sources)


def show_difference(console: Console, found: Difference, show: int) -> None:
    """Print counts by indicator and language, ``show`` places of each side, and bands."""
    languages = ", ".join(f"{lang} {count}" for lang, count in found.languages.most_common())
    console.print(f"{found.adverts} adverts ({languages or 'none'})")
    names = sorted({*found.gained, *found.lost})
    if not names:
        console.print("No hit is gained or lost.")
    shown = table("Adverts in which an indicator is seen anew, or no more", "", "gained", "lost", texts=True)
    for name in names:
        sides = (found.gained.get(name), found.lost.get(name))
        shown.add_row(name, *("0" if side is None else f"{side.adverts}  ({_by_language(side.languages)})" for side in sides))
    if names:
        console.print(shown)
    for name in names:
        for sign, listed in (("+", found.gained), ("-", found.lost)):
            changes = listed[name].changes if name in listed else []
            for change in changes[:show]:
                console.print(f"{sign} {name}  {_place(change)}")
            if len(changes) > show:
                console.print(f"{sign} {name}  ... and {len(changes) - show} more places (--show, --json)")
    console.print(f"Scores that change: {found.scores} of {found.adverts}")
    bands = table("Bands that change", "from", "to", "adverts", texts=True)
    for (old, new), count in sorted(found.bands.items(), key=lambda item: -item[1]):
        bands.add_row(old, new, str(count))
    if found.bands:
        console.print(bands)
    for move in found.moved[: show * 2]:
        scores = f"{_scored(move.before)} to {_scored(move.after)}"
        console.print(moved_line(f"{move.advert} {move.lang}", scores, move.title, move.gained, move.lost))
    for (old_type, new_type), count in sorted(found.types.items()):
        if count:
            console.print(f"Type {old_type} becomes {new_type}: {count} adverts")


def _place(change: Change) -> str:
    hit = change.hit
    if not change.sentence:
        return f"{printable(change.advert)} {change.lang}  {hit.rule}: {printable(hit.note)}"
    end = change.at + (hit.end or 0) - (hit.start or 0)
    marked = f"{change.sentence[: change.at]}[[{change.sentence[change.at : end]}]]{change.sentence[end:]}"
    return f"{printable(change.advert)} {change.lang}  {hit.rule}  {hit.field} {hit.start}-{hit.end}: {printable(marked)}"


def _scored(one: tuple[int, Any]) -> str:
    return f"{one[0]} {one[1]}"


def _by_language(counts: Any) -> str:
    return ", ".join(f"{lang} {count}" for lang, count in counts.most_common(4)) + (" ..." if len(counts) > 4 else "")
