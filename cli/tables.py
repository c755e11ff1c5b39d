"""What commands print with: tables alike, and texts of strangers made fit for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def table(title: str, *columns: str, texts: bool = False) -> Table:
    """An empty table; all columns but the first are right-aligned, for figures, unless they hold ``texts``."""
    from rich.table import Table

    made = Table(title=title, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number and not texts else "left", overflow="fold")
    return made


def printable(text: str, keep: str = "") -> str:
    """Adverts and web pages are hostile input: no escape sequence of theirs may reach the terminal."""
    return "".join(char if char.isprintable() or char in keep else "·" for char in text)
