"""The catalogue over a real lake and database: figures, rows, downloads and profiles, each within the scope."""

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from sqlalchemy import text

from suwen.domains.lake.public import open_lake, table_of
from suwen.domains.standards.public import Catalog, install_packs
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

Client = Callable[..., Any]
A, B = "ORG-A", "ORG-B"
PATIENTS = 6


def rows_of(org: str, dataset: str, batch: str) -> list[dict[str, Any]]:
    def system(number: int, key: str) -> dict[str, Any]:
        digest = hashlib.md5(f"{org}|P{number}".encode()).hexdigest()[:24]
        return {"org_code": org, "patient_key": digest, "feed": "f", "source_key": key, "batch_id": batch}

    if dataset == "patient":
        return [
            {
                **system(n, f"P{n}"),
                "patient_id": f"P{n}",
                "name": f"张三{n}",
                "sex_code": "1" if n % 2 else "2",
                "birth_date": date(1950 + n, 3, 2),
                "id_no": f"11010519{50 + n}0302002X",
                "phone": "13812345678" if n < 3 else None,
                "created_at": datetime(2024, 1, n + 1, tzinfo=UTC),
            }
            for n in range(PATIENTS)
        ]
    return [
        {
            **system(n % PATIENTS, f"E{n}"),
            "encounter_id": f"E{n}",
            "patient_id": f"P{n % PATIENTS}",
            "encounter_type_code": "3" if n % 5 == 0 else "7" if n % 5 == 1 else "1",
            "dept_name": "=内科" if n % 2 else "外科",
            "doctor_name": "李四",
            "started_at": datetime(2024, 5, n + 1, 8, tzinfo=UTC),
            "total_cost": Decimal(n * 10),
        }
        for n in range(10)
    ]


@pytest.fixture(scope="module")
async def filled(settings: Settings, module_database_url: str) -> Settings:
    """A lake with 6 patients and 10 encounters of hospital A, 6 and none of hospital B."""
    database = Database(module_database_url)
    async with database.unit_of_work() as uow:
        await install_packs(uow)
    await database.close()
    lake, catalog = open_lake(settings), Catalog.from_packs()
    for dataset, orgs in (("patient", (A, B)), ("encounter", (A,))):
        spec = table_of(catalog.dataset(dataset), settings.buckets)
        lake.ensure(spec)
        rows = [row for org in orgs for row in rows_of(org, dataset, f"batch-{dataset}-{org}")]
        fields = [spec.schema.field(name) for name in rows[0]]
        lake.append(spec, pa.Table.from_pylist(rows, pa.schema(fields)))
    return settings


