"""Collection specifications: published once, downloaded in every format, the same for good."""

import io
from collections.abc import Callable
from typing import Any

import docx
import jsonschema
import openpyxl
import pytest
from lxml import etree

from suwen.domains.standards.public import install_packs
from suwen.kernel.database import Database

Client = Callable[..., Any]
WANTED = {
    "title": "市级采集规范",
    "datasets": [{"kind": "dataset", "code": "encounter"}, {"kind": "catalogue", "code": "HDSD00.05.01"}],
}


@pytest.fixture
def installed(packed: Database) -> Database:
    return packed


class TestPublish:
    async def test_every_format_says_the_same(self, installed: Database, client: Client) -> None:
        async with client() as http:
            made = (await http.post("/api/standards/publications", json=WANTED)).json()
            assert (made["datasets"], made["status"], made["published_by"]) == (2, "current", "测试")
            base = f"/api/standards/publications/{made['id']}/files"
            files = {form: await http.get(f"{base}/{form}") for form in ("xlsx", "docx", "html", "json", "xsd")}
            unknown = await http.get(f"{base}/pdf")
        assert {form: answer.status_code for form, answer in files.items()} == dict.fromkeys(files, 200)
        assert (unknown.status_code, unknown.json()["allowed"]) == (404, list(files))
        assert f"{made['number']}.xlsx" in files["xlsx"].headers["content-disposition"]

        book = openpyxl.load_workbook(io.BytesIO(files["xlsx"].content))
        assert book.sheetnames == ["目录", "encounter", "HDSD00.05.01", "值域代码"]
        fields = [row[1] for row in book["HDSD00.05.01"].iter_rows(min_row=3, values_only=True)]
        assert len(fields) == 41
        codes = {row[0] for row in book["值域代码"].iter_rows(min_row=3, values_only=True)}
        assert {"CV09.00.404", "GB/T 2261.1"} <= codes

        word = docx.Document(io.BytesIO(files["docx"].content))
        assert "检验记录　HDSD00.05.01" in [each.text for each in word.paragraphs]
        assert [cell.text for cell in word.tables[1].columns[1].cells][1:] == fields
        assert all(f"<code>{name}</code>" in files["html"].text or name in files["html"].text for name in fields)

    async def test_json_schema_and_xsd_accept_what_fits_and_nothing_else(
        self, installed: Database, client: Client
    ) -> None:
        async with client() as http:
            made = (await http.post("/api/standards/publications", json=WANTED)).json()
            base = f"/api/standards/publications/{made['id']}/files"
            schema, xsd = (await http.get(f"{base}/json")).json(), (await http.get(f"{base}/xsd")).content
        checker = jsonschema.Draft202012Validator(schema)
        row = {
            "HDSD00.05.040": "R1",
            "HDSD00.05.018": "张三",
            "HDSD00.05.069": "1",
            "HDSD00.05.065": 61,
            "HDSD00.05.057": None,
        }
        assert checker.is_valid({"HDSD00.05.01": [row]})
        for change in ({"HDSD00.05.069": "7"}, {"HDSD00.05.040": "R" * 21}, {"HDSD00.05.065": "x"}, {"other": 1}):
            assert not checker.is_valid({"HDSD00.05.01": [row | change]}), change
        assert not checker.is_valid({"HDSD00.05.01": [{"HDSD00.05.069": "1"}]})

        grammar = etree.XMLSchema(etree.fromstring(xsd))

        def accepts(**fields: str) -> bool:
            named = "".join(f"<HDSD00.05.{code[1:]}>{value}</HDSD00.05.{code[1:]}>" for code, value in fields.items())
            return grammar.validate(etree.fromstring(f"<collection><HDSD00.05.01>{named}</HDSD00.05.01></collection>"))

        assert accepts(_040="R1", _069="1", _065="61")
        assert not accepts(_040="R1", _069="7")
        assert not accepts(_069="1")
        assert not accepts(_040="R" * 21)

    async def test_a_publication_keeps_its_versions(self, installed: Database, client: Client, tmp_path: Any) -> None:
        from tests.standards.test_catalogue import CORE, rewritten

        async with client() as http:
            made = (await http.post("/api/standards/publications", json=WANTED)).json()
            url = f"/api/standards/publications/{made['id']}/files/html"
            before = (await http.get(url)).text
            file = "datasets/encounter.yaml"
            pack = rewritten(CORE, tmp_path, file, "title: 就诊", "title: 诊疗")
            async with installed.unit_of_work() as uow:
                assert (await install_packs(uow, [pack])).changed == ("encounter",)
            assert (await http.get(url)).text == before
            again = (await http.post("/api/standards/publications", json=WANTED)).json()
            assert again["number"] != made["number"]
            withdrawn = await http.post(f"/api/standards/publications/{made['id']}/withdraw")
            assert withdrawn.json()["status"] == "withdrawn"

    async def test_refuses_what_is_not_there(self, installed: Database, client: Client) -> None:
        async with client() as http:

            async def status(**change: object) -> int:
                return int((await http.post("/api/standards/publications", json=WANTED | change)).status_code)

            assert await status(datasets=[]) == 422
            assert await status(datasets=[{"kind": "catalogue", "code": "HDSD99"}]) == 404
            assert await status(number="A/B") == 422
            assert await status(number="N1") == 201
            assert await status(number="N1") == 409
            assert (await http.get("/api/standards/publications")).json()["total"] == 1
        async with client(permissions=frozenset({"standards.read"})) as http:
            assert (await http.post("/api/standards/publications", json=WANTED)).status_code == 403
