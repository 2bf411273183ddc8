"""Every compiled statement kind gives the same rows on DuckDB and on Spark, over the same Delta tables.

A room that compiles SQL registers its statements at the lake's door; they are found here by themselves.
"""

import ast
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from suwen import domains
from suwen.domains.lake.engines.duckdb import DuckDBEngine
from suwen.domains.lake.public import CommitTag, Lake, StatementSample, registered_statements
from suwen.domains.lake.settings import LakeSettings
from suwen.kernel.registry import discover_domains
from suwen.kernel.scope import Scope
from tests.lake.samples import VISIT, costs, visit, visits

DOMAINS = Path(domains.__path__[0])
ROOMS = {folder.name for folder in DOMAINS.iterdir() if folder.is_dir()}
discover_domains()
KINDS = registered_statements()
RUNS = {"select", "stream", "copy_out", "append", "upsert", "replace"}
"""Calls by which a room has the lake run a statement of its own."""
NO_ROWS = {"lake.portable": {"no_org"}}
"""Samples whose answer is that there is nothing."""
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
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        # The engines set blanks in a JSON text each in their own way.
        return json.dumps(json.loads(value), sort_keys=True)
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


def runs_statements(room: str) -> bool:
    """Say whether any module of a room has the lake run a statement."""
    calls = [
        node.func
        for path in (DOMAINS / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    return any(call.attr in RUNS and ast.unparse(call.value).endswith("lake") for call in calls)


def test_the_rooms_that_compile_sql_are_found() -> None:
    found = {room for room in ROOMS if runs_statements(room)}
    assert found >= {"ingest", "patients", "quality", "metrics", "catalog"}
    assert not found & {"identity", "orgs", "standards"}


@pytest.mark.parametrize("room", ["lake", *sorted(room for room in ROOMS - {"lake"} if runs_statements(room))])
def test_a_room_that_compiles_sql_has_registered_its_statements(room: str) -> None:
    assert [kind for kind in KINDS if kind.startswith(f"{room}.")], f"{room} calls no register_statement"


@pytest.mark.parametrize("kind", KINDS)
def test_samples_have_names_of_their_own(kind: str) -> None:
    names = [sample.name for sample in KINDS[kind]()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", KINDS)
def test_every_sample_runs(kind: str, duckdb_lake: Lake) -> None:
    """On the default engine alone: a sample that gives no row proves nothing."""
    done: dict[str, int] = {}
    empty: list[str] = []
    for sample in KINDS[kind]():
        prepare(duckdb_lake, sample, done)
        if not result(duckdb_lake, sample)[1]:
            empty.append(sample.name)
    assert not set(empty) - NO_ROWS.get(kind, set())


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
def test_delta_reads_tables_of_many_files(duckdb_lake: Lake, tmp_path: Path) -> None:
    """Spark reads files by name up to a number, and leaves larger tables to Delta's own reader."""
    from suwen.domains.lake.engines.spark import SparkEngine

    duckdb_lake.replace(VISIT, visits(visit(n) for n in range(30)))
    duckdb_lake.append(VISIT, visits(visit(n) for n in range(30, 40)))
    before = duckdb_lake.snapshot("std.visit").version
    duckdb_lake.delete(VISIT, {"visit_id": "3"})
    lake = Lake(duckdb_lake.staging.parent, SparkEngine(tmp_path, LakeSettings(spark_listed_files=0)))
    sql = "SELECT visit_id, started_at, cost, bucket FROM std.visit"
    for versions in ({}, {"std.visit": before}):
        expected = duckdb_lake.select(sql, scope=Scope.everything(), versions=versions).to_pylist()
        found = lake.select(sql, scope=Scope.everything(), versions=versions).to_pylist()
        assert sorted(found, key=str) == sorted(expected, key=str)
        assert len(found) == (40 if versions else 39)


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
