"""Shared pictures, by perceptual hash."""

from __future__ import annotations

from clusters.compare.base import Compared, Known
from strazha.model import Linkable

#: PDQ's authors call two pictures the same up to 31 of 256 bits apart (30 wrong in 90 million pairs).
NEAR_BITS = 31
_PDQ_HEX = 64


def compare(a: Linkable, b: Linkable, known: Known) -> Compared:
    """Adverts that show the same picture draw from one folder, unless it is a stock picture that unlike adverts use.

    Score: 1 for equal hashes, falling to .5 at 31 differing bits of a PDQ hash, times the trust in the picture.
    """
    best, bits, why = 0.0, 0, ""
    for left in sorted({value.lower() for value in a.image_hashes}):
        for right in sorted({value.lower() for value in b.image_hashes}):
            apart = _apart(left, right)
            if apart is None:
                continue
            low, high = sorted((left, right))
            keys = (f"image:{low}", f"image:{high}")
            score = (1.0 - 0.5 * apart / NEAR_BITS) * min(known.of(key) for key in keys)
            if score > best:
                best, bits = score, apart
                why = next((known.why[key] for key in keys if key in known.why), "")
    if not best:
        return Compared(0.0, "They share no picture.")
    sentence = "Both show the same picture." if not bits else f"Both show nearly the same picture ({bits} of 256 bits differ)."
    return Compared(best, f"{sentence} It counts for less: {why}." if why else sentence)


def _apart(left: str, right: str) -> int | None:
    """Differing bits when the hashes are of one picture, else None."""
    if not left.strip("0") or not right.strip("0"):
        return None
    if left == right:
        return 0
    if len(left) != _PDQ_HEX or len(right) != _PDQ_HEX:
        return None
    try:
        bits = (int(left, 16) ^ int(right, 16)).bit_count()
    except ValueError:
        return None
    return bits if bits <= NEAR_BITS else None
