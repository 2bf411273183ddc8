"""The statements of the cubes, as reviewed snapshots (SUWEN_UPDATE_SNAPSHOTS=1 rewrites them)."""

import os
from datetime import date
from pathlib import Path

import pytest

from suwen.domains.metrics.cube import cube_query, facts_of, kept_query
from suwen.domains.metrics.measure import measure_of
from suwen.domains.metrics.pack import load_pack
from suwen.domains.metrics.query import Cut, Shape, number_query, rows_query
from tests.std import CATALOG

SNAPSHOTS = Path(__file__).parent / "snapshots"
DEFINITIONS = load_pack(CATALOG)
MEASURES = [measure_of(code, DEFINITIONS) for code, each in DEFINITIONS.items() if each.kind != "ratio"]
DATASETS = sorted({measure.fact.dataset for measure in MEASURES})
YEAR = Cut(date(2024, 1, 1), date(2024, 12, 31), orgs=("A",), regions=("511702",))


def snapshot(name: str, text: str) -> None:
    file = SNAPSHOTS / name
    if os.environ.get("SUWEN_UPDATE_SNAPSHOTS") == "1":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{name} changed: review, then SUWEN_UPDATE_SNAPSHOTS=1"


class TestCubeQuery:
    @pytest.mark.parametrize("dataset", DATASETS)
    def test_snapshot(self, dataset: str) -> None:
        facts = {fact: found for fact, found in facts_of(MEASURES).items() if fact.dataset == dataset}
        query = cube_query([(fact, measures, None) for fact, measures in facts.items()])
        snapshot(f"cube_{dataset}.sql", f"-- Lines of mart.cube_{dataset}.\n\n{query.sql('duckdb', pretty=True)};\n")

    def test_more_measures_than_a_scan_takes_make_a_second_scan(self) -> None:
        visits = measure_of("visits", DEFINITIONS)
        query = cube_query([(visits.fact, [visits] * 25, None)])
        assert len(query.ctes) == 2
        assert query.sql("duckdb").count("'#rows:started_at'") == 1


class TestQueries:
    @pytest.mark.parametrize("code", ["visits", "prescriptions"])
    def test_snapshot_of_a_number_and_its_rows(self, code: str) -> None:
        measure = measure_of(code, DEFINITIONS)
        number = number_query(measure, Shape(("region", "org", "dept", "time"), "quarter"), YEAR)
        rows = rows_query(measure, YEAR).select("t.*")
        text = ";\n\n".join(query.sql("duckdb", pretty=True) for query in (number, rows))
        snapshot(f"query_{code}.sql", f"-- The number {code}, then the rows behind it.\n\n{text};\n")

    def test_a_value_cannot_leave_its_literal(self) -> None:
        cut = Cut(YEAR.first, YEAR.last, depts=("x' OR '1'='1",))
        text = number_query(measure_of("visits", DEFINITIONS), Shape(), cut).sql("duckdb")
        assert "IN ('x'' OR ''1''=''1')" in text

    def test_what_a_refresh_keeps(self) -> None:
        text = kept_query("cube_encounter", [("started_at", ["visits"], [date(2024, 1, 1)])]).sql("duckdb")
        assert "NOT (metric IN ('visits') AND day IN (CAST('2024-01-01' AS DATE)))" in text
