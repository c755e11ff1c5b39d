"""What all records share: strictness, immutability, and the one way they are written and hashed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone (write 2026-01-31T10:00:00+00:00)")
    return value.astimezone(UTC)


#: A moment, always with zone, kept in UTC.
Moment = Annotated[datetime, AfterValidator(_aware)]


class Record(BaseModel):
    """Base of every record: unknown fields are refused, values never change after they are made.

    Use :meth:`line` to write a record as one JSON line and ``model_validate_json`` to read it back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, ser_json_bytes="base64")

    def line(self) -> str:
        """The record as one JSON line without the newline, keys in the order of the class."""
        return self.model_dump_json()

    def plain(self) -> dict[str, Any]:
        """The record as JSON-ready dicts, lists and scalars."""
        return self.model_dump(mode="json")


def digest(*parts: str) -> str:
    """SHA-256 (64 hex digits) over the parts, each preceded by its length so that no two lists of parts collide."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        sha.update(f"{len(data)}:".encode())
        sha.update(data)
    return sha.hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text, whatever their order of keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