async def get(client: Client, path: str, scope: Scope | None = None, **params: object) -> Any:
    async with client(scope) as http:
        answer = await http.get(f"/api/catalog/datasets{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


class TestDatasets:
    async def test_shows_how_much_there_is(self, filled: Settings, client: Client) -> None:
        found = {item["code"]: item for item in await get(client, "")}
        assert set(found) == set(Catalog.from_packs().datasets)
        patient = found["patient"]
        assert (patient["rows"], patient["institutions"]) == (12, 2)
        assert patient["bytes"] > 0
        assert patient["first_time"].startswith("2024-01-01")
        assert patient["last_batch"] == f"batch-patient-{B}"
        assert patient["updated_at"]
        assert (found["lab_result"]["rows"], found["lab_result"]["updated_at"]) == (0, None)

    async def test_tells_nothing_of_institutions_outside_the_scope(self, filled: Settings, client: Client) -> None:
        found = {item["code"]: item for item in await get(client, "", Scope.of(B))}
        assert (found["patient"]["rows"], found["patient"]["bytes"]) == (6, None)
        assert (found["encounter"]["rows"], found["encounter"]["updated_at"]) == (0, None)
        detail = await get(client, "/patient", Scope.of(B))
        assert [share["org_code"] for share in detail["shares"]] == [B]

    async def test_figures_follow_the_table(self, filled: Settings, client: Client) -> None:
        spec = table_of(Catalog.from_packs().dataset("operation"), filled.buckets)
        row = {**rows_of(A, "encounter", "batch")[0], "operation_id": "O1", "operation_code": "47.01"}
        row = {name: value for name, value in row.items() if spec.column(name)}
        assert (await get(client, "/operation"))["rows"] == 0
        fields = pa.schema([spec.schema.field(name) for name in row])
        open_lake(filled).append(spec, pa.Table.from_pylist([row], fields))
        assert (await get(client, "/operation"))["rows"] == 1
        open_lake(filled).delete("std.operation", {"org_code": A})
        assert (await get(client, "/operation"))["rows"] == 0

    async def test_an_unknown_dataset_is_told(self, filled: Settings, client: Client) -> None:
        async with client() as http:
            for path in ("x", "x/rows", "x/rows/export", "x/profile"):
                answer = await http.get(f"/api/catalog/datasets/{path}")
                assert answer.status_code == 404
                assert "patient" in answer.json()["allowed"]


class TestRows:
    async def test_newest_first_with_the_meaning_of_codes(self, filled: Settings, client: Client) -> None:
        page = await get(client, "/encounter/rows", page_size=3)
        assert page["total"] == 10
        assert [row["encounter_id"] for row in page["items"]] == ["E9", "E8", "E7"]
        assert page["labels"]["encounter_type_code"] == {"1": "门诊"}
        names = [column["name"] for column in page["columns"]]
        place = names.index("dept_name")
        assert names[place + 1 : place + 3] == ["dept_standard_code", "dept_standard_name"]
        assert page["columns"][place + 1]["title"] == "标准科室代码"
        second = await get(client, "/encounter/rows", page_size=3, page=2)
        assert [row["encounter_id"] for row in second["items"]] == ["E6", "E5", "E4"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"f.encounter_type_code": "3"}, {"E0", "E5"}),
            ({"f.encounter_type_code.in": "3,7"}, {"E0", "E5", "E1", "E6"}),
            ({"f.total_cost.gte": "80"}, {"E8", "E9"}),
            ({"f.total_cost.lt": "10"}, {"E0"}),
            ({"f.started_at.gte": "2024-05-09T00:00:00Z"}, {"E8", "E9"}),
            ({"f.dept_name.contains": "内", "f.total_cost.lte": "30"}, {"E1", "E3"}),
            ({"f.encounter_type_code.ne": "1", "f.dept_name": "外科"}, {"E0", "E6"}),
            ({"f.ward.null": "false"}, set()),
            ({"f.org_code": B}, set()),
            ({"q": "e9"}, {"E9"}),
        ],
    )
    async def test_filters(self, filled: Settings, client: Client, filters: dict[str, str], expected: set[str]) -> None:
        page = await get(client, "/encounter/rows", **filters)
        assert {row["encounter_id"] for row in page["items"]} == expected
        assert page["total"] == len(expected)

    async def test_sorting(self, filled: Settings, client: Client) -> None:
        page = await get(client, "/encounter/rows", sort="dept_name,-total_cost", page_size=2)
        assert [row["encounter_id"] for row in page["items"]] == ["E9", "E7"]

    @pytest.mark.parametrize(
        ("params", "code"),
        [
            ({"f.nickname": "x"}, "field_not_open"),
            ({"sort": "nickname"}, "field_not_open"),
            ({"f.id_no": "11010519500302002X"}, "field_not_open"),
            ({"sort": "name"}, "field_not_open"),
            ({"f.created_at.gte": "yesterday"}, "invalid"),
            ({"f.sex_code.like": "1"}, "invalid"),
        ],
    )
    async def test_what_may_not_be_asked_is_refused(
        self, filled: Settings, client: Client, params: dict[str, str], code: str
    ) -> None:
        async with client() as http:
            answer = await http.get("/api/catalog/datasets/patient/rows", params=params)
        assert answer.status_code == 422
        assert answer.json()["code"] == code

    async def test_identifiers_are_masked_until_asked_for_and_then_recorded(
        self, filled: Settings, client: Client, database: Database
    ) -> None:
        row = (await get(client, "/patient/rows"))["items"][0]
        assert (row["name"][0], row["name"].count("*")) == ("张", 2)
        assert "*" in row["id_no"]
        page = await get(client, "/patient/rows", unmask=True, page_size=2)
        assert page["items"][0]["name"].startswith("张三")
        async with database.unit_of_work() as uow:
            logged = (await uow.session.execute(text("SELECT subject, row_keys FROM identity_access_log"))).all()
        assert [(subject, len(keys)) for subject, keys in logged] == [("catalog.patient", 2)]

    async def test_unmasking_is_a_right(self, filled: Settings, client: Client) -> None:
        async with client(Scope.of(A, grade=4)) as http:
            answer = await http.get("/api/catalog/datasets/patient/rows", params={"unmask": True})
        assert answer.status_code == 403

    async def test_columns_above_the_grade_are_masked_or_empty(
        self, filled: Settings, client: Client, database: Database
    ) -> None:
        counted = text("SELECT count(*) FROM identity_access_log")
        async with database.unit_of_work() as uow:
            before = await uow.session.scalar(counted)
        page = await get(client, "/patient/rows", Scope.of(A, grade=1, unmask=True), unmask=True)
        assert {(row["name"], row["sex_code"]) for row in page["items"]} == {("张**", None)}
        columns = {item["name"]: item for item in page["columns"]}
        assert [columns["name"][flag] for flag in ("masked", "hidden", "open")] == [True, False, False]
        assert [columns["sex_code"][flag] for flag in ("masked", "hidden", "open")] == [False, True, False]
        async with database.unit_of_work() as uow:
            assert await uow.session.scalar(counted) == before

    async def test_only_rows_of_the_scope(self, filled: Settings, client: Client) -> None:
        page = await get(client, "/patient/rows", Scope.of(B), page_size=100)
        assert {row["org_code"] for row in page["items"]} == {B}
        assert page["total"] == 6

    async def test_a_dataset_without_a_table_is_empty(self, filled: Settings, client: Client) -> None:
        page = await get(client, "/lab_result/rows", **{"f.item_code": "GLU", "sort": "-resulted_at"})
        assert (page["items"], page["total"]) == ([], 0)

    async def test_rows_need_their_own_permission(self, filled: Settings, client: Client) -> None:
        async with client(permissions=frozenset({"catalog.read"})) as http:
            assert (await http.get("/api/catalog/datasets")).status_code == 200
            for path in ("rows", "rows/export"):
                assert (await http.get(f"/api/catalog/datasets/patient/{path}")).status_code == 403


