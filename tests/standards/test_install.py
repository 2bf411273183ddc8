"""Packs in PostgreSQL: versions, the living catalogue, lists and the dictionary over HTTP."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from sqlalchemy import text

from suwen.domains.standards.packs import CORE
from suwen.domains.standards.public import (
    Catalog,
    InvalidPack,
    StandardsNotInstalled,
    install_packs,
    load_catalog,
)
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope

Client = Callable[..., Any]


@pytest.fixture
async def installed(database: Database) -> Database:
    async with database.unit_of_work() as uow:
        await install_packs(uow)
    return database


@pytest.fixture
def changed_pack(tmp_path: Path) -> Path:
    """The core pack with one more sex code and a longer name."""
    pack = Path(shutil.copytree(CORE, tmp_path / "core"))
    sex = pack / "value_sets" / "gbt_2261_1.yaml"
    content = yaml.safe_load(sex.read_text("utf-8"))
    content["items"].append({"code": "8", "title": "其他"})
    sex.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    patient = pack / "datasets" / "patient.yaml"
    patient.write_text(patient.read_text("utf-8").replace("length: 50", "length: 60"), "utf-8")
    return pack


class TestInstallPacks:
    async def test_an_empty_database_says_so(self, database: Database) -> None:
        async with database.unit_of_work() as uow:
            with pytest.raises(StandardsNotInstalled):
                await load_catalog(uow)

    async def test_what_was_installed_comes_back_whole(self, installed: Database) -> None:
        packed = Catalog.from_packs()
        async with installed.unit_of_work() as uow:
            living = await load_catalog(uow)
        assert dict(living.datasets) == dict(packed.datasets)
        used = {element.value_set for dataset in packed for element in dataset.elements if element.value_set}
        assert dict(living.value_sets) == {code: packed.value_sets[code] for code in used}

    async def test_the_same_again_makes_no_version(self, installed: Database) -> None:
        async with installed.unit_of_work() as uow:
            report = await install_packs(uow)
            assert (report.added, report.changed) == ((), ())
            assert report.unchanged > 40
            # Without the memory of the pack's digest every item is compared, to the same end.
            await uow.session.execute(text("DELETE FROM standards_pack"))
            assert await install_packs(uow) == report

    async def test_changed_items_become_a_new_version(
        self, installed: Database, changed_pack: Path, client: Client
    ) -> None:
        async with installed.unit_of_work() as uow:
            report = await install_packs(uow, [changed_pack])
        assert report.added == ()
        assert set(report.changed) == {"GB/T 2261.1", "patient"}
        async with installed.unit_of_work() as uow:
            living = await load_catalog(uow)
        assert "8" in living.value_set("GB/T 2261.1").codes
        assert living.element("patient", "name").length == 60
        async with client() as http:
            params = {"f.code": "GB/T 2261.1"}
            (row,) = (await http.get("/api/standards/value_sets", params=params)).json()["items"]
            assert (row["version"], row["size"]) == (2, 5)
            codes = (await http.get("/api/standards/codes", params={"f.value_set": "GB/T 2261.1"})).json()
            assert [item["code"] for item in codes["items"]] == ["0", "1", "2", "9", "8"]

    async def test_a_pack_that_contradicts_the_living_ones_changes_nothing(
        self, installed: Database, changed_pack: Path
    ) -> None:
        (changed_pack / "datasets" / "encounter.yaml").unlink()
        shutil.rmtree(changed_pack / "value_sets")
        patient = changed_pack / "datasets" / "patient.yaml"
        patient.write_text(patient.read_text("utf-8").replace("name: birth_date", "name: born_on"), "utf-8")
        with pytest.raises(InvalidPack, match="birth_date"):
            async with installed.unit_of_work() as uow:
                await install_packs(uow, [changed_pack])
        async with installed.unit_of_work() as uow:
            assert (await load_catalog(uow)).element("patient", "name").length == 50


class TestLists:
    async def test_datasets_elements_and_codes_are_listed_and_filtered(
        self, installed: Database, client: Client
    ) -> None:
        async with client(Scope.of("nowhere")) as http:
            datasets = (await http.get("/api/standards/datasets", params={"page_size": 100})).json()
            assert datasets["total"] == len(Catalog.from_packs().datasets)
            elements = (await http.get("/api/standards/elements", params={"f.dataset": "patient"})).json()
            assert [row["name"] for row in elements["items"]][:2] == ["patient_id", "name"]
            masked = await http.get("/api/standards/elements", params={"f.mask": "phone"})
            assert {row["name"] for row in masked.json()["items"]} == {"phone", "contact_phone"}
            found = (await http.get("/api/standards/codes", params={"q": "汉族"})).json()["items"]
            assert [(row["value_set"], row["code"]) for row in found] == [("GB/T 3304", "01")]
            export = await http.get("/api/standards/elements/export", params={"f.dataset": "patient"})
            assert "DE02.01.039.00" in export.text

    async def test_reading_needs_the_permission(self, installed: Database, client: Client) -> None:
        async with client(permissions=frozenset()) as http:
            for path in ("datasets", "elements", "value_sets", "codes", "datasets/patient/dictionary"):
                assert (await http.get(f"/api/standards/{path}")).status_code == 403


class TestDictionary:
    async def test_shows_elements_and_the_value_sets_used(self, installed: Database, client: Client) -> None:
        async with client() as http:
            shown = (await http.get("/api/standards/datasets/patient/dictionary")).json()
            assert shown["dataset"]["key"] == ["patient_id"]
            assert shown["dataset"]["elements"][1]["de"] == "DE02.01.039.00"
            assert "GB/T 2261.1" in [item["code"] for item in shown["value_sets"]]
            unknown = await http.get("/api/standards/datasets/patients/dictionary")
            assert unknown.status_code == 404
            assert "patient" in unknown.json()["allowed"]

    async def test_exports_the_collection_specification(self, installed: Database, client: Client) -> None:
        async with client() as http:
            answer = await http.get("/api/standards/datasets/encounter/dictionary/export")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        fields, codes = book.worksheets
        names = [row[1] for row in fields.iter_rows(min_row=3, values_only=True)]
        assert names == list(Catalog.from_packs().dataset("encounter").names)
        assert ("CV09.00.404", "3") in {(row[0], row[3]) for row in codes.iter_rows(min_row=3, values_only=True)}
