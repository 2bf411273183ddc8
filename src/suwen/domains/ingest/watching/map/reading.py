"""GeoJSON (RFC 7946) of divisions, checked member by member before anything is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

from suwen.domains.ingest.watching.map.errors import InvalidBoundaries

MOST = 60_000
"""Divisions of a set: the townships of a country."""
LEVELS = {2: 1, 4: 2, 6: 3, 9: 4}
"""Digits of a division's code → its level: province, prefecture, county, township."""
_EDGE = 85.0
"""Degrees of latitude up to which web mercator is drawn."""


@dataclass(frozen=True)
class Drawn:
    """A division as it came: its geometry as GeoJSON text, degrees of CGCS2000 or WGS 84, longitude first."""

    code: str
    name: str
    level: int
    geometry: str


def read_boundaries(content: bytes) -> list[Drawn]:
    """Return the divisions of a FeatureCollection of polygons.

    Each feature has the properties `code` (2, 4, 6 or 9 digits), `name`, and may have `level` (1 province to 4
    township). Raises InvalidBoundaries naming the place.
    """
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InvalidBoundaries(f"第 {error.lineno} 行", "不是 JSON", "not JSON") from None
    features: Any = cast("dict[str, Any]", found).get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or cast("dict[str, Any]", found).get("type") != "FeatureCollection":
        raise InvalidBoundaries("type", "须为 FeatureCollection", "a FeatureCollection is needed")
    listed = cast("list[Any]", features)
    if not 0 < len(listed) <= MOST:
        raise InvalidBoundaries("features", f"须有 1 至 {MOST} 个", f"there must be 1 to {MOST}")
    drawn = [_drawn(one, f"features[{number}]") for number, one in enumerate(listed)]
    seen: dict[str, int] = {}
    for number, one in enumerate(drawn):
        if (first := seen.setdefault(one.code, number)) != number:
            place = f"features[{number}].properties.code"
            raise InvalidBoundaries(place, f"与 features[{first}] 重复", f"the same as of features[{first}]")
    return drawn


def _drawn(feature: Any, place: str) -> Drawn:
    given = cast("dict[str, Any]", feature) if isinstance(feature, dict) else {}
    properties, geometry = given.get("properties"), given.get("geometry")
    if given.get("type") != "Feature" or not isinstance(properties, dict) or not isinstance(geometry, dict):
        raise InvalidBoundaries(place, "须为有 properties 和 geometry 的 Feature", "no Feature with both its members")
    told, shape = cast("dict[str, Any]", properties), cast("dict[str, Any]", geometry)
    code, name, level = str(told.get("code", "")), told.get("name"), told.get("level")
    if not code.isascii() or not code.isdigit() or len(code) not in LEVELS:
        raise InvalidBoundaries(f"{place}.properties.code", "须为 2、4、6 或 9 位数字", "not 2, 4, 6 or 9 digits")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 100:
        raise InvalidBoundaries(f"{place}.properties.name", "须为 1 至 100 字", "not a text of 1 to 100 letters")
    if level is not None and level not in LEVELS.values():
        raise InvalidBoundaries(f"{place}.properties.level", "须为 1 至 4", "not 1 to 4")
    _check_geometry(shape, f"{place}.geometry")
    kept = {"type": shape["type"], "coordinates": shape["coordinates"]}
    return Drawn(code, name.strip(), level or LEVELS[len(code)], orjson.dumps(kept).decode())


def _check_geometry(shape: dict[str, Any], place: str) -> None:
    kind, coordinates = shape.get("type"), shape.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise InvalidBoundaries(f"{place}.type", "须为 Polygon 或 MultiPolygon", "neither Polygon nor MultiPolygon")
    polygons = _parts(coordinates, f"{place}.coordinates") if kind == "MultiPolygon" else [coordinates]
    for number, polygon in enumerate(polygons):
        where = f"{place}.coordinates[{number}]" if kind == "MultiPolygon" else f"{place}.coordinates"
        for index, ring in enumerate(_parts(polygon, where)):
            _check_ring(ring, f"{where}[{index}]")


def _check_ring(ring: Any, place: str) -> None:
    points = _parts(ring, place)
    if len(points) < 4 or points[0] != points[-1]:
        raise InvalidBoundaries(place, "环须闭合且至少四点", "a ring has four points or more, the last like the first")
    for number, point in enumerate(points):
        numbers: list[Any] = cast("list[Any]", point) if isinstance(point, list) else []
        # RFC 7946 lets a height follow.
        if len(numbers) not in (2, 3) or not all(type(one) in (int, float) for one in numbers):
            raise InvalidBoundaries(f"{place}[{number}]", "须为 [经度, 纬度]", "not [longitude, latitude]")
        if not (-180 <= numbers[0] <= 180 and -_EDGE <= numbers[1] <= _EDGE):
            raise InvalidBoundaries(
                f"{place}[{number}]", "不是经纬度（度），请先转换为 CGCS2000 经纬度",
                "no degrees of longitude and latitude: convert to CGCS2000 or WGS 84 first",
            )  # fmt: skip


def _parts(value: Any, place: str) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise InvalidBoundaries(place, "须为非空数组", "not an array with something in it")
    return cast("list[Any]", value)
