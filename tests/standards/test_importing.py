"""Official lists: previewed, imported all or nothing, and a new edition told from the former."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from suwen.domains.standards.public import value_set_changes
from suwen.domains.standards.schemas_importing import ListIn
from suwen.domains.standards.service.importing import import_kept
from suwen.kernel.database import Database
from suwen.kernel.errors import NotFound
from suwen.kernel.jobs import JobCancelled, JobRun, run_until_idle, take_file
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.uploads import AT_ONCE, Place

Client = Callable[..., Any]
WANTED: dict[str, Any] = {
    "code": "ICD-10",
    "title": "疾病分类与代码",
    "standard": "国家临床版 2.0",
    "edition": "2.0",
    "columns": {"code": "诊断编码", "title": ["诊断名称"], "parent": "上级"},
}
FIRST = "诊断编码,诊断名称,上级\nI10,原发性高血压,\nI10.x01,高血压1级,I10\nI11,高血压性心脏病,\n"
SECOND = "诊断编码,诊断名称,上级\nI10,特发性高血压,\nI10.x01,高血压1级,I10\nI10.x02,高血压2级,I10\n"


async def post(http: Any, path: str, content: str, **change: Any) -> Any:
    form = {"wanted": json.dumps(WANTED | change), "file_name": "icd.csv"}
    return await http.post(f"/api/standards/lists/{path}", files={"file": ("icd.csv", content.encode())}, data=form)


async def import_by(database: Database, args: dict[str, Any], progress: Progress) -> None:
    """Do what the job of these arguments does."""
    wanted, place = ListIn.model_validate(args["wanted"]), Place(**args["place"])
    async with database.unit_of_work() as uow:
        await import_kept(uow, UUID(args["file"]), wanted, args["file_name"], place, progress)


class BreaksOff(NullProgress):
    """Stops what reports to it some way into a stage."""

    def __init__(self, stage: str) -> None:
        self.at, self.now = stage, ""

    def stage(self, title: str, total: int | None = None) -> None:
        self.now = title

    def advance(self, n: int = 1) -> None:
        if self.now == self.at:
            raise JobCancelled


class TestImport:
    async def test_a_new_edition_tells_what_became_of_each_code(self, database: Database, client: Client) -> None:
        async with client() as http:
            header = (await post(http, "header", FIRST)).json()
            assert header["columns"] == {"code": "诊断编码", "title": "诊断名称", "parent": "上级", "attributes": {}}
            first = (await post(http, "import", FIRST)).json()
            assert (first["version"], first["added"]) == (1, 3)
            assert (await post(http, "import", FIRST)).json()["version"] is None
            shown = (await post(http, "preview", SECOND)).json()
            counts = {name: shown[name] for name in ("rows", "added", "renamed", "removed", "unchanged")}
            assert counts == {"rows": 3, "added": 1, "renamed": 1, "removed": 1, "unchanged": 1}
            assert shown["renamed_codes"] == [{"code": "I10", "before": "原发性高血压", "after": "特发性高血压"}]
            codes = {"f.value_set": "ICD-10"}
            assert (await http.get("/api/standards/codes", params=codes)).json()["total"] == 3
            assert (await post(http, "import", SECOND)).json()["version"] == 2
            merged = (await post(http, "import", FIRST, complete=False)).json()
            assert (merged["version"], merged["removed"], merged["added"]) == (3, 0, 1)
            found = (await http.get("/api/standards/codes", params=codes | {"q": "gxy2j"})).json()["items"]
            assert [code["code"] for code in found] == ["I10.x02"]
        async with database.unit_of_work() as uow:
            changes = await value_set_changes(uow, "ICD-10", 1, 2)
        assert changes.kept == {"I10.x01"}
        assert changes.renamed == {"I10": ("原发性高血压", "特发性高血压")}
        assert (changes.removed, changes.added) == ({"I11"}, {"I10.x02"})

    async def test_columns_become_attributes_of_the_codes(self, database: Database, client: Client) -> None:
        wanted: dict[str, Any] = {
            "code": "DRUGS",
            "columns": {"code": "药品代码", "title": ["药品名称"], "attributes": {"form": "剂型", "strength": "规格"}},
        }
        lines = "药品代码,药品名称,剂型,规格,产地\nD1,阿莫西林胶囊,胶囊,{},甲药厂\nD2,阿莫西林片,片,,甲药厂\n"
        async with client() as http:
            guessed = (await post(http, "header", lines.format("0.25g"))).json()["columns"]
            assert guessed["attributes"] == {"form": "剂型", "strength": "规格", "manufacturer": "产地"}
            assert (await post(http, "import", lines.format("0.25g"), **wanted)).json()["version"] == 1
            shown = (await post(http, "preview", lines.format("0.5g"), **wanted)).json()
            assert (await post(http, "import", lines.format("0.5g"), **wanted)).json()["version"] == 2
            codes = (await http.get("/api/standards/codes", params={"f.value_set": "DRUGS"})).json()["items"]
            between = {"kind": "value_set", "code": "DRUGS", "before": 1}
            differences = (await http.get("/api/standards/item/differences", params=between)).json()
            unknown = await post(
                http,
                "preview",
                lines.format("1g"),
                code="DRUGS",
                columns=wanted["columns"] | {"attributes": {"x": "剂型"}},
            )
            declared = (await http.get("/api/standards/attributes")).json()
        assert shown["renamed_codes"] == [
            {
                "code": "D1",
                "before": "阿莫西林胶囊 · 剂型 胶囊 · 规格 0.25g",
                "after": "阿莫西林胶囊 · 剂型 胶囊 · 规格 0.5g",
            }
        ]
        assert [code["attributes"] for code in codes] == [{"form": "胶囊", "strength": "0.5g"}, {"form": "片"}]
        assert {"place": "items.D1.strength", "change": "changed", "before": "0.25g", "after": "0.5g"} in differences
        assert unknown.status_code == 422
        assert declared[2] == {
            "name": "strength",
            "title": "规格",
            "title_en": "Strength",
            "aliases": ["药品规格", "包装规格"],
        }

    async def test_names_every_wrong_row_and_stores_nothing(self, database: Database, client: Client) -> None:
        wrong = [
            ("I10,甲,\nI10,乙,", 3, "与第 2 行重复"),
            ("I10,,", 2, "名称为空"),
            (",甲,", 2, "代码为空"),
            ("I10,甲,I99", 2, "I99 不在列表中"),
            ("A,甲,B\nB,乙,C\nC,丙,A", 2, "成环：A → B → C → A"),
        ]
        async with client() as http:
            for rows, number, reason in wrong:
                content = f"诊断编码,诊断名称,上级\n{rows}\n"
                shown = (await post(http, "preview", content)).json()
                assert [(each["row"], reason in each["reason"]) for each in shown["errors"]] == [(number, True)]
                refused = await post(http, "import", content)
                assert (refused.status_code, refused.json()["errors"][0]["row"]) == (422, number)
            assert (await post(http, "import", "诊断编码,诊断名称,上级\n")).status_code == 422
            below = {"wanted": json.dumps(WANTED), "header_row": "3"}
            content = "疾病目录\n\n诊断编码,诊断名称,上级\n,甲,\n"
            refused = await http.post("/api/standards/lists/import", files={"file": ("x", content)}, data=below)
            assert [error["row"] for error in refused.json()["errors"]] == [4]
            assert (await post(http, "import", "a,b\n1,2\n")).json()["allowed"] == ["a", "b"]
            assert (await http.get("/api/standards/value_sets")).json()["total"] == 0

    async def test_mistakes_among_100_000_codes_are_named_by_row(self, database: Database, client: Client) -> None:
        total = 100_000
        lines = [f"C{number},肿瘤{number}型,C{number - 1}" for number in range(total)]
        # Parents in one long way, broken in its middle, and a circle; an empty name, a code a thousand times more.
        lines[0], lines[500] = f"C0,肿瘤0型,C{total - 1}", "X,,"
        lines += ["C7,又一个,"] * 1000 + ["A,甲,B", "B,乙,A"]
        content = "诊断编码,诊断名称,上级\n" + "\n".join(lines)
        async with client() as http:
            shown = (await post(http, "preview", content)).json()
            refused = await post(http, "import", content)
            assert (await http.get("/api/standards/value_sets")).json()["total"] == 0
        assert (refused.status_code, refused.json()["total"], shown["error_count"]) == (422, 1003, 1003)
        named = [(error["row"], error["reason"][:6]) for error in refused.json()["errors"]]
        assert named[:3] == [(502, "名称为空"), (503, "上级代码 C"), (total + 2, "代码 C7 ")]

    async def test_thousands_of_rows_are_imported_by_a_job_whole_or_not_at_all(
        self, database: Database, client: Client
    ) -> None:
        lines = "".join(f"C{number:05d},肿瘤{number}型,\n" for number in range(AT_ONCE + 1))
        async with client() as http:
            told = (await post(http, "import", f"诊断编码,诊断名称,上级\n{lines}")).json()
            assert (told["added"], told["version"], len(told["added_codes"])) == (AT_ONCE + 1, None, 200)
            assert (await http.get("/api/standards/value_sets")).json()["total"] == 0
            async with database.unit_of_work() as uow:
                args = (await uow.session.get_one(JobRun, UUID(told["job_id"]))).args
            for broken_at in ("整理检索词", "写入"):
                with pytest.raises(JobCancelled):
                    await import_by(database, args, BreaksOff(broken_at))
                assert (await http.get("/api/standards/value_sets")).json()["total"] == 0
            await run_until_idle(database, ["standards"])
            page = (await http.get("/api/standards/codes", params={"q": f"C0{AT_ONCE}"})).json()
            assert [code["title"] for code in page["items"]] == [f"肿瘤{AT_ONCE}型"]
        async with database.unit_of_work() as uow:
            run = await uow.session.get_one(JobRun, UUID(told["job_id"]))
            assert (run.status, run.done) == ("succeeded", AT_ONCE + 1)
            assert run.result == {"version": 1, "added": AT_ONCE + 1, "renamed": 0, "removed": 0, "unchanged": 0}
            with pytest.raises(NotFound):
                await take_file(uow, UUID(args["file"]))

    async def test_a_list_under_revision_is_left_alone(self, database: Database, client: Client) -> None:
        begun = {"kind": "value_set", "code": "ICD-10", "operation": "change", "reason": "r"}
        async with client() as http:
            await post(http, "import", FIRST)
            assert (await http.post("/api/standards/proposals", json=begun)).status_code == 201
            assert (await post(http, "import", SECOND)).status_code == 409
        async with client(permissions=frozenset({"standards.read"})) as http:
            assert (await post(http, "import", FIRST)).status_code == 403


@pytest.mark.parametrize("columns", [{"code": "a", "title": []}, {"title": ["b"]}])
async def test_a_mapping_needs_code_and_name(client: Client, columns: dict[str, Any]) -> None:
    async with client() as http:
        assert (await post(http, "preview", "a,b\n1,2\n", columns=columns)).status_code == 422
