"""Runs over a real lake: what is counted, kept, and judged anew after a batch."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from suwen.domains.ingest.models import IngestBatch, IngestFeed, IngestSource
from suwen.domains.lake.public import Lake
from suwen.domains.quality.models import UNDATED, QualityDay, QualityResult, QualitySample, QualityTotal
from suwen.domains.quality.public import compile_rules, failing_keys, run_batch, run_plan
from suwen.domains.standards.public import Catalog
from suwen.kernel import clock
from suwen.kernel.database import Database
from suwen.kernel.scope import Scope
from tests.std import CATALOG, put

PATIENTS = [
    {
        "patient_id": "p1",
        "name": "张三",
        "sex_code": "1",
        "birth_date": date(1980, 1, 1),
        "created_at": datetime(2024, 1, 1),
    },
    {"org_code": "B", "patient_id": "p1", "name": "李四", "sex_code": "7", "birth_date": date(1990, 1, 1)},
]


def visit(number: int, org: str = "A", **values: Any) -> dict[str, Any]:
    day = datetime(2024, 1, 1 + number % 3, 8)
    given = {"encounter_id": f"e{number}", "org_code": org, "encounter_type_code": "1", "started_at": day}
    return {**given, "source_key": f"{org}{number}", **values}


def fill(lake: Lake) -> None:
    put(lake, "patient", PATIENTS)
    put(
        lake,
        "encounter",
        [
            visit(0),
            visit(1, encounter_type_code="x"),
            visit(2, ended_at=datetime(2023, 12, 31)),
            visit(3, "B", patient_id="nobody"),
            visit(4, "B", encounter_id="same", source_key="B4"),
            visit(7, "B", encounter_id="same", source_key="B7"),
            visit(5, "B", started_at=None),
        ],
    )


async def in_force() -> Catalog:
    return CATALOG


async def failures(database: Database) -> dict[tuple[str, str, date], tuple[int, int]]:
    async with database.unit_of_work() as uow:
        rows = (await uow.session.scalars(select(QualityResult))).all()
    return {(row.rule, row.org_code, row.day): (row.checked, row.failed) for row in rows}


async def state(database: Database) -> tuple[Any, Any, Any]:
    async with database.unit_of_work() as uow:
        days = (await uow.session.scalars(select(QualityDay))).all()
        totals = (await uow.session.scalars(select(QualityTotal))).all()
    return (
        await failures(database),
        {(d.dataset, d.org_code, d.day): (d.rows, d.checked) for d in days},
        {(t.rule, t.org_code): (t.checked, t.failed, t.score) for t in totals},
    )


class TestRunPlan:
    async def test_counts_each_violation_at_its_institution_and_day(self, lake: Lake, database: Database) -> None:
        fill(lake)
        result = await run_plan(lake, database, CATALOG)
        found = await failures(database)
        day = [date(2024, 1, 1 + n) for n in range(3)]
        assert {key: value for key, value in found.items() if key[0].startswith("encounter.")} == {
            ("encounter.value_set.encounter_type_code", "A", day[1]): (1, 1),
            ("encounter.date_order.started_at-ended_at", "A", day[2]): (1, 1),
            ("encounter.reference.patient_id-patient", "B", day[0]): (1, 1),
            ("encounter.key_unique.key", "B", day[1]): (2, 2),
            ("encounter.required.started_at", "B", UNDATED): (1, 1),
        }
        assert ("patient.value_set.sex_code", "B", UNDATED) in found
        assert ("patient.required.created_at", "B", UNDATED) not in found
        assert result.failed == sum(failed for _, failed in found.values())
        assert result.score is not None
        assert 0 < result.score < 100
        assert result.rules >= 50

    async def test_totals_are_the_sums_of_the_days(self, lake: Lake, database: Database) -> None:
        fill(lake)
        await run_plan(lake, database, CATALOG)
        _, days, totals = await state(database)
        assert totals["encounter.required.encounter_id", "B"][0] == 4
        assert totals["encounter.key_unique.key", "B"] == (4, 2, 50)
        assert totals["encounter.length.ward", "A"] == (0, 0, None)
        assert sum(rows for (dataset, _, _), (rows, _) in days.items() if dataset == "encounter") == 7

    async def test_samples_name_rows_by_keys_only(self, lake: Lake, database: Database) -> None:
        fill(lake)
        await run_plan(lake, database, CATALOG)
        async with database.unit_of_work() as uow:
            samples = (await uow.session.scalars(select(QualitySample))).all()
        duplicate = sorted(s.source_key or "" for s in samples if s.rule == "encounter.key_unique.key")
        assert duplicate == ["B4", "B7"]
        (patient,) = [s for s in samples if s.rule == "patient.value_set.sex_code"]
        assert patient.keys == {"patient_id": "p1"}

    async def test_failing_keys_are_as_many_as_counted(self, lake: Lake, database: Database) -> None:
        fill(lake)
        result = await run_plan(lake, database, CATALOG)
        keys = (await failing_keys(lake, CATALOG)).to_pylist()
        assert len(keys) == result.failed
        assert {"rule": "encounter.key_unique.key", "org_code": "B", "source_key": "B4"} in [
            {name: value for name, value in key.items() if name != "feed"} for key in keys
        ]

    async def test_a_second_run_changes_nothing(self, lake: Lake, database: Database) -> None:
        fill(lake)
        await run_plan(lake, database, CATALOG)
        before = await state(database)
        await run_plan(lake, database, CATALOG)
        assert await state(database) == before

    async def test_one_institution_alone(self, lake: Lake, database: Database) -> None:
        fill(lake)
        await run_plan(lake, database, CATALOG)
        before = await state(database)
        async with database.unit_of_work() as uow:
            await uow.session.execute(delete(QualityResult).where(QualityResult.org_code == "B"))
        await run_plan(lake, database, CATALOG, orgs=["B"])
        assert await state(database) == before

    async def test_an_empty_lake_has_no_score(self, lake: Lake, database: Database) -> None:
        result = await run_plan(lake, database, CATALOG)
        assert (result.rules, result.checked, result.score) == (0, 0, None)

    async def test_rows_in_quarantine_count_as_failures(self, lake: Lake, database: Database) -> None:
        async with database.unit_of_work() as uow:
            source = IngestSource(code="his", title="HIS", org_code="A", system="HIS", connector="files", options={})
            uow.session.add(source)
            await uow.session.flush()
            feed = IngestFeed(
                source_id=source.id, code="his.op", title="手术", org_code="A", dataset="operation", origin="op",
                mode="full", position=1, definition={},
            )  # fmt: skip
            uow.session.add(feed)
            await uow.session.flush()
            batch = IngestBatch(
                feed_id=feed.id, number=1, source="his", feed="his.op", origin="op", dataset="operation", org_code="A",
                mode="full", status="standardised", rows_in=10, rows_std=0, rows_quarantined=10,
                started_at=clock.now(), finished_at=clock.now(),
            )  # fmt: skip
            uow.session.add(batch)
        await run_plan(lake, database, CATALOG)
        _, _, totals = await state(database)
        assert totals["operation.arrival.rows", "A"] == (10, 10, 0)


class TestRunBatch:
    @pytest.mark.parametrize("moved", [datetime(2024, 1, 2, 9), None])
    async def test_equals_judging_everything_anew(self, lake: Lake, database: Database, moved: datetime | None) -> None:
        fill(lake)
        await run_plan(lake, database, CATALOG)
        changed = [
            visit(0, started_at=moved, batch_id="batch-2"),
            visit(1, encounter_type_code="x"),
            visit(2, ended_at=datetime(2023, 12, 31)),
            visit(3, "B", patient_id="nobody"),
        ]
        put(lake, "encounter", changed)
        result = await run_batch(lake, database, in_force, "encounter", "batch-2")
        assert result is not None
        partial = await state(database)
        await run_plan(lake, database, CATALOG)
        assert await state(database) == partial

    async def test_heals_references_of_other_datasets(self, lake: Lake, database: Database) -> None:
        fill(lake)
        await run_plan(lake, database, CATALOG)
        key = ("encounter.reference.patient_id-patient", "B", date(2024, 1, 1))
        assert key in await failures(database)
        put(lake, "patient", [*PATIENTS, {"org_code": "B", "patient_id": "nobody", "batch_id": "batch-2"}])
        await run_batch(lake, database, in_force, "patient", "batch-2")
        assert key not in await failures(database)
        partial = await state(database)
        await run_plan(lake, database, CATALOG)
        assert await state(database) == partial

    async def test_nothing_to_do_after_a_run_over_everything(self, lake: Lake, database: Database) -> None:
        fill(lake)
        another = "SELECT * REPLACE ('another' AS encounter_id) FROM std.encounter LIMIT 1"
        lake.upsert("std.encounter", lake.select(another, scope=Scope.everything()))
        await run_plan(lake, database, CATALOG)
        assert await run_batch(lake, database, in_force, "encounter", "batch-1") is None
        # Upkeep writes files anew, and rows stay as they were judged.
        assert lake.maintain("std.encounter").buckets_rewritten
        assert await run_batch(lake, database, in_force, "encounter", "batch-1") is None

    async def test_first_batch_of_all(self, lake: Lake, database: Database) -> None:
        fill(lake)
        result = await run_batch(lake, database, in_force, "encounter", "batch-1")
        assert result is not None
        async with database.unit_of_work() as uow:
            assert await uow.session.scalar(select(func.count()).select_from(QualityDay)) == 6
        assert len(compile_rules(CATALOG)) > result.rules > 20
