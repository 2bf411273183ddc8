"""Ratios and comparisons, on numbers given by hand."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.domains.metrics.answer import Change, Line, Number, answer
from suwen.domains.metrics.measure import Measure
from suwen.domains.metrics.pack import load_pack
from suwen.domains.metrics.period import end_of, moved, range_before, start_of, year_before
from suwen.domains.metrics.query import Cut, Grain, Shape
from suwen.domains.metrics.repository.cubes import Key
from tests.std import CATALOG

DEFINITIONS = load_pack(CATALOG)
MAY = Cut(date(2024, 5, 1), date(2024, 5, 31))
GRAINS: list[Grain] = ["day", "month", "quarter", "year"]


def told(code: str, numbers: dict[tuple[str, date], int | None], shape: Shape | None = None) -> list[Line]:
    """Answer from {(metric, first day of the cut): number}; None and missing mean no line."""

    def given_numbers(measure: Measure, _shape: Shape, cut: Cut) -> dict[Key, Decimal]:
        value = numbers.get((measure.code, cut.first))
        return {} if value is None else {(): Decimal(value)}

    return answer(code, DEFINITIONS, shape or Shape(), MAY, given_numbers)


class TestAnswer:
    def test_compares_with_the_year_and_the_month_before(self) -> None:
        days = {("visits", date(2024, 5, 1)): 30, ("visits", date(2023, 5, 1)): 20, ("visits", date(2024, 4, 1)): 40}
        (line,) = told("visits", days)
        assert line.number == Number(Decimal(30))
        assert line.yoy == Change(Decimal(20), Decimal("50.00"))
        assert line.mom == Change(Decimal(40), Decimal("-25.00"))

    def test_a_missing_or_zero_base_gives_no_percentage_but_a_reason(self) -> None:
        (line,) = told(
            "outpatient_cost", {("outpatient_cost", MAY.first): 30, ("outpatient_cost", date(2024, 4, 1)): 0}
        )
        assert line.yoy == Change(None, None, "no_base_data")
        assert line.mom == Change(Decimal(0), None, "base_zero")

    @pytest.mark.parametrize(
        ("cost", "visits", "expected"),
        [
            (300, 4, Number(Decimal("75.00"))),
            (None, 4, Number(None, "no_data")),
            (300, None, Number(None, "denominator_zero")),
            (0, None, Number(None, "no_data")),
            (100, 3, Number(Decimal("33.33"))),
        ],
    )
    def test_a_ratio(self, cost: int | None, visits: int | None, expected: Number) -> None:
        (line,) = told("cost_per_visit", {("outpatient_cost", MAY.first): cost, ("visits", MAY.first): visits})
        assert line.number == expected

    def test_a_count_of_nothing_is_zero_and_a_sum_of_nothing_unknown(self) -> None:
        assert told("visits", {})[0].number == Number(Decimal(0))
        assert told("outpatient_cost", {})[0].number == Number(None, "no_data")

    def test_periods_are_compared_each_with_its_own_base(self) -> None:
        values = {date(2024, 2, 1): 10, date(2024, 3, 1): 15, date(2023, 3, 1): 5}

        def numbers(_measure: Measure, _shape: Shape, cut: Cut) -> dict[Key, Decimal]:
            return {(day,): Decimal(value) for day, value in values.items() if cut.first <= day <= cut.last}

        shape, cut = Shape(("time",), "month"), Cut(date(2024, 2, 10), date(2024, 3, 10))
        february, march = answer("visits", DEFINITIONS, shape, cut, numbers)
        assert (february.key, march.key) == ((date(2024, 2, 1),), (date(2024, 3, 1),))
        assert march.mom == Change(Decimal(10), Decimal("50.00"))
        assert march.yoy == Change(Decimal(5), Decimal("200.00"))
        assert february.mom == Change(None, None, "no_base_data")


class TestPeriod:
    @given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.sampled_from(GRAINS))
    def test_periods_tile_time(self, day: date, grain: Grain) -> None:
        assert start_of(day, grain) <= day <= end_of(day, grain)
        assert (moved(start_of(day, grain), grain, 1) - end_of(day, grain)).days == 1
        assert moved(moved(start_of(day, grain), grain, -1), grain, 1) == start_of(day, grain)

    @given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.dates(date(1990, 1, 1), date(2100, 12, 31)))
    def test_the_range_before_ends_just_before(self, one: date, other: date) -> None:
        first, last = sorted((one, other))
        begin, end = range_before(first, last)
        assert (first - end).days == 1
        assert begin <= end

    def test_a_leap_day_has_a_year_before(self) -> None:
        assert year_before(date(2024, 2, 29)) == date(2023, 2, 28)
        assert year_before(date(2025, 2, 28), last=True) == date(2024, 2, 29)
        assert range_before(date(2024, 1, 1), date(2024, 3, 31)) == (date(2023, 10, 1), date(2023, 12, 31))
        assert range_before(date(2024, 3, 5), date(2024, 3, 6)) == (date(2024, 3, 3), date(2024, 3, 4))
