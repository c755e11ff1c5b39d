"""``strazha model fetch``: a model from a Hugging Face hub, or from a checkpoint folder; never at run time."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.encoder.batches import BatchEncoder, Plan
from nlp.encoder.folder import (
    CHECKPOINT,
    ONNX,
    TOKENIZER,
    Manifest,
    ModelFolder,
    Origin,
    folder_name,
    install,
    new_files,
    note_files,
    sha256_of,
)
from nlp.encoder.making.build import tools
from nlp.encoder.making.graph import build_graph
from nlp.encoder.making.verify import REFERENCE, reference_texts, write_reference
from nlp.encoder.making.vocabulary import european, read_tokenizer, trim, write_tokenizer
from nlp.encoder.making.weights import CONFIG, WEIGHTS, read_checkpoint, read_config
from nlp.encoder.making.wheels import Say
from nlp.encoder.onnx_engine import session_runner
from nlp.encoder.texts import Tokens
from strazha.clock import now
from strazha.errors import BadInputError, MissingExtraError, StrazhaError

if TYPE_CHECKING:
    from nlp.encoder.making.weights import Shape, State

#: What is wanted of a repository; nothing else is downloaded, no code above all.
FILES = (CONFIG, WEIGHTS, TOKENIZER, "tokenizer_config.json", "special_tokens_map.json")
_NEEDED = (CONFIG, WEIGHTS, TOKENIZER)
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch, and how it is to be used."""

    #: A folder, or ``owner/name`` on the hub.
    source: str
    name: str
    revision: str = "main"
    prefix: str = ""
    #: Leave the ONNX form out: for networks other than BERT's kind.
    torch_only: bool = False
    #: Keep European letters only, where the vocabulary is of the kind Unigram.
    trimmed: bool = False
    licence: str = ""


def fetch(models: Path, wanted: Wanted, say: Say) -> ModelFolder:
    """Put a checkpoint into the folder of models, with its 8-bit ONNX form and the vectors it must go on giving."""
    with tempfile.TemporaryDirectory(prefix="strazha-model-") as temporary:
        folder = Path(wanted.source)
        origin = f"folder {folder.name}"
        if not folder.is_dir():
            origin = f"Hugging Face {wanted.source}"
            folder = _download(wanted, Path(temporary), say)
            origin += f" at {folder.name}"
        if missing := [name for name in _NEEDED if not (folder / name).is_file()]:
            raise BadInputError(
                f"the checkpoint has no {' and no '.join(missing)}",
                place=str(folder),
                remedy="save network and tokenizer there with save_pretrained (safetensors, a fast tokenizer)",
            )
        with new_files(models / wanted.name) as part:
            manifest = _take_over(part, folder, wanted, say).model_copy(update={"origins": (_origin(origin, folder, wanted),)})
            return install(models / wanted.name, part, manifest)


def _take_over(part: Path, folder: Path, wanted: Wanted, say: Say) -> Manifest:
    config = read_config(folder)
    positions = int(config.get("max_position_embeddings", 512)) - (
        2 if config.get("pad_token_id") == 1 and _is_roberta(config) else 0
    )
    settings = {"prefix": wanted.prefix, "max_tokens": min(512, positions), "filler": int(config.get("pad_token_id") or 0)}
    (part / CHECKPOINT).mkdir()
    for name in FILES:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, part / CHECKPOINT / name)
    shutil.copyfile(folder / TOKENIZER, part / TOKENIZER)
    if not wanted.torch_only:
        shape, state = read_checkpoint(folder)
        say("computing the reference in full precision")
        _reference(part, shape, state, settings)
        if wanted.trimmed:
            tokenizer = read_tokenizer((folder / TOKENIZER).read_bytes(), str(folder / TOKENIZER))
            keep = european(tokenizer)
            if settings["filler"] not in keep[:4]:
                raise BadInputError(
                    "trimming would move the filling token", place=str(folder), remedy="fetch it without --trim"
                )
            tokenizer, state = trim(tokenizer, state, keep)
            write_tokenizer(part / TOKENIZER, tokenizer)
        say("rounding to 8 bits and writing ONNX")
        (part / ONNX).write_bytes(build_graph(shape, state))
    files = note_files(part)
    return Manifest(
        name=wanted.name,
        folder=folder_name(files),
        dim=int(config["hidden_size"]),
        vocabulary="european" if wanted.trimmed else "whole",
        licence=wanted.licence,
        tools=tools("numpy", "onnx") if not wanted.torch_only else tools("numpy"),
        made_at=now(),
        files=files,
        **settings,
    )


def _origin(what: str, folder: Path, wanted: Wanted) -> Origin:
    return Origin(what=what, file=WEIGHTS, sha256=sha256_of(folder / WEIGHTS), licence=wanted.licence)


def _reference(part: Path, shape: Shape, state: State, settings: dict[str, Any]) -> None:
    """Vectors of the fixed sentences by the float32 graph, untrimmed: what ``strazha model verify`` compares with."""
    import onnxruntime

    tokens = Tokens(part / TOKENIZER, prefix=settings["prefix"], max_tokens=settings["max_tokens"])
    run = session_runner(build_graph(shape, state, quantised=False))
    plan = Plan(texts=8, tokens=1_024, workers=1, filler=settings["filler"])
    texts = reference_texts()
    vectors = BatchEncoder("reference", "", dim=shape.hidden, tokens=tokens, run=run, plan=plan).encode(texts)
    write_reference(part / REFERENCE, texts, vectors, f"ONNX Runtime {onnxruntime.__version__}, float32, whole vocabulary")


def _is_roberta(config: dict[str, Any]) -> bool:
    return config.get("model_type") in {"roberta", "xlm-roberta"}


def _download(wanted: Wanted, cache: Path, say: Say) -> Path:
    """The folder with the wanted files of a repository, named after the commit they are of."""
    if not _ID.fullmatch(wanted.source):
        raise BadInputError(
            f"{wanted.source!r} is neither a folder nor owner/name of a hub", remedy="see: strazha model fetch --help"
        )
    try:
        import huggingface_hub
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError as error:
        raise MissingExtraError("fetching a model", "model") from error
    say(f"fetching {wanted.source} ({wanted.revision}) from the hub")
    try:
        found = huggingface_hub.snapshot_download(
            wanted.source, revision=wanted.revision, allow_patterns=list(FILES), cache_dir=cache
        )
    except (OSError, ValueError, RuntimeError, HfHubHTTPError) as error:
        raise StrazhaError(
            f"the hub did not give {wanted.source}: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            remedy="check the name and the network; offline, fetch a folder, or build the default model: strazha model build",
        ) from error
    return Path(found)
