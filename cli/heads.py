"""``strazha heads``: train the classifiers on sentence vectors, and see what they are worth."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def command() -> None:
    """Heads: small classifiers that see indicators by meaning (docs/heads.md)."""


@command.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write them here instead of in place.")
def train(files: tuple[Path, ...], folder: Path | None) -> None:
    """Train all heads on labelled adverts and the catalogue's examples; the same input gives the same heads."""
    from flows.heads import train_heads
    from strazha.settings import settings

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    card = train_heads(files, settings(), folder)
    click.echo(f"{len(card['heads'])} heads from {card['adverts']} adverts and {card['examples']} examples")
    if card["without_head"]:
        click.echo(f"too few examples for: {', '.join(card['without_head'])}")


@command.command()
def show() -> None:
    """Print the card of the heads in use: data, thresholds, out-of-fold figures, limits."""
    import json

    from indicators.heads.model import CARD, FOLDER
    from strazha.errors import BadInputError
    from strazha.settings import settings

    path = (Path(settings().heads) if settings().heads else FOLDER) / CARD
    if not path.is_file():
        raise BadInputError("no heads were trained yet", place=str(path), remedy="run: strazha heads train FILE...")
    card = json.loads(path.read_text(encoding="utf-8"))
    click.echo(f"encoder {card['encoder_name']}@{card['encoder']}, {card['adverts']} adverts, {card['examples']} examples")
    for name, figures in sorted(card["heads"].items()):
        click.echo(f"{name:30} adverts {figures['adverts']:4}  threshold {figures['threshold']:.2f}  F1 {figures['f1']:.2f}")
    for kind, f1 in card["kinds_f1_out_of_fold"].items():
        click.echo(f"kind {kind:25} F1 {f1:.2f}")
