"""One person's timeline over two hospitals, its sections and trends, within the reader's scope."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from suwen.domains.lake.public import open_lake
from suwen.domains.patients.public import link
from suwen.domains.records.events_text import LINES
from suwen.domains.standards.public import Catalog
from suwen.kernel.database import Database
from suwen.kernel.settings import Settings
from tests.identity.people import make_user, signed_in
from tests.patients.people import person, write
from tests.serving import app_over


def visit(org: str, patient_id: str, encounter_id: str, at: datetime, **values: Any) -> dict[str, Any]:
    return {
        "org_code": org,
        "patient_id": patient_id,
        "encounter_id": encounter_id,
        "encounter_type_code": "1",
        "started_at": at,
        "dept_name": "内科",
        **values,
    }


def result(org: str, patient_id: str, number: int, value: float, **values: Any) -> dict[str, Any]:
    return {
        "org_code": org,
        "patient_id": patient_id,
        "result_id": f"r{number}",
        "report_id": "p1",
        "encounter_id": "e1",
        "item_name": "葡萄糖",
        "value_number": value,
        "unit": "mmol/L",
        "reference_low": 3.9,
        "reference_high": 6.1,
        "resulted_at": datetime(2024, 3, number, 9),
        **values,
    }


@pytest.fixture(scope="session")
def database_template(core_template: str) -> str:
    """The core standards are in force in every database of these tests."""
    return core_template


@pytest.fixture
async def app(settings: Settings, database: Database) -> FastAPI:
    lake = open_lake(settings)
    write(lake, "patient", person("A", "1"), person("B", "7"))
    write(
        lake,
        "encounter",
        visit("A", "1", "e1", datetime(2024, 3, 1, 8)),
        visit("A", "1", "e2", datetime(2023, 6, 1, 8)),
        visit("B", "7", "e1", datetime(2024, 5, 1, 8), encounter_type_code="3"),
        visit("B", "99", "e9", datetime(2024, 5, 1, 8)),
    )
    write(lake, "lab_result", *(result("A", "1", n, v) for n, v in ((1, 5.0), (2, 7.5), (3, 6.0))))
    # A result whose encounter never came: shown on its day, not lost.
    write(lake, "lab_result", result("B", "7", 9, 4.2, encounter_id="unknown"))
    async with database.unit_of_work() as uow:
        await link(lake, uow)
    return app_over(settings, database)


@pytest.fixture
async def person_id(app: FastAPI, database: Database) -> str:
    async with database.unit_of_work() as uow:
        return str(await uow.session.scalar(text("SELECT person_id FROM patients_identity LIMIT 1")))


@pytest.fixture
async def reader(app: FastAPI, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    await make_user(database, permissions=["records.read"], orgs=None, grade=5)
    async with signed_in(app) as client:
        yield client


async def test_timeline_joins_hospitals_newest_first(reader: httpx.AsyncClient, person_id: str) -> None:
    found = (await reader.get(f"/api/records/persons/{person_id}/timeline")).json()
    assert [(item["org_code"], (item["started_at"] or "")[:10]) for item in found["items"]] == [
        ("B", "2024-05-01"),
        ("B", "2024-03-09"),
        ("A", "2024-03-01"),
        ("A", "2023-06-01"),
    ]
    march = found["items"][2]
    assert march["counts"] == {"lab_result": 3}
    assert [event["abnormal"] for event in march["events"]] == [False, True, False]
    assert march["events"][1]["text"] == "葡萄糖 7.5 mmol/L"
    assert {section["dataset"]: section["rows"] for section in found["sections"]} == {"encounter": 3, "lab_result": 4}
    assert found["titles"]["encounter_type_code"]["3"]


async def test_an_event_opens_its_whole_row(reader: httpx.AsyncClient, person_id: str) -> None:
    found = (await reader.get(f"/api/records/persons/{person_id}/timeline")).json()
    event = found["items"][2]["events"][1]
    address = f"/api/records/persons/{person_id}/events/lab_result"
    opened = (await reader.get(f"{address}/{event['id']}")).json()
    assert (opened["row"]["result_id"], opened["row"]["report_id"], opened["row"]["value_number"]) == ("r2", "p1", 7.5)
    assert {"name": "reference_low", "title": "参考值下限"}.items() <= next(
        column for column in opened["columns"] if column["name"] == "reference_low"
    ).items()
    assert (await reader.get(f"{address}/0000")).status_code == 404
    ids = [event["id"] for item in found["items"] for event in item["events"]]
    assert len(set(ids)) == len(ids) == 4


def test_lines_are_made_of_columns_of_their_datasets() -> None:
    catalog = Catalog.from_packs()
    for code, line in LINES.items():
        assert set(line.columns) <= set(catalog.dataset(code).names), code


async def test_paging(reader: httpx.AsyncClient, person_id: str) -> None:
    found = (await reader.get(f"/api/records/persons/{person_id}/timeline?page=2&page_size=3")).json()
    assert found["total"] == 4
    assert len(found["items"]) == 1


async def test_section_and_trend(reader: httpx.AsyncClient, person_id: str) -> None:
    section = (await reader.get(f"/api/records/persons/{person_id}/sections/lab_result?page_size=2")).json()
    assert section["total"] == 4
    assert section["items"][0]["resulted_at"] > section["items"][1]["resulted_at"]
    items = (await reader.get(f"/api/records/persons/{person_id}/trends")).json()
    assert (items[0]["item"], items[0]["count"], items[0]["unit"]) == ("葡萄糖", 4, "mmol/L")
    query = {"item": "葡萄糖", "unit": "mmol/L"}
    trend = (await reader.get(f"/api/records/persons/{person_id}/trend", params=query)).json()
    assert [point["value"] for point in trend["points"]] == [5.0, 7.5, 6.0, 4.2]
    assert trend["points"][0]["high"] == 6.1
    assert (await reader.get(f"/api/records/persons/{person_id}/sections/nonsense")).status_code == 404


async def test_scope_hides_the_other_hospital(app: FastAPI, database: Database, person_id: str) -> None:
    await make_user(database, "only_a", permissions=["records.read"], orgs=["A"], grade=5)
    await make_user(database, "only_c", permissions=["records.read"], orgs=["C"], grade=5)
    async with signed_in(app, "only_a") as client:
        found = (await client.get(f"/api/records/persons/{person_id}/timeline")).json()
        assert {item["org_code"] for item in found["items"]} == {"A"}
    async with signed_in(app, "only_c") as client:
        assert (await client.get(f"/api/records/persons/{person_id}/timeline")).status_code == 404
