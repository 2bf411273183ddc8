"""Workers that end, are killed, or lose their database: what they ran goes on."""

import asyncio
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import update

from suwen.kernel.database import Database
from suwen.kernel.jobs import (
    JobRun,
    JobStatus,
    run_until_idle,
)
from suwen.kernel.jobs.queue import Runtime, make_app
from suwen.kernel.jobs.rescue import rescue
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.postgres.postmaster import Postmaster
from suwen.kernel.settings import Settings
from suwen.kernel.testing.server import make_tables
from tests.kernel.job_samples import Stage
from tests.kernel.jobs import deferred, emptied, noted, queued, run_of, start_worker, until, working


class TestWorkerEnds:
    async def test_by_kill_and_another_one_finishes_the_job(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.deadly", deaths=1)
        killed = start_worker(database, "sample_deadly")
        assert await asyncio.to_thread(killed.wait) == -9
        assert (await run_of(database, run_id)).status == JobStatus.RUNNING
        async with working(database, "sample_deadly"):
            await until(database, run_id, lambda run: run.finished_at is not None)
        run = await run_of(database, run_id)
        assert (run.status, run.attempts, run.rescues, run.result) == (JobStatus.SUCCEEDED, 2, 1, 2)

    async def test_a_job_that_kills_every_worker_is_given_up(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.deadly", deaths=99)
        async with database.unit_of_work() as uow:
            await uow.session.execute(update(JobRun).values(rescues=3))
        killed = start_worker(database, "sample_deadly")
        assert await asyncio.to_thread(killed.wait) == -9
        async with working(database, "sample_deadly"):
            await until(database, run_id, lambda run: run.finished_at is not None)
        run = await run_of(database, run_id)
        assert (run.status, run.error_code, run.attempts) == (JobStatus.FAILED, "worker_died", 1)
        assert await queued(database) == 0

    async def test_by_being_stopped_and_the_job_waits_for_the_next(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.endless")
        async with working(database, "sample"):
            await stage.started.wait()
        run = await run_of(database, run_id)
        assert (run.status, run.attempts) == (JobStatus.QUEUED, 1)
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert (run.status, run.attempts) == (JobStatus.SUCCEEDED, 2)

    async def test_a_run_that_was_taken_over_stops_and_writes_no_more(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.endless")
        async with working(database, "sample"):
            await stage.started.wait()
            async with database.unit_of_work() as uow:
                await uow.session.execute(update(JobRun).values(attempts=2, done=77))
            await stage.ended.wait()
        run = await run_of(database, run_id)
        assert (run.status, run.attempts, run.done) == (JobStatus.RUNNING, 2, 77)

    async def test_only_by_what_others_believe_and_nothing_is_lost(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.endless")
        runtime = Runtime(database, Settings())
        async with working(database, "sample"), make_app(runtime, connections=1).open_async() as app:
            await stage.started.wait()
            await rescue(runtime, app, 0)
            await until(database, run_id, lambda run: run.finished_at is not None)
            await emptied(database)
        run = await run_of(database, run_id)
        assert (run.status, run.attempts, run.rescues) == (JobStatus.SUCCEEDED, 2, 1)


class TestDatabaseGoesAway:
    @pytest.mark.parametrize("asks", [False, True])
    async def test_and_the_worker_goes_on_when_it_is_back(self, stage: Stage, asks: bool) -> None:
        folder = Path(tempfile.mkdtemp(prefix="suwen-jobs-"))
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder)
        url = await asyncio.to_thread(server.ensure)
        await asyncio.to_thread(make_tables, url)
        database = Database(url, pool_size=2)
        try:
            async with working(database, "sample"):
                await noted(database, "before")
                run_id = await deferred(database, "sample.outlives", asks=asks)
                await stage.started.wait()
                known = Postmaster.of(server.data)
                assert known is not None
                os.kill(known.pid, signal.SIGKILL)
                # Nobody is there to be told that it has ended.
                stage.ended.set()
                await asyncio.to_thread(server.ensure)
                await noted(database, "after")
                await until(database, run_id, lambda run: run.status == JobStatus.SUCCEEDED)
        finally:
            await database.close()
            await asyncio.to_thread(server.destroy)
            shutil.rmtree(folder)
        # At least once: what a worker ran while it was held dead runs again.
        assert list(dict.fromkeys(stage.calls)) == ["before", "after"]
