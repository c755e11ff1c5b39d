"""Make review/static/land.json: countries of Europe and its surroundings, for maps that load nothing from elsewhere.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m tools.land package/countries-50m.json

The npm package world-atlas 2.0.2 (licence ISC) holds the public-domain data of Natural Earth as TopoJSON
(https://github.com/topojson/topojson-specification). The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "review" / "static" / "land.json"
#: West, south, east, north: from the Canaries and the Gulf to the North Cape and the Urals.
BOX = (-25.0, 22.0, 66.0, 72.0)
#: Degrees a coast may be moved: two kilometres, a pixel at the zoom that shows one country.
TOLERANCE = 0.02
#: Degrees across, below which an island is left out.
SMALLEST = 0.08
DECIMALS = 2

Point = tuple[float, float]
Line = list[Point]


def arcs_of(topology: dict[str, Any]) -> list[Line]:
    """The arcs of a topology in degrees, made plainer. Neighbours share arcs, so that no gap comes up between them."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        found.append(plainer(line))
    return found


def plainer(line: Line) -> Line:
    """A line without the points that lie within ``TOLERANCE`` of it (Douglas and Peucker, without recursion)."""
    kept = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        far, at = 0.0, first
        for place in range(first + 1, last):
            distance = _distance(line[place], line[first], line[last])
            if distance > far:
                far, at = distance, place
        if far > TOLERANCE:
            kept.add(at)
            spans += [(first, at), (at, last)]
    return [line[place] for place in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    across, up = end[0] - start[0], end[1] - start[1]
    length = across * across + up * up
    share = 0.0
    if length:
        share = max(0.0, min(1.0, ((point[0] - start[0]) * across + (point[1] - start[1]) * up) / length))
    return float(((point[0] - start[0] - share * across) ** 2 + (point[1] - start[1] - share * up) ** 2) ** 0.5)


def ring_of(arcs: Sequence[Line], numbers: Iterable[int]) -> Line:
    """A ring from its arcs; a negative number is an arc walked backwards."""
    ring: Line = []
    for number in numbers:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += line[1:] if ring else line
    return ring


def cut(ring: Line) -> Line:
    """The part of a ring within ``BOX`` (Sutherland and Hodgman)."""
    for axis, edge, keeps_above in ((0, BOX[0], True), (1, BOX[1], True), (0, BOX[2], False), (1, BOX[3], False)):
        found: Line = []
        for before, here in zip([ring[-1], *ring[:-1]] if ring else [], ring, strict=True):
            inside, was_inside = (here[axis] >= edge) == keeps_above, (before[axis] >= edge) == keeps_above
            if inside != was_inside:
                share = (edge - before[axis]) / (here[axis] - before[axis])
                other = before[1 - axis] + share * (here[1 - axis] - before[1 - axis])
                found.append((edge, other) if axis == 0 else (other, edge))
            if inside:
                found.append(here)
        ring = found
    return ring


def rounded(ring: Line) -> list[list[float]]:
    """A closed ring with short numbers, without points that fall on the one before; empty for what is too small to see."""
    if not ring or max(max(p[axis] for p in ring) - min(p[axis] for p in ring) for axis in (0, 1)) < SMALLEST:
        return []
    found: list[list[float]] = []
    for x, y in ring:
        point = [round(x, DECIMALS), round(y, DECIMALS)]
        if not found or found[-1] != point:
            found.append(point)
    if found[0] != found[-1]:
        found.append(found[0])
    return found if len(found) > 3 else []


def countries(topology: dict[str, Any]) -> dict[str, Any]:
    """The countries as GeoJSON (RFC 7946), each with its English name."""
    arcs = arcs_of(topology)
    features = []
    for shape in topology["objects"]["countries"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        kept = []
        for polygon in polygons:
            rings = [one for numbers in polygon if (one := rounded(cut(ring_of(arcs, numbers))))]
            if rings:
                kept.append(rings)
        if kept:
            features.append({
                "type": "Feature", "properties": {"name": shape["properties"]["name"]},
                "geometry": {"type": "MultiPolygon", "coordinates": kept},
            })  # fmt: skip
    return {"type": "FeatureCollection", "features": sorted(features, key=lambda one: str(one["properties"]))}


def main(arguments: list[str] | None = None) -> int:
    """Write the file; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="countries-50m.json of world-atlas")
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args(arguments)
    text = json.dumps(
        countries(json.loads(chosen.source.read_text(encoding="utf-8"))), separators=(",", ":"), ensure_ascii=False
    )
    chosen.out.write_text(f"{text}\n", encoding="utf-8")
    print(f"{chosen.out.name}: {len(text.encode()) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
