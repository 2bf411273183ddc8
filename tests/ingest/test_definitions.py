"""Source definitions: what is wrong with one is told at import, by feed, column and expression."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from suwen.domains.ingest.public import InvalidDefinition, UnknownSourceColumn, read_definition
from suwen.domains.standards.public import UnknownDataset
from suwen.kernel.errors import SuwenError
from tests.ingest.conftest import Station
from tests.ingest.sources import csv_source

pytestmark = pytest.mark.anyio


def changed(definition: dict[str, Any], **feed: Any) -> dict[str, Any]:
    """Return the definition with parts of its feed replaced; columns are added to."""
    copy = deepcopy(definition)
    columns = feed.pop("columns", {})
    copy["feeds"][0] |= feed
    copy["feeds"][0]["columns"] |= columns
    return copy


@pytest.mark.parametrize(
    ("feed", "error", "message"),
    [
        ({"dataset": "encountr"}, UnknownDataset, "encountr"),
        ({"columns": {"colour": "id"}}, InvalidDefinition, r"feed t.visits, column colour: .*no such element"),
        ({"columns": {"ward": "wrd"}}, UnknownSourceColumn, r"feed t.visits, column ward: .*no column 'wrd'"),
        ({"columns": {"ward": "pid +"}}, InvalidDefinition, r"column ward: the expression cannot be read"),
        ({"columns": {"ward": "nonsense(pid)"}}, InvalidDefinition, r"column ward: .*nonsense"),
        ({"columns": {"ward": "(SELECT 1)"}}, InvalidDefinition, r"column ward: .*one source row"),
        ({"columns": {"ward": "max(pid)"}}, InvalidDefinition, r"column ward: .*one source row"),
        ({"columns": {"ward": "pid AS x"}}, InvalidDefinition, r"column ward: one expression"),
        ({"key": ["no"]}, UnknownSourceColumn, r"feed t.visits, key: .*no column 'no'"),
        ({"key": []}, InvalidDefinition, r"feed visits, key: "),
        ({"capture": {"mode": "timestamp"}}, InvalidDefinition, r"feed visits, capture: .*column is needed"),
        (
            {"capture": {"mode": "timestamp", "column": "x"}},
            InvalidDefinition,
            r"feed visits: connector files reads in full",
        ),
        ({"table": None, "query": "SELECT 1"}, InvalidDefinition, r"feed visits: connector files takes tables only"),
        ({"query": "SELECT 1"}, InvalidDefinition, r"exactly one of table and query"),
        ({"tabel": "x"}, InvalidDefinition, r"feed visits, tabel"),
    ],
)
async def test_a_mistake_is_told_by_its_place(
    station: Station, tmp_path: Path, feed: dict[str, Any], error: type[SuwenError], message: str
) -> None:
    definition = csv_source(tmp_path, "1,p1,O,2023-01-01,1\n")
    with pytest.raises(error, match=message):
        await station.bring_in(changed(definition, **feed))


async def test_key_and_patient_must_be_mapped(station: Station, tmp_path: Path) -> None:
    definition = csv_source(tmp_path, "1,p1,O,2023-01-01,1\n")
    del definition["feeds"][0]["columns"]["patient_id"]
    with pytest.raises(InvalidDefinition, match=r"needs its key and patient mapped.*patient_id"):
        await station.bring_in(definition)


async def test_an_import_tells_what_it_changed(station: Station, tmp_path: Path) -> None:
    definition = csv_source(tmp_path, "1,p1,O,2023-01-01,1\n")
    first = await station.bring_in(definition)
    assert (first.created, first.updated, first.unchanged) == (("t.visits",), (), ())
    assert (await station.bring_in(definition)).unchanged == ("t.visits",)
    assert (await station.bring_in(changed(definition, columns={"ward": "kind"}))).updated == ("t.visits",)


class TestYaml:
    def test_codes_of_a_map_are_text(self, tmp_path: Path) -> None:
        path = tmp_path / "s.yaml"
        path.write_text(
            "source: {code: s, title: S, org_code: O, connector: files, options: {path: '${here:data}'}}\n"
            "feeds: [{code: f, table: t.csv, dataset: patient, key: [id],\n"
            "  columns: {patient_id: id, sex_code: {expr: 5, map: {8507: 2, true: '9', x: null}}}}]\n"
        )
        definition = read_definition(path)
        assert definition.feeds[0].columns["sex_code"].map == {"8507": "2", "true": "9", "x": None}
        assert definition.feeds[0].columns["sex_code"].expr == "5"
        assert definition.source.options == {"path": str(tmp_path / "data")}

    @pytest.mark.parametrize("reference", ["${package:no_such_package/x}", "${magic:x}"])
    def test_a_reference_that_leads_nowhere_is_refused(self, reference: str) -> None:
        source = {"code": "s", "title": "S", "org_code": "O", "connector": "files", "options": {"path": reference}}
        with pytest.raises(InvalidDefinition) as caught:
            read_definition({"source": source, "feeds": []})
        assert caught.value.received == reference

    def test_a_file_that_is_no_yaml_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "s.yaml").write_text("source: [")
        with pytest.raises(InvalidDefinition, match=r"s\.yaml"):
            read_definition(tmp_path / "s.yaml")
