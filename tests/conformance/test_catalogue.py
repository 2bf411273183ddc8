"""Everything that the shipped packs declare beyond the datasets keeps the rules that lists and later rooms rely on."""

import re
from collections import Counter

from suwen.domains.standards.packs import read_pack
from suwen.domains.standards.public import SHIPPED, Catalog
from suwen.domains.terms.kinds import KINDS

CATALOG = Catalog.from_packs(SHIPPED)

WIDER = {
    "DE04.50.140.00": "the standard has the day of the examination; hospitals send the moment, which orders results",
    "DE04.50.133.00": "the standard has the day of the report; hospitals send the moment, which orders reports",
}
"""Data elements that a dataset stores in another type, each with the reason."""


def test_value_sets_say_where_they_come_from_and_have_distinct_filled_codes() -> None:
    for value_set in CATALOG.value_sets.values():
        assert value_set.provenance, value_set.code
        assert re.search(r"[一-鿿]", value_set.title), value_set.code
        assert len(set(value_set.codes)) == len(value_set.codes), value_set.code
        for item in value_set.items:
            assert item.title, value_set.code
            assert item.title == " ".join(item.title.split()), (value_set.code, item.code)


def test_no_table_is_given_twice_under_another_name() -> None:
    # Tables of the trial edition and of vendors may agree with one of 2011 and stay tables of their own.
    official = re.compile(r"GB/T|WS |CV\d\d\.")
    seen: dict[object, str] = {}
    for value_set in CATALOG.value_sets.values():
        if value_set.items and official.match(value_set.code):
            codes = tuple((item.code, item.title, item.parent) for item in value_set.items)
            assert seen.setdefault(codes, value_set.code) == value_set.code


def test_the_packs_say_how_many_coded_elements_name_a_value_set() -> None:
    folders = {path.name: path for path in SHIPPED}
    for name in ("ws445", "ws365"):
        datasets = read_pack(folders[name], trusted=True).catalogue
        coded = [each for dataset in datasets for each in dataset.elements if each.type in ("S2", "S3")]
        linked = sum(each.value_set is not None for each in coded)
        note = (folders[name] / "pack.yaml").read_text("utf-8")
        assert f"{linked} of the {len(coded)} coded elements name a value set" in note


def test_broader_codes_of_these_tables_are_those_of_the_first_digit() -> None:
    for code in ("GB/T 4658", "GB/T 4761-2008", "GB/T 6565"):
        items = {item.code: item for item in CATALOG.value_sets[code].items}
        assert list(items) == sorted(items), code
        for item in items.values():
            broader = item.code[0] + "0" * (len(item.code) - 1)
            if code == "GB/T 4761-2008" and item.code[0] == "9":
                broader = "80"
            assert item.parent == (broader if broader in items and broader != item.code else None), item.code


def test_a_table_without_codes_is_one_that_could_not_be_read_or_is_not_ours_to_ship() -> None:
    said = {each.code: each.provenance for each in CATALOG.value_sets.values() if not each.items}
    elsewhere = {code for code, text in said.items() if not text.startswith("Name only, as indexed by a third party;")}
    assert elsewhere == {"ICD-10", "ICD-9-CM-3", "GB/T 15657", "GB/T 2260", "GB 11714"}
    assert {said[code].partition(":")[0] for code in elsewhere} == {"The codes are not shipped", "No list of codes"}


def test_what_coded_elements_of_the_catalogue_expect() -> None:
    coded = [one for each in CATALOG.catalogue.values() for one in each.elements if one.type in ("S2", "S3")]
    expected: Counter[str] = Counter()
    for element in coded:
        value_set = CATALOG.value_sets[element.value_set] if element.value_set else None
        if value_set is None:
            expected["no table known"] += 1
        elif value_set.items:
            expected["codes"] += 1
        else:
            expected[re.split("[,:]", value_set.provenance)[0]] += 1
    assert expected == {
        "codes": 248,
        "Name only": 101,
        "The codes are not shipped": 151,
        "No list of codes": 15,
        "no table known": 98,
    }


def test_data_elements_have_a_format_that_fits_their_type() -> None:
    whole = {"L": "T/F", "D": "D8", "DT": "DT15"}
    for element in CATALOG.data_elements.values():
        if element.format is not None:
            low, high = element.bounds
            assert (low or 0) <= (high or 0), element.code
            assert element.format == whole.get(element.type, element.format), element.code
            assert element.type != "N" or element.format.startswith("N"), element.code
        assert element.unit is None or element.type == "N", element.code


def test_columns_agree_in_type_with_the_data_element_they_name() -> None:
    differing: set[str] = set()
    for dataset in CATALOG:
        for column in dataset.elements:
            declared = CATALOG.data_elements.get(column.de or "")
            assert (declared is None) == (column.de is None), f"{dataset.code}.{column.name}: {column.de}"
            if declared is not None and column.type not in declared.stored_types:
                differing.add(declared.code)
    assert differing == set(WIDER)


def test_documents_are_the_53_and_the_20() -> None:
    types = CATALOG.value_set("SUWEN.document_type").titles
    named = {code: document.title for code, document in CATALOG.documents.items() if code.startswith("C")}
    assert named == types
    health = [document for code, document in CATALOG.documents.items() if code.startswith("WST483")]
    assert {document.source_dataset for document in health} <= CATALOG.catalogue.keys()
    assert all(document.sections and not document.verified for document in health)
    assert len(CATALOG.documents) == 73
    templates = {document.template_id for document in CATALOG.documents.values()}
    assert len(templates) == len(CATALOG.documents)
    assert not any(document.verified for document in CATALOG.documents.values() if not document.source_dataset)


def test_sections_with_a_loinc_code_have_a_well_formed_one() -> None:
    for document in CATALOG.documents.values():
        for section in document.sections:
            if section.system == "LOINC":
                assert re.fullmatch(r"\d{1,5}-\d", section.code or ""), document.code


def test_every_kind_has_something_to_be_mapped_to_with_the_parts_it_compares() -> None:
    without = {kind.code for kind in KINDS.values() if kind.target is None}
    assert without == {"staff", "value_set"}
    for kind in KINDS.values():
        if kind.target is None:
            continue
        target = CATALOG.value_set(kind.target)
        compared = {part.name for part in kind.parts} - {"manufacturer"}
        assert compared <= {attribute.name for attribute in target.attributes}, kind.code
        if kind.target.startswith("SUWEN."):
            assert target.size >= 60, kind.code
            assert not target.verified, kind.code
