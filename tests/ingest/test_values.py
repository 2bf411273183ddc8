"""The value parsers in SQL against an oracle in Python, and shape by shape."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from suwen.domains.ingest.mapping.coercion import BLANKS, Target, as_text, parse_text, read_value
from suwen.domains.lake.public import inline

CONNECTION = duckdb.connect(config={"threads": 1})
CONNECTION.execute("SET TimeZone = 'UTC'")


def read(target: Target, values: list[str | None]) -> list[Any]:
    """Run the parser over received texts, as a column of a table."""
    text = as_text(exp.column("v"), "VARCHAR")
    inner = exp.select(exp.alias_(text, "v")).from_("given")
    query = exp.select(exp.alias_(parse_text(target, exp.column("v")), "r")).from_(inner.subquery("t"))
    cursor = CONNECTION.cursor()
    cursor.execute("CREATE OR REPLACE TEMP TABLE given (n INT, v VARCHAR)")
    cursor.executemany("INSERT INTO given VALUES (?, ?)", list(enumerate(values)))
    return [row[0] for row in cursor.execute(inline(query).sql("duckdb")).fetchall()]


def narrowed(text: str) -> str:
    return text.translate(str.maketrans("０１２３４５６７８９．，＋－：／\u3000", "0123456789.,+-:/ "))


def oracle_datetime(received: str) -> datetime | None:
    """Read a date or datetime as the docstring of the coercion promises."""
    text = received.strip(BLANKS)
    if re.fullmatch(r"[0-9]{8}|[0-9]{12}|[0-9]{14}", text):
        for shape, size in (("%Y%m%d", 8), ("%Y%m%d%H%M", 12), ("%Y%m%d%H%M%S", 14)):
            if len(text) == size:
                try:
                    return datetime.strptime(text, shape)  # noqa: DTZ007
                except ValueError:
                    return None
    n = narrowed(text)
    found = re.fullmatch(
        r"([0-9]{4})(?:-|/|[.]|年)([0-9]{1,2})(?:-|/|[.]|月)([0-9]{1,2})日?"
        r"(?:[ T]*([0-9]{1,2})(?:(?::|时|点)([0-9]{1,2})"
        r"(?:(?::|分)([0-9]{1,2})秒?([.][0-9]{1,6})?[0-9]{0,3}|分)?|时|点))?"
        r"(Z|[+]00(?::?00)?|[+]08(?::?00)?)?",
        n,
    )
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    midnight = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} 24:00:00", text) is not None
    try:
        read = datetime(
            int(year),
            int(month),
            int(day),
            0 if midnight else int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int(((fraction or ".0")[1:] + "000000")[:6]),
        )
    except ValueError:
        return None
    return read + timedelta(
        days=1 if midnight else 0, hours=8 if zone and zone not in ("+08", "+08:00", "+0800") else 0
    )


def oracle_decimal(received: str) -> Decimal | None:
    n = narrowed(received.strip(BLANKS))
    if not re.fullmatch(
        r"[+-]?(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:[.][0-9]*)?(?:[eE][+-]?[0-9]{1,2})?|[.][0-9]+)", n
    ):
        return None
    try:
        value = Decimal(n.replace(",", ""))
    except InvalidOperation:
        return None
    return value


@st.composite
def moments(draw: st.DrawFn) -> str:
    """Dates and times in the shapes that hospitals write, right and wrong ones."""
    y, m, d = draw(st.integers(0, 2200)), draw(st.integers(0, 13)), draw(st.integers(0, 32))
    h, mi, s = draw(st.integers(0, 25)), draw(st.integers(0, 61)), draw(st.integers(0, 61))
    shape = draw(
        st.sampled_from(
            [
                f"{y:04}-{m:02}-{d:02}", f"{y:04}{m:02}{d:02}", f"{y:04}/{m}/{d}", f"{y:04}年{m}月{d}日",
                f"{y:04}-{m:02}-{d:02} {h:02}:{mi:02}:{s:02}", f"{y:04}-{m}-{d} {h}:{mi}",
                f"{y:04}{m:02}{d:02}{h:02}{mi:02}{s:02}", f"{y:04}{m:02}{d:02}{h:02}{mi:02}",
                f"{y:04}-{m:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{s}Z", f"{y:04}年{m}月{d}日{h}时{mi}分",
                f"{y:04}.{m}.{d} {h}点",
                f"{y:04}-{m:02}-{d:02} {h:02}:{mi:02}:{s:02}+08:00", f"{y}-{m}-{d}", f"{y:04}-{m:02}", f"{d}/{m}/{y}",
            ]
        )
    )  # fmt: skip
    if draw(st.booleans()):
        shape = shape.translate(str.maketrans("0123456789-/:", "０１２３４５６７８９－／："))
    return draw(st.sampled_from(["", " ", "\u3000"])) + shape + draw(st.sampled_from(["", " ", "\t"]))


class TestDatetimes:
    @given(st.lists(moments(), min_size=1, max_size=40))
    @settings(max_examples=60, deadline=None)
    def test_agree_with_the_oracle(self, values: list[str]) -> None:
        expected = [oracle_datetime(value) for value in values]
        # A full-width text is not looked at as one of the fixed shapes; the oracle does not know these either.
        assert read(Target("datetime"), list(values)) == expected

    @given(st.text(alphabet="0123456789-/: .年月日T+Z时", max_size=22))
    @settings(max_examples=200, deadline=None)
    @example("0000-00-00")
    @example("0000-01-01")
    @example("-023-01-01")
    @example("2023-02-31")
    @example("20230231")
    @example("2023-01-02 24:00:00")
    @example("2023-01-02 10:00+08")
    def test_nothing_else_is_read(self, value: str) -> None:
        assert read(Target("datetime"), [value]) == [oracle_datetime(value)]

    def test_dates_are_those_of_the_moment(self) -> None:
        assert read(Target("date"), ["2023年2月8日", "20230208101500", "", None, "20230231"]) == [
            date(2023, 2, 8), date(2023, 2, 8), None, None, None,
        ]  # fmt: skip


class TestNumbers:
    @given(st.lists(st.text(alphabet="0123456789０５９.．,，+-－eE ", max_size=9), min_size=1, max_size=30))
    @settings(max_examples=150, deadline=None)
    def test_decimals_agree_with_the_oracle(self, values: list[str]) -> None:
        target = Target("decimal", 38, 10)
        for value, got in zip(values, read(target, list(values)), strict=True):
            wanted = oracle_decimal(value) if value.strip(BLANKS) else None
            fits = wanted is not None and abs(wanted) < Decimal(10) ** 28
            assert (got is not None) == fits, value
            if got is not None and wanted is not None:
                assert abs(got - wanted) <= Decimal(1).scaleb(-10), value

    @pytest.mark.parametrize(
        ("received", "value"),
        [
            *(("12", 12), ("１２", 12), ("1,234", 1234), ("12.0", 12), ("+7", 7), ("-7", -7), (" 8 ", 8)),
            *((text, None) for text in ("12.5", "1,23", "1_000", "0x1F", "99999999999999999999", "")),
        ],
    )
    def test_integers(self, received: str, value: int | None) -> None:
        assert read(Target("integer"), [received]) == [value]

    @pytest.mark.parametrize(
        ("received", "value"), [("1", True), ("是", True), ("N", False), ("无", False), ("2", None), ("真", None)]
    )
    def test_booleans(self, received: str, value: bool | None) -> None:
        assert read(Target("boolean"), [received]) == [value]


class TestTypedColumns:
    @pytest.mark.parametrize(
        ("want", "kind", "literal", "value"),
        [
            ("date", "DATE", "DATE '2023-02-28'", date(2023, 2, 28)),
            ("date", "DATE", "'infinity'::DATE", None),
            (
                "datetime",
                "TIMESTAMP WITH TIME ZONE",
                "TIMESTAMPTZ '2023-02-28 00:30:00+00'",
                datetime(2023, 2, 28, 8, 30),
            ),
            ("integer", "DOUBLE", "12.0::DOUBLE", 12),
            ("integer", "DOUBLE", "12.5::DOUBLE", None),
            ("integer", "DECIMAL(10,2)", "3.00::DECIMAL(10,2)", 3),
            ("decimal", "DOUBLE", "'nan'::DOUBLE", None),
            ("decimal", "BIGINT", "9223372036854775807", None),
        ],
    )
    def test_are_read_without_text(self, want: Any, kind: str, literal: str, value: object) -> None:
        expression = read_value(Target(want), exp.column("v"), kind)
        assert expression is not None
        query = exp.select(expression).from_("t").sql("duckdb")
        assert CONNECTION.cursor().execute(f"WITH t AS (SELECT {literal} AS v) {query}").fetchall() == [(value,)]

    def test_whole_numbers_of_a_float_column_lose_the_point(self) -> None:
        query = inline(exp.select(as_text(exp.column("v"), "DOUBLE")).from_("t")).sql("duckdb")
        rows = CONNECTION.cursor().execute(f"WITH t AS (SELECT unnest([3.0, 2.5, 1e17]) AS v) {query}").fetchall()
        assert [row[0] for row in rows] == ["3", "2.5", "1e+17"]


def test_every_parser_transpiles_to_spark() -> None:
    for want in ("string", "integer", "decimal", "date", "datetime", "boolean"):
        sql = inline(exp.select(parse_text(Target(want), exp.column("v"))).from_("t")).sql("spark")
        assert "REGEXP_MATCHES" not in sql
        assert "STRPOS" not in sql