class TestExport:
    async def test_csv_holds_the_filtered_rows_of_the_scope_masked(self, filled: Settings, client: Client) -> None:
        async with client(Scope.of(B, grade=4, unmask=True)) as http:
            answer = await http.get("/api/catalog/datasets/patient/rows/export", params={"f.sex_code": "1"})
        lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(lines) == 3
        assert {line["机构代码"] for line in lines} == {B}
        assert all("*" in line["患者身份证件号码"] for line in lines)
        assert "张三" not in answer.text

    async def test_xlsx_keeps_types_and_runs_no_formula(self, filled: Settings, client: Client) -> None:
        async with client() as http:
            params = {"format": "xlsx", "sort": "started_at"}
            answer = await http.get("/api/catalog/datasets/encounter/rows/export", params=params)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        header, *rows = list(sheet.iter_rows(values_only=True))
        cost, dept = header.index("费用总额"), header.index("科室名称")
        assert [row[cost] for row in rows] == [n * 10 for n in range(10)]
        assert rows[1][dept] == "'=内科"

    async def test_errors_come_before_the_file(self, filled: Settings, client: Client) -> None:
        async with client() as http:
            wrong = await http.get("/api/catalog/datasets/patient/rows/export", params={"format": "pdf"})
            assert wrong.status_code == 422
            empty = await http.get("/api/catalog/datasets/lab_result/rows/export")
            assert empty.status_code == 200
            assert len(empty.content.splitlines()) == 1


