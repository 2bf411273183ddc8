"""A standardised batch is judged, and its cube refreshed, without anybody asking."""

from datetime import datetime

from sqlalchemy import select

from suwen.domains.ingest.events import BatchStandardised
from suwen.domains.lake.public import Lake
from suwen.domains.metrics.domain import DOMAIN as METRICS
from suwen.domains.quality.domain import DOMAIN as QUALITY
from suwen.domains.quality.models import QualityRun
from suwen.kernel.database import Database
from suwen.kernel.jobs import JobRun, run_until_idle
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.std import put


class TestBatchStandardised:
    async def test_brings_quality_and_metrics_up_to_date(
        self, lake: Lake, database: Database, settings: Settings
    ) -> None:
        assert QUALITY.handlers
        assert METRICS.handlers
        put(lake, "encounter", [{"encounter_type_code": "1", "started_at": datetime(2024, 1, 5)}])
        async with database.unit_of_work() as uow:
            uow.announce(
                BatchStandardised(
                    batch_id="batch-1", source="his", feed="his.visit", dataset="encounter", org_code="A",
                    rows_in=1, rows_std=1, rows_quarantined=0,
                )
            )  # fmt: skip
        await run_until_idle(database, settings=settings)
        async with database.unit_of_work() as uow:
            jobs = (await uow.session.scalars(select(JobRun))).all()
            runs = (await uow.session.scalars(select(QualityRun))).all()
        assert {(job.name, job.status) for job in jobs} == {
            ("quality.judge", "succeeded"),
            ("metrics.refresh_batch", "succeeded"),
        }
        assert [run.kind for run in runs] == ["batch"]
        query = "SELECT SUM(value) AS n FROM mart.cube_encounter WHERE metric = 'visits'"
        assert lake.select(query, scope=Scope.of("A"))["n"][0].as_py() == 1
