"""Borders made simpler for bands of zooms, and vector tiles of them: by DuckDB's spatial extension.

Divisions that touch are simplified together, so that they touch afterwards (ST_CoverageSimplify).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan, degrees, pi, sinh
from pathlib import Path
from typing import cast

from suwen.domains.ingest.session import Session
from suwen.domains.ingest.watching.map.errors import InvalidBoundaries
from suwen.domains.ingest.watching.map.reading import Drawn

BANDS = (5, 8, 11)
"""Greatest zoom of each band; beyond the last the web page enlarges what it has."""
LAYER = "divisions"
SEEN_FROM = {1: 0, 2: 0, 3: 4, 4: 7}
"""Level → zoom from which on it is in the tiles."""
_UNITS = 4096
_BUFFER = 64
_WORLD = 40_075_016.685578488
"""Metres around the web mercator's world."""
_READ = """
CREATE TABLE drawn AS SELECT code, level, ST_GeomFromGeoJSON(geometry) AS shape
FROM (SELECT unnest($codes) AS code, unnest($levels::INTEGER[]) AS level, unnest($geometries) AS geometry)
"""
_SIMPLER = """
WITH held AS (
    SELECT list(code ORDER BY code) AS codes, ST_CoverageSimplify(list(shape ORDER BY code), $tolerance) AS made
    FROM drawn GROUP BY level
), parts AS (SELECT codes, unnest(ST_Dump(made)) AS part FROM held),
whole AS (SELECT codes[part.path[1]] AS code, ST_Collect(list(part.geom)) AS shape FROM parts GROUP BY ALL)
SELECT code, ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape),
    ST_AsWKB(ST_Transform(shape, 'EPSG:4326', 'EPSG:3857', always_xy := true))::BLOB
FROM whole WHERE NOT ST_IsEmpty(shape) ORDER BY code
"""
_POINTS = "SELECT code, ST_X(p), ST_Y(p) FROM (SELECT code, ST_PointOnSurface(shape) AS p FROM drawn) ORDER BY code"
_TILE = """
SELECT ST_AsMVT({'shape': shape, 'code': code, 'name': name, 'level': level}, 'divisions', 4096, 'shape')
FROM (
    SELECT code, name, level, ST_AsMVTGeom(
        ST_GeomFromWKB(wkb), ST_Extent(ST_MakeEnvelope($west, $south, $east, $north)), 4096, 64, true) AS shape
    FROM (SELECT unnest($codes) AS code, unnest($names) AS name, unnest($levels::INTEGER[]) AS level,
        unnest($shapes::BLOB[]) AS wkb)
) WHERE shape IS NOT NULL AND NOT ST_IsEmpty(shape)
"""


@dataclass(frozen=True)
class Shape:
    """The border of a division for a band of zooms; see BoundaryShape."""

    band: int
    code: str
    west: float
    south: float
    east: float
    north: float
    wkb: bytes


@dataclass(frozen=True)
class Label:
    """Where the name of a division stands: a point inside it."""

    code: str
    name: str
    level: int
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Tile:
    """A tile by zoom, column and row (from the north)."""

    z: int
    x: int
    y: int

    @property
    def known(self) -> bool:
        """Whether there is such a tile, and it is made here."""
        return 0 <= self.z <= BANDS[-1] and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    @property
    def band(self) -> int:
        """The band of its zoom."""
        return next(band for band in BANDS if self.z <= band)

    @property
    def degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north with the buffer around it."""
        tiles, margin = 2**self.z, _BUFFER / _UNITS
        west, east = ((self.x - margin) / tiles * 360 - 180, (self.x + 1 + margin) / tiles * 360 - 180)
        return west, _latitude((self.y + 1 + margin) / tiles), east, _latitude((self.y - margin) / tiles)

    @property
    def metres(self) -> dict[str, float]:
        """Its edges in web mercator."""
        side = _WORLD / 2**self.z
        west, north = self.x * side - _WORLD / 2, _WORLD / 2 - self.y * side
        return {"west": west, "south": north - side, "east": west + side, "north": north}


def _latitude(share: float) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * share))))


def simplified(drawn: Sequence[Drawn], spill: Path) -> tuple[list[Shape], list[Label]]:
    """Return the borders for every band, and where names stand. Raises InvalidBoundaries for rings that cross."""
    with Session(spill) as session:
        session.load("spatial")
        given = {"codes": [one.code for one in drawn], "levels": [one.level for one in drawn]}
        session.execute(_READ, {**given, "geometries": [one.geometry for one in drawn]})
        crossing = session.rows("SELECT code FROM drawn WHERE NOT ST_IsValid(shape) ORDER BY code LIMIT 1")
        if crossing:
            code = str(crossing[0][0])
            number = next(number for number, one in enumerate(drawn) if one.code == code)
            raise InvalidBoundaries(
                f"features[{number}].geometry", f"区划 {code} 的边界自相交", f"the border of {code} crosses itself"
            )
        shapes = [
            Shape(band, *cast("tuple[str, float, float, float, float, bytes]", row))
            for band in BANDS
            for row in session.rows(_SIMPLER, {"tolerance": 360 / 2**band / 1024})
        ]
        points = session.rows(_POINTS)
    named = {one.code: one for one in drawn}
    found = [(named[str(code)], cast(float, x), cast(float, y)) for code, x, y in points]
    return shapes, [Label(one.code, one.name, one.level, x, y) for one, x, y in found]


def encoded(tile: Tile, rows: Sequence[tuple[str, str, int, bytes]], spill: Path) -> bytes:
    """Return a Mapbox vector tile (version 2) of divisions (code, name, level, shape) in the layer `divisions`."""
    if not rows:
        return b""
    codes, names, levels, shapes = (list(column) for column in zip(*rows, strict=True))
    with Session(spill) as session:
        session.load("spatial")
        made = session.rows(_TILE, {**tile.metres, "codes": codes, "names": names, "levels": levels, "shapes": shapes})
    return cast(bytes, made[0][0]) or b""
