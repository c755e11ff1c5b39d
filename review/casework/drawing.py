"""Columns over time as plain rectangles, for a picture the server makes: adverts that appeared upwards, gone ones downwards."""

from __future__ import annotations

from collections.abc import Sequence

from review.casework.contexts import Block, Bucket, Drawing

#: The drawing in units of its view box: width, heights above and below the line, margins.
WIDTH, UP, DOWN, LEFT, TOP = 900, 130, 50, 30, 14
#: Labels below the drawing at most.
TICKS = 8


def columns(buckets: Sequence[Bucket]) -> Drawing:
    """A column for each bucket, its sources one above the other."""
    most = max((one.total for one in buckets), default=0)
    gone = max((one.gone for one in buckets), default=0)
    zero = float(TOP + UP)
    height = TOP + UP + (DOWN if gone else 0) + 18
    slot = (WIDTH - LEFT - 4) / max(1, len(buckets))
    width = max(1.5, min(28.0, slot * 0.82))
    blocks = []
    for number, bucket in enumerate(buckets):
        x = round(LEFT + slot * number + (slot - width) / 2, 1)
        y = zero
        for source, count in enumerate(bucket.new):
            if count:
                tall = round(count / most * UP, 1)
                y = round(y - tall, 1)
                blocks.append(Block(x, y, round(width, 1), tall, f"src{source}", f"{bucket.label}: {count}"))
        if bucket.gone:
            tall = (
                round(bucket.gone / max(gone, most) * UP, 1)
                if gone <= most * DOWN / UP
                else round(bucket.gone / gone * DOWN, 1)
            )
            blocks.append(Block(x, zero + 1, round(width, 1), max(1.5, tall), "went", f"{bucket.label}: {bucket.gone}"))
    every = max(1, -(-len(buckets) // TICKS))
    ticks = tuple(
        (round(LEFT + slot * number + slot / 2, 1), bucket.label)
        for number, bucket in enumerate(buckets) if number % every == 0
    )  # fmt: skip
    levels = tuple(
        (round(zero - level / most * UP, 1), str(level)) for level in sorted({most, most // 2} - {0})
    ) if most else ()  # fmt: skip
    return Drawing(tuple(blocks), ticks, levels, zero, WIDTH, height)


def lanes(a: Sequence[Bucket], b: Sequence[Bucket]) -> Drawing:
    """Two groups over the same buckets: the first upwards, the second downwards, on one scale."""
    most = max([one.total for one in (*a, *b)], default=0)
    reach = 70
    zero = float(TOP + reach)
    slot = (WIDTH - LEFT - 4) / max(1, len(a))
    width = max(1.5, min(28.0, slot * 0.82))
    blocks = []
    for css, side in (("side-a", a), ("side-b", b)):
        for number, bucket in enumerate(side):
            if bucket.total:
                tall = round(bucket.total / most * reach, 1)
                x = round(LEFT + slot * number + (slot - width) / 2, 1)
                top = round(zero - tall, 1) if css == "side-a" else zero + 1
                blocks.append(Block(x, top, round(width, 1), tall, css, f"{bucket.label}: {bucket.total}"))
    every = max(1, -(-len(a) // TICKS))
    ticks = tuple(
        (round(LEFT + slot * number + slot / 2, 1), bucket.label) for number, bucket in enumerate(a) if number % every == 0
    )
    levels = ((round(zero - reach, 1), str(most)), (round(zero + reach, 1), str(most))) if most else ()
    return Drawing(tuple(blocks), ticks, levels, zero, WIDTH, TOP + 2 * reach + 18)
