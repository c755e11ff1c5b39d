"""Leaves out of a vocabulary what European adverts never need: three fifths stay, and every European text is cut up as before.

That holds because the tokenizer takes the best-scored way through a text, and all pieces of that way are kept.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.encoder.making.weights import State
from strazha.errors import BadInputError

EUROPEAN = "european"

#: Ranges of letters kept: Latin to Extended-A with what Romanian, Welsh and Irish have beyond it, Greek with its accents, the
#: Cyrillic of European languages. Letters of other scripts become "unknown".
_RANGES = (
    (0x0000, 0x017F),
    (0x0192, 0x0192),
    (0x01CD, 0x01DC),
    (0x01FA, 0x01FF),
    (0x0218, 0x021B),
    (0x0259, 0x0259),
    (0x02BC, 0x02BC),
    (0x0370, 0x03FF),
    (0x0400, 0x045F),
    (0x0490, 0x0491),
    (0x1E02, 0x1E03),
    (0x1E0A, 0x1E0B),
    (0x1E1E, 0x1E1F),
    (0x1E40, 0x1E41),
    (0x1E56, 0x1E57),
    (0x1E60, 0x1E61),
    (0x1E6A, 0x1E6B),
    (0x1E80, 0x1E85),
    (0x1E9E, 0x1E9E),
    (0x1EF2, 0x1EF3),
    (0x1F00, 0x1FFF),
)
#: Accents that stand alone.
_ACCENTS = ("\u0300", "\u036f")


def read_tokenizer(data: bytes, place: str) -> dict[str, Any]:
    """A tokenizer.json with a Unigram vocabulary. Raises BadInputError for anything else."""
    try:
        tokenizer = json.loads(data)
        if tokenizer["model"]["type"] != "Unigram" or not tokenizer["model"]["vocab"]:
            raise ValueError("its vocabulary is not of the kind Unigram")
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"the tokenizer cannot be read: {error}", place=place) from error
    found: dict[str, Any] = tokenizer
    return found


def european(tokenizer: dict[str, Any]) -> list[int]:
    """Numbers of the pieces to keep: special ones, and those of European letters, digits, punctuation, signs and emoji."""
    special = {int(token["id"]) for token in tokenizer["added_tokens"]} | {int(tokenizer["model"]["unk_id"])}
    pieces = tokenizer["model"]["vocab"]
    return [number for number, (piece, _) in enumerate(pieces) if number in special or all(_is_kept(char) for char in piece)]


def trim(tokenizer: dict[str, Any], state: State, keep: Sequence[int]) -> tuple[dict[str, Any], State]:
    """Tokenizer and weights with the kept pieces only, numbered anew."""
    new = {old: number for number, old in enumerate(keep)}
    model = tokenizer["model"]
    trimmed = {
        **tokenizer,
        "added_tokens": [{**token, "id": new[token["id"]]} for token in tokenizer["added_tokens"]],
        "model": {**model, "unk_id": new[model["unk_id"]], "vocab": [model["vocab"][old] for old in keep]},
    }
    if ids := trimmed.get("post_processor", {}).get("special_tokens"):
        trimmed["post_processor"] = {
            **trimmed["post_processor"],
            "special_tokens": {name: {**token, "ids": [new[old] for old in token["ids"]]} for name, token in ids.items()},
        }
    table = "embeddings.word_embeddings.weight"
    return trimmed, {**state, table: state[table][np.array(keep)]}


def write_tokenizer(path: Path, tokenizer: dict[str, Any]) -> None:
    """The tokenizer as one line of JSON."""
    path.write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _is_kept(char: str) -> bool:
    kind = unicodedata.category(char)[0]
    if kind == "L":
        return any(first <= ord(char) <= last for first, last in _RANGES)
    return kind != "M" or _ACCENTS[0] <= char <= _ACCENTS[1]
