"""Reading packs: what is wrong is refused with file, place, value received and values allowed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from suwen.domains.standards.attributes import ATTRIBUTES, AttributeName
from suwen.domains.standards.packs import CORE, read_pack
from suwen.domains.standards.packs.schema import HERE as PACK_SCHEMAS
from suwen.domains.standards.public import Catalog, InvalidPack, UnknownDataset, UnknownElement, UnknownValueSet

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the core pack that may be damaged."""
    return Path(shutil.copytree(CORE, tmp_path / "core"))


def edit(file: Path, change: Edit) -> None:
    content = yaml.safe_load(file.read_text("utf-8"))
    change(content)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def setting(*path: str | int, value: object) -> Edit:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


class TestReadPack:
    def test_reads_the_core_pack(self) -> None:
        pack = read_pack(CORE)
        assert pack.code == "core"
        assert {dataset.code for dataset in pack.datasets} >= {"patient", "encounter"}

    @pytest.mark.parametrize(
        ("change", "place", "received", "allowed"),
        [
            (setting("elements", 0, "type", value="text"), "elements/0/type", "text", "decimal"),
            (setting("elements", 1, "grade", value=9), "elements/1/grade", 9, "5"),
            (setting("elements", 1, "mask", value="blur"), "elements/1/mask", "blur", "phone"),
            (setting("elements", 1, "de", value="02.01"), "elements/1/de", "02.01", "DE"),
            (setting("elements", 1, "name", value="Name"), "elements/1/name", "Name", "a-z"),
            (setting("version", value=0), "version", 0, "1"),
            (setting("colour", value="red"), "file", None, "provenance"),
            (setting("elements", 1, "colour", value="red"), "elements/1", None, "value_set"),
        ],
    )
    def test_names_file_place_and_values(
        self, pack: Path, change: Edit, place: str, received: object, allowed: str
    ) -> None:
        edit(pack / "datasets" / "patient.yaml", change)
        with pytest.raises(InvalidPack) as caught:
            read_pack(pack)
        error = caught.value
        assert error.file == "core/datasets/patient.yaml"
        assert error.place == place
        assert error.received == received
        assert allowed in str(error.allowed)
        assert error.problem()["status"] == 422

    def test_an_item_must_say_where_it_comes_from(self, pack: Path) -> None:
        edit(pack / "value_sets" / "gbt_2261_1.yaml", lambda content: content.pop("provenance"))
        with pytest.raises(InvalidPack, match="provenance"):
            read_pack(pack)

    def test_text_needs_a_length_and_a_decimal_its_digits(self, pack: Path) -> None:
        edit(pack / "datasets" / "patient.yaml", lambda content: content["elements"][1].pop("length"))
        with pytest.raises(InvalidPack, match="length"):
            read_pack(pack)

    def test_broken_yaml_and_missing_files_are_told(self, pack: Path) -> None:
        (pack / "datasets" / "patient.yaml").write_text("code: [", "utf-8")
        with pytest.raises(InvalidPack, match="not valid YAML"):
            read_pack(pack)
        (pack / "pack.yaml").unlink()
        with pytest.raises(InvalidPack, match="not found"):
            read_pack(pack)

    def test_attributes_are_the_declared_ones(self, pack: Path) -> None:
        schema = json.loads((PACK_SCHEMAS / "value_set.json").read_text("utf-8"))
        held = schema["properties"]["items"]["items"]["properties"]["attributes"]["properties"]
        assert list(held) == list(ATTRIBUTES) == list(get_args(AttributeName))
        sex = pack / "value_sets" / "gbt_2261_1.yaml"
        edit(sex, setting("items", 0, "attributes", value={"colour": "red"}))
        with pytest.raises(InvalidPack) as caught:
            read_pack(pack)
        assert caught.value.place == "items/0/attributes"


class TestCatalog:
    def test_answers_by_code_and_tells_what_is_known(self) -> None:
        catalog = Catalog.from_packs()
        assert catalog.dataset("diagnosis").by_name["diagnosis_code"].de == "DE05.01.024.00"
        assert catalog.element("patient", "id_no").check == "resident_id"
        with pytest.raises(UnknownDataset) as caught:
            catalog.dataset("patients")
        assert "patient" in (caught.value.allowed or ())
        with pytest.raises(UnknownElement):
            catalog.element("patient", "nickname")
        with pytest.raises(UnknownValueSet):
            catalog.value_set("sex")

    @pytest.mark.parametrize(
        ("file", "change", "told"),
        [
            ("patient", setting("elements", 2, "value_set", value="sex"), "unknown value set"),
            ("patient", setting("elements", 2, "name", value="name"), "declared twice"),
            ("patient", setting("key", value=["pid"]), "no element pid"),
            ("patient", setting("time_column", value="born"), "no element born"),
            ("diagnosis", setting("references", 0, "dataset", value="visit"), "no such dataset"),
            ("diagnosis", setting("references", 0, "target_columns", value=["id"]), "no element id"),
            ("diagnosis", setting("references", 0, "columns", value=["encounter_id", "patient_id"]), "as many columns"),
            ("encounter", setting("orders", 0, "later", value="ward"), "is not a date"),
            ("encounter", setting("code", value="patient"), "declared twice"),
        ],
    )
    def test_refuses_what_contradicts_itself(self, pack: Path, file: str, change: Edit, told: str) -> None:
        edit(pack / "datasets" / f"{file}.yaml", change)
        with pytest.raises(InvalidPack, match=told):
            Catalog.from_packs([pack])

    def test_refuses_doubled_codes_and_unknown_parents(self, pack: Path) -> None:
        sex = pack / "value_sets" / "gbt_2261_1.yaml"
        edit(sex, setting("items", 1, "code", value="0"))
        with pytest.raises(InvalidPack, match="declared twice"):
            Catalog.from_packs([pack])
        edit(sex, setting("items", 1, "code", value="1"))
        edit(sex, setting("items", 1, "parent", value="7"))
        with pytest.raises(InvalidPack, match="unknown parent"):
            Catalog.from_packs([pack])

    def test_a_second_pack_may_use_the_first(self, tmp_path: Path) -> None:
        own = tmp_path / "own"
        (own / "datasets").mkdir(parents=True)
        head = {"code": "own", "title": "本院", "title_en": "Own", "edition": "1", "basis": "own"}
        (own / "pack.yaml").write_text(yaml.safe_dump(head, allow_unicode=True), "utf-8")
        content = yaml.safe_load((CORE / "datasets" / "vital_sign.yaml").read_text("utf-8")) | {"code": "wearable"}
        (own / "datasets" / "wearable.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        assert "wearable" in Catalog.from_packs([CORE, own]).datasets
        with pytest.raises(InvalidPack, match="no such dataset"):
            Catalog.from_packs([own])
