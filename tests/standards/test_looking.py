"""Looking standards up: tree, search, versions, impact and comparison with a source table."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.standards.public import SHIPPED, Catalog, install_packs
from suwen.kernel.database import Database
from suwen.kernel.registry import discover_domains
from tests.standards.test_catalogue import CORE, rewritten

Client = Callable[..., Any]


@pytest.fixture
def installed(packed: Database) -> Database:
    return packed


class TestTree:
    async def test_every_item_stands_in_one_branch(self, installed: Database, client: Client) -> None:
        packed = Catalog.from_packs(SHIPPED)
        async with client() as http:
            kinds = {kind["kind"]: kind for kind in (await http.get("/api/standards/tree")).json()}
            assert kinds["catalogue"]["count"] == len(packed.catalogue)
            assert kinds["data_element"]["count"] == len(packed.data_elements)
            for kind in kinds.values():
                assert sum(branch["count"] for branch in kind["branches"]) == kind["count"], kind["kind"]
            standards = [branch["title"] for branch in kinds["catalogue"]["branches"]]
            assert standards.index("WS 445.9-2014") < standards.index("WS 445.10-2014")
            branch = next(each for each in kinds["catalogue"]["branches"] if each["title"] == "WS 445.4-2014")
            params = {"kind": "catalogue", "branch": branch["key"]}
            items = (await http.get("/api/standards/branch", params=params)).json()
            assert [item["code"] for item in items] == ["HDSD00.05.01", "HDSD00.05.02"]


class TestSearch:
    async def test_finds_across_everything_nearest_first(self, installed: Database, client: Client) -> None:
        async with client() as http:

            async def found(text: str) -> dict[str, list[str]]:
                groups = (await http.get("/api/standards/search", params={"q": text})).json()
                return {group["group"]: [hit["code"] for hit in group["hits"]] for group in groups}

            assert (await found("jyjl"))["item"][0] == "HDSD00.05.01"
            assert (await found("DE02.01.039.00"))["item"] == ["DE02.01.039.00"]
            assert "name" in (await found("DE02.01.039.00"))["element"]
            assert (await found("高血压"))["code"]
            assert (await found("2.16.156.10011.2.1.1.18"))["document"] == ["2.16.156.10011.2.1.1.18"]
            assert "11535-2" in (await found("出院诊断"))["section"]
            assert await found("100%") == {}


class TestItem:
    async def test_shows_versions_and_what_changed(self, installed: Database, client: Client, tmp_path: Path) -> None:
        pack = rewritten(CORE, tmp_path, "value_sets/gbt_2261_1.yaml", "title: 未说明的性别", "title: 未说明")
        async with installed.unit_of_work() as uow:
            assert (await install_packs(uow, [pack])).changed == ("GB/T 2261.1",)
        item = {"kind": "value_set", "code": "GB/T 2261.1"}
        async with client() as http:
            shown = (await http.get("/api/standards/item", params=item)).json()
            assert [version["version"] for version in shown["versions"]] == [2, 1]
            assert (shown["version"], shown["size"], "items" in shown["body"]) == (2, 4, False)
            first = (await http.get("/api/standards/item", params=item | {"version": 1})).json()
            assert first["valid_to"] is not None
            changed = (await http.get("/api/standards/item/differences", params=item | {"before": 1})).json()
            place = {"place": "items.9.title", "change": "changed", "before": "未说明的性别", "after": "未说明"}
            assert changed == [place]
            pages = [
                (await http.get("/api/standards/item/codes", params={"code": "GB/T 2261.1"} | wanted)).json()
                for wanted in ({"page": 2, "page_size": 3}, {"q": "wsm"}, {"version": 1, "q": "wsm"}, {"version": 1})
            ]
            told = [(page["total"], [one["title"] for one in page["items"]]) for page in pages]
            assert told[:3] == [(4, ["未说明"]), (1, ["未说明"]), (1, ["未说明的性别"])]
            assert (told[3][0], [one["position"] for one in pages[3]["items"]]) == (4, [1, 2, 3, 4])
            missing = await http.get("/api/standards/item", params=item | {"version": 7})
            assert (missing.status_code, missing.json()["allowed"]) == (404, ["2", "1"])


class TestImpact:
    async def test_names_everything_that_uses_an_element(self, installed: Database, client: Client) -> None:
        discover_domains()  # the rooms register what they use
        async with client() as http:

            async def using(kind: str, code: str, **more: str) -> dict[str, set[str]]:
                params = {"kind": kind, "code": code, **more}
                found: dict[str, set[str]] = {}
                for usage in (await http.get("/api/standards/item/impact", params=params)).json()["usages"]:
                    found.setdefault(usage["kind"], set()).add(usage["code"])
                return found

            sex = await using("value_set", "GB/T 2261.1")
            assert "patient.sex_code" in sex["column"]
            assert "patient.value_set.sex_code" in sex["rule"]
            assert "HDSD00.05.069" in sex["catalogue"]
            identity = await using("value_set", "CV02.01.101")
            assert "DE02.01.031.00" in identity["data_element"]
            encounter = await using("dataset", "encounter")
            assert {"diagnosis", "lab_report"} <= encounter["reference"]
            assert "outpatient_visits" in encounter["metric"]
            started = await using("dataset", "encounter", element="started_at")
            assert all("started_at" in code for code in started["rule"])
            assert started["rule"] < encounter["rule"]
            assert "C0032" in (await using("dataset", "inpatient_front_page"))["document"]
            # The patient's sex stands in the register of persons, and in what WS 445 takes it into.
            assert {"WST483.01", "C0002"} <= sex["document"]
            assert "WST483.01" in (await using("dataset", "patient", element="sex_code"))["document"]
            params = {"kind": "value_set", "code": "GB/T 2261.1", "using": "document", "format": "csv"}
            export = await http.get("/api/standards/item/impact/export", params=params)
            assert "WST483.01" in export.text and "patient.sex_code" not in export.text


class TestCompare:
    async def test_tells_coverage_type_and_length(self, installed: Database, client: Client) -> None:
        columns = [
            {"name": "PATIENT_ID", "type": "varchar(64)"},
            {"name": "xm", "title": "患者姓名", "type": "varchar(200)"},
            {"name": "sex code", "type": "varchar(1)"},
            {"name": "csrq", "title": "出生日期", "type": "decimal(8)"},
            {"name": "flag", "type": "int"},
            {"name": "phone_no", "type": "char(11)"},
        ]
        wanted = {"kind": "dataset", "code": "patient", "columns": columns, "pairs": {"phone": "phone_no"}}
        async with client() as http:
            answer = (await http.post("/api/standards/compare", json=wanted)).json()
            told = await http.post("/api/standards/compare/export", params={"format": "csv"}, json=wanted)
        found = {one["field"]: (one["column"], one["finding"]) for one in answer["compared"] if one["column"]}
        lines = list(csv.reader(told.text.lstrip("\ufeff").splitlines()))
        assert len(lines) == 1 + answer["fields"] + len(answer["extra"])
        assert {line[0]: line[6] for line in lines[1:] if line[0] and line[6]} == {
            field: column for field, (column, _) in found.items()
        }
        assert found == {
            "patient_id": ("PATIENT_ID", "same"),
            "name": ("xm", "longer"),
            "sex_code": ("sex code", "same"),
            "birth_date": ("csrq", "type"),
            "phone": ("phone_no", "shorter"),
        }
        assert [column["name"] for column in answer["extra"]] == ["flag"]
        assert (answer["covered"], answer["required_covered"]) == (5, answer["required"])

    async def test_reads_the_columns_from_a_list(self, installed: Database, client: Client) -> None:
        async with client() as http:

            async def read(text: str) -> Any:
                return await http.post("/api/standards/compare/columns", files={"file": ("a.csv", text.encode())})

            rows = (await read("字段名,注释,类型,长度\nxm,姓名,varchar,50\n,,,\n")).json()
            assert rows == [{"name": "xm", "title": "姓名", "type": "varchar", "length": 50}]
            assert (await read("a,b\n1,2\n")).status_code == 422
