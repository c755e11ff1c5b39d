"""Floors of extraction quality on the project's own labelled adverts (tests/eval/extraction-own.jsonl).

The floors stand beside the corpus' hash: whoever changes the corpus sets them anew and says why in the commit.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

from nlp.pipeline import Reader

CORPUS = Path(__file__).parents[1] / "eval" / "extraction-own.jsonl"
SHA256 = "b17d5895cd2047df41080202293d5d816f7d985e6a3fe7203ecd3ea32efcd865"
FLOORS = {"phone": 0.99, "email": 0.97, "handle": 0.97, "price": 0.92, "age": 0.95, "place": 0.95, "name": 0.95}


def _wanted(row: dict) -> dict[str, set[str]]:
    wanted = {
        kind: set(row[key])
        for kind, key in (("phone", "phones"), ("email", "emails"), ("handle", "handles"), ("name", "names"))
    }
    wanted["age"] = {str(age) for age in row["ages"]}
    wanted["price"] = {f"{price['amount']}|{price['currency']}|{price['per']}" for price in row["prices"]}
    wanted["place"] = {f"{place['name'] or ''}|{place['country']}" for place in row["places"]}
    return wanted


def test_quality_stays() -> None:
    data = CORPUS.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256
    rows = [json.loads(line) for line in data.decode().splitlines()]
    assert len(rows) >= 60
    reader, right, found, wanted, errors = Reader(), Counter(), Counter(), Counter(), []
    languages = typed = 0
    for row in rows:
        reading = reader.read(row["title"], row["body"])
        languages += reading.languages[0].lang == row["lang"]
        typed += reading.latin_bg == row["latin_bg"]
        got: dict[str, set[str]] = {kind: set() for kind in FLOORS}
        for mention in reading.mentions:
            if mention.kind in got:
                got[mention.kind].add(mention.key)
        for kind, values in _wanted(row).items():
            right[kind] += len(values & got[kind])
            found[kind] += len(got[kind])
            wanted[kind] += len(values)
            if values != got[kind]:
                errors.append(f"{row['id']} {kind}: missed {values - got[kind]}, extra {got[kind] - values}")
    scores = {kind: 2 * right[kind] / (found[kind] + wanted[kind]) for kind in FLOORS}
    assert all(scores[kind] >= floor for kind, floor in FLOORS.items()), (scores, errors)
    assert languages / len(rows) >= 0.98
    assert typed == len(rows)
