"""Institutions, departments and staff: lists, forms, imports, exports and scopes, over HTTP and PostgreSQL."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from suwen.domains.orgs.public import DepartmentIn, InstitutionIn, StaffIn, departments, institutions, save, uscc_check
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope

A, B = (body + uscc_check(body) for body in ("12350102990000010", "12350102990000029"))
Client = Callable[..., Any]


async def stored(database: Database) -> None:
    async with database.unit_of_work() as uow:
        await save(uow, [InstitutionIn(org_code=A, name="甲医院"), InstitutionIn(org_code=B, name="乙医院")])
        await save(uow, [DepartmentIn(org_code=org, code="01", name="内科") for org in (A, B)])
        await save(uow, [StaffIn(org_code=org, code="D1", name="张三", phone="13812345678") for org in (A, B)])


class TestSave:
    async def test_the_same_again_changes_nothing(self, database: Database) -> None:
        await stored(database)
        async with database.unit_of_work() as uow:
            report = await save(uow, [InstitutionIn(org_code=A, name="甲医院"), InstitutionIn(org_code=B, name="乙院")])
        assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
        async with database.unit_of_work() as uow:
            assert [row.name for row in await institutions(uow, Scope.of(B))] == ["乙院"]
            assert {row.org_code for row in await departments(uow, Scope.everything())} == {A, B}
            assert [row.org_code for row in await departments(uow, Scope.of(A))] == [A]


class TestLists:
    @pytest.mark.parametrize("name", ["institutions", "departments", "staff"])
    async def test_a_scope_hides_other_institutions_everywhere(
        self, name: str, client: Client, database: Database
    ) -> None:
        await stored(database)
        async with client() as http:
            rows = (await http.get(f"/api/orgs/{name}")).json()["items"]
            assert {row["org_code"] for row in rows} == {A, B}
            hidden = next(row["id"] for row in rows if row["org_code"] == B)
        async with client(Scope.of(A)) as http:
            page = (await http.get(f"/api/orgs/{name}")).json()
            assert {row["org_code"] for row in page["items"]} == {A}
            assert page["total"] == 1
            assert (await http.get(f"/api/orgs/{name}/{hidden}")).status_code == 404
            assert (await http.patch(f"/api/orgs/{name}/{hidden}", json={"name": "x"})).status_code == 404
            assert (await http.delete(f"/api/orgs/{name}/{hidden}")).status_code == 404
            text = (await http.get(f"/api/orgs/{name}/export")).text
            assert A in text
            assert B not in text

    async def test_forms_refuse_what_is_not_valid(self, client: Client) -> None:
        async with client() as http:
            wrong = await http.post("/api/orgs/institutions", json={"org_code": A[:17] + "?", "name": "甲"})
            assert wrong.status_code == 422
            made = await http.post("/api/orgs/institutions", json={"org_code": A.lower(), "name": " 甲医院 "})
            assert made.status_code == 201
            assert made.json()["org_code"] == A
            assert made.json()["name"] == "甲医院"
            twice = await http.post("/api/orgs/institutions", json={"org_code": A, "name": "甲医院"})
            assert twice.status_code == 409
            orphan = await http.post("/api/orgs/departments", json={"org_code": B, "code": "01", "name": "内科"})
            assert orphan.status_code == 409
            changed = await http.patch(f"/api/orgs/institutions/{made.json()['id']}", json={"beds": 30})
            assert changed.json()["beds"] == 30
            assert changed.json()["name"] == "甲医院"
            url = f"/api/orgs/institutions/{made.json()['id']}"
            for place in ({"longitude": 181}, {"latitude": 85.1}, {"longitude": "12W"}):
                assert (await http.patch(url, json=place)).status_code == 422
            placed = (await http.patch(url, json={"longitude": 112.9, "latitude": 30.5})).json()
            assert (placed["longitude"], placed["latitude"], placed["beds"]) == (112.9, 30.5, 30)
            outside = {"org_code": A, "code": "9", "name": "骨科"}
        async with client(Scope.of(B)) as http:
            assert (await http.post("/api/orgs/departments", json=outside)).status_code == 403

    async def test_phones_of_staff_are_masked(self, client: Client, database: Database) -> None:
        await stored(database)
        async with client(Scope.of(A)) as http:
            (row,) = (await http.get("/api/orgs/staff")).json()["items"]
            assert row["phone"] == "138****5678"


class TestImport:
    async def test_an_export_can_be_imported_again(self, client: Client, database: Database) -> None:
        await stored(database)
        async with client() as http:
            for kind in ("csv", "xlsx"):
                file = (await http.get("/api/orgs/departments/export", params={"format": kind})).content
                report = await http.post("/api/orgs/departments/import", files={"file": (f"x.{kind}", file)})
                assert report.json() == {"added": 0, "changed": 0, "unchanged": 2}

    async def test_mistakes_are_named_by_row_and_column_and_nothing_is_stored(
        self, client: Client, database: Database
    ) -> None:
        await stored(database)
        lines = [
            "机构代码,科室代码,科室名称,床位数",
            f"{A},02,外科,12",
            f"{A},03,,many",
            f"{A[:17]}0,04,儿科,1" if A[17] != "0" else f"{A[:17]}1,04,儿科,1",
            f"{A},02,外科二,1",
        ]
        async with client() as http:
            body = "\n".join(lines).encode("gb18030")
            refused = await http.post("/api/orgs/departments/import", files={"file": ("d.csv", body)})
            assert refused.status_code == 422
            places = {(item["row"], item["column"]) for item in refused.json()["errors"]}
            assert places == {(3, "科室名称"), (3, "床位数"), (4, "机构代码")}
            rows = (await http.get("/api/orgs/departments")).json()
            assert rows["total"] == 2

    async def test_doubles_unknown_institutions_and_other_scopes_are_mistakes(
        self, client: Client, database: Database
    ) -> None:
        await stored(database)
        unknown = "12350102990000037" + uscc_check("12350102990000037")
        lines = ["org_code,code,name", f"{A},02,外科", f"{A},02,外科", f"{B},02,外科", f"{unknown},1,外科"]
        async with client(Scope.of(A, unknown)) as http:
            body = "\n".join(lines).encode()
            refused = await http.post("/api/orgs/departments/import", files={"file": ("d.csv", body)})
            reasons = {item["row"]: item["reason"] for item in refused.json()["errors"]}
        assert reasons[3] == "与第 2 行重复"
        assert "数据范围" in reasons[4]
        assert "机构不存在" in reasons[5]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "没有表头"),
            ("机构代码,颜色\n1,2".encode(), "未知的列"),
            ("机构代码,机构代码\n1,2".encode(), "重复的列"),
            (b"\xff\xfe\x00\x81\x30", "编码"),
            (b'org_code,name\n"a', "不是有效的 csv"),
            (b"PK\x03\x04 truncated", "xlsx"),
        ],
    )
    async def test_unreadable_files_say_why(self, client: Client, content: bytes, told: str) -> None:
        async with client() as http:
            answer = await http.post("/api/orgs/staff/import", files={"file": ("x", content)})
        assert answer.status_code == 422
        assert told in answer.json()["detail"]

    async def test_numbers_of_a_spreadsheet_stay_codes(self, client: Client, database: Database) -> None:
        await stored(database)
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(["机构代码", "工号", "姓名", "性别", "人员类别", "启用"])
        sheet.append([A, 1007, "李四", "女", "护士", "是"])
        file = io.BytesIO()
        book.save(file)
        async with client() as http:
            report = await http.post("/api/orgs/staff/import", files={"file": ("x.xlsx", file.getvalue())})
            assert report.json()["added"] == 1, report.text
            (row,) = (await http.get("/api/orgs/staff", params={"f.code": "1007"})).json()["items"]
        assert (row["sex_code"], row["role"], row["active"]) == ("2", "nurse", True)

    async def test_importing_needs_the_right_to_write(self, client: Client) -> None:
        async with client(permissions=frozenset({"orgs.read"})) as http:
            answer = await http.post("/api/orgs/staff/import", files={"file": ("x", b"")})
        assert answer.status_code == 403
