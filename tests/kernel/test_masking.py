"""Masks: what they show, and that Python and the engines show the same."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from suwen.kernel.masking import KINDS, UnknownMask, mask_sql, mask_value, view_of
from suwen.kernel.scope import Scope

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40) | st.from_regex(
    r"[\u4e00-\u9fa5]{0,6}[0-9]{0,20}[Xx]?[0-9]{0,9}", fullmatch=True
)


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("name", "张三丰", "张**"),
        ("name", "李", "李*"),
        ("name", "", ""),
        ("id_number", "330102199001011234", "330***********1234"),
        ("id_number", "1234567", "*******"),
        ("phone", "13912345678", "139****5678"),
        ("phone", "8812", "****"),
        ("card", "6222021234567890", "************7890"),
        ("address", "浙江省杭州市西湖区文三路1号", "浙江省杭州市****"),
        ("address", "杭州", "**"),
        ("birth_date", "1990-01-01", "1990******"),
        ("free_text", "电话13912345678，身份证33010219900101123X，第3天", "电话***，身份证***，第3天"),
    ],
)
def test_shows(kind: str, value: str, masked: str) -> None:
    assert mask_value(kind, value) == masked


@pytest.mark.parametrize(
    ("grade", "mask", "scope", "view"),
    [
        (3, None, Scope(None, 3), "clear"),
        (4, None, Scope(None, 3, unmask=True), "empty"),
        (3, "name", Scope(None, 3), "masked"),
        (3, "name", Scope(None, 3, unmask=True), "clear"),
        (4, "name", Scope(None, 3), "masked"),
        (4, "name", Scope(None, 3, unmask=True), "masked"),
        (4, "free_text", Scope(None, 3, unmask=True), "empty"),
        (3, "free_text", Scope(None, 3), "masked"),
    ],
)
def test_a_mask_makes_up_for_the_grade_but_the_right_to_unmask_does_not(
    grade: int, mask: str | None, scope: Scope, view: str
) -> None:
    assert view_of(grade, mask, scope) == view


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_none_stays_none(self, kind: str) -> None:
        assert mask_value(kind, None) is None
        sql = mask_sql(kind, exp.cast(exp.null(), "TEXT")).sql("duckdb")
        assert duckdb.sql(f"SELECT {sql}").fetchone() == (None,)

    @settings(max_examples=60, deadline=None)
    @given(values=st.lists(TEXTS, min_size=1, max_size=20))
    def test_sql_equals_python(self, kind: str, values: list[str]) -> None:
        sql = mask_sql(kind, exp.column("value")).sql("duckdb")
        rows = duckdb.execute(f"SELECT {sql} FROM (SELECT unnest($1::VARCHAR[]) AS value)", [values]).fetchall()
        assert [row[0] for row in rows] == [mask_value(kind, value) for value in values]

    @given(value=TEXTS)
    def test_keeps_no_more_than_promised(self, kind: str, value: str) -> None:
        masked = mask_value(kind, value) or ""
        kept = {"name": 1, "id_number": 7, "phone": 7, "card": 4, "address": 6, "birth_date": 4}
        if kind in kept:
            assert sum(c != "*" for c in masked) <= kept[kind]

    def test_spark_text(self, kind: str) -> None:
        sql = mask_sql(kind, exp.column("value")).sql("spark")
        assert "value" in sql
        assert "'g'" not in sql  # Spark replaces all without being told, and would take it for a position


def test_unknown_kind() -> None:
    with pytest.raises(UnknownMask, match="id_number"):
        mask_value("iris", "x")
    with pytest.raises(UnknownMask):
        mask_sql("iris", exp.column("x"))
