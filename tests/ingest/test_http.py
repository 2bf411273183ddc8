"""The room over HTTP: runs by jobs, batches, quarantine within the caller's scope, secrets kept."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from suwen.domains.ingest.connector import connectors
from suwen.kernel.jobs import JobRun, run_until_idle
from suwen.kernel.scope import Scope
from tests.ingest.conftest import Station
from tests.ingest.sources import ORG, csv_source, visits

pytestmark = pytest.mark.anyio
Client = Callable[..., Any]


async def test_a_feed_runs_as_a_job_and_its_batch_is_shown(station: Station, client: Client, tmp_path: Path) -> None:
    definition = csv_source(tmp_path, "1,p1,O,2023-01-01,1\n2,p1,O,20230231,1\n")
    async with client() as http:
        made = await http.post("/api/ingest/definitions", json=definition)
        assert (made.status_code, made.json()["created"]) == (200, ["t.visits"])
        feed = (await http.get("/api/ingest/feeds")).json()["items"][0]
        assert (feed["code"], feed["dataset"], feed["org_code"]) == ("t.visits", "encounter", ORG)
        started = await http.post(f"/api/ingest/feeds/{feed['id']}/run")
        assert started.status_code == 202
        await run_until_idle(station.database, settings=station.settings)
        batch = (await http.get("/api/ingest/batches")).json()["items"][0]
        assert (batch["status"], batch["rows_in"], batch["rows_quarantined"]) == ("standardised", 2, 1)
        detail = (await http.get(f"/api/ingest/batches/{batch['id']}/progress")).json()
        assert detail["job_run_id"] == started.json()["job_run_ids"][0]
        assert [(r["reason"], r["element"], r["rows"]) for r in detail["reasons"]] == [
            ("unreadable_value", "started_at", 1)
        ]
        assert set(detail["steps"]) >= {"capture", "land", "standardise"}
        source = await http.post("/api/ingest/sources/t/run")
        assert source.status_code == 202
        await run_until_idle(station.database, settings=station.settings)
        page = (await http.get("/api/ingest/batches?sort=-number")).json()
        assert [item["status"] for item in page["items"]] == ["unchanged", "standardised"]
    async with station.database.unit_of_work() as uow:
        whole = await uow.session.get(JobRun, UUID(source.json()["job_run_ids"][0]))
    assert whole is not None
    assert whole.status == "succeeded"
    assert {name: whole.result[name] for name in ("feeds", "rows_in", "rows_std", "rows_quarantined")} == {
        "feeds": 1,
        "rows_in": 2,
        "rows_std": 1,
        "rows_quarantined": 1,
    }


async def test_quarantine_is_masked_scoped_and_exported(station: Station, client: Client, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("pid,nm,born,extra\np1,张三丰,19900231,429099199001011234\n")
    definition = visits("files", {"path": str(tmp_path)}, "p.csv", dataset="patient", key=["pid"])
    definition["feeds"][0]["columns"] = {"patient_id": "pid", "birth_date": "born", "name": "nm"}
    await station.bring_in(definition)
    await station.run("t.visits")
    path = "/api/ingest/quarantine?f.feed=t.visits"
    async with client(Scope.of(ORG, grade=5)) as http:
        page = (await http.get(path)).json()
        row = page["items"][0]
        assert (page["total"], row["reason_title"], row["received"]) == (1, "值无法解析", "***")
        assert row["row"] == {"pid": "p1", "nm": "张**", "born": "1990****", "extra": "***"}
        exported = await http.get("/api/ingest/quarantine/export")
        assert "张**" in exported.text
        assert "三丰" not in exported.text
        book = await http.get("/api/ingest/quarantine/export?format=xlsx")
        header, *rows = openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True)
        assert (len(rows), rows[0][header.index("原因说明")]) == (1, "值无法解析")
        assert (await http.get("/api/ingest/quarantine/export?format=pdf")).status_code == 422
        assert (await http.get("/api/ingest/quarantine?f.received=x")).status_code == 422
    async with client(Scope.of(ORG, grade=5, unmask=True)) as http:
        assert (await http.get(path + "&unmask=true")).json()["items"][0]["row"]["nm"] == "张三丰"
    async with client(Scope.of("another")) as http:
        assert (await http.get(path)).json()["total"] == 0
        assert (await http.get("/api/ingest/feeds")).json()["total"] == 0
        assert (await http.post("/api/ingest/feeds/t.visits/run")).status_code == 404
        assert (await http.post("/api/ingest/sources/t/run")).status_code == 404


async def test_connectors_and_connection_tests(station: Station, client: Client, tmp_path: Path) -> None:
    csv_source(tmp_path, "")
    async with client() as http:
        listed = {item["name"]: item for item in (await http.get("/api/ingest/connectors")).json()}
        assert list(listed) == list(connectors())
        assert list(listed)[:2] == ["postgres", "mysql"]
        assert listed["postgres"]["options_schema"]["properties"]["password"]["writeOnly"] is True
        wanted = {"connector": "files", "options": {"path": str(tmp_path)}}
        answer = await http.post("/api/ingest/connections/test", json=wanted)
        assert answer.json()["tables"] == ["visits.csv"]
        wanted = {
            "connector": "postgres",
            "options": {"host": "/nowhere", "database": "d", "user": "u", "password": "sesame"},
        }
        answer = await http.post("/api/ingest/connections/test", json=wanted)
        assert answer.status_code == 503
        assert "sesame" not in answer.text
        reference = csv_source(tmp_path, "")
        reference["source"]["options"]["path"] = "${package:suwen/x}"
        assert (await http.post("/api/ingest/definitions", json=reference)).status_code == 422


async def test_options_are_shown_without_secrets(station: Station, client: Client) -> None:
    from suwen.domains.ingest.public import import_source

    options = {"host": "/nowhere", "database": "d", "user": "u", "password": "sesame"}
    async with station.database.unit_of_work() as uow:
        await import_source(uow, visits("postgres", options, "visits"), station.settings, check=False)
    async with client() as http:
        shown = (await http.get("/api/ingest/sources/t/options")).json()
        assert shown == {"host": "/nowhere", "database": "d", "user": "u", "password": "******"}
        text = (await http.get("/api/ingest/feeds/t.visits/definition")).json()["yaml"]
        assert "dataset: encounter" in text
