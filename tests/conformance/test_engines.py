"""Every compiled statement kind gives the same rows on DuckDB and on Spark, over the same Delta tables.

A room that compiles SQL registers its statements at the lake's door; they are found here by themselves.
"""

import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from suwen.domains.lake.engines.duckdb import DuckDBEngine
from suwen.domains.lake.public import CommitTag, Lake, StatementSample, registered_statements
from suwen.domains.lake.settings import LakeSettings
from suwen.kernel.registry import discover_domains
from suwen.kernel.scope import Scope
from tests.lake.samples import VISIT, costs, visit, visits

discover_domains()
KINDS = registered_statements()
Row = tuple[object, ...]


@pytest.fixture(scope="module")
def duckdb_lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """The lake as the default engine sees it."""
    root = tmp_path_factory.mktemp("engines")
    lake = Lake(root, DuckDBEngine(root / ".spill"))
    yield lake
    lake.close()


@pytest.fixture(scope="module")
def spark_lake(duckdb_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """The same lake through Spark."""
    from suwen.domains.lake.engines.spark import SparkEngine

    settings = LakeSettings()
    root = duckdb_lake.staging.parent
    lake = Lake(root, SparkEngine(tmp_path_factory.mktemp("spark"), settings))
    yield lake
    lake.close()


def comparable(value: object) -> object:
    """Return a value as both engines should give it: numbers by their worth, not their type."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return number if number == 0 or math.isnan(number) else float(f"{number:.9e}")
    return value


def result(lake: Lake, sample: StatementSample) -> tuple[list[str], list[Row]]:
    """Return column names and sorted rows."""
    table = lake.select(
        sample.sql,
        scope=sample.scope,
        params=sample.params,
        tables=sample.tables,
        patient_keys=sample.patient_keys,
    )
    rows = [tuple(comparable(value) for value in row.values()) for row in table.to_pylist()]
    return [name.lower() for name in table.column_names], sorted(rows, key=repr)


def prepare(lake: Lake, sample: StatementSample, done: dict[str, int]) -> None:
    """Write the sample's tables unless the last sample had the same."""
    for spec, rows in sample.rows:
        if done.get(spec.ref) != id(rows):
            lake.replace(spec, rows)
            done[spec.ref] = id(rows)


def test_the_lakes_own_statements_are_registered() -> None:
    assert "lake.portable" in KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_sample_runs(kind: str, duckdb_lake: Lake) -> None:
    """On the default engine alone: a sample that gives no row on any statement proves nothing."""
    done: dict[str, int] = {}
    found = 0
    for sample in KINDS[kind]():
        prepare(duckdb_lake, sample, done)
        found += len(result(duckdb_lake, sample)[1])
    assert found > 0


@pytest.mark.spark
@pytest.mark.parametrize("kind", KINDS)
def test_same_rows_on_both_engines(kind: str, duckdb_lake: Lake, spark_lake: Lake) -> None:
    done: dict[str, int] = {}
    differing: dict[str, object] = {}
    for sample in KINDS[kind]():
        prepare(duckdb_lake, sample, done)
        expected = result(duckdb_lake, sample)
        try:
            found = result(spark_lake, sample)
        except Exception as error:
            differing[sample.name] = error
            continue
        if found != expected:
            differing[sample.name] = (found, expected)
    assert not differing


@pytest.mark.spark
class TestSparkWrites:
    """What Spark writes is what DuckDB writes, and each reads the other's files."""

    def test_the_same_changes_give_the_same_rows(self, duckdb_lake: Lake, spark_lake: Lake) -> None:
        states: list[dict[tuple[str, str], Decimal]] = []
        for lake in (duckdb_lake, spark_lake):
            lake.replace(VISIT, visits([]))
            lake.append(VISIT, visits(visit(n) for n in range(12)), CommitTag(f"{lake.engine.name}.a", 1))
            lake.upsert(VISIT, visits(visit(n, cost=2) for n in range(6, 15)), CommitTag(f"{lake.engine.name}.u", 1))
            again = lake.upsert(VISIT, visits([visit(0)]), CommitTag(f"{lake.engine.name}.u", 1))
            assert again.skipped
            lake.replace(VISIT, visits([visit(50, feed="f2")]), {"feed": "f2"})
            lake.delete(VISIT, {"visit_id": "3"})
            states.append(costs(duckdb_lake))
            assert costs(spark_lake) == states[-1]
        assert states[0] == states[1]

    def test_files_are_sorted_in_their_bucket_with_bounds(self, spark_lake: Lake) -> None:
        spark_lake.replace(VISIT, visits(visit(n) for n in range(60)))
        spark_lake.maintain("std.visit")
        for file in spark_lake.snapshot("std.visit").files:
            sql = "SELECT patient_key FROM input.file"
            from suwen.domains.lake.public import ParquetFiles

            table = spark_lake.select(sql, scope=Scope.everything(), tables={"input.file": ParquetFiles((file.path,))})
            keys = table["patient_key"].to_pylist()
            assert keys == sorted(keys)
            assert (file.low["patient_key"], file.high["patient_key"]) == (keys[0], keys[-1])

    def test_exports(self, spark_lake: Lake, tmp_path: Path) -> None:
        spark_lake.replace(VISIT, visits(visit(n) for n in range(5)))
        rows = spark_lake.copy_out("SELECT visit_id FROM std.visit", tmp_path / "x.csv", "csv", scope=Scope.of("A"))
        assert rows == 5
        assert sorted((tmp_path / "x.csv").read_text(encoding="utf-8").split()) == ["0", "1", "2", "3", "4", "visit_id"]
