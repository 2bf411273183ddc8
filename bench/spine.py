"""Seconds and rows/s of each stage of the spine for the demo region, and the latency of one person's timeline.

Scale: encounters of the region (default 1,000,000; a person has about 4.2). Stages: reading the sources into raw and
std, linkage, quality, metrics, and the upkeep that joins files. The look-up is measured on 200 persons drawn with a
fixed seed, after 20 to warm up.
"""

import random
import statistics
import time
from uuid import UUID

import anyio
from anyio import to_thread

from suwen.app.bench import BenchOptions, BenchResult, Result
from suwen.app.demo.setup import set_up
from suwen.app.pipeline import Report, run_pipeline
from suwen.app.runtime import Runtime, passing_runtime, prepare
from suwen.domains.patients.public import sample
from suwen.domains.records.public import timeline
from suwen.domains.standards.public import load_catalog
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

ENCOUNTERS = 1_000_000
PER_PERSON = 4.17
LOOKUPS = 200
WARM_UP = 20
ROWS_TARGET = 250_000
P95_TARGET_MS = 50.0


def run(options: BenchOptions) -> BenchResult:
    """Generate, carry through, look up."""
    encounters = options.scale or ENCOUNTERS
    settings = Settings(workspace=options.workspace / "ws")
    return anyio.run(_run, settings, max(100, round(encounters / PER_PERSON)), options)


async def _run(settings: Settings, persons: int, options: BenchOptions) -> BenchResult:
    async with passing_runtime(settings) as runtime:
        await prepare(runtime)
        manifest = await set_up(runtime, persons, options.progress)
        report = await run_pipeline(runtime, options.progress)
        upkeep = await _maintain(runtime, options)
        options.progress.stage("时间轴调阅", LOOKUPS)
        latencies = await _lookups(runtime, options)
    assert not report.failures, report.failures
    return BenchResult(
        "spine",
        [
            Result("encounters", float(manifest.encounters), "encounters"),
            *_stages(report),
            Result("upkeep of the lake", upkeep, "s"),
            Result("one person's timeline, p50", statistics.median(latencies), "ms"),
            Result(
                "one person's timeline, p95", statistics.quantiles(latencies, n=20)[-1], "ms", P95_TARGET_MS, "lower"
            ),
        ],
    )


def _stages(report: Report) -> list[Result]:
    rows = sum(stage.rows_in for stage in report.stages)
    seconds = report.steps["collect"]
    results = [
        Result("rows, source to std", float(rows), "rows"),
        Result("source to std", seconds, "s"),
        Result("source to std", rows / seconds, "rows/s", ROWS_TARGET),
    ]
    largest = max(report.stages, key=lambda stage: stage.rows_in)
    results.append(
        Result(f"largest table, {largest.source} {largest.table}", largest.rows_in / largest.seconds, "rows/s")
    )
    results += [
        Result(f"{name}", report.steps[name], "s") for name in ("persons", "quality", "metrics") if name in report.steps
    ]
    results.append(Result("identities linked", report.identities / report.steps["persons"], "identities/s"))
    results.append(Result("rows judged", rows / report.steps["quality"], "rows/s"))
    return results


async def _maintain(runtime: Runtime, options: BenchOptions) -> float:
    """Seconds to sort and join the standard tables' files, as the nightly job does."""
    tables = [table for table in runtime.lake.tables() if table.layer == "std"]
    options.progress.stage("数据湖维护", len(tables))
    started = time.perf_counter()
    for table in tables:
        await to_thread.run_sync(runtime.lake.maintain, f"std.{table.name}")
        options.progress.advance()
    return time.perf_counter() - started


async def _lookups(runtime: Runtime, options: BenchOptions) -> list[float]:
    """Milliseconds of each look-up: identities in PostgreSQL, rows of all datasets in the lake, the timeline built."""
    async with runtime.database.unit_of_work() as uow:
        catalog = await load_catalog(uow)
        known = await sample(uow, Scope.everything(), 5_000)
    chosen: list[UUID] = random.Random(20240101).sample(known, min(len(known), LOOKUPS + WARM_UP))
    spent: list[float] = []
    for person in chosen:
        async with runtime.database.unit_of_work() as uow:
            started = time.perf_counter()
            await timeline(runtime.lake, uow, catalog, Scope.everything(), person, PageRequest())
            spent.append((time.perf_counter() - started) * 1000)
        options.progress.advance()
    return spent[WARM_UP:]
