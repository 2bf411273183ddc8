"""The routes of the metrics room: what they tell, and to whom."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from suwen.domains.lake.public import Lake
from suwen.domains.metrics.public import refresh
from suwen.kernel import clock
from suwen.kernel.database import Database
from suwen.kernel.jobs import JobRun
from suwen.kernel.scope import Scope
from tests.metrics.conftest import Client
from tests.std import CATALOG, put


def visit(number: int, day: date, org: str = "A", type_: str = "1", **values: Any) -> dict[str, Any]:
    given = {
        "org_code": org,
        "encounter_id": f"e{number}",
        "patient_id": f"p{number}",
        "encounter_type_code": type_,
        "started_at": datetime(day.year, day.month, day.day, 9),
        "dept_code": "01",
        "total_cost": Decimal(100),
        "drug_cost": Decimal(40),
    }
    return {**given, **values}


@pytest.fixture
async def computed(room_lake: Lake, database: Database) -> None:
    """Visits of A: 1 in May 2023, 1 in April 2024, 2 in May 2024; of B: 1 in May 2024; a stay of 3 days in A."""
    days = [date(2023, 5, 2), date(2024, 4, 2), date(2024, 5, 2), date(2024, 5, 30)]
    rows = [visit(number, day) for number, day in enumerate(days)]
    rows.append(visit(9, date(2024, 5, 3), "B", "2", dept_code=None))
    rows.append(visit(10, date(2024, 5, 7), type_="3", ended_at=datetime(2024, 5, 10, 9), drug_cost=None))
    put(room_lake, "encounter", rows)
    put(room_lake, "patient", [{"patient_id": "p1", "name": "王小明"}])
    assert await refresh(room_lake, database, CATALOG) >= 20


MAY = {"first": "2024-05-01", "last": "2024-05-31"}


async def ask(client: Client, path: str, params: dict[str, Any], scope: Scope | None = None) -> Any:
    async with client(scope) as http:
        response = await http.get(f"/api/metrics/{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


class TestBoard:
    async def test_every_metric_has_its_card(self, computed: None, client: Client) -> None:
        board = await ask(client, "board", MAY)
        cards = {card["code"]: card for card in board["cards"]}
        values = {code: cards[code]["value"] for code in ("visits", "outpatient_visits", "admissions", "discharges")}
        assert values == {"visits": 3, "outpatient_visits": 2, "admissions": 1, "discharges": 1}
        assert cards["average_length_of_stay"]["value"] == 3
        assert cards["cost_per_visit"]["value"] == 100
        assert cards["drug_share"]["value"] == 30
        assert cards["patients_seen"]["value"] == 4
        assert cards["visits"]["yoy"] == {"base": 1, "percent": 200, "reason": None}
        assert cards["visits"]["mom"] == {"base": 1, "percent": 200, "reason": None}
        assert cards["admissions"]["yoy"]["reason"] in ("no_base_data", "base_zero")
        assert (cards["inpatient_drug_share"]["value"], cards["inpatient_drug_share"]["reason"]) == (None, "no_data")
        assert cards["lab_reports"]["value"] == 0

    async def test_without_a_period_the_last_whole_month(self, computed: None, client: Client) -> None:
        with clock.freeze(datetime(2024, 5, 20, tzinfo=clock.LOCAL_ZONE)):
            board = await ask(client, "board", {})
        assert (board["first"], board["last"], board["newest"]) == ("2024-04-01", "2024-04-30", "2024-05-10")

    async def test_a_scope_sees_its_own_numbers(self, computed: None, client: Client) -> None:
        board = await ask(client, "board", MAY, Scope.of("B"))
        visits = next(card for card in board["cards"] if card["code"] == "visits")
        assert visits["value"] == 1
        board = await ask(client, "board", {**MAY, "org": "A"}, Scope.of("B"))
        assert next(card for card in board["cards"] if card["code"] == "patients_seen")["value"] == 0


class TestQuery:
    async def test_by_time_with_comparison(self, computed: None, client: Client) -> None:
        params = {"metric": "visits", "dims": "time", "grain": "month", "first": "2024-04-15", "last": "2024-05-20"}
        body = await ask(client, "query", params)
        assert (body["first"], body["last"]) == ("2024-04-01", "2024-05-31")
        april, may = body["lines"]
        assert (april["dims"], april["value"]) == ({"time": "2024-04-01"}, 1)
        assert april["mom"] == {"base": None, "percent": None, "reason": "no_base_data"}
        assert (may["value"], may["mom"]["percent"], may["yoy"]["percent"]) == (3, 200, 200)

    async def test_by_org_and_dept(self, computed: None, client: Client) -> None:
        body = await ask(client, "query", {**MAY, "metric": ["visits", "patients_seen"], "dims": ["org", "dept"]})
        found = {(line["metric"], line["dims"]["org"], line["dims"]["dept"]): line["value"] for line in body["lines"]}
        assert found == {
            ("visits", "A", "01"): 2,
            ("visits", "B", None): 1,
            ("patients_seen", "A", "01"): 3,
            ("patients_seen", "B", None): 1,
        }

    async def test_a_dimension_that_a_metric_lacks_is_told(self, computed: None, client: Client) -> None:
        body = await ask(client, "query", {**MAY, "metric": "lab_results", "dept": "01"})
        assert [(line["value"], line["reason"]) for line in body["lines"]] == [(None, "dimension_missing")]

    @pytest.mark.parametrize(
        ("params", "code"),
        [
            ({**MAY, "metric": "nothing"}, "metrics.unknown_metric"),
            ({"metric": "visits", "first": "2024-02-01", "last": "2024-01-01"}, "metrics.invalid_query"),
            ({**MAY, "metric": "visits", "dims": ["org", "org"]}, "metrics.invalid_query"),
        ],
    )
    async def test_refuses(self, computed: None, client: Client, params: dict[str, Any], code: str) -> None:
        async with client() as http:
            response = await http.get("/api/metrics/query", params=params)
        assert response.json()["code"] == code


class TestDrill:
    async def test_row_count_is_the_number(self, computed: None, client: Client) -> None:
        for org in ("A", "B"):
            body = await ask(client, "drill", {**MAY, "metric": "visits", "org": org})
            assert body["total"] == body["value"] == len(body["items"])
            assert {row["org_code"] for row in body["items"]} == {org}

    async def test_parts_of_a_ratio(self, computed: None, client: Client) -> None:
        stay = {**MAY, "metric": "emergency_share"}
        assert (await ask(client, "drill", stay))["metric"] == "emergency_visits"
        assert (await ask(client, "drill", {**stay, "part": "denominator"}))["total"] == 3

    async def test_rows_of_another_institution_stay_hidden(self, computed: None, client: Client) -> None:
        body = await ask(client, "drill", {**MAY, "metric": "visits"}, Scope.of("B"))
        assert [row["org_code"] for row in body["items"]] == ["B"]
        assert (await ask(client, "drill", {**MAY, "metric": "visits", "org": "A"}, Scope.of("B")))["total"] == 0

    async def test_a_low_grade_counts_but_does_not_show(self, computed: None, client: Client) -> None:
        body = await ask(client, "drill", {**MAY, "metric": "visits"}, Scope.of("A", grade=1))
        assert body["total"] == 2
        assert {row["total_cost"] for row in body["items"]} == {None}


class TestExport:
    async def test_numbers_as_csv(self, computed: None, client: Client) -> None:
        async with client() as http:
            response = await http.get("/api/metrics/export", params={**MAY, "metric": "visits", "dims": "org"})
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert rows[0][:4] == ["指标编码", "指标", "机构", "数值"]
        assert [row[2:4] for row in rows[1:]] == [["A", "2"], ["B", "1"]]

    async def test_rows_as_xlsx_within_the_scope(self, computed: None, client: Client) -> None:
        params = {**MAY, "metric": "visits", "of": "rows", "format": "xlsx"}
        async with client(Scope.of("B")) as http:
            response = await http.get("/api/metrics/export", params=params)
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        assert sheet is not None
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0][0] == "org_code"
        assert [row[0] for row in rows[1:]] == ["B"]


class TestAccess:
    async def test_a_permission_is_needed(self, computed: None, client: Client, database: Database) -> None:
        async with client(permissions=frozenset({"metrics.read"})) as http:
            assert (await http.post("/api/metrics/refresh")).status_code == 403
            assert (await http.get("/api/metrics/definitions")).json()["total"] >= 12
        async with client(permissions=frozenset({"metrics.write"})) as http:
            assert (await http.get("/api/metrics/board", params=MAY)).status_code == 403
            started = (await http.post("/api/metrics/refresh")).json()
        async with database.unit_of_work() as uow:
            run = await uow.session.get(JobRun, started["job_id"])
        assert run is not None
        assert run.name == "metrics.refresh"
