"""Models on disk: ``<models>/<name>/manifest.json`` names a folder of files beside it by version, with the hash of each.

A new version is written beside the old one under a name nobody reads; the manifest is replaced last, in one step. So a
process that is killed while it builds or fetches leaves the old model, or none, never half of one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, ValidationError

from nlp.encoder.texts import PREPARATION
from strazha.errors import BadInputError, EvidenceError
from strazha.model.base import Moment, Record, digest
from strazha.settings import Settings

MANIFEST = "manifest.json"
#: Files of a version. The first two serve the ONNX engine, the folder serves PyTorch.
ONNX, TOKENIZER, CHECKPOINT = "model.onnx", "tokenizer.json", "checkpoint"
_PART = ".part-"
#: Seconds after which an unfinished folder is nobody's any more; making a model takes minutes at most.
_ABANDONED = 6 * 3_600


class FileNote(Record):
    """Size and SHA-256 of one file."""

    sha256: str
    bytes: int = Field(ge=0)


class Origin(Record):
    """Where weights or tokenizer came from."""

    what: str
    file: str
    sha256: str
    licence: str = ""


class Manifest(Record):
    """What a model is, what it was made from, and with what."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")
    #: What the builder of its time did; a model of an older recipe works, and may be built anew.
    recipe: str = ""
    #: Folder of the files, beside the manifest: twelve digits of the hash over them.
    folder: str = Field(pattern=r"^[0-9a-f]{12}$")
    dim: int = Field(ge=1)
    #: Put before every text. E5 wants "query: " where texts of one kind are compared with each other, as here.
    prefix: str = ""
    max_tokens: int = Field(default=512, ge=8)
    #: Token that fills up rows.
    filler: int = Field(default=1, ge=0)
    vocabulary: str = "whole"
    licence: str = ""
    origins: tuple[Origin, ...] = ()
    #: Programs that made it, with their versions.
    tools: dict[str, str] = Field(default_factory=dict)
    made_at: Moment
    #: Path below the folder -> its hash.
    files: dict[str, FileNote]

    def version(self, *names: str) -> str:
        """Twelve digits over the files an engine reads and the way texts are prepared for it."""
        parts = [note.sha256 for path, note in sorted(self.files.items()) if path.split("/")[0] in names]
        return digest(*parts, self.prefix, str(self.max_tokens), PREPARATION)[:12]


def models_folder(settings: Settings) -> Path:
    """Where models lie: the setting, or ``$XDG_CACHE_HOME/strazha/models``."""
    if settings.models:
        return Path(settings.models)
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache") / "strazha" / "models"


class ModelFolder:
    """One model on disk: its manifest and the files it names."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        self.root, self.manifest = root, manifest

    @property
    def path(self) -> Path:
        """Folder of the files."""
        return self.root / self.manifest.folder

    def file(self, name: str) -> Path:
        """A file of the model, after its size and hash were compared with the manifest."""
        note = self.manifest.files.get(name)
        path = self.path / name
        if note is None:
            raise BadInputError(
                f"model {self.manifest.name} has no {name}", place=str(self.root), remedy="run: strazha model list"
            )
        if problem := self.problem(name):
            raise EvidenceError(problem, place=str(path), remedy="run: strazha model build")
        return path

    def problem(self, name: str) -> str:
        """What is wrong with a file, or nothing."""
        note, path = self.manifest.files[name], self.path / name
        if not path.is_file():
            return "the file is missing"
        if path.stat().st_size != note.bytes:
            return f"the file has {path.stat().st_size} bytes instead of {note.bytes}"
        return "" if sha256_of(path) == note.sha256 else "the file's SHA-256 is not the manifest's"


def read_model(root: Path) -> ModelFolder | None:
    """The model in a folder, or None where there is no manifest. Raises BadInputError for a manifest that cannot be read."""
    path = root / MANIFEST
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return ModelFolder(root, Manifest.model_validate_json(text))
    except ValidationError as error:
        raise BadInputError(
            f"the model's manifest cannot be read: {error.errors()[0]['msg']}",
            place=str(path),
            remedy="run: strazha model build",
        ) from error


def list_models(models: Path) -> list[ModelFolder]:
    """All models in a folder of models, by name."""
    found = (read_model(path.parent) for path in sorted(models.glob(f"*/{MANIFEST}")))
    return [model for model in found if model is not None]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def new_files(root: Path) -> Iterator[Path]:
    """An empty folder below ``root`` to write a version into; what is left of it at the end is removed."""
    root.mkdir(parents=True, exist_ok=True)
    for old in root.glob(f"{_PART}*"):  # left by a process that was killed
        if time.time() - old.stat().st_mtime > _ABANDONED:
            shutil.rmtree(old, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=_PART, dir=root))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def note_files(part: Path) -> dict[str, FileNote]:
    """Hash and size of every file below a folder, flushed to disk."""
    notes = {}
    for path in sorted(path for path in part.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        notes[path.relative_to(part).as_posix()] = FileNote(sha256=sha256_of(path), bytes=path.stat().st_size)
    return notes


def folder_name(files: dict[str, FileNote]) -> str:
    """Twelve digits over names and hashes: the name of the folder that holds them."""
    return digest(*(f"{name}={note.sha256}" for name, note in sorted(files.items())))[:12]


def install(root: Path, part: Path, manifest: Manifest) -> ModelFolder:
    """Put a written version in place: rename its folder, then replace the manifest, then remove other versions."""
    model = ModelFolder(root, manifest)
    if model.path.exists():  # the same files, made again; those on disk may be damaged
        shutil.rmtree(model.path)
    part.rename(model.path)
    written = root / f"{MANIFEST}.part"
    with written.open("wb") as out:
        out.write(manifest.model_dump_json(indent=1).encode())
        out.flush()
        os.fsync(out.fileno())
    written.replace(root / MANIFEST)
    for other in root.iterdir():
        if other.is_dir() and other != model.path and not other.name.startswith(_PART):
            shutil.rmtree(other, ignore_errors=True)
    return model
