"""Schemes: what is to come of an institution's systems, how far it has come, its front database, its check."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from suwen.domains.ingest.schemes.front import DIALECTS, front_database
from suwen.domains.standards.public import Catalog
from suwen.kernel.clock import today
from suwen.kernel.database import Database
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.scope import Scope
from suwen.kernel.testing.mariadb import PASSWORD, MariaServer
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, csv_source

SCHEME = {"org_code": ORG, "system": "HIS", "datasets": ["encounter", "patient"], "phase": "第一批"}
ROW = "v1,p1,O,2024-01-01,5\n"


def his(folder: Path, text: str) -> dict[str, Any]:
    definition = csv_source(folder, text)
    definition["source"]["system"] = "his"
    return definition


async def states(http: Any, **filters: str) -> dict[str, str]:
    query = {f"f.{name}": value for name, value in filters.items()}
    rows = (await http.get("/api/ingest/scheme_tables", params=query)).json()["items"]
    return {row["dataset"]: row["state"] for row in rows}


async def test_the_state_of_each_table_is_what_is_there(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    async with client() as http:
        assert (await http.post("/api/ingest/schemes", json=SCHEME)).status_code == 201
        assert await states(http) == {"encounter": "missing", "patient": "missing"}
        await station.bring_in(his(tmp_path, ROW))
        assert await states(http) == {"encounter": "made", "patient": "missing"}
        await station.run("t.visits")
        assert await states(http) == {"encounter": "landed", "patient": "missing"}
        await http.post("/api/ingest/feeds/t.visits/check")
        await run_until_idle(station.database, ["reconcile"], settings=station.settings)
        assert await states(http, state="reconciled") == {"encounter": "reconciled"}
        (row,) = (await http.get("/api/ingest/scheme_tables", params={"f.dataset": "encounter"})).json()["items"]
        assert (row["feed"], row["rows"], row["accepted"], row["way_now"]) == ("t.visits", 1, 100.0, "files")
        assert row["departs"], "planned is a direct read by timestamp, what is there are files in full"
        matrix = (await http.get("/api/ingest/scheme_matrix")).json()
        assert matrix["phases"] == ["第一批"]
        (cell,) = matrix["rows"][0]["cells"]
        counts = {name: cell[name] for name in ("expected", "landed", "reconciled", "failing", "overdue")}
        assert counts == {"expected": 2, "landed": 1, "reconciled": 1, "failing": 0, "overdue": 0}
        assert (await http.get("/api/ingest/scheme_matrix", params={"phase": "第二批"})).json()["rows"] == []
        exported = (await http.get("/api/ingest/scheme_tables/export")).content.decode("utf-8-sig")
        assert len(exported.splitlines()) == 3
        # A failed run takes the state back, and a day that has passed makes what is missing overdue.
        (tmp_path / "visits.csv").unlink()
        await http.post("/api/ingest/feeds/t.visits/run")
        await run_until_idle(station.database, ["ingest"], settings=station.settings)
        key = cell["scheme"]
        due = (today() - timedelta(days=1)).isoformat()
        assert (await http.patch(f"/api/ingest/schemes/{key}", json={"due": due})).status_code == 200
        (cell,) = (await http.get("/api/ingest/scheme_matrix")).json()["rows"][0]["cells"]
        assert (cell["landed"], cell["failing"], cell["overdue"]) == (0, 1, 2)


async def test_a_scheme_is_made_once_and_of_known_datasets(station: Station, client: Callable[..., Any]) -> None:
    async with client() as http:
        usual = await http.post("/api/ingest/schemes", json={"org_code": ORG, "system": "LIS"})
        assert usual.json()["datasets"] == ["lab_report", "lab_result"]
        assert (await http.post("/api/ingest/schemes", json={"org_code": ORG, "system": "LIS"})).status_code == 409
        wrong = await http.post("/api/ingest/schemes", json={**SCHEME, "datasets": ["encounter", "nought"]})
        assert (wrong.status_code, wrong.json()["received"]) == (422, ["nought"])
        assert (await http.post("/api/ingest/schemes", json={**SCHEME, "system": "ERP"})).status_code == 422
        path = f"/api/ingest/schemes/{usual.json()['id']}"
        assert (await http.patch(path, json={"datasets": ["nought"]})).status_code == 422
        assert (await http.patch(path, json={"way": "node"})).json()["datasets"] == ["lab_report", "lab_result"]
    async with client(Scope.of("elsewhere")) as http:
        assert (await http.post("/api/ingest/schemes", json=SCHEME)).status_code == 403
        assert (await http.get("/api/ingest/scheme_matrix")).json()["rows"] == []
        assert (await http.get(f"{path}/front")).status_code == 404
        assert (await http.post(f"{path}/check")).status_code == 404


async def test_the_check_names_what_is_not_as_the_scheme_says(
    station: Station, client: Callable[..., Any], tmp_path: Path
) -> None:
    async with client() as http:
        path = f"/api/ingest/schemes/{(await http.post('/api/ingest/schemes', json=SCHEME)).json()['id']}"

        async def found() -> dict[tuple[str | None, str], bool]:
            check = (await http.post(f"{path}/check")).json()
            assert check["good"] == all(one["good"] for one in check["findings"])
            return {(one["dataset"], one["step"]): one["good"] for one in check["findings"]}

        assert await found() == {(None, "source"): False}
        await station.bring_in(his(tmp_path, ROW))
        there = {(None, "connection"): True, ("encounter", "table"): True, ("encounter", "columns"): True}
        assert await found() == {**there, ("encounter", "rows"): False, ("patient", "rows"): False}
        await station.run("t.visits")
        (tmp_path / "visits.csv").write_text("pid,kind,started,cost\n")
        assert await found() == {
            **there, ("encounter", "columns"): False, ("encounter", "rows"): True, ("patient", "rows"): False
        }  # fmt: skip
        (tmp_path / "visits.csv").rename(tmp_path / "other.csv")
        assert (await found())[("encounter", "table")] is False


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaServer]:
    server = MariaServer(tmp_path_factory.mktemp("mariadb"))
    yield server
    server.stop()


class TestFrontDatabase:
    DATASETS = tuple(Catalog.from_packs())

    async def test_download(self, station: Station, client: Callable[..., Any]) -> None:
        async with client() as http:
            path = f"/api/ingest/schemes/{(await http.post('/api/ingest/schemes', json=SCHEME)).json()['id']}/front"
            answer = await http.get(path, params={"dialect": "oracle"})
            assert answer.headers["Content-Disposition"] == 'attachment; filename="front_his_oracle.sql"'
            assert answer.text.count("CREATE TABLE") == 2
            assert (await http.get(path, params={"dialect": "dbase"})).status_code == 422

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_every_table_and_column_is_named_in_chinese(self, dialect: str) -> None:
        text = front_database(self.DATASETS, dialect)
        for dataset in self.DATASETS:
            assert dataset.title in text
            assert all(element.title in text for element in dataset.elements)
        assert "%%" not in text

    def test_postgres_takes_all_of_it(self, database: Database) -> None:
        with psycopg.connect(database.dsn) as connection:
            connection.execute(front_database(self.DATASETS, "postgres").encode())
            query = (
                b"SELECT obj_description('encounter'::regclass), count(*) FROM pg_indexes WHERE tablename = 'encounter'"
            )
            assert connection.execute(query).fetchone() == ("就诊记录", 2)

    @pytest.mark.mariadb
    def test_mysql_takes_all_of_it(self, mariadb: MariaServer) -> None:
        place: dict[str, Any] = {"host": "127.0.0.1", "port": mariadb.port, "user": "root", "password": PASSWORD}
        with pymysql.connect(**place, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE front CHARACTER SET utf8mb4")
            cursor.execute("USE front")
            for statement in front_database(self.DATASETS, "mysql").split(";\n"):
                if statement.strip():
                    cursor.execute(statement)
            cursor.execute("SELECT table_comment FROM information_schema.tables WHERE table_name = 'encounter'")
            assert cursor.fetchone() == ("就诊记录",)
