"""``strazha schema``: the JSON Schema of every record, for those who read or write Strazha's files."""

from __future__ import annotations

import json

import click

from strazha import model
from strazha.errors import BadInputError
from strazha.model import Record


def records() -> dict[str, type[Record]]:
    """All records by name."""
    found = {name: getattr(model, name) for name in model.__all__}
    return {
        name: kind for name, kind in found.items() if isinstance(kind, type) and issubclass(kind, Record) and kind is not Record
    }


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Print the JSON Schema of the record NAME; without NAME, list the records."""
    known = records()
    if name is None:
        for key, kind in sorted(known.items()):
            click.echo(f"{key:14} {(kind.__doc__ or '').strip().splitlines()[0]}")
        return
    by_lower = {key.lower(): kind for key, kind in known.items()}
    if name.lower() not in by_lower:
        raise BadInputError(f"no record is called {name!r}", remedy=f"one of: {', '.join(sorted(known))}")
    click.echo(json.dumps(by_lower[name.lower()].model_json_schema(), indent=2, ensure_ascii=False))
