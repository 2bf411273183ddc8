"""Executing standards, watched: one hospital's figures from collection and quality, version by version."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from suwen.domains.lake.public import Lake
from suwen.domains.quality.public import run_plan
from suwen.domains.standards.domain import DOMAIN as STANDARDS
from suwen.domains.standards.public import Catalog, install_packs, load_catalog, observe
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.registry import discover_domains
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, csv_source
from tests.serving import app_over
from tests.standards.test_catalogue import CORE, rewritten

PATH = "/api/standards/conformance"
ROWS = "1,p1,O,2023-01-01,1\n2,p1,O,2999-01-02,1\n3,p1,O,no day,1\n"
"""A good visit, one that lies in the future, one whose time cannot be read."""


@pytest.fixture
def station(database: Database, lake: Lake, settings: Settings) -> Station:
    discover_domains()  # the rooms register what they know
    return Station(database, lake, settings)


def center(station: Station, scope: Scope) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    app = app_over(station.settings, station.database, domains=(STANDARDS,))

    async def authenticate(_request: object) -> Principal:
        return Principal(new_id(), "tester", "测试", frozenset({"*"}), scope)

    app.state.authenticator = authenticate
    headers = {"X-Suwen-Request": "1"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://suwen", headers=headers)


async def judge(station: Station) -> Catalog:
    async with station.database.unit_of_work() as uow:
        catalog = await load_catalog(uow)
    await run_plan(station.lake, station.database, catalog)
    return catalog


async def note(station: Station) -> int:
    async with station.database.unit_of_work() as uow:
        return await observe(uow)


async def listed(http: httpx.AsyncClient, path: str = PATH, **query: str) -> list[dict[str, Any]]:
    answer = await http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


class TestConformance:
    async def test_follows_the_version_in_force(self, station: Station, tmp_path: Path) -> None:
        await station.bring_in(csv_source(tmp_path, ROWS))
        await station.run("t.visits")
        fields = len((await judge(station)).dataset("encounter").names)
        assert (await note(station), await note(station)) == (1, 0)
        async with center(station, Scope.everything()) as http:
            (row,) = await listed(http)
            assert (row["org_code"], row["dataset"], row["version"]) == (ORG, "encounter", 1)
            assert (row["loaded_version"], row["judged_version"]) == (1, 1)
            assert (row["received"], row["refused"], row["accepted"]) == (3, 1, 66.67)
            assert (row["fields"], row["mapped"]) == (fields, round(100 * row["filled"] / fields, 2))
            assert 0 < row["score"] < 100

            await self.leads_to_rules_and_elements(http, row["id"])

            # The standard is revised: what was loaded and judged under the former version says so until done again.
            pack = rewritten(CORE, tmp_path / "pack", "datasets/encounter.yaml", "title_en: ", "title_en: Revised ")
            async with station.database.unit_of_work() as uow:
                await install_packs(uow, [pack])
            assert await note(station) == 1
            (row,) = await listed(http, **{"f.version": "2"})
            assert (row["loaded_version"], row["judged_version"]) == (1, 1)
            await judge(station)
            await note(station)
            (row,) = await listed(http, **{"f.judged_version": "2", "f.score.lt": "100"})
            assert row["loaded_version"] == 1
            kept = await listed(http, f"{PATH}_notes", sort="version")
            assert [(each["version"], each["until"] is None) for each in kept] == [(1, False), (2, True)]

    @staticmethod
    async def leads_to_rules_and_elements(http: httpx.AsyncClient, key: str) -> None:
        shown = (await http.get(f"{PATH}/{key}/detail")).json()
        export = await http.get(f"{PATH}/{key}/findings/export", params={"format": "csv", "failing": True})
        elements = {one["name"]: one for one in shown["elements"]}
        failing = {one["code"] for one in shown["findings"] if one["source"] == "rule" and one["failed"]}
        assert failing == {"encounter.not_future.started_at"}
        started = elements["started_at"]
        assert (started["mapped"], started["failing"], started["failed"], started["value"]) == (True, 2, 2, 50)
        assert not elements["dept_code"]["mapped"]
        assert elements["encounter_id"]["key"] and elements["encounter_id"]["failed"] == 0
        refused = [one for one in shown["findings"] if one["source"] == "arrival"]
        assert [(one["element"], one["failed"], one["checked"]) for one in refused] == [("started_at", 1, 3)]
        together = (await http.get(f"{PATH}/trend", params={"dataset": "encounter"})).json()
        told = [[(one["measure"], one["day"], one["value"]) for one in each["days"]] for each in (together, shown)]
        assert told[0] == told[1]
        assert together["versions"] == shown["versions"]
        assert {one["measure"] for one in shown["days"]} == {"mapped", "accepted", "score"}
        assert [one["version"] for one in shown["versions"]] == [1]
        assert "started_at" in export.text and "encounter.length.encounter_id" not in export.text

    async def test_shows_an_institution_its_own(self, station: Station, tmp_path: Path) -> None:
        await station.bring_in(csv_source(tmp_path, ROWS))
        await note(station)
        async with center(station, Scope.everything()) as http:
            (row,) = await listed(http)
        async with center(station, Scope.of("another")) as http:
            assert await listed(http) == []
            assert await listed(http, f"{PATH}_notes") == []
            assert (await http.get(f"{PATH}/trend")).json() == {"days": [], "versions": []}
            for path in ("detail", "findings/export"):
                assert (await http.get(f"{PATH}/{row['id']}/{path}")).status_code == 404
