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
    if "languages_out_of_fold" not in card:
        click.echo("no figures by language and no limits: the card is of an older training (strazha heads train)")
        return
    for lang, one in card["languages_out_of_fold"].items():
        click.echo(f"language {lang:21} adverts {one['adverts']:4}  positives {one['positives']:5}  F1 {one['micro_f1']:.2f}")
    for limit in card["limits"]:
        click.echo(f"limit: {limit}")


@command.command()
@click.argument("source", metavar="[FILE.jsonl]", required=False, type=_FILE)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--count", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many adverts.")
@click.option("--without", multiple=True, type=_FILE, help="Labelled file whose texts are known already; may be repeated.")
@click.option("--decided", "only_decided", is_flag=True, help="Of the store, only adverts that people decided about.")
def suggest(source: Path | None, output: Path, count: int, without: tuple[Path, ...], only_decided: bool) -> None:
    """Choose the adverts of FILE.jsonl, or of the store, that would teach the heads most, and write them for labelling.

    The rows are filled in with what the machine found. Correct them, set "labelled" to true, and train with them; until then
    training refuses them. With --decided the store's decided adverts come with the decision, so that analysts' work becomes
    labels (docs/heads.md). Adverts that cannot be used are told, and the rest goes on (exit code 4).
    """
    from contextlib import ExitStack

    from cli.screen import counted, tell_left_out, write_rows
    from flows.corpus import from_file, from_store
    from flows.rooms import open_rooms
    from flows.suggesting import decided, decisions_of, row_of
    from flows.suggesting import suggest as chosen
    from strazha.settings import settings

    if source is not None and only_decided:
        raise click.UsageError("decisions are about adverts of the store: leave the file out, or --decided")
    bad: list[tuple[str, str]] = []

    def refuse(place: str, reason: str) -> None:
        bad.append((place, reason))

    with ExitStack() as stack:
        if source is not None:
            lessons = chosen(counted(from_file(source, refuse), source), count, refuse=refuse, known=without)
            decisions = {}
        else:
            rooms = stack.enter_context(open_rooms(settings()))
            corpus = from_store(rooms, refuse)
            lessons = chosen(decided(rooms, corpus) if only_decided else corpus, count, refuse=refuse, known=without)
            decisions = decisions_of(rooms, [lesson.advert for lesson in lessons])
    write_rows(output, (row_of(lesson, decisions.get(lesson.advert.id)) for lesson in lessons))
    click.echo(f"{len(lessons)} adverts in {output}; correct them and set labelled to true, then: strazha heads train")
    tell_left_out(bad)
