"""Linkage from the lake into PostgreSQL, decisions that last, and what a scoped reader sees."""

from datetime import date

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.patients.public import LinkResult, keys_of, link, open_suspects, person_of_key
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.identity.people import make_user, signed_in
from tests.patients.people import checksum_id, key_of, person, write
from tests.serving import app_over

ALL = Scope.everything()
OWN = (checksum_id("11010119800307983"), checksum_id("11010119800307981"))


@pytest.fixture
def lake(settings: Settings) -> Lake:
    return open_lake(settings)


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    return app_over(settings, database)


def three_hospitals(lake: Lake) -> None:
    write(
        lake,
        "patient",
        person("A", "1"),
        person("B", "7", name="李文"),
        person("A", "2", name="王刚", sex_code="1", birth_date=date(1955, 1, 2), id_no=None, phone="13800000001"),
        # One character off and no id: for a person to decide.
        person("B", "8", name="王钢", sex_code="1", birth_date=date(1955, 1, 2), id_no=None, phone=None),
        person("C", "1", name="陈静", sex_code="2", birth_date=date(1990, 5, 5), id_no=None, phone=None),
    )


async def run(lake: Lake, database: Database) -> LinkResult:
    async with database.unit_of_work() as uow:
        return await link(lake, uow)


async def scalar(database: Database, statement: str) -> object:
    async with database.unit_of_work() as uow:
        return await uow.session.scalar(text(statement))


class TestLink:
    async def test_same_person_at_two_hospitals(self, lake: Lake, database: Database) -> None:
        three_hospitals(lake)
        result = await run(lake, database)
        assert result.identities == 5
        assert (
            await scalar(
                database, "SELECT count(DISTINCT person_id) FROM patients_identity WHERE name IN ('李雯', '李文')"
            )
            == 1
        )

    async def test_again_changes_nothing(self, lake: Lake, database: Database) -> None:
        three_hospitals(lake)
        await run(lake, database)
        seen = "SELECT string_agg(patient_key || person_id || seen_at, ',' ORDER BY patient_key) FROM patients_identity"
        before = await scalar(database, seen), await scalar(database, "SELECT count(*) FROM patients_history")
        await run(lake, database)
        assert (await scalar(database, seen), await scalar(database, "SELECT count(*) FROM patients_history")) == before

    async def test_empty_lake(self, lake: Lake, database: Database) -> None:
        assert (await run(lake, database)).identities == 0

    async def test_vanished_identity_leaves(self, lake: Lake, database: Database) -> None:
        three_hospitals(lake)
        await run(lake, database)
        lake.delete("std.patient", {"org_code": "C"})
        assert (await run(lake, database)).identities == 4
        assert await scalar(database, "SELECT count(*) FROM patients_identity WHERE org_code = 'C'") == 0


class TestDecisions:
    async def test_split_lasts_and_merge_undoes_it_not(self, lake: Lake, database: Database, app: FastAPI) -> None:
        three_hospitals(lake)
        await run(lake, database)
        await make_user(database, permissions=["patients.read", "patients.review"], orgs=None)
        key = key_of("B", "7")
        person_id = await scalar(database, f"SELECT person_id FROM patients_identity WHERE patient_key = '{key}'")
        async with signed_in(app) as client:
            body = {"patient_key": key, "reason": "不同人"}
            response = await client.post(f"/api/patients/persons/{person_id}/split", json=body)
            assert response.status_code == 200, response.text
            assert response.json()["identities"] == 1
            again = await client.post(f"/api/patients/persons/{response.json()['id']}/split", json=body)
            assert again.status_code == 409
        await run(lake, database)
        assert (
            await scalar(
                database, "SELECT count(DISTINCT person_id) FROM patients_identity WHERE name IN ('李雯', '李文')"
            )
            == 2
        )

    async def test_suspect_is_decided_once(self, lake: Lake, database: Database, app: FastAPI) -> None:
        three_hospitals(lake)
        # Two ids that are each surely their owner's stop the model's own link.
        write(
            lake,
            "patient",
            person(
                "C", "2", name="周涛", id_no=checksum_id("11010119800307983"), phone="13700000003", address="东街1号"
            ),
            person(
                "B", "9", name="周涛", id_no=checksum_id("11010119800307981"), phone="13700000003", address="东街1号"
            ),
        )
        await run(lake, database)
        await make_user(database, permissions=["patients.read", "patients.review"], orgs=None)
        async with signed_in(app) as client:
            page = (await client.get("/api/patients/suspects")).json()
            assert page["total"] >= 1
            suspect = page["items"][0]
            assert suspect["left"]["name"].endswith("*")
            url = f"/api/patients/suspects/{suspect['id']}/decision"
            assert (await client.post(url, json={"verdict": "same"})).json()["status"] == "same"
            assert (await client.post(url, json={"verdict": "different"})).status_code == 409
        left, right = suspect["left"]["patient_key"], suspect["right"]["patient_key"]
        await run(lake, database)
        assert (
            await scalar(
                database,
                f"SELECT count(DISTINCT person_id) FROM patients_identity WHERE patient_key IN ('{left}', '{right}')",
            )
            == 1
        )


