"""Systems of the region: declared data over the standard's datasets, distributions to one made at once."""

from collections.abc import Callable
from typing import Any

import pytest

from suwen.domains.ingest.peers.catalogue import peers
from suwen.domains.standards.public import load_catalog
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG

pytestmark = pytest.mark.anyio


async def test_every_system_exchanges_datasets_that_there_are(station: Station) -> None:
    async with station.database.unit_of_work() as uow:
        known = set((await load_catalog(uow)).datasets)
    for peer in peers():
        assert peer.gives or peer.takes
        assert {*peer.gives, *peer.takes} <= known, peer.code
    assert len({peer.code for peer in peers()}) == len(peers())


async def test_distributions_to_a_system_are_made_once_and_wait_to_be_switched_on(
    station: Station, client: Callable[..., Any]
) -> None:
    source = {"code": "cdc", "title": "市疾控", "org_code": ORG, "system": "disease_control", "connector": "http",
              "options": {"url": "https://cdc.example.cn"}}  # fmt: skip
    async with client() as http:
        assert (await http.put("/api/ingest/sources/cdc", json=source)).status_code == 200
        path = "/api/ingest/peers/disease_control/distributions"
        made = (await http.post(path, json={"place": "cdc", "orgs": [ORG]})).json()
        wanted = next(peer.gives for peer in peers() if peer.code == "disease_control")
        assert (len(made["made"]), made["kept"]) == (len(wanted), [])
        rows = (await http.get("/api/ingest/distributions?page_size=100")).json()["items"]
        assert sorted(row["dataset"] for row in rows) == sorted(wanted)
        assert {(row["target"], row["enabled"], row["cron"], row["next_at"]) for row in rows} == {
            ("platform", False, "*/15 * * * *", None)
        }
        again = (await http.post(path, json={"place": "cdc", "orgs": [ORG]})).json()
        assert (again["made"], sorted(again["kept"])) == ([], sorted(wanted))
        told = {one["code"]: one for one in (await http.get("/api/ingest/peers")).json()}
        assert (told["disease_control"]["places"], told["disease_control"]["distributions"]) == (["cdc"], len(wanted))
        assert told["blood_station"]["places"] == []
        assert (await http.post("/api/ingest/peers/moon/distributions", json={"place": "cdc"})).status_code == 404
    async with client(Scope.of("elsewhere"), frozenset({"ingest.read", "ingest.write"})) as http:
        assert all(one["places"] == [] for one in (await http.get("/api/ingest/peers")).json())
        assert (await http.post(path, json={"place": "cdc", "orgs": ["elsewhere"]})).status_code == 404
    async with client(None, frozenset({"ingest.read"})) as http:
        assert (await http.post(path, json={"place": "cdc"})).status_code == 403


async def test_the_city_brain_is_given_no_patients_and_what_it_is_given_is_masked(
    station: Station, client: Callable[..., Any]
) -> None:
    source = {"code": "brain", "title": "城市大脑", "org_code": ORG, "system": "city_brain", "connector": "http",
              "options": {"url": "https://brain.example.cn"}}  # fmt: skip
    async with client() as http:
        assert (await http.put("/api/ingest/sources/brain", json=source)).status_code == 200
        wanted = {"place": "brain", "orgs": [ORG]}
        made = await http.post("/api/ingest/peers/city_brain/distributions", json=wanted)
        assert made.status_code == 201
        rows = (await http.get("/api/ingest/distributions?page_size=100")).json()["items"]
        assert len(rows) == len(made.json()["made"]) > 0
        assert "patient" not in {row["dataset"] for row in rows}
        assert {(row["masked"], row["enabled"]) for row in rows} == {(True, False)}
