"""Numbers add up: parts of time and of the organisation to the whole, and rows of the drill to the number."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.metrics.cube import facts_of
from suwen.domains.metrics.measure import Measure, measure_of
from suwen.domains.metrics.pack import load_pack
from suwen.domains.metrics.query import Cut, Grain, Shape
from suwen.domains.metrics.repository import Cubes
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.std import CATALOG, put

DEFINITIONS = load_pack(CATALOG)
MEASURES = [measure_of(code, DEFINITIONS) for code, each in DEFINITIONS.items() if each.kind != "ratio"]
ENCOUNTER = [measure for measure in MEASURES if measure.fact.dataset == "encounter"]
REGIONS = {"A": "511702", "B": "511702", "C": "511703"}
WHOLE = Cut(date(2022, 1, 1), date(2026, 12, 31))
EVERYTHING = Scope.everything()

MOMENTS = st.datetimes(datetime(2023, 11, 1), datetime(2024, 3, 31)).map(lambda at: at.replace(microsecond=0))
MONEY = st.none() | st.decimals(0, 10_000, places=2)
ENCOUNTERS = st.lists(
    st.fixed_dictionaries(
        {
            "org_code": st.sampled_from(["A", "B", "C"]),
            "patient_id": st.sampled_from(["p1", "p2", "p3"]),
            "dept_code": st.sampled_from(["01", "02", None]),
            "encounter_type_code": st.sampled_from(["1", "2", "3", "4", None, "x"]),
            "started_at": st.none() | MOMENTS,
            "ended_at": st.none() | MOMENTS,
            "total_cost": MONEY,
            "drug_cost": MONEY,
        }
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder: Path = tmp_path_factory.mktemp("sums")
    opened = open_lake(Settings(workspace=folder, database_url="postgresql:///none"))
    yield opened
    opened.close()


def cubes_over(lake: Lake, rows: list[dict[str, Any]]) -> Cubes:
    put(lake, "encounter", rows)
    cubes = Cubes(lake, REGIONS)
    cubes.build("encounter", facts_of(ENCOUNTER))
    return cubes


def summed(cubes: Cubes, measure: Measure, shape: Shape) -> Decimal:
    return sum(cubes.numbers(measure, shape, WHOLE, EVERYTHING).values(), Decimal(0))


class TestNumbers:
    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=ENCOUNTERS)
    def test_levels_sum_to_the_whole_and_rows_to_the_number(self, lake: Lake, rows: list[dict[str, Any]]) -> None:
        cubes = cubes_over(lake, rows)
        for code in ("visits", "outpatient_only_cost", "all_cost", "discharges", "bed_days"):
            measure = measure_of(code, DEFINITIONS)
            whole = summed(cubes, measure, Shape())
            grains: tuple[Grain, ...] = ("day", "month", "quarter", "year")
            for grain in grains:
                assert summed(cubes, measure, Shape(("time",), grain)) == whole
            for dims in (("dept",), ("org", "dept"), ("org",), ("region", "org"), ("region",), ("encounter_type",)):
                assert summed(cubes, measure, Shape(dims)) == whole
            count = cubes.count_rows(measure, WHOLE, EVERYTHING)
            listed = cubes.rows(measure, WHOLE, EVERYTHING, CATALOG.dataset("encounter").names, offset=0, limit=100)
            assert len(listed) == count
            if measure.aggregate == "count":
                assert count == whole
            elif measure.code == "all_cost":
                assert sum((row["total_cost"] or 0 for row in listed), Decimal(0)) == whole

    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=ENCOUNTERS)
    def test_finer_levels_sum_to_each_coarser_value(self, lake: Lake, rows: list[dict[str, Any]]) -> None:
        cubes = cubes_over(lake, rows)
        visits = measure_of("visits", DEFINITIONS)
        months = cubes.numbers(visits, Shape(("org", "time"), "month"), WHOLE, EVERYTHING)
        by_month: Counter[tuple[Any, date]] = Counter()
        for (org, _dept, day), value in cubes.numbers(
            visits, Shape(("org", "dept", "time"), "day"), WHOLE, EVERYTHING
        ).items():
            assert isinstance(day, date)
            by_month[org, day.replace(day=1)] += int(value)
        assert {key: int(value) for key, value in months.items()} == dict(by_month)

    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=ENCOUNTERS)
    def test_a_distinct_count_is_taken_anew_at_each_level(self, lake: Lake, rows: list[dict[str, Any]]) -> None:
        cubes = cubes_over(lake, rows)
        seen = measure_of("patients_seen", DEFINITIONS)
        assert not seen.additive
        counted = [row for row in rows if row["started_at"] is not None]
        expected = len({(row["org_code"], row["patient_id"]) for row in counted})
        assert summed(cubes, seen, Shape()) == expected
        assert summed(cubes, seen, Shape(("org",))) == expected
        months = {(row["org_code"], row["patient_id"], row["started_at"].strftime("%Y%m")) for row in counted}
        assert summed(cubes, seen, Shape(("time",), "month")) == len(months)


class TestCubes:
    def test_a_scope_narrows_every_number_and_row(self, lake: Lake) -> None:
        rows = [
            {"org_code": org, "encounter_type_code": "1", "started_at": datetime(2024, 1, 5)} for org in ("A", "B", "B")
        ]
        cubes = cubes_over(lake, rows)
        for code in ("visits", "patients_seen"):
            measure = measure_of(code, DEFINITIONS)
            found = cubes.numbers(measure, Shape(("org",)), WHOLE, Scope.of("A"))
            assert set(found) == {("A",)}
            assert cubes.numbers(measure, Shape(), WHOLE, Scope.of("A")) == {(): Decimal(1)}
            assert cubes.count_rows(measure, WHOLE, Scope.of("B")) == 2
            assert cubes.count_rows(measure, Cut(WHOLE.first, WHOLE.last, orgs=("A",)), Scope.of("B")) == 0
        listed = cubes.rows(measure_of("visits", DEFINITIONS), WHOLE, Scope.of("B"), ("dept_code",), offset=0, limit=9)
        assert [row["org_code"] for row in listed] == ["B", "B"]

    def test_what_a_scope_may_not_read_still_counts_but_is_not_shown(self, lake: Lake) -> None:
        visit = {"encounter_type_code": "1", "started_at": datetime(2024, 1, 5), "total_cost": Decimal(80)}
        cubes = cubes_over(lake, [visit])
        measure, low = measure_of("outpatient_cost", DEFINITIONS), Scope.of("A", grade=1)
        assert cubes.numbers(measure, Shape(), WHOLE, low) == {(): Decimal(80)}
        (row,) = cubes.rows(measure, WHOLE, low, ("total_cost", "encounter_type_code"), offset=0, limit=5)
        assert (row["total_cost"], row["encounter_type_code"]) == (None, None)

    def test_pages_of_the_drill_hold_each_row_once(self, lake: Lake) -> None:
        start = datetime(2024, 1, 5)
        rows = [{"encounter_type_code": "1", "started_at": start + timedelta(days=n % 3)} for n in range(25)]
        cubes = cubes_over(lake, rows)
        visits = measure_of("visits", DEFINITIONS)
        pages = [cubes.rows(visits, WHOLE, EVERYTHING, ("encounter_id",), offset=n, limit=10) for n in (0, 10, 20)]
        found = [row["encounter_id"] for row in chain(*pages)]
        assert [len(page) for page in pages] == [10, 10, 5]
        assert len(set(found)) == 25

    def test_a_touched_day_is_made_anew_and_the_rest_is_kept(self, lake: Lake) -> None:
        first = [
            {"encounter_id": str(n), "encounter_type_code": "1", "started_at": datetime(2024, 1, 1 + n % 5)}
            for n in range(10)
        ]
        cubes = cubes_over(lake, first)
        # Encounter 0 moves from the 1st to the 4th, encounter 5 stays on the 1st untouched, a new one comes on the 9th.
        second = [{**row, "batch_id": "batch-1"} for row in first]
        second[0] = {**second[0], "started_at": datetime(2024, 1, 4), "batch_id": "batch-2"}
        second.append({"encounter_id": "new", "encounter_type_code": "1", "started_at": datetime(2024, 1, 9)})
        second[-1]["batch_id"] = "batch-2"
        put(lake, "encounter", second)
        facts = facts_of(ENCOUNTER)
        stale = {fact: days for fact in facts if (days := cubes.stale_days(fact, "batch-2"))}
        assert [list(days) for days in stale.values()] == [[date(2024, 1, 1), date(2024, 1, 4), date(2024, 1, 9)]]
        cubes.rebuild("encounter", facts, stale)
        shape = Shape(("org", "dept", "encounter_type", "time"), "day")
        patched = [cubes.numbers(measure, shape, WHOLE, EVERYTHING) for measure in ENCOUNTER]
        cubes.build("encounter", facts)
        assert patched == [cubes.numbers(measure, shape, WHOLE, EVERYTHING) for measure in ENCOUNTER]
        assert cubes.stale_days(next(iter(facts)), "batch-9") == []
