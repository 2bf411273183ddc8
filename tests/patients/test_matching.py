"""Matching through its own door: sure rules, the model, vetoes, decisions."""

from collections.abc import Mapping
from datetime import date
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwen.domains.patients.matching.cluster import Clusters, cluster
from suwen.domains.patients.matching.link import Link
from suwen.domains.patients.matching.match import match
from suwen.domains.patients.matching.normalise import (
    IDENTITY_COLUMNS,
    id_text,
    is_newborn,
    normalise_card,
    normalise_phone,
    own_resident_id,
)

# Valid by checksum, of nobody: area 110101, sequence numbers near the end of the range.
BASE = {"org_code": "A", "name": "李雯", "sex_code": "1", "birth_date": date(1980, 3, 7), "phone": "13900000017"}


def checksum_id(first17: str) -> str:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


def table(*rows: Mapping[str, object]) -> pa.Table:
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


BORN = date(2023, 5, 1)
CHILD = {"birth_date": BORN, "sex_code": "2", "id_no": None, "address": "东街12号"}
MOTHER = checksum_id("11010119900307988")
NEWBORN = {**CHILD, "name": "王芳之女", "id_no": MOTHER}


def pairs(links: list[Link]) -> list[tuple[str, str]]:
    return [(link.left, link.right) for link in links]


class TestNewborn:
    def test_is_its_later_self_by_birth_sex_and_household(self) -> None:
        found = match(table(NEWBORN, {**CHILD, "name": "李小雨", "phone": "13900000018"}))
        assert found.groups == [["k0", "k1"]]
        assert found.used["k0"].rule == "newborn_birth_sex_household"

    def test_of_twins_is_listed(self) -> None:
        found = match(table(NEWBORN, {**CHILD, "name": "李小雨"}, {**CHILD, "name": "李小雪"}))
        assert found.groups == [["k0"], ["k1"], ["k2"]]
        assert {("k0", "k1"), ("k0", "k2")} <= set(pairs(found.suspects))

    def test_twice_on_one_mother_is_listed(self) -> None:
        found = match(table(NEWBORN, {**NEWBORN, "org_code": "B"}))
        assert found.groups == [["k0"], ["k1"]]
        assert pairs(found.suspects) == [("k0", "k1")]

    def test_siblings_of_two_years_are_no_question(self) -> None:
        found = match(table(NEWBORN, {**NEWBORN, "birth_date": date(2024, 9, 1)}))
        assert (found.groups, found.suspects) == ([["k0"], ["k1"]], [])

    def test_address_of_a_whole_village_is_listed_only(self) -> None:
        village = [
            {"name": family + given, "phone": None, "address": "东街12号", "birth_date": date(1960, 1, 1 + n)}
            for given in ("伟", "秀英", "建国", "桂兰", "国强")
            for n, family in enumerate("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何")
        ]
        later = {**CHILD, "name": "李小雨", "phone": None}
        found = match(table({**NEWBORN, "patient_key": "a"}, {**later, "patient_key": "b"}, *village))
        assert ["a"] in found.groups
        assert ("a", "b") in pairs(found.suspects)


class TestNumbers:
    def test_child_on_the_mothers_id_is_not_the_mother(self) -> None:
        mother = {"id_no": MOTHER, "name": "王芳", "sex_code": "2", "birth_date": date(1990, 3, 7)}
        found = match(table(mother, {**CHILD, "id_no": MOTHER, "name": "王小芳"}))
        assert (found.groups, found.suspects) == ([["k0"], ["k1"]], [])

    def test_both_generations_of_one_id_are_one(self) -> None:
        assert match(table({"id_no": MALE}, {"id_no": MALE[:6] + MALE[8:17], "phone": None})).groups == [["k0", "k1"]]

    def test_wrong_check_digit_alone_links_nobody(self) -> None:
        wrong = MALE[:17] + ("1" if MALE[17] != "1" else "2")
        other = {"id_no": wrong, "name": "王刚", "birth_date": date(1971, 1, 1), "phone": None}
        assert match(table({"id_no": wrong, "phone": None}, other)).groups == [["k0"], ["k1"]]

    def test_id_of_half_the_town_is_nobodys(self) -> None:
        rows = [
            {"id_no": MALE, "name": name, "phone": None} for name in ("王芳", "李娜", "张伟", "刘洋", "陈静", "王芳")
        ]
        births = [date(1950 + 5 * n, 1, 9) for n in range(6)]
        rows = [{**row, "birth_date": birth} for row, birth in zip(rows, births, strict=True)]
        # As if each had been born close enough to the id's day that it could be a slip.
        near = [{**row, "birth_date": date(1980, 3, 8 + n)} for n, row in enumerate(rows)]
        assert match(table(*near)).groups == [[f"k{n}"] for n in range(6)]

    def test_placeholders_are_no_numbers(self) -> None:
        assert id_text("1" * 18) is None
        assert normalise_card("000000") is None
        assert normalise_phone("11111111111") is None


TWIN = {"birth_date": date(2001, 4, 9), "address": "东街12号", "id_no": None}


class TestTwins:
    def test_names_of_another_sound_stay_apart(self) -> None:
        assert match(table({**TWIN, "name": "李明"}, {**TWIN, "name": "李亮"})).groups == [["k0"], ["k1"]]

    def test_two_own_ids_and_two_names_are_no_question(self) -> None:
        rows = ({"id_no": MALE, "address": "东街12号"}, {"id_no": OTHER, "name": "李亮", "address": "东街12号"})
        assert match(table(*rows)).suspects == []


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
    ("name", "lent", "newborn"),
    [
        ("王芳之女", False, True),
        ("张三之大子", False, True),
        ("王芳女", True, True),
        ("李晓女", False, False),
        ("王子", True, False),
        ("李雯", True, False),
    ],
)
def test_newborn_names(name: str, lent: bool, newborn: bool) -> None:
    assert is_newborn(name, lent) is newborn


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


keys = st.sampled_from([f"k{n}" for n in range(9)])
edges = st.lists(st.tuples(keys, keys, st.floats(0.5, 1)).filter(lambda edge: edge[0] < edge[1]), max_size=20)


@given(edges, st.dictionaries(keys, st.sampled_from("XYZ")), st.sets(st.tuples(keys, keys), max_size=4), st.randoms())
def test_clusters_keep_every_veto_in_any_order(
    found: list[tuple[str, str, float]], owned: dict[str, str], apart: set[tuple[str, str]], random: Random
) -> None:
    links = [Link(left, right, score, "r") for left, right, score in found]
    kept_apart = frozenset((min(pair), max(pair)) for pair in apart)

    def grouped(order: list[Link]) -> list[list[str]]:
        clusters = Clusters(owned, kept_apart)
        for n in range(9):
            clusters.add(f"k{n}")
        stopped = cluster(clusters, order)
        assert all(clusters.root(link.left) != clusters.root(link.right) for link in stopped)
        return clusters.groups()

    groups = grouped(links)
    assert sorted(key for group in groups for key in group) == [f"k{n}" for n in range(9)]
    for group in groups:
        assert len({owned[key] for key in group if key in owned}) <= 1
        assert not any((a, b) in kept_apart for a in group for b in group if a < b)
    shuffled = list(links)
    random.shuffle(shuffled)
    assert grouped(shuffled) == groups
