"""Categories and priorities of feeds."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from suwen.kernel.clock import freeze, now
from suwen.kernel.jobs import AGE_SECONDS, begin_due, run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import HEADER, csv_source, visits

LAB = {"code": "lab", "title": "检验", "position": 10}


async def test_feeds_are_sorted_into_a_managed_list(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    await station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
    other = visits("files", {"path": str(tmp_path)})
    other["source"] |= {"code": "u", "org_code": "elsewhere"}
    await station.bring_in(other)
    async with client() as http:
        category = (await http.post("/api/ingest/categories", json=LAB)).json()
        assert (await http.post("/api/ingest/categories", json=LAB)).status_code == 409
        feeds = {one["code"]: one["id"] for one in (await http.get("/api/ingest/feeds")).json()["items"]}
        unknown = await http.patch(f"/api/ingest/feeds/{feeds['t.visits']}", json={"category": "none"})
        assert (unknown.status_code, unknown.json()["allowed"]) == (422, ["lab"])
        for key in feeds.values():
            changed = await http.patch(f"/api/ingest/feeds/{key}", json={"category": "lab", "priority": "high"})
            assert (changed.json()["category"], changed.json()["priority"]) == ("lab", "high")
        await station.run("t.visits")
        (tmp_path / "visits.csv").unlink()
        await http.post("/api/ingest/feeds/u.visits/run")
        await run_until_idle(station.database, ["ingest"], settings=station.settings)
        (row,) = (await http.get("/api/ingest/categories")).json()["items"]
        assert (row["feeds"], row["succeeded"], row["failed"], row["never"]) == (2, 1, 1, 0)
        # An import of the definition says nothing of it.
        await station.bring_in(csv_source(tmp_path, "v1,p1,O,2024-01-01,5\n"))
        listed = (await http.get("/api/ingest/feeds", params={"f.category": "lab", "f.priority": "high"})).json()
        assert listed["total"] == 2
        path = f"/api/ingest/categories/{category['id']}"
        assert (await http.patch(path, json={"title": "检验检查"})).json()["title"] == "检验检查"
        assert (await http.delete(path)).status_code == 409
        for code in feeds:
            assert (await http.delete(f"/api/ingest/feeds/{code}")).status_code == 204
        assert (await http.delete(path)).status_code == 204
    async with client(Scope.of("elsewhere"), frozenset({"ingest.read"})) as http:
        assert (await http.post("/api/ingest/categories", json=LAB)).status_code == 403
        assert (await http.patch(f"/api/ingest/feeds/{feeds['t.visits']}", json={})).status_code == 403


async def test_counts_are_of_the_readers_institutions(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    await station.bring_in(csv_source(tmp_path, ""))
    async with client() as http:
        await http.post("/api/ingest/categories", json=LAB)
        (feed,) = (await http.get("/api/ingest/feeds")).json()["items"]
        await http.patch(f"/api/ingest/feeds/{feed['id']}", json={"category": "lab"})
        assert [one["never"] for one in (await http.get("/api/ingest/categories")).json()["items"]] == [1]
    async with client(Scope.of("elsewhere", grade=3)) as http:
        (row,) = (await http.get("/api/ingest/categories")).json()["items"]
        assert (row["code"], row["feeds"]) == ("lab", 0)
        assert (await http.patch(f"/api/ingest/feeds/{feed['id']}", json={"category": None})).status_code == 404


async def test_the_most_urgent_run_first_and_none_waits_for_ever(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    definition = visits("files", {"path": str(tmp_path)})
    (feed,) = definition["feeds"]
    names = ("low", "normal", "high", "urgent")
    for name in names:
        (tmp_path / f"{name}.csv").write_text(HEADER, encoding="utf-8")
    feeds = [feed | {"code": name, "table": f"{name}.csv"} for name in names]
    await station.bring_in(definition | {"feeds": feeds})
    async with client() as http:
        for one in (await http.get("/api/ingest/feeds")).json()["items"]:
            await http.patch(f"/api/ingest/feeds/{one['id']}", json={"priority": one["code"][2:]})

        async def first() -> set[str]:
            # A worker runs two at once.
            await run_until_idle(station.database, ["ingest"], settings=station.settings)
            batches = (await http.get("/api/ingest/batches", params={"sort": "started_at"})).json()["items"]
            return {batch["feed"][2:] for batch in batches[-4:-2]}

        for name in names:
            await http.post(f"/api/ingest/feeds/t.{name}/run")
        assert await first() == {"urgent", "high"}
        with freeze(now()) as clock:
            await http.post("/api/ingest/feeds/t.low/run")
            # Longer than the priorities are apart: from now on what comes is behind it.
            clock.advance(timedelta(seconds=31 * AGE_SECONDS))
            for name in names[1:]:
                await http.post(f"/api/ingest/feeds/t.{name}/run")
            assert (await begin_due(station.database))["kernel.ageing"] == 1
            assert (await begin_due(station.database))["kernel.ageing"] == 0
            clock.advance(timedelta(seconds=1))
        assert await first() == {"low", "urgent"}
