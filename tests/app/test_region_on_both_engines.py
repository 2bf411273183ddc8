"""The demo region, carried through std, quality and metrics by DuckDB and by Spark: the same rows and numbers."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from suwen.app.demo.region import RegionManifest, RegionSpec, generate
from suwen.app.demo.region.definitions import definition
from suwen.app.pipeline import Report, run_pipeline
from suwen.app.runtime import Runtime, prepare
from suwen.domains.ingest.public import import_source
from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.quality.models import QualityDay, QualityResult, QualityTotal
from suwen.kernel.database import Database
from suwen.kernel.progress import NullProgress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

Rows = list[tuple[str, ...]]

SPEC = RegionSpec(persons=20, error_rate=0.02)
"""The smallest region with rows in every dataset that is carried."""
HOSPITALS: dict[str, frozenset[str]] = {
    "general": frozenset({"patient", "encounter", "fee_item"}),
    "township": frozenset({"patient"}),
}
"""Whose feeds are carried, of which datasets: a statement takes Spark seconds to plan, whatever its rows.

What a mapping, a rule or a cube can say is compared on both engines in tests/conformance/test_engines.py.
"""


@dataclass(frozen=True)
class Carried:
    """What an engine made of the region: rows by table, outcomes of quality, the report of the run."""

    report: Report
    tables: dict[str, Rows]
    quality: dict[str, Rows]


@contextmanager
def opened(settings: Settings) -> Generator[Lake]:
    lake = open_lake(settings)
    yield lake
    lake.close()


async def carried(engine: str, region: RegionManifest, workspace: Path, url: str) -> Carried:
    make = cast("Callable[..., Any]", Settings)
    settings = make(_env_file=None, workspace=workspace, database_url=url, buckets=2, engine=engine)
    database = Database(url)
    try:
        with opened(settings) as lake:
            runtime = Runtime(settings, database, lake)
            await prepare(runtime)
            for name, datasets in HOSPITALS.items():
                source = definition(name, {"path": str(region.source(name))}, "files")
                source["feeds"] = [feed for feed in source["feeds"] if feed["dataset"] in datasets]
                async with database.unit_of_work() as uow:
                    await import_source(uow, source, settings)
            report = await run_pipeline(runtime, NullProgress())
            return Carried(report, tables_of(lake), await quality_of(database))
    finally:
        await database.close()


def tables_of(lake: Lake) -> dict[str, Rows]:
    """Return the rows of every std table, of quarantine and of the cubes, without what belongs to the run."""
    names = [f"{info.layer}.{info.name}" for info in lake.tables() if info.layer in ("std", "mart")]
    found: dict[str, Rows] = {}
    for name in [*names, "raw.quarantine"]:
        columns = [c for c in lake.snapshot(name).spec.names if c not in ("batch_id", "arrived_at")]
        quoted = ", ".join(f'"{column}"' for column in columns)
        rows = lake.select(f"SELECT {quoted} FROM {name}", scope=Scope.everything())
        found[name] = sorted(tuple(map(told, row.values())) for row in rows.to_pylist())
    return found


def told(value: object) -> str:
    """Return a value as text, the JSON of a row by what it says: the engines write 75.00 and 75.0 there."""
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(json.loads(value), sort_keys=True)
    return str(value)


async def quality_of(database: Database) -> dict[str, Rows]:
    """Return what the rules found, by rule, institution and day; the day of arrival is the run's own."""
    results = select(QualityResult.rule, QualityResult.org_code, QualityResult.day, QualityResult.checked,
                     QualityResult.failed).where(~QualityResult.rule.contains(".arrival."))  # fmt: skip
    arrivals = select(QualityResult.rule, QualityResult.org_code, QualityResult.checked, QualityResult.failed).where(
        QualityResult.rule.contains(".arrival.")
    )
    days = select(QualityDay.dataset, QualityDay.org_code, QualityDay.day, QualityDay.rows, QualityDay.checked)
    totals = select(QualityTotal.rule, QualityTotal.org_code, QualityTotal.checked, QualityTotal.failed,
                    QualityTotal.score)  # fmt: skip
    found: dict[str, Rows] = {}
    async with database.unit_of_work() as uow:
        for name, query in {"results": results, "arrivals": arrivals, "days": days, "totals": totals}.items():
            rows = (await uow.session.execute(query)).all()
            found[name] = sorted(tuple(map(str, row)) for row in rows)
    return found


@pytest.mark.spark
async def test_the_same_rows_on_both_engines(tmp_path: Path, make_database: Callable[[], str]) -> None:
    region = generate(SPEC, tmp_path / "county")
    duckdb = await carried("duckdb", region, tmp_path / "duckdb", make_database())
    spark = await carried("spark", region, tmp_path / "spark", make_database())
    assert not duckdb.report.failures
    assert not spark.report.failures
    # Nothing is compared that is not there.
    datasets = {f"std.{dataset}" for chosen in HOSPITALS.values() for dataset in chosen}
    assert datasets == {name for name, rows in duckdb.tables.items() if rows and name.startswith("std.")}
    assert duckdb.quality["results"]
    assert spark.tables.keys() == duckdb.tables.keys()
    for name, rows in duckdb.tables.items():
        assert spark.tables[name] == rows, name
    for name, outcome in duckdb.quality.items():
        assert spark.quality[name] == outcome, name
    assert (spark.report.identities, spark.report.persons) == (duckdb.report.identities, duckdb.report.persons)
    assert (spark.report.score, spark.report.metrics) == (duckdb.report.score, duckdb.report.metrics)
