"""What commands print with: tables alike, and texts of strangers made fit for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

#: Characters of a title that are looked at for contacts, and that are shown.
MOST_READ, SHORT = 500, 48


def table(title: str, *columns: str, texts: bool = False) -> Table:
    """An empty table; all columns but the first are right-aligned, for figures, unless they hold ``texts``."""
    from rich.table import Table

    made = Table(title=title, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number and not texts else "left", overflow="fold")
    return made


def moved_line(advert: str, scores: str, title: str, gained: Iterable[str], lost: Iterable[str]) -> str:
    """An advert whose band moved: id, start of its title (contacts covered), scores, indicators gained and lost."""
    from review.cover import cover, ranges

    whole = title[:MOST_READ]
    name = printable(" ".join(cover(whole, ranges(whole, ())).split()))
    name = f"{name[: SHORT - 1]}…" if len(name) > SHORT else name
    signs = " ".join([*(f"+{one}" for one in gained), *(f"-{one}" for one in lost)])
    return f"  {printable(advert)}{f' “{name}”' if name else ''}: {scores}{f'  ({signs})' if signs else ''}"


def printable(text: str, keep: str = "") -> str:
    """Adverts and web pages are hostile input: no escape sequence of theirs may reach the terminal."""
    return "".join(char if char.isprintable() or char in keep else "·" for char in text)
