"""Jobs: queued with the commit, run by workers, retried, called off, taken over from the dead."""

import asyncio
import os
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from suwen.kernel.clock import freeze, now
from suwen.kernel.database import Database
from suwen.kernel.errors import NotFound
from suwen.kernel.jobs import (
    DEAD_AFTER,
    InvalidJob,
    InvalidJobArguments,
    JobCancelled,
    JobContext,
    JobRun,
    JobStatus,
    UnknownJob,
    cancel,
    job,
    pause,
    resume,
    run_job,
    run_until_idle,
    workers,
)
from tests.kernel.job_samples import Stage, Transient
from tests.kernel.jobs import USER, deferred, emptied, noted, queued, run_of, start_worker, until, working


class TestDefer:
    async def test_runs_after_the_commit(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.note", text="a")
        assert (await run_of(database, run_id)).status == JobStatus.QUEUED
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert stage.calls == ["a"]
        assert (run.status, run.attempts, run.result) == (JobStatus.SUCCEEDED, 1, {"noted": "a"})
        assert (run.requested_by, run.requested_by_name) == (USER.user_id, "wang")
        assert run.started_at is not None
        assert run.finished_at is not None
        assert run.created_at <= run.started_at <= run.finished_at
        assert await queued(database) == 0

    async def test_leaves_nothing_after_a_rollback(self, database: Database, stage: Stage) -> None:
        async def fail_late() -> None:
            async with database.unit_of_work() as uow:
                uow.defer("sample.note", {"text": "a"})
                await uow.session.flush()
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail_late()
        assert await queued(database) == 0
        async with database.unit_of_work() as uow:
            assert await uow.session.scalar(text("SELECT count(*) FROM job_run")) == 0
        await run_until_idle(database)
        assert stage.calls == []

    async def test_refuses_what_no_job_takes(self, database: Database) -> None:
        async with database.unit_of_work() as uow:
            with pytest.raises(UnknownJob) as unknown:
                uow.defer("sample.nought")
            assert "sample.note" in (unknown.value.allowed or ())
            with pytest.raises(InvalidJobArguments, match="txt"):
                uow.defer("sample.note", {"txt": "a"})
            with pytest.raises(InvalidJobArguments):
                uow.defer("sample.note", {"text": object()})

    async def test_greater_priority_goes_first(self, database: Database, stage: Stage) -> None:
        for name, priority in (("low", -1), ("first", 0), ("second", 0), ("high", 9)):
            await deferred(database, "sample.note", priority, text=name)
        await deferred(database, "sample.important", text="important")
        await run_until_idle(database)
        assert stage.calls == ["high", "important", "first", "second", "low"]


class TestConcurrency:
    async def test_one_at_a_time_unless_declared(self, database: Database, stage: Stage) -> None:
        for _ in range(5):
            await deferred(database, "sample.note", text="a")
        await run_until_idle(database)
        assert (len(stage.calls), stage.most) == (5, 1)

    async def test_as_many_as_the_queue_declares(self, database: Database, stage: Stage) -> None:
        runs = [await deferred(database, "sample.meet") for _ in range(2)]
        await run_until_idle(database)
        assert {(await run_of(database, run)).status for run in runs} == {JobStatus.SUCCEEDED}

    async def test_runs_of_one_lock_never_overlap(self, database: Database, stage: Stage) -> None:
        runs = [await deferred(database, "sample.locked", key="feed:1") for _ in range(4)]
        await run_until_idle(database)
        assert stage.most == 1
        assert {(await run_of(database, run)).status for run in runs} == {JobStatus.SUCCEEDED}


class TestRetry:
    async def test_on_a_declared_error(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.flaky", failures=2)
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert stage.calls == [1, 2, 3]
        assert (run.status, run.attempts, run.failures, run.error) == (JobStatus.SUCCEEDED, 3, 2, None)

    async def test_gives_up_in_the_end(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.flaky", failures=9)
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert (run.status, run.attempts, run.error_code) == (JobStatus.FAILED, 3, "Transient")
        assert await queued(database) == 0

    async def test_not_on_another_error(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.flaky", failures=1, error="ValueError")
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert stage.calls == [1]
        assert (run.status, run.error_code) == (JobStatus.FAILED, "ValueError")

    async def test_on_a_database_that_went_away_whatever_is_declared(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.flaky", failures=1, error="OperationalError")
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert stage.calls == [1]
        assert (run.status, run.error_code) == (JobStatus.WAITING, "OperationalError")

    async def test_keeps_no_identifier_of_the_error(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.flaky", failures=1, error="ValueError")
        await run_until_idle(database)
        assert (await run_of(database, run_id)).error == "身份证 [redacted] 无法解析"

    async def test_a_result_that_json_cannot_hold_is_a_failure(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.unkeepable")
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert (run.status, run.error_code) == (JobStatus.FAILED, "TypeError")


class TestCancel:
    async def test_before_its_start(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.note", text="a")
        async with database.unit_of_work() as uow:
            assert await cancel(uow, run_id) == JobStatus.CANCELLED
        assert await queued(database) == 0
        await run_until_idle(database)
        assert stage.calls == []
        assert (await run_of(database, run_id)).status == JobStatus.CANCELLED

    @pytest.mark.parametrize("in_thread", [False, True])
    async def test_while_running(self, database: Database, stage: Stage, in_thread: bool) -> None:
        run_id = await deferred(database, "sample.endless", in_thread=in_thread)
        async with working(database, "sample"):
            await stage.started.wait()
            async with database.unit_of_work() as uow:
                assert await cancel(uow, run_id) == JobStatus.RUNNING
            await stage.ended.wait()
        run = await run_of(database, run_id)
        assert (run.status, run.attempts) == (JobStatus.CANCELLED, 1)
        assert await queued(database) == 0

    async def test_after_its_end_changes_nothing(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.note", text="a")
        await run_until_idle(database)
        async with database.unit_of_work() as uow:
            assert await cancel(uow, run_id) == JobStatus.SUCCEEDED
        assert (await run_of(database, run_id)).status == JobStatus.SUCCEEDED

    async def test_of_nothing(self, database: Database) -> None:
        async with database.unit_of_work() as uow:
            with pytest.raises(NotFound):
                await cancel(uow, uuid.UUID(int=1))


class TestPausing:
    async def test_a_running_job_stops_and_goes_on_when_it_is_resumed(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.endless", in_thread=True)
        async with working(database, "sample"):
            await stage.started.wait()
            async with database.unit_of_work() as uow:
                assert await pause(uow, run_id) == JobStatus.RUNNING
            paused = await until(database, run_id, lambda run: run.status == JobStatus.PAUSED)
            await emptied(database)
            assert (paused.attempts, paused.finished_at, paused.failures) == (1, None, 0)
            # Others of its queue are run meanwhile.
            await noted(database, "meanwhile")
            async with database.unit_of_work() as uow:
                assert await resume(uow, run_id) == JobStatus.QUEUED
            run = await until(database, run_id, lambda run: run.status == JobStatus.SUCCEEDED)
        assert (run.attempts, run.pause_requested) == (2, False)

    async def test_a_queued_job_waits_until_it_is_resumed_or_called_off(self, database: Database, stage: Stage) -> None:
        first, second = [await deferred(database, "sample.note", text=name) for name in ("first", "second")]
        async with database.unit_of_work() as uow:
            for run_id in (first, second):
                assert await pause(uow, run_id) == JobStatus.PAUSED
        await run_until_idle(database)
        assert (stage.calls, await queued(database)) == ([], 0)
        async with database.unit_of_work() as uow:
            assert await resume(uow, first) == JobStatus.QUEUED
            assert await cancel(uow, second) == JobStatus.CANCELLED
            assert await resume(uow, second) == JobStatus.CANCELLED
        await run_until_idle(database)
        assert stage.calls == ["first"]

    async def test_a_job_whose_worker_dies_first_is_paused_all_the_same(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.note", text="a")
        async with database.unit_of_work() as uow:
            # Asked for while it ran, by a worker that was killed before it could stop and whose task was put back.
            await uow.session.execute(update(JobRun).where(JobRun.id == run_id).values(pause_requested=True))
        await run_until_idle(database)
        assert (stage.calls, (await run_of(database, run_id)).status) == ([], JobStatus.PAUSED)


class TestWorkers:
    async def test_a_worker_tells_of_itself_and_of_what_it_runs(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.endless")
        async with working(database, "sample"):
            await stage.started.wait()
            run = await run_of(database, run_id)
            async with database.unit_of_work() as uow:
                (worker,) = await workers(uow)
                assert (worker.id, worker.pid, worker.queues) == (run.worker_id, os.getpid(), {"sample": 1})
                assert worker.stopped_at is None
                await cancel(uow, run_id)
            await stage.ended.wait()
        async with database.unit_of_work() as uow:
            (worker,) = await workers(uow)
            assert worker.stopped_at is not None
            assert worker.memory > 0
            assert await workers(uow, gone_since=timedelta(0)) == []

    async def test_a_killed_worker_is_seen_as_dead(self, database: Database) -> None:
        process = start_worker(database, "sample")
        try:
            async with database.unit_of_work() as uow:
                while not await workers(uow):
                    await asyncio.sleep(0.02)
                    uow.session.expire_all()
        finally:
            process.kill()
            process.wait()
        async with database.unit_of_work() as uow:
            (worker,) = await workers(uow)
        assert worker.stopped_at is None
        with freeze(now() + DEAD_AFTER + timedelta(seconds=10)):
            assert worker.seen_at < now() - DEAD_AFTER


class TestProgress:
    async def test_threads_and_rows_of_a_stage(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.parts")
        async with working(database, "sample"):
            run = await until(database, run_id, lambda run: run.rows is not None)
            assert (run.parts, run.rows, run.stage) == (["1/2", "电话 [redacted]"], 5, "reading")
            assert run.stage_at is not None
            async with database.unit_of_work() as uow:
                await cancel(uow, run_id)
            run = await until(database, run_id, lambda run: run.status == JobStatus.CANCELLED)
        assert run.parts == []

    async def test_is_stored_without_identifiers(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.steps", total=3000)
        await run_until_idle(database)
        run = await run_of(database, run_id)
        assert (run.stage, run.done, run.total, run.message) == ("counting", 3000, 3000, "电话 [redacted] 已处理")

    async def test_is_stored_now_and_then_only(self, database: Database, stage: Stage) -> None:
        statement = text("SELECT sum(n_tup_upd) FROM pg_stat_user_tables WHERE relname = 'job_run'")
        await deferred(database, "sample.steps", total=3000)
        await run_until_idle(database)
        async with database.unit_of_work() as uow:
            await uow.session.execute(text("SELECT pg_stat_force_next_flush()"))
            updates = await uow.session.scalar(statement)
        assert updates is not None
        assert updates < 20

    async def test_can_be_seen_while_running(self, database: Database, stage: Stage) -> None:
        run_id = await deferred(database, "sample.endless")
        async with working(database, "sample"):
            await stage.started.wait()
            run = await until(database, run_id, lambda run: run.done > 0)
            assert (run.status, run.done, run.total, run.message) == (JobStatus.RUNNING, 1, 2, "half")
            async with database.unit_of_work() as uow:
                await cancel(uow, run_id)


class TestRunJob:
    async def test_runs_here_and_now(self, database: Database) -> None:
        watcher = Watcher()
        assert await run_job(database, "sample.steps", {"total": 3}, progress=watcher, principal=USER) == 3
        assert watcher.seen == [("counting", 3), 1, 1, 1, 0, "电话 13912345678 已处理"]
        async with database.unit_of_work() as uow:
            run = (await uow.session.scalars(select(JobRun))).one()
        assert (run.status, run.result, run.requested_by_name) == (JobStatus.SUCCEEDED, 3, "wang")
        assert await queued(database) == 0

    async def test_raises_what_the_job_raises(self, database: Database, stage: Stage) -> None:
        with pytest.raises(Transient):
            await run_job(database, "sample.flaky", {"failures": 1})
        async with database.unit_of_work() as uow:
            run = (await uow.session.scalars(select(JobRun))).one()
        assert (run.status, run.error_code, run.attempts) == (JobStatus.FAILED, "Transient", 1)

    async def test_can_be_cancelled(self, database: Database, stage: Stage) -> None:
        running = asyncio.create_task(run_job(database, "sample.endless"))
        await stage.started.wait()
        async with database.unit_of_work() as uow:
            run = (await uow.session.scalars(select(JobRun))).one()
            await cancel(uow, run.id)
        with pytest.raises(JobCancelled):
            await running
        assert (await run_of(database, run.id)).status == JobStatus.CANCELLED


class TestDeclaration:
    def test_refuses_a_taken_name(self) -> None:
        with pytest.raises(InvalidJob, match=r"sample\.note"):

            @job("sample.note", queue="sample")
            async def other(ctx: JobContext) -> None: ...

    def test_refuses_a_queue_of_two_concurrencies(self) -> None:
        with pytest.raises(InvalidJob, match="concurrency"):

            @job("sample.other", queue="sample", concurrency=3)
            async def other(ctx: JobContext) -> None: ...


class Watcher:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def stage(self, title: str, total: int | None = None) -> None:
        self.seen.append((title, total))

    def advance(self, n: int = 1) -> None:
        self.seen.append(n)

    def message(self, text: str) -> None:
        self.seen.append(text)