class TestProfile:
    async def test_tells_share_filled_distinct_range_and_top(self, filled: Settings, client: Client) -> None:
        profile = await get(client, "/encounter/profile")
        assert profile["rows"] == 10
        found = {item["name"]: item for item in profile["elements"]}
        kind = found["encounter_type_code"]
        assert (kind["filled"], kind["distinct"]) == (1.0, 3)
        assert kind["top"][0] == {"value": "1", "label": "门诊", "rows": 6}
        assert {"value": "7", "label": None, "rows": 2} in kind["top"]
        assert (float(found["total_cost"]["low"]), float(found["total_cost"]["high"])) == (0, 90)
        assert found["ward"]["filled"] == 0.0
        assert found["encounter_id"]["top"] == []

    async def test_masked_columns_tell_no_value_even_to_those_who_may_unmask(
        self, filled: Settings, client: Client
    ) -> None:
        found = {item["name"]: item for item in (await get(client, "/patient/profile"))["elements"]}
        phone = found["phone"]
        assert (phone["masked"], phone["filled"], phone["distinct"]) == (True, 0.5, 1)
        for name in ("name", "phone", "id_no", "birth_date"):
            assert (found[name]["low"], found[name]["high"], found[name]["top"]) == (None, None, [])

    async def test_columns_above_the_grade_tell_nothing(self, filled: Settings, client: Client) -> None:
        elements = (await get(client, "/patient/profile", Scope.of(A, grade=2)))["elements"]
        found = {item["name"]: item for item in elements}
        hidden, name = found["patient_id"], found["name"]
        assert (hidden["hidden"], hidden["filled"], hidden["distinct"]) == (True, None, None)
        assert (name["hidden"], name["filled"], name["distinct"], name["top"]) == (False, 1.0, 6, [])

    async def test_names_of_persons_are_not_listed(self, filled: Settings, client: Client) -> None:
        found = {item["name"]: item for item in (await get(client, "/encounter/profile"))["elements"]}
        assert (found["doctor_name"]["filled"], found["doctor_name"]["top"]) == (1.0, [])
        assert {item["value"] for item in found["dept_name"]["top"]} == {"=内科", "外科"}

    async def test_only_the_rows_of_the_scope_count(self, filled: Settings, client: Client) -> None:
        assert (await get(client, "/patient/profile", Scope.of(A)))["rows"] == 6
        assert (await get(client, "/lab_result/profile"))["rows"] == 0


class TestSample:
    async def test_a_sample_shows_no_identifier_and_nothing_above_its_grade(
        self, filled: Settings, client: Client
    ) -> None:
        async with client(scope=Scope(frozenset({A}), 5, unmask=True)) as http:
            answer = await http.get("/api/catalog/datasets/patient/sample?rows=4&grade=2")
            rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            assert len(rows) == 5
            assert not any(text in answer.text for text in ("张三", "13812345678", "302002X", B))
            whole = await http.get("/api/catalog/datasets/patient/sample?rows=4&grade=5")
            assert "张*" in whole.text
            assert "138****5678" in whole.text
            assert len(whole.text.splitlines()[0].split(",")) > len(rows[0])
            assert (await http.get("/api/catalog/datasets/patient/sample?grade=6")).status_code == 422
        async with client(scope=Scope(frozenset({A}), 2, unmask=False)) as http:
            assert (await http.get("/api/catalog/datasets/patient/sample?rows=4&grade=5")).text == answer.text
