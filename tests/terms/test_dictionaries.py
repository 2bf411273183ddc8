"""Source dictionaries: lists by file and request, versions, refusals, harvest, lists and exports."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.lake.public import Lake
from suwen.domains.terms.kinds import KINDS
from suwen.domains.terms.reading import checked
from suwen.kernel.scope import Scope
from suwen.kernel.uploads import AT_ONCE, ImportRefused
from tests.std import put
from tests.terms.conftest import A, B, Client

Work = Callable[[], Awaitable[None]]


def sheet(*rows: tuple[str, ...], header: tuple[str, ...] = ("科室编码", "科室名称", "上级编码")) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode("gb18030")


async def upload(http: httpx.AsyncClient, content: bytes, **more: Any) -> httpx.Response:
    data = {"org_code": A, "system": "his", "kind": "department", **more}
    return await http.post("/api/terms/uploads", data=data, files={"file": ("科室.csv", content)})


async def entries(http: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    response = await http.get("/api/terms/entries", params={"page_size": 1000, "sort": "code", **params})
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


class TestUpload:
    async def test_columns_are_recognised_before_anything_is_stored(self, client: Client) -> None:
        async with client() as http:
            response = await http.post(
                "/api/terms/uploads/columns",
                data={"kind": "drug"},
                files={
                    "file": (
                        "药品.csv",
                        sheet(("1", "阿莫西林", "0.25g", "某厂"), header=("药品编码", "品名", "规格", "厂家")),
                    )
                },
            )
            told = response.json()
            listed = await entries(http)
        assert told["guess"] == {"code": "药品编码", "strength": "规格", "manufacturer": "厂家"}
        assert told["lines"] == [["1", "阿莫西林", "0.25g", "某厂"]]
        assert listed == []

    async def test_a_table_on_another_sheet_below_its_title_is_read(self, client: Client) -> None:
        book = openpyxl.Workbook()
        book.create_sheet("说明", 0).append(["本院科室"])
        table = book["Sheet"]
        for row in (["二〇二六年科室表"], [], ["科室编码", "科室名称"], ["01", "内科"], ["01", "外科"]):
            table.append(row)
        content = io.BytesIO()
        book.save(content)
        place = {"sheet": "Sheet", "header_row": "3"}
        async with client() as http:
            files = {"file": ("科室.xlsx", content.getvalue())}
            told = (
                await http.post("/api/terms/uploads/columns", data={"kind": "department", **place}, files=files)
            ).json()
            doubled = await upload(http, content.getvalue(), **place)
            unknown = await upload(http, content.getvalue(), sheet="科室")
            beyond = await upload(http, content.getvalue(), sheet="Sheet", header_row="50")
        assert (told["sheets"], told["header"], told["lines"][0]) == (
            ["说明", "Sheet"],
            ["科室编码", "科室名称"],
            ["01", "内科"],
        )
        # The row is that of the sheet.
        assert [error["row"] for error in doubled.json()["errors"]] == [5]
        assert (unknown.status_code, unknown.json()["allowed"]) == (422, ["说明", "Sheet"])
        assert (beyond.status_code, beyond.json()["detail"]) == (422, "文件没有表头")

    async def test_each_load_tells_what_is_new_changed_and_gone(self, client: Client) -> None:
        async with client() as http:
            first = await upload(http, sheet(("01", "内科", ""), ("02", "外科", ""), ("03", "儿内", "01")))
            wish = sheet(("01", "内科", ""), ("03", "儿童内科", "01"), ("04", "康复科", ""))
            asked = await upload(http, wish, preview_only="true")
            fresh = await upload(http, wish, preview_only="true", system="emr")
            before = [entry["code"] for entry in await entries(http)]
            second = await upload(http, wish)
            by_code = {entry["code"]: entry for entry in await entries(http)}
            loads = (await http.get("/api/terms/loads")).json()
            gone = await entries(http, **{"f.vanished_load": "2"})
            found = await entries(http, q="etnk")
        assert first.json() | {"dictionary_id": ""} == {
            "dictionary_id": "", "version": 1, "rows": 3, "added": 3, "changed": 0, "vanished": 0, "unchanged": 0,
            "preview": False, "job_id": None,
        }  # fmt: skip
        counts = {"version": 2, "rows": 3, "added": 1, "changed": 1, "vanished": 1, "unchanged": 1}
        assert {name: asked.json()[name] for name in counts} == counts
        assert asked.json()["preview"]
        assert (fresh.json()["dictionary_id"], fresh.json()["added"], fresh.json()["vanished"]) == (None, 3, 0)
        assert before == ["01", "02", "03"]
        assert {name: second.json()[name] for name in counts} == counts
        assert (by_code["03"]["name"], by_code["03"]["former_name"]) == ("儿童内科", "儿内")
        assert [entry["code"] for entry in gone] == ["02"]
        assert not by_code["02"]["present"]
        assert [entry["code"] for entry in found] == ["03"]
        assert loads["total"] == 2

    async def test_a_list_with_mistakes_is_refused_whole_with_each_row_named(self, client: Client) -> None:
        rows = [(f"{n}", f"科室{n}", "") for n in range(3000)]
        rows[10], rows[20], rows[30] = ("5", "又一个五", ""), ("20", " ", ""), ("30", "三十", "31")
        rows[31], rows[40] = ("31", "三十一", "30"), ("40", "四十", "没有")
        async with client() as http:
            response = await upload(http, sheet(*rows))
            listed = await entries(http)
        problem = response.json()
        assert response.status_code == 422
        assert [(error["row"], error["reason"]) for error in problem["errors"]] == [
            (12, "与第 7 行重复：5"),
            (22, "名称为空"),
            (32, "上级成环：30 → 31 → 30"),
            (42, "上级代码不在列表中：没有"),
        ]
        assert problem["errors"][0]["reason_en"] == "the same as row 7: 5"
        assert listed == []

    async def test_mistakes_among_100_000_entries_are_named_by_row(self, client: Client) -> None:
        total = 100_000
        rows = [(f"{n}", f"科室{n}", f"{n - 1}" if n else "") for n in range(total)]
        # One chain of parents from end to end, closed to a circle; a thousand codes come twice, a name is empty.
        rows[0] = ("0", "科室0", f"{total - 1}")
        rows[500] = ("500", "", "499")
        doubled = [("7", f"又{n}", "") for n in range(1000)]
        async with client() as http:
            response = await upload(http, sheet(*rows, *doubled))
            problem = response.json()
            assert (response.status_code, problem["total"]) == (422, 1002)
            assert [error["row"] for error in problem["errors"][:4]] == [2, 502, total + 2, total + 3]
            assert problem["errors"][0]["reason"].startswith("上级成环：0 → 99999 → ")
            assert (await http.get("/api/terms/loads")).json()["total"] == 0

    async def test_a_long_list_is_checked_at_once_and_loaded_by_a_job(self, client: Client, work: Work) -> None:
        content = sheet(*((f"{n}", f"去向{n}", "") for n in range(AT_ONCE + 1)))
        # Values of a source's own table, which is mapped to nothing yet: no candidates are made for them.
        values = {"kind": "value_set", "topic": "去向", "columns": '{"code": "科室编码", "name": "科室名称"}'}
        async with client() as http:
            refused = await upload(http, content, **values | {"org_code": "124290999900000999"})
            told = (await upload(http, content, **values)).json()
            before = await entries(http, page_size=1)
            await work()
            (load,) = (await http.get("/api/terms/loads")).json()["items"]
            found = await http.get("/api/terms/entries", params={"q": f"去向{AT_ONCE}"})
        assert refused.status_code == 422
        assert (told["rows"], told["version"], told["job_id"] is not None) == (AT_ONCE + 1, 1, True)
        assert before == []
        assert (load["rows"], load["added"], load["file_name"]) == (AT_ONCE + 1, AT_ONCE + 1, "科室.csv")
        assert found.json()["total"] == 1

    async def test_unknown_standard_codes_in_a_list_are_refused_and_known_ones_map(self, client: Client) -> None:
        header = ("代码", "名称", "标准代码")
        async with client() as http:
            wrong = await upload(http, sheet(("1", "内一", "AA03"), ("2", "内二", "XX99"), header=header))
            right = await upload(http, sheet(("1", "内一", "AA03"), ("2", "急诊内外", "AA20##AA03"), header=header))
            listed = await entries(http)
            reverse = (await http.get("/api/terms/reverse", params={"q": "AA03"})).json()
        assert wrong.status_code == 422
        assert wrong.json()["errors"] == [
            {
                "row": 3, "column": "标准代码", "reason": "XX99 不存在（CT08.00.002）",
                "column_en": "Standard code", "reason_en": "CT08.00.002 has no XX99",
            }
        ]  # fmt: skip
        assert right.status_code == 200, right.text
        assert [(e["mapped"], e["mapped_name"], e["state"]) for e in listed] == [
            ("AA03", "内科", "mapped"), ("AA20##AA03", "急诊医学科##内科", "mapped"),
        ]  # fmt: skip
        assert [(item["standard_code"], item["entries"]) for item in reverse["items"]] == [("AA03", 2)]

    async def test_another_institution_is_refused_and_stays_hidden(self, client: Client) -> None:
        async with client() as http:
            await upload(http, sheet(("1", "内科", "")))
            unknown = await upload(http, sheet(("1", "内科", "")), org_code="nobody")
        async with client(scope=Scope.of(B)) as http:
            refused = await upload(http, sheet(("1", "内科", "")))
            listed = await entries(http)
            progress = (await http.get("/api/terms/progress")).json()
        assert (unknown.status_code, refused.status_code) == (422, 403)
        assert listed == []
        assert progress["cells"] == []


class TestRequest:
    async def test_a_system_sends_its_list(self, client: Client) -> None:
        ref = {"org_code": A, "system": "lis", "kind": "lab_item"}
        async with client() as http:
            response = await http.post(
                "/api/terms/dictionaries/load",
                json={**ref, "entries": [{"code": "GLU", "name": "血糖", "parts": {"unit": "mmol/L"}, "records": 7}]},
            )
            again = await http.post("/api/terms/dictionaries/load", json={**ref, "entries": [{"name": ""}]})
            listed = await entries(http)
            exported = await http.get("/api/terms/entries/export")
        assert response.status_code == 200, response.text
        assert (again.status_code, again.json()["errors"][0]["row"]) == (422, 1)
        assert [(e["code"], e["parts"], e["records"]) for e in listed] == [("GLU", {"unit": "mmol/L"}, 7)]
        assert "血糖" in exported.content.decode("utf-8-sig")


class TestHarvest:
    async def test_the_most_used_come_first_and_a_second_harvest_finds_the_difference(
        self, client: Client, lake: Lake, work: Work
    ) -> None:
        def visits(*given: tuple[str, str | None, str | None]) -> None:
            put(
                lake,
                "encounter",
                [
                    {
                        "org_code": A, "feed": "his.visit", "dept_code": code, "dept_name": name,
                        "encounter_type_code": kind, "started_at": datetime(2024, 1, 5), "doctor_name": "李四",
                    }
                    for code, name, kind in given
                ],
            )  # fmt: skip

        visits(("01", "内科", "1"), ("01", "内科", "门诊"), ("01", None, "1"), ("02", "外科", "1"))
        async with client() as http:
            assert (await http.post("/api/terms/harvest", json={})).status_code == 202
            await work()
            first = await entries(http, **{"f.kind": "department", "sort": "-records"})
            types = await entries(http, **{"f.kind": "value_set", "sort": "-records"})
            staff = (await http.get("/api/terms/staff")).json()["items"]
            visits(("01", "内科", "1"), ("03", "急诊科", "1"))
            await http.post("/api/terms/harvest", json={"kinds": ["department"]})
            await work()
            second = await entries(http, **{"f.kind": "department"})
        assert [(e["code"], e["name"], e["records"]) for e in first] == [("01", "内科", 3), ("02", "外科", 1)]
        # A value that is a standard code already needs nobody.
        assert [(e["code"], e["records"], e["state"]) for e in types] == [("1", 3, "mapped"), ("门诊", 1, "open")]
        assert [person["name"] for person in staff] == ["李*"]
        assert [(e["code"], e["present"], e["records"]) for e in second] == [
            ("01", True, 1), ("02", False, 0), ("03", True, 1),
        ]  # fmt: skip

    async def test_a_harvest_weighs_an_uploaded_list(self, client: Client, lake: Lake, work: Work) -> None:
        rows = [{"org_code": A, "feed": "his.v", "dept_code": "01", "started_at": datetime(2024, 1, 5)}] * 2
        put(lake, "encounter", rows)
        async with client() as http:
            await upload(http, sheet(("01", "内科", ""), ("02", "外科", "")))
            await http.post("/api/terms/harvest", json={"kinds": ["department"]})
            await work()
            listed = await entries(http)
        assert [(e["name"], e["records"], e["origin"], e["present"]) for e in listed] == [
            ("内科", 2, "upload", True), ("外科", 0, "upload", True),
        ]  # fmt: skip


class TestParents:
    @given(st.lists(st.integers(-1, 14), min_size=1, max_size=15))
    def test_exactly_the_lists_without_circle_pass(self, above: list[int]) -> None:
        """Line n has code n and the parent above[n] (-1: none)."""
        lines = [
            {"row": n, "code": str(n), "name": f"n{n}", "parent": str(p) if p >= 0 else ""} for n, p in enumerate(above)
        ]

        def ends(n: int) -> bool:
            for _ in range(len(above) + 1):
                if n < 0:
                    return True
                if n >= len(above):
                    return False
                n = above[n]
            return False

        if all(ends(n) for n in range(len(above))):
            assert len(checked(lines, KINDS["department"], {})) == len(above)
        else:
            with pytest.raises(ImportRefused):
                checked(lines, KINDS["department"], {})
