"""The map of nodes: borders imported and drawn as the platform's own tiles, institutions with their state and place."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.app.demo.region.borders import borders
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.watching.map.drawing import BANDS, Tile, simplified
from suwen.domains.ingest.watching.map.errors import InvalidBoundaries
from suwen.domains.ingest.watching.map.reading import read_boundaries
from suwen.domains.orgs.models import Institution
from suwen.kernel.clock import freeze
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG
from tests.ingest.test_alarms import look, rule
from tests.ingest.test_overview import NOON, OTHER, put, two_institutions
from tests.ingest.test_threads import queued, running

Client = Callable[..., Any]
MAP = "/api/ingest/map"
SQUARE = [[112.0, 30.0], [113.0, 30.0], [113.0, 31.0], [112.0, 31.0], [112.0, 30.0]]


def file(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def division(code: Any = "429099", name: Any = "青禾县", ring: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [ring] if kind == "Polygon" else [[ring]]}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


class TestReading:
    @pytest.mark.parametrize(
        ("content", "place"),
        [
            (b"{", "第 1 行"),
            (b"[]", "type"),
            (file(), "features"),
            (file({"type": "Feature"}), "features[0]"),
            (file(division("42A")), "features[0].properties.code"),
            (file(division(), division("429100", "")), "features[1].properties.name"),
            (file(division(), division()), "features[1].properties.code"),
            (file(division(kind="Point")), "features[0].geometry.type"),
            (file(division(ring=SQUARE[:3])), "features[0].geometry.coordinates[0]"),
            (file(division(ring=[*SQUARE[:4], [1, 2]])), "features[0].geometry.coordinates[0]"),
            (file(division(ring=[[38446250, 3358240]] * 4)), "features[0].geometry.coordinates[0][0]"),
            (file(division(ring=[["112", 30], *SQUARE[1:4], ["112", 30]])), "features[0].geometry.coordinates[0][0]"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, content: bytes, place: str) -> None:
        with pytest.raises(InvalidBoundaries) as error:
            read_boundaries(content)
        assert error.value.context["place"] == place

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(["type", "features", "properties", "geometry", "coordinates", "code", "name"]),
                    inner,
                )
            ),
            max_leaves=12,
        )
    )
    def test_no_file_does_worse_than_be_refused(self, found: Any) -> None:
        for content in (found, {"type": "FeatureCollection", "features": [found]}):
            with pytest.raises(InvalidBoundaries):
                read_boundaries(json.dumps(content).encode())

    def test_levels_follow_from_the_codes(self) -> None:
        drawn = read_boundaries(file(*(division(code) for code in ("42", "4290", "429099", "429099100"))))
        assert [one.level for one in drawn] == [1, 2, 3, 4]


class TestDrawing:
    def test_neighbours_touch_however_much_they_are_simplified(self, tmp_path: Path) -> None:
        drawn = read_boundaries(borders())
        shapes, labels = simplified(drawn, tmp_path)
        assert {one.code for one in labels} == {one.code for one in drawn}
        with Session(tmp_path) as session:
            session.load("spatial")
            points: list[int] = []
            for band in BANDS:
                own = [one.wkb for one in shapes if one.band == band and len(one.code) == 9]
                assert len(own) == 12
                ((whole, parts, count),) = session.rows(
                    "SELECT ST_Area(ST_Union_Agg(g)), sum(ST_Area(g)), sum(ST_NPoints(g)) "
                    "FROM (SELECT ST_GeomFromWKB(unnest($shapes::BLOB[])) AS g)",
                    {"shapes": own},
                )
                assert float(str(whole)) == pytest.approx(float(str(parts)), rel=1e-9)
                points.append(int(str(count)))
        assert all(fewer < more for fewer, more in pairwise(points))

    def test_a_border_that_crosses_itself_is_refused(self, tmp_path: Path) -> None:
        crossing = division("429100", "乙县", [[1, 1], [2, 2], [2, 1], [1, 2], [1, 1]])
        with pytest.raises(InvalidBoundaries, match="429100"):
            simplified(read_boundaries(file(division(), crossing)), tmp_path)

    def test_tiles_lie_where_they_should(self) -> None:
        tile = Tile(1, 1, 0)
        assert tile.metres["west"] == pytest.approx(0)
        assert tile.metres["south"] == pytest.approx(0)
        west, south, east, north = tile.degrees
        assert (round(west), round(south), round(east), round(north)) == (-3, -3, 183, 85)
        assert not Tile(1, 2, 0).known
        assert not Tile(BANDS[-1] + 1, 0, 0).known


async def upload(http: Any, content: bytes) -> Any:
    return await http.post(f"{MAP}/boundaries", files={"file": ("borders.geojson", content)})


@pytest.mark.anyio
async def test_borders_are_imported_served_as_tiles_and_replaced(station: Station, client: Client) -> None:
    async with client() as http:
        empty = (await http.get(MAP)).json()
        assert (empty["boundaries"], empty["center"], empty["nodes"]) == (None, None, [])
        made = (await upload(http, borders())).json()
        assert (made["divisions"], made["imported_by"]) == (13, "tester")
        assert {one["name"] for one in made["labels"]} >= {"青禾县", "河口镇"}
        # 112.9° E, 30.5° N.
        county = await http.get(f"{MAP}/tiles/{made['id']}/5/26/13")
        assert county.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert "immutable" in county.headers["cache-control"]
        assert b"divisions" in county.content
        assert "青禾县".encode() in county.content
        assert "河口镇".encode() not in county.content
        near = await http.get(f"{MAP}/tiles/{made['id']}/8/208/105")
        assert "镇".encode() in near.content
        assert (await http.get(f"{MAP}/tiles/{made['id']}/8/208/105")).content == near.content
        assert (await http.get(f"{MAP}/tiles/{made['id']}/8/0/0")).content == b""
        assert (await http.get(f"{MAP}/tiles/{made['id']}/12/0/0")).status_code == 404
        # A file with a mistake leaves everything as it is.
        refused = await upload(http, file(division("4")))
        assert (refused.status_code, refused.json()["place"]) == (422, "features[0].properties.code")
        assert (await http.get(MAP)).json()["boundaries"]["id"] == made["id"]
        other = (await upload(http, file(division()))).json()
        assert (await http.get(f"{MAP}/tiles/{made['id']}/5/26/13")).status_code == 404
        assert (await http.get(f"{MAP}/tiles/{other['id']}/5/26/13")).content != county.content
        assert (await http.get(MAP)).json()["center"] == [112.5, 30.5]
    async with client(Scope.of(ORG, grade=3)) as http:
        assert (await upload(http, borders())).status_code == 403
        assert (await http.delete(f"{MAP}/boundaries")).status_code == 403
        assert (await http.get(f"{MAP}/tiles/{other['id']}/5/26/13")).status_code == 200
    async with client() as http:
        assert (await http.delete(f"{MAP}/boundaries")).status_code == 204
        assert (await http.get(MAP)).json()["boundaries"] is None


async def placed(station: Station) -> None:
    """Register the two institutions, one of them with its place, and one that sends nothing."""
    async with station.database.unit_of_work() as uow:
        uow.session.add(
            Institution(org_code=ORG, name="甲医院", short_name="甲", longitude=112.9, latitude=30.5, active=True)
        )
        uow.session.add(Institution(org_code=OTHER, name="乙医院", active=True))
        uow.session.add(Institution(org_code="C", name="丙医院", active=True))


@pytest.mark.anyio
async def test_institutions_with_place_and_state(station: Station, client: Client, tmp_path: Path) -> None:
    with freeze(NOON) as clock:
        await placed(station)
        await two_institutions(station, tmp_path)

        async def states(http: Any) -> list[str]:
            return [one["state"] for one in (await http.get(MAP)).json()["nodes"]]

        async with client() as http:
            nodes = {one["name"]: one for one in (await http.get(MAP)).json()["nodes"]}
            assert (nodes["甲"]["longitude"], nodes["甲"]["latitude"]) == (112.9, 30.5)
            # Without a place it is listed all the same.
            assert (nodes["乙医院"]["longitude"], nodes["乙医院"]["state"]) == (None, "fine")
            assert (nodes["丙医院"]["state"], nodes["丙医院"]["feeds"]) == ("off", 0)
            assert (await http.get(MAP)).json()["center"] == [112.9, 30.5]
            await put(station, "t.visits", 1, NOON, latency=4000.0)
            assert (await http.get(MAP)).json()["nodes"][-1] is not None
            late = next(one for one in (await http.get(MAP)).json()["nodes"] if one["org_code"] == ORG)
            assert (late["state"], late["p95"]) == ("late", 4000.0)
            await put(station, "t.visits", 2, NOON, status="failed")
            await rule(http, "failures", threshold=1)
            await look(station)
            failing = next(one for one in (await http.get(MAP)).json()["nodes"] if one["org_code"] == ORG)
            assert (failing["state"], failing["failing"], failing["alarms"]) == ("failing", 1, 1)
            task = await queued(http)
            await running(station, task)
            assert "running" in await states(http)
            clock.advance(timedelta(hours=25))
            assert sorted(await states(http)) == ["off", "running", "silent"]
        async with client(Scope.of(OTHER, grade=3)) as http:
            assert [one["name"] for one in (await http.get(MAP)).json()["nodes"]] == ["乙医院"]
        async with client(permissions=frozenset()) as http:
            assert (await http.get(MAP)).status_code == 403
