"""Figures as tables: what a page shows, a chart draws, a CSV file holds and a report prints is one and the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

Cell = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading in the page's language, whether it holds figures, and whether the chart draws it."""

    label: str
    figures: bool = True
    series: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading and what is to be said of it; ``hrefs`` lead from each row to what it counts."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    hrefs: tuple[str, ...] = ()
    warning: str = field(default="")

    @property
    def drawn(self) -> bool:
        """Whether a chart is drawn of it."""
        return any(column.series for column in self.columns)


def percent(share: float | None) -> str:
    """A share for people; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"
