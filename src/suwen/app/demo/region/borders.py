"""Borders of the invented county and its townships, for the map of nodes: made up, like the county itself.

A warped grid of townships; every edge is bent by midpoint displacement once, so that neighbours share it exactly.
"""

from __future__ import annotations

import json
from itertools import pairwise
from random import Random

from suwen.app.demo.region.institutions import DIVISION, DIVISION_NAME

SEED = 20
WEST, SOUTH = 112.62, 30.28
"""South-west corner, degrees: somewhere in a plain."""
SIDE = 0.17
"""Degrees between two corners of the grid."""
HALVINGS = 6
TOWNSHIPS = (
    ("石桥镇", "柳林乡", "云台乡", "青山镇"),
    ("白沙镇", "城关镇", "东湖街道", "新塘镇"),
    ("南浦镇", "太平乡", "河口镇", "芦洲镇"),
)
"""Names from the north, row by row."""
Point = tuple[float, float]
Corner = tuple[int, int]
Edges = dict[Corner, list[Point]]


def borders() -> bytes:
    """Return the county and its townships as GeoJSON."""
    rows, columns = len(TOWNSHIPS), len(TOWNSHIPS[0])
    random = Random(SEED)
    corners = {
        (x, y): (
            WEST + SIDE * (x + random.uniform(-0.22, 0.22)),
            SOUTH + SIDE * (y + random.uniform(-0.22, 0.22)),
        )
        for x in range(columns + 1)
        for y in range(rows + 1)
    }
    along = {(x, y): _bent(corners[x, y], corners[x + 1, y], random) for x in range(columns) for y in range(rows + 1)}
    up = {(x, y): _bent(corners[x, y], corners[x, y + 1], random) for x in range(columns + 1) for y in range(rows)}
    features = [_feature(DIVISION, DIVISION_NAME, _around(along, up, (0, 0), (columns, rows)))]
    for row, names in enumerate(TOWNSHIPS):
        for column, name in enumerate(names):
            place = (column, rows - 1 - row)
            ring = _around(along, up, place, (place[0] + 1, place[1] + 1))
            features.append(_feature(f"{DIVISION}{100 + row * columns + column}", name, ring))
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _bent(start: Point, end: Point, random: Random) -> list[Point]:
    points = [start, end]
    size = 0.1
    for _ in range(HALVINGS):
        made = [points[0]]
        for (ax, ay), (bx, by) in pairwise(points):
            shift = random.uniform(-size, size)
            made += [((ax + bx) / 2 - (by - ay) * shift, (ay + by) / 2 + (bx - ax) * shift), (bx, by)]
        points = made
    return points


def _around(along: Edges, up: Edges, low: Corner, high: Corner) -> list[Point]:
    """Return the ring around a rectangle of the grid, counter-clockwise."""
    (west, south), (east, north) = low, high
    edges = [along[x, south] for x in range(west, east)]
    edges += [up[east, y] for y in range(south, north)]
    edges += [along[x, north][::-1] for x in reversed(range(west, east))]
    edges += [up[west, y][::-1] for y in reversed(range(south, north))]
    ring = [point for edge in edges for point in edge[:-1]]
    return [*ring, ring[0]]


def _feature(code: str, name: str, ring: list[Point]) -> dict[str, object]:
    rounded = [[round(x, 6), round(y, 6)] for x, y in ring]
    geometry = {"type": "Polygon", "coordinates": [rounded]}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}
