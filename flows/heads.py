"""Training the heads: labelled files and catalogue in, heads out. Here because nlp and indicators meet only in flows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strazha.errors import BadInputError
from strazha.evaluation.labelled import read_labelled
from strazha.settings import Settings

if TYPE_CHECKING:
    from indicators.heads.train import Part


def train_heads(
    files: Sequence[Path], settings: Settings, folder: Path | None = None, parts: Collection[Part] | None = None
) -> dict[str, Any]:
    """Train heads on labelled files with the settings' encoder, save them, and return their card.

    ``parts``: what heads look at besides the sentence's vector, where not at everything (to measure what each is worth).

    Raises:
        BadInputError: no encoder, or a file that is no labelled file.
    """
    from indicators import catalogue
    from indicators.heads.model import FOLDER, save
    from indicators.heads.train import PARTS, gather, train
    from nlp.encoder import open_encoder
    from nlp.pipeline import Reader

    encoder = open_encoder(settings)
    if encoder is None:
        raise BadInputError("heads need an encoder and there is none", remedy="run: strazha model build")
    reader = Reader()
    adverts = [advert for path in files for advert in read_labelled(path)]
    entries = catalogue.load()
    material = gather(adverts, entries, reader.read, encoder, PARTS if parts is None else parts)
    heads, card = train(material, entries, encoder)
    card["files"] = {path.name: sha256(path.read_bytes()).hexdigest() for path in files}
    card["catalogue"] = catalogue.VERSION_KEY()
    save(heads, card, folder or FOLDER)
    return card
