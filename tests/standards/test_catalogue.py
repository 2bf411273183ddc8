"""The shipped packs in PostgreSQL: installed once, found by code, name and initials, filtered and exported."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from suwen.domains.standards.packs import CORE
from suwen.domains.standards.public import SHIPPED, Catalog, InvalidPack, install_packs
from suwen.kernel.database import Database

Client = Callable[..., Any]
WS364, WS363, DOCUMENTS, WS445, _, SPECIFICATIONS, _ = SHIPPED[1:]


@pytest.fixture
def installed(packed: Database) -> Database:
    return packed


def rewritten(pack: Path, folder: Path, file: str, old: str, new: str) -> Path:
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copytree(pack, folder / pack.name))
    target = copy / file
    content = target.read_text("utf-8")
    assert old in content
    target.write_text(content.replace(old, new, 1), "utf-8")
    return copy


class TestInstall:
    async def test_everything_is_listed_and_the_same_again_makes_no_version(
        self, installed: Database, client: Client
    ) -> None:
        packed = Catalog.from_packs(SHIPPED)
        kinds = {
            "value_sets": len(packed.value_sets),
            "codes": sum(value_set.size for value_set in packed.value_sets.values()),
            "data_elements": len(packed.data_elements),
            "documents": len(packed.documents),
            "sections": sum(document.size for document in packed.documents.values()),
            "catalogue": len(packed.catalogue),
            "catalogue_elements": sum(dataset.size for dataset in packed.catalogue.values()),
            "specifications": len(packed.specifications),
            "clauses": sum(specification.size for specification in packed.specifications.values()),
        }
        async with installed.unit_of_work() as uow:
            again = await install_packs(uow, SHIPPED)
        assert (again.added, again.changed) == ((), ())
        async with client() as http:
            totals = {kind: (await http.get(f"/api/standards/{kind}")).json()["total"] for kind in kinds}
        assert totals == kinds

    async def test_a_changed_element_and_document_become_new_versions(
        self, installed: Database, client: Client, tmp_path: Path
    ) -> None:
        elements = rewritten(WS363, tmp_path, "data_elements/de04.yaml", "title: 便秘标志", "title: 有无便秘")
        documents = rewritten(DOCUMENTS, tmp_path, "documents/wst500.yaml", "title: 病历概要", "title: 病历摘要")
        async with installed.unit_of_work() as uow:
            report = await install_packs(uow, [elements, documents])
        assert report.added == ()
        assert report.changed == ("DE04.01.001.00", "C0001")
        async with installed.unit_of_work() as uow:
            versions = await uow.session.execute(
                text(
                    "SELECT version, title, valid_to IS NULL FROM standards_item WHERE code = 'C0001' ORDER BY version"
                )
            )
            assert [tuple(row) for row in versions] == [(1, "病历概要", False), (2, "病历摘要", True)]
        async with client() as http:
            found = (await http.get("/api/standards/data_elements", params={"q": "ywbm"})).json()["items"]
            assert [row["code"] for row in found] == ["DE04.01.001.00"]
            sections = (await http.get("/api/standards/sections", params={"f.document": "C0001"})).json()
            assert sections["total"] == Catalog.from_packs(SHIPPED).documents["C0001"].size


class TestSearch:
    async def test_finds_by_code_name_and_initials(self, installed: Database, client: Client) -> None:
        wanted = [
            ("codes", "gxy", "title", "高血压"),
            ("codes", "GXY", "title", "高血压"),
            ("codes", "高血压", "title", "高血压"),
            ("value_sets", "GB/T 4658", "code", "GB/T 4658"),
            ("value_sets", "xldm", "code", "GB/T 4658"),
            ("data_elements", "DE04.10.167.00", "code", "DE04.10.167.00"),
            ("documents", "jybg", "code", "C0007"),
            ("documents", "2.16.156.10011.2.1.1.52", "code", "C0032"),
            ("sections", "30954-2", "code", "30954-2"),
            ("elements", "hzxm", "dataset", "patient"),
            ("catalogue", "jyjl", "code", "HDSD00.05.01"),
            ("catalogue_elements", "HDSD00.05.040", "title", "检验报告单编号"),
            ("clauses", "PatientInfoRegister", "request", "PRPA_IN201311UV02"),
            ("specifications", "GB/T 22239", "category", "security"),
        ]
        async with client() as http:
            for path, words, column, value in wanted:
                params = {"q": words, "page_size": 100}
                found = (await http.get(f"/api/standards/{path}", params=params)).json()["items"]
                assert value in {row[column] for row in found}, (path, words)

    async def test_is_answered_by_an_index(self, installed: Database) -> None:
        async with installed.unit_of_work() as uow:
            await uow.session.execute(text("SET LOCAL enable_seqscan = off"))
            query = "EXPLAIN SELECT * FROM standards_code WHERE code ILIKE '%gxy%' OR initials ILIKE '%gxy%'"
            plan = "\n".join(await uow.session.scalars(text(query)))
        assert "ix_standards_code_search" in plan

    async def test_narrows_by_pack_edition_and_verified(self, installed: Database, client: Client) -> None:
        async with client() as http:
            unverified = (await http.get("/api/standards/documents", params={"f.verified": "false"})).json()
            assert (unverified["total"], {row["standard"] for row in unverified["items"]}) == (20, {"WS/T 483-2016"})
            assert all(row["size"] and row["source_dataset"] for row in unverified["items"])
            trial = {"f.pack": "ws364", "f.edition": "2009", "page_size": 100}
            tables = (await http.get("/api/standards/value_sets", params=trial)).json()["items"]
            assert {row["code"][:3] for row in tables} == {"CV5"}
            numbers = {"f.type": "N", "f.unit": "mmHg"}
            pressures = (await http.get("/api/standards/data_elements", params=numbers)).json()["items"]
            assert pressures
            assert all(row["title"].endswith("（mmHg）") for row in pressures)
            export = await http.get("/api/standards/data_elements/export", params=numbers)
            assert pressures[0]["code"] in export.text


class TestReadPack:
    @pytest.mark.parametrize(
        ("file", "old", "new", "place"),
        [
            ("data_elements/de04.yaml", "type: L", "type: X", "data_elements/0/type"),
            ("data_elements/de04.yaml", "format: D8", "format: day", "data_elements/4/format"),
            ("data_elements/de04.yaml", "DE04.01.001.00", "DE04", "data_elements/0/code"),
        ],
    )
    def test_names_file_and_place_of_a_broken_element(
        self, tmp_path: Path, file: str, old: str, new: str, place: str
    ) -> None:
        with pytest.raises(InvalidPack) as caught:
            Catalog.from_packs([rewritten(WS363, tmp_path, file, old, new)])
        assert (caught.value.file, caught.value.place) == (f"ws363/{file}", place)

    def test_refuses_what_points_to_nothing_or_comes_twice(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidPack, match="unknown value set"):
            Catalog.from_packs([CORE, WS363])
        twice = rewritten(WS363, tmp_path, "data_elements/de04.yaml", "DE04.01.002.00", "DE04.01.001.00")
        with pytest.raises(InvalidPack, match="declared twice"):
            Catalog.from_packs([CORE, WS364, twice])
        lost = rewritten(DOCUMENTS, tmp_path, "documents/wst500.yaml", "[exam_report]", "[exam]")
        with pytest.raises(InvalidPack, match="no such dataset"):
            Catalog.from_packs([CORE, lost])

    def test_a_catalogue_dataset_names_its_own_elements(self, tmp_path: Path) -> None:
        key = rewritten(WS445, tmp_path / "key", "catalogue/datasets.yaml", "key: [HDSB01.01.001]", "key: [HDSB01]")
        with pytest.raises(InvalidPack, match="has no element HDSB01"):
            Catalog.from_packs([CORE, WS364, WS363, key])
        row = rewritten(WS445, tmp_path / "row", "catalogue/elements.csv", "HDSB01.01,HDSB01.01.001", "HDSX,HDSB01")
        with pytest.raises(InvalidPack) as caught:
            Catalog.from_packs([CORE, row])
        assert (caught.value.file, caught.value.place) == ("ws445/catalogue/elements.csv", "row 2")
        kind = rewritten(WS445, tmp_path / "kind", "catalogue/elements.csv", ",S1,", ",S9,")
        with pytest.raises(InvalidPack, match="elements/0/type"):
            Catalog.from_packs([CORE, kind])

    def test_a_section_code_needs_its_system(self, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(DOCUMENTS, tmp_path / "documents"))
        file = copy / "documents" / "wst500.yaml"
        content = yaml.safe_load(file.read_text("utf-8"))
        del content["documents"][0]["sections"][0]["system"]
        file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        with pytest.raises(InvalidPack, match="system"):
            Catalog.from_packs([CORE, copy])
