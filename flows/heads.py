"""Training the heads: labelled files and catalogue in, heads out. Here because nlp and indicators meet only in flows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strazha.errors import BadInputError
from strazha.evaluation.labelled import read_labelled
from strazha.settings import Settings

if TYPE_CHECKING:
    from indicators.heads.model import Heads
    from indicators.heads.train import Material, Part, Unseen


@dataclass(frozen=True)
class Learnt:
    """Heads, their card, and the adverts with what heads think of them that did not see their file."""

    heads: Heads
    card: dict[str, Any]
    material: Material
    unseen: Unseen


def train_heads(
    files: Sequence[Path], settings: Settings, folder: Path | None = None, parts: Collection[Part] | None = None
) -> dict[str, Any]:
    """Train heads on labelled files with the settings' encoder, save them, and return their card.

    ``parts``: what heads look at besides the sentence's vector, where not at everything (to measure what each is worth).

    Raises:
        BadInputError: no encoder, or a file that is no labelled file.
    """
    from indicators.heads.model import FOLDER, save

    learnt = learn(files, settings, parts)
    save(learnt.heads, learnt.card, folder or FOLDER)
    return learnt.card


def learn(files: Sequence[Path], settings: Settings, parts: Collection[Part] | None = None) -> Learnt:
    """The same without saving. Raises as ``train_heads``."""
    from indicators import catalogue
    from indicators.heads.train import PARTS, gather, train
    from nlp.encoder import open_encoder
    from nlp.pipeline import Reader

    encoder = open_encoder(settings)
    if encoder is None:
        raise BadInputError("heads need an encoder and there is none", remedy="run: strazha model build")
    reader = Reader()
    read = [read_labelled(path) for path in files]
    adverts = [advert for rows in read for advert in rows]
    numbers = [number for number, rows in enumerate(read) for _ in rows]
    entries = catalogue.load()
    material = gather(adverts, entries, reader.read, encoder, PARTS if parts is None else parts, files=numbers)
    heads, card, unseen = train(material, entries, encoder)
    card["files"] = {path.name: sha256(path.read_bytes()).hexdigest() for path in files}
    card["catalogue"] = catalogue.taught(entries)
    return Learnt(heads, card, material, unseen)
