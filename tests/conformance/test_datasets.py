"""Every dataset that is declared in a pack keeps the rules that tables, checks and pages rely on."""

import re

import pytest

from suwen.domains.lake.public import SOURCE_VALUES, SYSTEM_COLUMNS, table_of
from suwen.domains.orgs.public import CHECKS_SQL
from suwen.domains.standards.definitions import RESERVED_COLUMNS
from suwen.domains.standards.public import Catalog, Dataset, Element, ValueSet
from suwen.domains.terms.kinds import KINDS as TERM_KINDS
from suwen.kernel.masking import KINDS

CATALOG = Catalog.from_packs()
DATASETS = [pytest.param(dataset, id=dataset.code) for dataset in CATALOG]
ELEMENTS = [pytest.param(each, id=f"{dataset.code}.{each.name}") for dataset in CATALOG for each in dataset.elements]
VALUE_SETS = [pytest.param(each, id=each.code) for each in CATALOG.value_sets.values()]
RESERVED = {column.name for column in SYSTEM_COLUMNS} | {SOURCE_VALUES}


@pytest.mark.parametrize("dataset", DATASETS)
class TestDataset:
    def test_says_what_it_is_and_where_it_comes_from(self, dataset: Dataset) -> None:
        assert re.search(r"[一-鿿]", dataset.title)
        assert dataset.title_en
        assert dataset.standard.startswith(("WS ", "WS/T ", "GB/T "))
        assert re.fullmatch(r"(19|20)\d\d", dataset.edition)
        assert dataset.provenance

    def test_key_and_patient_are_required(self, dataset: Dataset) -> None:
        for name in (*dataset.key, dataset.patient_column):
            assert dataset.by_name[name].required, name
            assert dataset.by_name[name].type == "string", name

    def test_time_column_is_a_moment(self, dataset: Dataset) -> None:
        assert dataset.time_column is not None
        assert dataset.by_name[dataset.time_column].type == "datetime"

    def test_every_row_leads_to_its_patient_and_encounter(self, dataset: Dataset) -> None:
        targets = {reference.columns: reference.dataset for reference in dataset.references}
        if dataset.code != "patient":
            assert targets[("patient_id",)] == "patient"
        if "encounter_id" in dataset.names and dataset.code != "encounter":
            assert targets[("encounter_id",)] == "encounter"

    def test_references_point_to_a_whole_key(self, dataset: Dataset) -> None:
        for reference in dataset.references:
            assert reference.target_columns == CATALOG.dataset(reference.dataset).key

    def test_terms_are_of_a_kind_and_no_clearer_than_what_they_stand_for(self, dataset: Dataset) -> None:
        spec = table_of(dataset, 4)
        for binding in dataset.terms:
            assert set(binding.parts) <= {part.name for part in TERM_KINDS[binding.kind].parts}
            assert binding.code or binding.name
            for target in binding.targets:
                column = spec.column(target)
                assert column is not None
                assert column.grade == max(dataset.by_name[source].grade for source in binding.sources)

    def test_becomes_a_table(self, dataset: Dataset) -> None:
        spec = table_of(dataset, 4)
        terms = tuple(column for binding in dataset.terms for column in binding.targets)
        coded = any(element.value_set is not None for element in dataset.elements)
        more = (*terms, SOURCE_VALUES) if coded else terms
        assert not RESERVED & {*dataset.names, *terms}
        assert spec.names == (*(column.name for column in SYSTEM_COLUMNS), *dataset.names, *more)
        assert {column.name for column in dataset.columns} == {*dataset.names, *terms}
        assert len(spec.schema) == len(spec.names)


@pytest.mark.parametrize("element", ELEMENTS)
class TestElement:
    def test_is_named_in_chinese_with_a_source(self, element: Element) -> None:
        assert re.search(r"[一-鿿]", element.title)
        assert element.source == "unverified" or re.match(r"WS(/T)? \d+(\.\d+)?-\d{4} ", element.source)
        assert (element.de is None) == (element.source == "unverified")

    def test_direct_identifiers_are_graded_and_masked(self, element: Element) -> None:
        if element.mask in ("name", "id_number", "phone", "address", "card"):
            assert element.grade >= 4
        if element.de in ("DE02.01.039.00", "DE02.01.030.00", "DE02.01.010.00") and element.name != "doctor_name":
            assert element.mask is not None

    def test_mask_and_check_are_kinds_that_exist(self, element: Element) -> None:
        assert element.mask is None or element.mask in KINDS
        assert element.check is None or element.check in CHECKS_SQL

    def test_value_set_codes_fit_the_length(self, element: Element) -> None:
        if element.value_set is not None:
            assert element.type == "string"
            assert element.length is not None
            longest = max(CATALOG.value_set(element.value_set).codes, key=len)
            assert len(longest) <= element.length, longest

    def test_format_agrees_with_type_and_length(self, element: Element) -> None:
        kinds = {"date": "D8", "datetime": "DT15", "boolean": "T/F"}
        if element.type in kinds:
            assert element.format == kinds[element.type]
        elif element.type == "string":
            assert element.format is not None
            assert int(re.findall(r"\d+", element.format)[-1]) == element.length


@pytest.mark.parametrize("value_set", VALUE_SETS)
def test_value_set_has_distinct_filled_codes(value_set: ValueSet) -> None:
    assert value_set.standard
    assert value_set.provenance
    assert len(set(value_set.codes)) == len(value_set.codes)
    assert all(item.title.strip() == item.title and item.title for item in value_set.items)


def test_no_element_can_take_the_name_of_a_column_that_every_table_has() -> None:
    assert RESERVED == RESERVED_COLUMNS


def test_the_fourteen_datasets_are_there() -> None:
    assert set(CATALOG.datasets) >= {
        "patient",
        "encounter",
        "diagnosis",
        "drug_order",
        "lab_report",
        "lab_result",
        "exam_report",
        "operation",
        "vital_sign",
        "nursing_record",
        "medical_document",
        "fee_item",
        "inpatient_front_page",
        "discharge_summary",
    }


def test_every_value_set_of_an_element_is_used_from_the_catalogue() -> None:
    used = {element.value_set for dataset in CATALOG for element in dataset.elements if element.value_set}
    assert used <= set(CATALOG.value_sets)
    assert CATALOG.value_set("GB/T 2261.1").titles["1"] == "男性"