class TestScope:
    async def test_reader_of_one_hospital(self, lake: Lake, database: Database, app: FastAPI) -> None:
        three_hospitals(lake)
        # One name and two ids, each surely its owner's: a question, and none for one who sees one side only.
        write(
            lake, "patient", *(person(org, "9", name="周涛", id_no=own) for org, own in (("B", OWN[0]), ("C", OWN[1])))
        )
        pair = tuple(sorted((key_of("B", "9"), key_of("C", "9"))))
        await run(lake, database)
        await make_user(database, permissions=["patients.read"], orgs=["A"])
        async with signed_in(app) as client:
            found = (await client.post("/api/patients/persons/search", json={})).json()
            assert found["total"] == 2
            assert {org for item in found["items"] for org in item["institutions"]} == {"A"}
            assert all("*" in item["name"] for item in found["items"])
            hidden = await scalar(database, "SELECT person_id FROM patients_identity WHERE org_code = 'C'")
            assert (await client.get(f"/api/patients/persons/{hidden}")).status_code == 404
            refused = await client.post("/api/patients/persons/search", json={"unmask": True})
            assert refused.status_code == 403
            assert (await client.get("/api/patients/counts")).json()["identities"] == 2
        async with database.unit_of_work() as uow:
            shared = await uow.session.scalar(
                text("SELECT person_id FROM patients_identity WHERE org_code = 'A' AND name = '李雯'")
            )
            assert shared is not None
            assert len(await keys_of(uow, Scope.of("A"), shared)) == 1
            assert len(await person_of_key(uow, Scope.of("A"))) == 2
            assert (await person_of_key(uow, ALL))[key_of("B", "7")] == shared
            assert await open_suspects(uow, ALL) == [pair]
            assert await open_suspects(uow, Scope.of("A", "B")) == []
            assert len(await keys_of(uow, ALL, shared)) == 2

    async def test_search_by_number_and_unmasked(self, lake: Lake, database: Database, app: FastAPI) -> None:
        three_hospitals(lake)
        await run(lake, database)
        await make_user(database, permissions=["patients.read"], orgs=None, unmask=True, grade=4)
        await make_user(database, "low", permissions=["patients.read"], orgs=None, unmask=True)
        async with signed_in(app, "low") as client:
            refused = await client.post("/api/patients/persons/search", json={"unmask": True})
            assert (refused.status_code, refused.json()["received"]) == (403, 3)
        async with signed_in(app) as client:
            wanted = {"text": "13800000001", "unmask": True}
            found = (await client.post("/api/patients/persons/search", json=wanted)).json()
            assert [item["name"][0] for item in found["items"]] == ["王"]
            assert "*" not in found["items"][0]["name"]
            nobody = (await client.post("/api/patients/persons/search", json={"text": "%"})).json()
            assert nobody["total"] == 0
        assert await scalar(database, "SELECT count(*) FROM identity_access_log") == 1
