"""Texts as vectors. ``open_encoder(settings)`` gives the encoder the settings name, or None where semantics are off."""

from __future__ import annotations

from typing import Final

from nlp.encoder.cache import CachedEncoder, VectorCache
from nlp.encoder.folder import CHECKPOINT, ONNX, TOKENIZER, ModelFolder, models_folder, read_model
from strazha.model.vectors import Encoder
from strazha.settings import Settings

#: The model that ``strazha model build`` makes, and the settings' default.
DEFAULT_MODEL: Final = "multilingual-e5-small"
#: What settings and screenings say where no encoder is used.
OFF: Final = "off"

__all__ = ["DEFAULT_MODEL", "OFF", "Encoder", "encoder_label", "open_encoder"]


def open_encoder(settings: Settings) -> Encoder | None:
    """The encoder the settings name; None where they say "off" or the model is not on this machine.

    Raises EvidenceError where its files are not those of its manifest, MissingExtraError where PyTorch is wanted and absent.
    """
    model = _model(settings)
    if model is None:
        return None
    from nlp.encoder.onnx_engine import onnx_encoder

    encoder = onnx_encoder(model, threads=settings.encoder_threads)
    if not settings.encoder_cache:
        return encoder
    return CachedEncoder(encoder, VectorCache(settings.home / "vectors.sqlite", settings.encoder_cache))


def encoder_label(settings: Settings) -> str:
    """``name@version`` of the encoder the settings give, or "off": what screenings say of how they were made. Loads no model."""
    model = _model(settings)
    if model is None:
        return OFF
    names = (ONNX, TOKENIZER) if settings.encoder_engine == "onnx" else (CHECKPOINT,)
    return f"{model.manifest.name}@{model.manifest.version(*names)}"


def _model(settings: Settings) -> ModelFolder | None:
    return None if settings.encoder == OFF else read_model(models_folder(settings) / settings.encoder)
