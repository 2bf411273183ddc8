"""Institutions and divisions year by year: copied, compared, corrected by file, counted."""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl

from suwen.domains.orgs.public import InstitutionIn, institutions_of, save, uscc_check
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope

A, B, C = (body + uscc_check(body) for body in ("12350102990000010", "12350102990000029", "12350102990000037"))
Client = Callable[..., Any]
URL = "/api/orgs/years"


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    book, content = openpyxl.Workbook(write_only=True), io.BytesIO()
    for name, rows in sheets.items():
        sheet: Any = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(content)
    return content.getvalue()


class TestInstitutionYears:
    async def test_a_year_is_copied_corrected_compared_and_counted(self, database: Database, client: Client) -> None:
        async with database.unit_of_work() as uow:
            first = InstitutionIn(org_code=A, name="甲医院", level="三级甲等", beds=100, division_code="350102")
            await save(uow, [first, InstitutionIn(org_code=B, name="乙医院", level="二级甲等", beds=50)])
        async with client() as http:

            async def copied(**wanted: Any) -> tuple[int, Any]:
                answer = await http.post(f"{URL}/institutions/copy", json=wanted)
                return answer.status_code, answer.json()

            assert (await copied(year=2024))[1]["added"] == 2
            assert (await copied(year=2024))[0] == 409
            assert (await copied(year=2025, before=2019))[0] == 404
            assert (await copied(year=2025, before=2024))[1]["unchanged"] == 0
            file = (await http.get("/api/orgs/institution_years/export", params={"f.year": 2025})).content.decode(
                "utf-8-sig"
            )
            head = file.splitlines()[0].split(",")
            lines = [f"{A},甲医院,三级甲等,100,350102", f"{B},乙区医院,二级甲等,80,", f"{C},丙诊所,,,"]
            file = "机构代码,机构名称,等级,床位数,行政区划\n" + "\n".join(lines)
            assert set(file.splitlines()[0].split(",")) <= set(head)
            body: dict[str, Any] = {"files": {"file": ("y.csv", file.encode())}, "data": {"preview_only": "true"}}
            told = (await http.post(f"{URL}/institutions/2025/import", **body)).json()
            assert told == {"year": 2025, "added": 1, "removed": 0, "changed": 1, "unchanged": 1}
            assert (await http.get(URL)).json()[0]["institutions"] == 2
            book = workbook({"说明": [["填表说明"]], "机构": [["2025 年机构"], *csv.reader(file.splitlines())]})
            sheets = await http.post("/api/orgs/sheets", files={"file": ("y.xlsx", book)})
            assert sheets.json() == ["说明", "机构"]
            below = {"preview_only": "true", "sheet": "机构", "header_row": "2"}
            from_sheet = await http.post(
                f"{URL}/institutions/2025/import", files={"file": ("y.xlsx", book)}, data=below
            )
            assert from_sheet.json() == told
            body["data"] = {}
            assert (await http.post(f"{URL}/institutions/2025/import", **body)).json() == told
            where = {"before": 2024, "after": 2025}
            seen = (await http.get(f"{URL}/institutions/differences", params=where)).json()
            assert (seen["added"], seen["removed"], seen["changed"], seen["unchanged"]) == (1, 0, 1, 1)
            changed = next(item for item in seen["items"] if item["change"] == "changed")
            assert [(one["label"], one["before"], one["after"]) for one in changed["fields"]] == [
                ("机构名称", "乙医院", "乙区医院"),
                ("床位数", 50, 80),
            ]
            export = await http.get(f"{URL}/institutions/differences/export", params=where | {"format": "csv"})
            assert "床位数" in export.text
            counted: dict[int, Any] = {}
            for year in (2024, 2025, 2026):
                counted[year] = (await http.get(f"{URL}/institutions/{year}/statistics")).json()
            assert [(one["copied"], one["institutions"], one["beds"]) for one in counted.values()] == [
                (True, 2, 150),
                (True, 3, 180),
                (False, 2, 150),
            ]
            wrong = "机构代码,机构名称\n123,甲\n"
            refused = await http.post(f"{URL}/institutions/2025/import", files={"file": ("y.csv", wrong.encode())})
            assert (refused.status_code, refused.json()["errors"][0]["row"]) == (422, 2)
        async with client(Scope.of(A)) as http:
            assert (await http.get("/api/orgs/institution_years")).json()["total"] == 2
            assert (await http.get(f"{URL}/institutions/differences", params=where)).json()["added"] == 0
            assert (await http.post(f"{URL}/institutions/copy", json={"year": 2026, "before": 2025})).status_code == 403
            other = await http.post(f"{URL}/institutions/2025/import", files={"file": ("y.csv", file.encode())})
            assert other.status_code == 422
        async with database.unit_of_work() as uow:
            names = {row.org_code: row.name for row in await institutions_of(uow, Scope.everything(), 2024)}
            assert names[B] == "乙医院"


class TestDivisionYears:
    async def test_a_file_is_a_years_edition(self, database: Database, client: Client) -> None:
        lines = ["代码,名称", "350102,鼓楼区", "350000,福建省", "350100,福州市", "350102001,鼓东街道"]
        async with client() as http:
            files = {"file": ("d.csv", "\n".join(lines).encode("gb18030"))}
            assert (await http.post(f"{URL}/divisions/2024/import", files=files)).json()["added"] == 4
            (street,) = (await http.get("/api/orgs/divisions", params={"f.code": "350102001"})).json()["items"]
            assert (street["full_name"], street["level"]) == ("福建省福州市鼓楼区鼓东街道", 4)
            copied = await http.post(f"{URL}/divisions/copy", json={"year": 2025, "before": 2024})
            assert copied.json()["added"] == 4
            export = (await http.get("/api/orgs/divisions/export", params={"f.edition": 2025})).content
            again = (await http.post(f"{URL}/divisions/2025/import", files={"file": ("d.csv", export)})).json()
            assert (again["unchanged"], again["changed"]) == (4, 0)
            orphan = "代码,名称\n350102,鼓楼区\n350102,鼓楼\n"
            refused = await http.post(f"{URL}/divisions/2025/import", files={"file": ("d.csv", orphan.encode())})
            assert {error["reason"] for error in refused.json()["errors"]} == {
                "与第 2 行重复",
                "文件中没有它的上级区划",
            }
            assert (await http.get(URL)).json() == [
                {"year": 2025, "institutions": 0, "divisions": 4},
                {"year": 2024, "institutions": 0, "divisions": 4},
            ]
