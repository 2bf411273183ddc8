"""Changed source tables: found before a row is read, told, and taken with the mapping change proposed."""

from collections.abc import Callable
from typing import Any

import pytest

from suwen.domains.ingest.watching.drift.errors import SchemaDrifted
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.test_reconcile import Hospital, hospital

pytestmark = pytest.mark.anyio
__all__ = ["hospital"]
Client = Callable[..., Any]
OPEN = "/api/ingest/feeds/t.visits/drifts"


async def drifts(http: Any) -> dict[str, dict[str, Any]]:
    """Return what is open of the feed, by column."""
    return {one["column"]: one for one in (await http.get(OPEN)).json()}


async def accept(http: Any, *chosen: dict[str, Any], apply: bool) -> Any:
    return await http.post(f"{OPEN}/accept", json={"drifts": [one["id"] for one in chosen], "apply": apply})


async def test_an_added_column_is_proposed_for_an_element(station: Station, hospital: Hospital, client: Client) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("ALTER TABLE visits ADD COLUMN dept_code VARCHAR; UPDATE visits SET dept_code = 'D7'")
    hospital.run("ALTER TABLE visits ADD COLUMN zzz INT")
    # Nothing that the mapping uses is touched: the run goes on.
    assert (await station.run("t.visits")).status == "standardised"
    async with client() as http:
        found = await drifts(http)
        assert {name: (one["kind"], one["now_is"], one["used"]) for name, one in found.items()} == {
            "dept_code": ("added", "VARCHAR", False), "zzz": ("added", "INTEGER", False)
        }  # fmt: skip
        assert found["zzz"]["changes"] == []
        (change,) = found["dept_code"]["changes"]
        assert (change["element"], change["before"], change["after"]) == ("dept_code", None, "dept_code")
        assert (await accept(http, found["dept_code"], apply=True)).status_code == 200
        assert [one["status"] for one in (await accept(http, found["zzz"], apply=False)).json()] == ["accepted"]
        assert (await accept(http, found["zzz"], apply=False)).status_code == 404
        assert await drifts(http) == {}
    await station.run("t.visits")
    assert station.rows("SELECT DISTINCT dept_code FROM std.encounter") == [{"dept_code": "D7"}]
    async with client() as http:
        assert await drifts(http) == {}


async def test_a_renamed_column_stops_the_run_before_a_row_is_read(
    station: Station, hospital: Hospital, client: Client
) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    before = station.rows("SELECT count(*) AS n FROM raw.t__visits")
    hospital.run("ALTER TABLE visits RENAME COLUMN cost TO cost_amt")
    hospital.run("ALTER TABLE visits RENAME COLUMN id TO visit_id")
    for _ in range(2):
        with pytest.raises(SchemaDrifted, match=r"t\.visits.*nothing was read: column (id|cost) is gone"):
            await station.run("t.visits")
    assert station.rows("SELECT count(*) AS n FROM raw.t__visits") == before
    async with client() as http:
        batch = (await http.get("/api/ingest/batches", params={"sort": "-number"})).json()["items"][0]
        assert (batch["status"], batch["rows_in"]) == ("failed", 0)
        found = await drifts(http)
        assert {name: (one["kind"], one["used"], one["renamed"]) for name, one in found.items()} == {
            "cost": ("removed", True, "cost_amt"), "cost_amt": ("added", False, "cost"),
            "id": ("removed", True, "visit_id"), "visit_id": ("added", False, "id"),
        }  # fmt: skip
        assert [(one["before"], one["after"]) for one in found["cost"]["changes"]] == [("cost", "cost_amt")]
        # One of two is not enough for the mapping to run.
        assert (await accept(http, found["cost"], apply=True)).status_code == 422
        # Both sides of a column are taken together, the key as well.
        taken = await accept(http, found["cost"], found["visit_id"], apply=True)
        assert (taken.status_code, len(taken.json())) == (200, 4)
        assert await drifts(http) == {}
        assert (await http.get("/api/ingest/feeds/t.visits/definition")).json()["key"] == ["visit_id"]
    await station.run("t.visits")
    assert station.rows("SELECT sum(total_cost)::INT AS n FROM std.encounter") == [{"n": 110}]


async def test_another_type_stops_the_run_until_it_is_taken(
    station: Station, hospital: Hospital, client: Client
) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("ALTER TABLE visits ALTER COLUMN changed TYPE VARCHAR")
    assert (await station.run("t.visits")).status in ("standardised", "unchanged")
    hospital.run("ALTER TABLE visits ALTER COLUMN cost TYPE VARCHAR")
    with pytest.raises(SchemaDrifted, match=r"column cost was DECIMAL\(12,2\), is VARCHAR"):
        await station.run("t.visits")
    async with client() as http:
        found = await drifts(http)
        assert {name: (one["kind"], one["used"]) for name, one in found.items()} == {
            "changed": ("retyped", False), "cost": ("retyped", True)
        }  # fmt: skip
        assert (await accept(http, found["cost"], apply=True)).status_code == 200
        assert (await station.run("t.visits")).status in ("standardised", "unchanged")
        # What is as it was is open no longer.
        hospital.run("ALTER TABLE visits ALTER COLUMN changed TYPE TIMESTAMP")
        await station.run("t.visits")
        assert await drifts(http) == {}
        listed = (await http.get("/api/ingest/drifts", params={"f.column": "changed"})).json()["items"]
        assert [one["status"] for one in listed] == ["gone"]


async def test_a_column_that_nothing_replaces_takes_its_mapping_along(
    station: Station, hospital: Hospital, client: Client
) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    hospital.run("ALTER TABLE visits DROP COLUMN cost")
    with pytest.raises(SchemaDrifted):
        await station.run("t.visits")
    async with client() as http:
        (gone,) = (await drifts(http)).values()
        assert [(one["element"], one["after"]) for one in gone["changes"]] == [("total_cost", None)]
        # Without the change the mapping could not be run; with it the run goes on.
        assert (await accept(http, gone, apply=True)).status_code == 200
    assert (await station.run("t.visits")).rows_std == 4


async def test_it_is_an_alarm_of_those_who_see_the_institution(
    station: Station, hospital: Hospital, client: Client
) -> None:
    await station.bring_in(hospital.definition())
    await station.run("t.visits")
    async with client() as http:
        made = await http.post("/api/ingest/alarm_rules", json={"title": "结构", "kind": "drift", "source": "t"})
        assert made.status_code == 201, made.text
        hospital.run("ALTER TABLE visits DROP COLUMN cost")
        with pytest.raises(SchemaDrifted):
            await station.run("t.visits")
        await run_until_idle(station.database, ["events"], settings=station.settings)
        (alarm,) = (await http.get("/api/ingest/alarms")).json()["items"]
        assert (alarm["subject"], alarm["figures"]["change"], alarm["figures"]["stops"]) == ("cost", "removed", True)
        (gone,) = (await drifts(http)).values()
        async with client(Scope.of("12429099990000099X", grade=3)) as other:
            assert (await other.get(OPEN)).status_code == 404
            assert (await accept(other, gone, apply=True)).status_code == 404
            assert (await other.get("/api/ingest/drifts")).json()["total"] == 0
        assert (await accept(http, gone, apply=True)).status_code == 200
        await station.run("t.visits")
        await run_until_idle(station.database, ["events"], settings=station.settings)
        assert [one["status"] for one in (await http.get("/api/ingest/alarms")).json()["items"]] == ["cleared"]
