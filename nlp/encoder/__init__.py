"""Texts as vectors. ``open_encoder(settings)`` gives the encoder the settings name, or None where semantics are off."""

from __future__ import annotations

from typing import Final

from nlp.encoder.cache import CachedEncoder, VectorCache
from nlp.encoder.folder import CHECKPOINT, ONNX, TOKENIZER, ModelFolder, models_folder, read_model
from strazha.errors import BadInputError
from strazha.model.vectors import Encoder
from strazha.settings import Settings

#: The model that ``strazha model build`` makes, and the settings' default.
DEFAULT_MODEL: Final = "multilingual-e5-small"
#: What settings and screenings say where no encoder is used.
OFF: Final = "off"

__all__ = ["DEFAULT_MODEL", "OFF", "Encoder", "encoder_label", "open_encoder"]


def open_encoder(settings: Settings) -> Encoder | None:
    """The encoder the settings name; None where they say "off", or name none and the default is not on this machine.

    Raises BadInputError where they name a model that is not there. The model itself is loaded with the first text that no
    cache knows: EvidenceError then where its files are not those of its manifest, MissingExtraError where PyTorch is wanted
    and absent.
    """
    model = _model(settings)
    if model is None:
        return None

    def load() -> Encoder:
        if settings.encoder_engine == "torch":
            from nlp.encoder.torch_engine import torch_encoder as engine
        else:
            from nlp.encoder.onnx_engine import onnx_encoder as engine
        return engine(model, threads=settings.encoder_threads)

    cache = VectorCache(settings.home / "vectors.sqlite", settings.encoder_cache) if settings.encoder_cache else None
    manifest = model.manifest
    return CachedEncoder(manifest.name, _version(model, settings), dim=manifest.dim, load=load, cache=cache)


def encoder_label(settings: Settings) -> str:
    """``name@version`` of the encoder the settings give, or "off": what a screening says it was made with. Loads no model."""
    model = _model(settings)
    if model is None:
        return OFF
    return f"{model.manifest.name}@{_version(model, settings)}"


def _version(model: ModelFolder, settings: Settings) -> str:
    # What the engines say of themselves, without loading them.
    return model.manifest.version(*((ONNX, TOKENIZER) if settings.encoder_engine == "onnx" else (CHECKPOINT,)))


def _model(settings: Settings) -> ModelFolder | None:
    if settings.encoder == OFF:
        return None
    models = models_folder(settings)
    model = read_model(models / settings.encoder)
    if model is None and "encoder" in settings.model_fields_set:
        raise BadInputError(
            f"there is no model {settings.encoder}",
            place=str(models),
            remedy="run: strazha model list; or set STRAZHA_ENCODER=off to work without semantics",
        )
    return model
