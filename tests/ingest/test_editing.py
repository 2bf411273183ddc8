"""Sources and feeds made over HTTP: saved without giving secrets back, looked at, tried, removed, taken along."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG

pytestmark = pytest.mark.anyio
Client = Callable[..., Any]
SOURCE = "/api/ingest/sources/his"
PATIENTS = {
    "code": "patients",
    "table": "pat",
    "dataset": "patient",
    "key": ["patient_id"],
    "columns": {
        "patient_id": "patient_id",
        "name": "nm",
        "sex_code": {"expr": "sex", "map": {"男": "1", "女": "2"}},
        "birth_date": "born",
    },
}


@pytest.fixture
def info(tmp_path: Path) -> dict[str, Any]:
    """A source over a SQLite file with three patients, one of them born on no day."""
    path = tmp_path / "his.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE pat (patient_id TEXT, nm TEXT, sex TEXT, born TEXT, Phone TEXT, notes TEXT)")
        rows = [
            ("p1", "张三丰", "男", "1980-03-01", "13900001234", "x"),
            ("p2", "李四", "女", "1990-01-02", None, None),
            ("p3", "王五", "男", "19900231", None, None),
        ]
        made.executemany("INSERT INTO pat VALUES (?,?,?,?,?,?)", rows)
    made.close()
    return {"code": "his", "title": "HIS", "org_code": ORG, "connector": "sqlite", "options": {"path": str(path)}}


@pytest.fixture
async def saved(station: Station, client: Client, info: dict[str, Any]) -> dict[str, Any]:
    """The source, stored over HTTP."""
    async with client() as http:
        answer = await http.put(SOURCE, json=info)
        assert answer.status_code == 200, answer.text
    return info


class TestSource:
    async def test_is_made_changed_and_listed(self, saved: dict[str, Any], client: Client) -> None:
        async with client() as http:
            changed = await http.put(SOURCE, json={**saved, "title": "门诊系统"})
            assert changed.json()["source"]["title"] == "门诊系统"
            listed = (await http.get("/api/ingest/sources")).json()["items"]
            assert [(one["code"], one["title"]) for one in listed] == [("his", "门诊系统")]

    async def test_a_secret_never_comes_back_and_stays_when_left_out(self, station: Station, client: Client) -> None:
        options = {"host": "/nowhere", "database": "d", "user": "u", "password": "sesame"}
        wanted = {"code": "his", "title": "HIS", "org_code": ORG, "connector": "postgres", "options": options}
        async with client() as http:
            made = await http.put(SOURCE, json=wanted)
            shown = made.json()["source"]["options"]
            assert shown["password"] == "******"
            assert "sesame" not in made.text
            await http.put(SOURCE, json={**wanted, "options": {**shown, "user": "v"}})
            assert await stored_options(station) == {**options, "user": "v"}
            moved = {name: value for name, value in shown.items() if name != "password"}
            await http.put(SOURCE, json={**wanted, "options": {**moved, "host": "/elsewhere"}})
            assert "password" not in await stored_options(station)
            exported = (await http.get(SOURCE + "/definition/export")).text
            assert "password" not in exported

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"connector": "telegraph"}, "unknown_connector"),
            ({"options": {"pth": "x"}}, "invalid_definition"),
            ({"code": "other"}, "invalid"),
            ({"options": {"path": "${package:suwen/x}"}}, "invalid"),
        ],
    )
    async def test_what_cannot_work_is_refused(
        self, station: Station, client: Client, info: dict[str, Any], change: dict[str, Any], code: str
    ) -> None:
        async with client() as http:
            answer = await http.put(SOURCE, json={**info, **change})
            assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_stays_within_the_institutions_of_the_scope(self, saved: dict[str, Any], client: Client) -> None:
        async with client(Scope.of("another")) as http:
            assert (await http.put(SOURCE, json=saved)).status_code == 422
            taken = await http.put(SOURCE, json={**saved, "org_code": "another"})
            assert (taken.status_code, taken.json()["code"]) == (409, "code_taken")
            for path in ("/definition", "/definition/export", "/tables"):
                assert (await http.get(SOURCE + path)).status_code == 404
            assert (await http.delete(SOURCE)).status_code == 404


async def stored_options(station: Station) -> dict[str, Any]:
    from suwen.domains.ingest.repository import IngestRepository
    from suwen.domains.ingest.vault import master_key, unseal

    async with station.database.unit_of_work() as uow:
        source = await IngestRepository(uow.session).source("his", Scope.everything())
        return unseal(source.options, master_key(station.settings))


class TestLooking:
    async def test_tables_and_columns_with_a_first_mapping(self, saved: dict[str, Any], client: Client) -> None:
        async with client() as http:
            (table,) = (await http.get(SOURCE + "/tables")).json()
            assert (table["name"], table["feeds"]) == ("pat", [])
            found = (await http.post(SOURCE + "/columns", json={"table": "pat", "dataset": "patient"})).json()
            assert [column["name"] for column in found["columns"]][:2] == ["patient_id", "nm"]
            assert found["suggestion"] == {
                "patient_id": "patient_id",
                "name": "nm",
                "sex_code": "sex",
                "birth_date": "born",
                "phone": "Phone",
            }
            assert found["key"] == ["patient_id"]
            both = await http.post(SOURCE + "/columns", json={"table": "pat", "query": "SELECT 1"})
            assert both.status_code == 422

    async def test_a_comment_tells_what_a_name_does_not(self, tmp_path: Path, station: Station, client: Client) -> None:
        path = tmp_path / "his.duckdb"
        with duckdb.connect(str(path)) as made:
            made.execute("CREATE TABLE b1 (f1 TEXT, f2 TEXT)")
            made.execute("COMMENT ON COLUMN b1.f1 IS '患者标识'")
            made.execute("COMMENT ON COLUMN b1.f2 IS 'DE02.01.040.00'")
        wanted = {"code": "his", "title": "H", "org_code": ORG, "connector": "duckdb", "options": {"path": str(path)}}
        async with client() as http:
            await http.put(SOURCE, json=wanted)
            found = (await http.post(SOURCE + "/columns", json={"table": "b1", "dataset": "patient"})).json()
        assert found["columns"][0] == {"name": "f1", "type": "VARCHAR", "declared": "", "comment": "患者标识"}
        assert found["suggestion"] == {"patient_id": "f1", "sex_code": "f2"}


class TestPreview:
    async def preview(self, client: Client, feed: dict[str, Any], scope: Scope | None = None) -> dict[str, Any]:
        async with client(scope) as http:
            answer = await http.post(SOURCE + "/preview", json=feed)
            assert answer.status_code == 200, answer.text
            return answer.json()

    async def test_shows_what_rows_would_become_and_what_would_be_refused(
        self, saved: dict[str, Any], client: Client, station: Station
    ) -> None:
        shown = await self.preview(client, PATIENTS, Scope.of(ORG, grade=4))
        assert (shown["read"], shown["good"]) == (3, 2)
        assert [(row["patient_id"], row["name"], row["sex_code"]) for row in shown["items"]] == [
            ("p1", "张**", "1"),
            ("p2", "李*", "2"),
        ]
        assert shown["labels"]["sex_code"]["1"] == "男性"
        (refused,) = shown["rejected"]
        assert (refused["reason"], refused["element"], refused["source_key"]) == (
            "unreadable_value",
            "birth_date",
            "p3",
        )
        assert not station.lake.exists("std", "patient")

    async def test_a_mistake_stands_at_its_element_all_of_them_at_once(
        self, saved: dict[str, Any], client: Client
    ) -> None:
        columns = {
            **PATIENTS["columns"],
            "phone": "fone",
            "address": "upper(",
            "colour": "nm",
            "sex_code": {"expr": "sex", "map": {"男": "77"}},
        }
        shown = await self.preview(client, {**PATIENTS, "key": ["no"], "columns": columns})
        errors = {one["element"] or one["place"] for one in shown["problems"] if one["level"] == "error"}
        assert errors == {"phone", "address", "colour", "key"}
        assert {one["element"] for one in shown["problems"] if one["level"] == "warning"} == {"sex_code"}
        (unknown,) = [one for one in shown["problems"] if one["element"] == "phone"]
        assert (unknown["received"], "nm" in unknown["allowed"]) == ("fone", True)
        assert (shown["read"], shown["items"]) == (None, [])

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"columns": {"name": "nm"}}, "columns"),
            ({"key": []}, "key"),
            ({"columns": {"name": {"expresion": "nm"}}}, "columns"),
            ({"capture": {"mode": "timestamp"}}, "capture"),
            ({"table": None}, "feed"),
        ],
    )
    async def test_what_is_not_finished_is_told_by_its_place(
        self, saved: dict[str, Any], client: Client, change: dict[str, Any], place: str
    ) -> None:
        shown = await self.preview(client, {**PATIENTS, **change})
        assert place in {one["place"] for one in shown["problems"] if one["level"] == "error"}

    async def test_what_is_missing_does_not_hide_the_other_mistakes(
        self, saved: dict[str, Any], client: Client
    ) -> None:
        draft = {**PATIENTS, "code": "", "key": [], "columns": {**PATIENTS["columns"], "phone": "fone"}}
        found = (await self.preview(client, draft))["problems"]
        told = {(one["place"], one["element"]) for one in found if one["level"] == "error"}
        assert told == {("feed", None), ("key", None), ("columns", "phone")}
        nothing = (await self.preview(client, {**PATIENTS, "columns": {}}))["problems"]
        assert {"patient_id", None} <= {one["element"] for one in nothing if one["level"] == "error"}

    async def test_only_what_may_leave_is_read_and_what_may_not_be_kept_back_is_told(
        self, saved: dict[str, Any], client: Client
    ) -> None:
        columns = ["patient_id", "nm", "sex"]
        rules: dict[str, Any] = {"columns": columns, "where": "sex = '男'", "masks": {"nm": "name"}}
        mapped = {name: value for name, value in PATIENTS["columns"].items() if name != "birth_date"}
        shown = await self.preview(client, {**PATIENTS, "columns": mapped, "leaves": rules})
        assert [(row["patient_id"], row["name"]) for row in shown["items"]] == [("p1", "张**"), ("p3", "王*")]
        kept_back = (await self.preview(client, {**PATIENTS, "leaves": rules}))["problems"]
        assert [one["element"] for one in kept_back if one["level"] == "error"] == ["birth_date"]
        for wrong in ({"columns": [*columns, "fone"]}, {"where": "fone = 1"}, {"masks": {"patient_id": "name"}}):
            found = (await self.preview(client, {**PATIENTS, "columns": mapped, "leaves": rules | wrong}))["problems"]
            assert [one["level"] for one in found] == ["error"], wrong

    async def test_who_may_not_see_rows_sees_counts(self, saved: dict[str, Any], client: Client) -> None:
        async with client(permissions=frozenset({"ingest.write"})) as http:
            shown = (await http.post(SOURCE + "/preview", json=PATIENTS)).json()
        assert (shown["good"], shown["shown"], shown["items"], shown["rejected"]) == (2, False, [], [])


class TestFeed:
    async def test_is_stored_run_removed_and_comes_back(
        self, saved: dict[str, Any], client: Client, station: Station
    ) -> None:
        async with client() as http:
            made = await http.put(SOURCE + "/feeds/patients", json=PATIENTS)
            assert made.json()["created"] == ["his.patients"]
            assert (await station.run("his.patients")).rows_std == 2
            kept = (await http.get(SOURCE + "/definition")).json()["feeds"]
            assert [feed["columns"]["name"]["expr"] for feed in kept] == ["nm"]
            again = await http.put(SOURCE + "/feeds/patients", json={**PATIENTS, "title": "患者"})
            assert again.json()["updated"] == ["his.patients"]
            assert (await http.delete("/api/ingest/feeds/his.patients?with_data=true")).status_code == 204
            assert (await http.get("/api/ingest/feeds")).json()["total"] == 0
            assert station.rows("SELECT count(*) AS n FROM std.patient") == [{"n": 0}]
            assert (await http.get("/api/ingest/batches")).json()["total"] == 1
            back = await http.put(SOURCE + "/feeds/patients", json=PATIENTS)
            assert back.json()["created"] == ["his.patients"]
        result = await station.run("his.patients")
        assert (result.status, result.rows_std, result.rows_quarantined) == ("standardised", 2, 1)

    async def test_a_source_goes_with_its_feeds_and_leaves_its_rows(
        self, saved: dict[str, Any], client: Client, station: Station
    ) -> None:
        async with client() as http:
            await http.put(SOURCE + "/feeds/patients", json=PATIENTS)
            await station.run("his.patients")
            assert (await http.delete(SOURCE)).status_code == 204
            for path in ("sources", "feeds"):
                assert (await http.get(f"/api/ingest/{path}")).json()["total"] == 0
            assert (await http.get(SOURCE + "/definition")).status_code == 404
        assert station.rows("SELECT count(*) AS n FROM std.patient") == [{"n": 2}]

    async def test_one_that_does_not_compile_is_not_stored(self, saved: dict[str, Any], client: Client) -> None:
        wrong = {**PATIENTS, "columns": {**PATIENTS["columns"], "phone": "fone"}}
        async with client() as http:
            assert (await http.put(SOURCE + "/feeds/patients", json=wrong)).status_code == 422
            assert (await http.get("/api/ingest/feeds")).json()["total"] == 0

    async def test_travels_as_yaml(self, saved: dict[str, Any], client: Client) -> None:
        async with client() as http:
            await http.put(SOURCE + "/feeds/patients", json=PATIENTS)
            text = (await http.get(SOURCE + "/definition/export")).text
            assert yaml.safe_load(text)["feeds"][0]["columns"]["sex_code"]["map"] == {"男": "1", "女": "2"}
            same = await http.post("/api/ingest/definitions/yaml", json={"yaml": text})
            assert same.json()["unchanged"] == ["his.patients"]
            other = await http.post("/api/ingest/definitions/yaml", json={"yaml": text.replace("his", "lis", 1)})
            assert other.json()["created"] == ["lis.patients"]
            assert (await http.post("/api/ingest/definitions/yaml", json={"yaml": "a: ["})).status_code == 422
            assert (await http.post("/api/ingest/definitions/yaml", json={"yaml": "- a"})).status_code == 422
