"""Matching through its own door: sure rules, the model, vetoes, decisions."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwen.domains.patients.matching.match import match
from suwen.domains.patients.matching.normalise import (
    IDENTITY_COLUMNS,
    is_newborn_name,
    normalise_phone,
    own_resident_id,
)

# Valid by checksum, of nobody: area 110101, sequence numbers near the end of the range.
BASE = {"org_code": "A", "name": "李雯", "sex_code": "1", "birth_date": date(1980, 3, 7), "phone": "13900000017"}


def checksum_id(first17: str) -> str:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


def table(*rows: dict[str, object]) -> pa.Table:
    filled = [{**BASE, "patient_key": f"k{i}", "patient_id": f"p{i}", **row} for i, row in enumerate(rows)]
    columns = {name: [row.get(name) for row in filled] for name in IDENTITY_COLUMNS}
    types = {name: pa.date32() if name == "birth_date" else pa.string() for name in IDENTITY_COLUMNS}
    return pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})


MALE = checksum_id("11010119800307987")
OTHER = checksum_id("11010119800307985")


class TestSureRules:
    def test_same_id_and_name_are_one(self) -> None:
        found = match(table({"id_no": MALE, "phone": None}, {"id_no": MALE.lower(), "org_code": "B", "phone": None}))
        assert found.groups == [["k0", "k1"]]
        assert found.used["k1"].rule == "resident_id_and_name"

    def test_same_own_id_and_homophone_are_one(self) -> None:
        assert match(table({"id_no": MALE}, {"id_no": MALE, "name": "李文"})).groups == [["k0", "k1"]]

    def test_newborn_on_the_mothers_id_stays_apart(self) -> None:
        child = {"id_no": MALE, "name": "李雯之子", "birth_date": date(2023, 5, 1)}
        assert match(table({"id_no": MALE}, child)).groups == [["k0"], ["k1"]]

    def test_health_card_survives_a_change_of_name(self) -> None:
        rows = ({"health_card_no": "H1", "phone": None}, {"health_card_no": "H1", "name": "王晓燕", "phone": None})
        assert match(table(*rows)).groups == [["k0", "k1"]]


class TestModel:
    def test_two_own_ids_are_never_one_but_listed(self) -> None:
        found = match(table({"id_no": MALE}, {"id_no": OTHER}))
        assert found.groups == [["k0"], ["k1"]]

    def test_family_on_one_phone_stays_apart(self) -> None:
        wife = {"name": "陈静", "sex_code": "2", "birth_date": date(1982, 9, 1)}
        assert match(table({}, wife)).groups == [["k0"], ["k1"]]

    def test_slip_in_birth_date_is_linked_or_listed(self) -> None:
        rows = ({"address": "东街12号"}, {"birth_date": date(1980, 3, 17), "address": "东街12号"})
        found = match(table(*rows))
        assert found.groups == [["k0", "k1"]] or [(s.left, s.right) for s in found.suspects] == [("k0", "k1")]

    def test_evidence_names_the_comparisons(self) -> None:
        found = match(table({}, {"name": "李文"}))
        links = [*found.suspects, *found.used.values()]
        assert links
        assert {"name", "birth"} <= {name for name, _ in links[0].evidence}


class TestDecisions:
    def test_apart_outranks_a_sure_rule(self) -> None:
        rows = table({"id_no": MALE}, {"id_no": MALE})
        found = match(rows, apart=[("k0", "k1")])
        assert found.groups == [["k0"], ["k1"]]
        assert found.suspects == []

    def test_together_links_what_no_rule_would(self) -> None:
        rows = table({"phone": None}, {"name": "周涛", "phone": None, "birth_date": None})
        assert match(rows, together=[("k0", "k1")]).groups == [["k0", "k1"]]


def test_empty_and_single() -> None:
    assert match(table()).groups == []
    assert match(table({})).groups == [["k0"]]


@pytest.mark.parametrize(
    ("name", "newborn"), [("王芳之女", True), ("张三之子", True), ("王子", False), ("李雯", False)]
)
def test_newborn_names(name: str, newborn: bool) -> None:
    assert is_newborn_name(name) is newborn


@given(st.text(max_size=20))
def test_phone_is_digits_or_none(text: str) -> None:
    phone = normalise_phone(text)
    assert phone is None or (phone.isdigit() and len(phone) >= 7)


def test_own_id_needs_birth_and_sex() -> None:
    assert own_resident_id(MALE, date(1980, 3, 7), "1") == MALE
    assert own_resident_id(MALE, date(1980, 3, 8), "1") is None
    assert own_resident_id(MALE, date(1980, 3, 7), "2") is None


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(6)))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    rows = [
        {"patient_key": "a", "id_no": MALE},
        {"patient_key": "b", "id_no": MALE, "name": "李文"},
        {"patient_key": "c", "id_no": None},
        {"patient_key": "d", "id_no": OTHER},
        {"patient_key": "e", "name": "李雯之女", "birth_date": date(2024, 1, 1)},
        {"patient_key": "f", "name": "王刚", "phone": "13800000099", "birth_date": date(1999, 1, 1)},
    ]
    shuffled = match(table(*[rows[i] for i in order]))
    straight = match(table(*rows))
    assert (shuffled.groups, shuffled.suspects) == (straight.groups, straight.suspects)
